"""A store's condition, found out from stores that really are in it, and left as they were."""

import sqlite3
import time
from pathlib import Path

import pytest
from sqlalchemy import insert

from gotrdns.policy import Action, Rule
from gotrdns.store.database import Database
from gotrdns.store.inspecting import Integrity, Schema, StoreCondition, inspect_store
from gotrdns.store.queries import Store
from gotrdns.store.tables import CLIENTS, DECISIONS

NOW = time.time()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "store.sqlite3"
    Store(f"sqlite:///{found}", create=True).close()
    return found


def inspect(path: Path, patience: float = 5.0) -> StoreCondition:
    return inspect_store(f"sqlite:///{path}", patience=patience)


def add_decisions(path: Path, *addresses: str, rule: Rule, at: float = NOW) -> None:
    row = {
        "first_at": at,
        "last_at": at,
        "count": 2,
        "packed": b"",
        "network": b"",
        "action": Action.PASS.value,
        "rule": rule.value,
        "follow_up": False,
    }
    texts = ("host_name", "reversed_name", "helo", "sender", "sender_domain", "recipient")
    row |= dict.fromkeys((*texts, "result", "reason", "withheld", "vouched", "evidence"), "")
    rows = [
        row | {"id": f"{rule.value}-{at}-{number}", "address": address}
        for number, address in enumerate(addresses)
    ]
    database = Database(f"sqlite:///{path}", patience=1, create=False)
    with database.write() as connection:
        connection.execute(insert(DECISIONS), rows)
    database.close()


def test_a_new_store_is_in_order(path: Path) -> None:
    assert inspect(path) == StoreCondition()


def test_looking_at_a_store_changes_nothing(path: Path) -> None:
    add_decisions(path, "81.20.30.1", rule=Rule.CONFIRMED)
    with sqlite3.connect(path) as connection:
        before = list(connection.iterdump())
    inspect(path)
    with sqlite3.connect(path) as connection:
        assert list(connection.iterdump()) == before


def test_what_is_no_database_cannot_be_used(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    path.write_text("these are not the octets of a database" * 100)
    assert "not a database" in inspect(path).unusable


def test_a_database_without_tables_is_older(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    path.touch()
    condition = inspect(path)
    assert condition.schema is Schema.OLDER
    assert "no tables yet" in condition.schema_words


@pytest.mark.parametrize(("version", "schema"), [(1, Schema.OLDER), (99, Schema.NEWER)])
def test_another_schema_is_told(path: Path, version: int, schema: Schema) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE state SET value = ? WHERE name = 'schema'", [version])
    condition = inspect(path)
    assert condition.schema is schema
    assert str(version) in condition.schema_words


def test_a_store_that_another_writes_to_says_that_it_is_locked(path: Path) -> None:
    with sqlite3.connect(path, isolation_level=None) as connection:
        connection.execute("BEGIN IMMEDIATE")
        assert inspect(path).refuses_writes == "database is locked"


def test_a_store_that_refuses_writes_says_so(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE UPDATE ON state "
            "BEGIN SELECT RAISE(ABORT, 'attempt to write a readonly database'); END"
        )
    assert inspect(path).refuses_writes != ""


def test_damage_inside_is_found(path: Path) -> None:
    add_decisions(path, *["81.20.30.1"] * 200, rule=Rule.CONFIRMED)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        root = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'decisions_by_time'"
        ).fetchone()[0]
    connection.close()
    octets = bytearray(path.read_bytes())
    start = (root - 1) * size
    octets[start + 8 : start + size] = bytes(size - 8)
    path.write_bytes(octets)
    condition = inspect(path)
    assert condition.integrity is Integrity.DAMAGED or "malformed" in condition.unusable


def test_a_store_too_large_to_be_read_in_time_is_not_called_sound(path: Path) -> None:
    add_decisions(path, *["81.20.30.1"] * 5000, rule=Rule.CONFIRMED)
    condition = inspect(path, patience=-1.0)
    assert condition.integrity is Integrity.UNKNOWN
    # And the rest is found out all the same.
    assert condition.newest is not None
    assert condition.refuses_writes == ""


def test_the_newest_row_of_any_table_tells_of_the_clock(path: Path) -> None:
    add_decisions(path, "81.20.30.1", rule=Rule.CONFIRMED, at=NOW - 100)
    assert inspect(path).newest == pytest.approx(NOW - 100)
    database = Database(f"sqlite:///{path}", patience=1, create=False)
    with database.write() as connection:
        connection.execute(insert(CLIENTS).values(client=b"x", seen_at=NOW + 3600))
    database.close()
    assert inspect(path).newest == pytest.approx(NOW + 3600)


def test_hidden_clients_are_counted_for_a_week(path: Path) -> None:
    hidden = Rule.NON_PUBLIC_CLIENT
    add_decisions(path, "172.17.0.1", "172.17.0.1", "10.0.0.1", rule=hidden)
    add_decisions(path, "81.20.30.1", rule=Rule.ALLOWED)
    add_decisions(path, "192.168.0.1", rule=hidden, at=NOW - 8 * 86_400)
    assert inspect(path).hidden_clients == {"172.17.0.1": 4, "10.0.0.1": 2}


def test_a_server_that_is_not_there_cannot_be_used() -> None:
    pytest.importorskip("psycopg")
    condition = inspect_store("postgresql://nobody@127.0.0.1:1/gotrdns", patience=1)
    assert condition.unusable != ""
