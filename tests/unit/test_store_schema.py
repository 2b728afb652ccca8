"""Tables are made once, an older schema is upgraded, and a newer one is left alone."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from gotrdns.store.database import Database
from gotrdns.store.queries import Search, Store
from gotrdns.store.schema import STEPS as OWN_STEPS
from gotrdns.store.schema import VERSION, NewerSchema, OlderSchema, prepare_schema
from gotrdns.store.tables import DECISIONS, METADATA, STATE
from gotrdns.store.trouble import StoreUnavailable
from tests.unit.stores import NOW, Reports, deferral, remembering, transaction, url_of, wait_until

if TYPE_CHECKING:
    from alembic.operations import Operations


def add_what_version_0_lacked(operations: "Operations") -> None:
    """From a made-up version 0, which knew of no exceptions and of nothing done."""
    with operations.batch_alter_table("decisions") as decisions:
        decisions.add_column(sa.Column("done_at", sa.Float(53)))
        decisions.alter_column("hello", new_column_name="helo")
    METADATA.tables["allowances"].create(operations.get_bind())
    operations.create_index("decisions_by_time", "decisions", ["last_at"])


STEPS = {**OWN_STEPS, 0: add_what_version_0_lacked}


def make_version_0(url: str) -> None:
    """The made-up older schema, with one decision."""
    old = sa.MetaData()
    columns = [
        sa.Column(
            "hello" if each.name == "helo" else each.name, each.type, primary_key=each.primary_key
        )
        for each in DECISIONS.columns
        if each.name != "done_at"
    ]
    decisions = sa.Table("decisions", old, *columns)
    state = STATE.to_metadata(old)
    METADATA.tables["clients"].to_metadata(old)
    database = Database(url, patience=1, create=True)
    with database.write() as connection:
        old.create_all(connection)
        connection.execute(
            sa.insert(state), [{"name": "schema", "value": 0}, {"name": "allowances", "value": 0}]
        )
        row = {
            name: b"" if isinstance(column.type, sa.LargeBinary) else ""
            for name, column in decisions.columns.items()
        }
        connection.execute(
            sa.insert(decisions),
            row
            | {
                "id": "old",
                "first_at": NOW,
                "last_at": NOW,
                "count": 1,
                "result": "fail",
                "action": "defer",
                "rule": "strict",
                "hello": "said.example",
                "follow_up": False,
                "allowance": None,
                "vouched": "{}",
                "evidence": "{}",
            },
        )
    database.close()


def prepare(url: str) -> None:
    database = Database(url, patience=1, create=True)
    with database.write() as connection:
        prepare_schema(connection, STEPS)
    database.close()


def version(url: str) -> int:
    database = Database(url, patience=1, create=False)
    with database.read() as connection:
        found: int = connection.execute(
            sa.select(STATE.c.value).where(STATE.c.name == "schema")
        ).scalar_one()
    database.close()
    return found


def test_an_older_schema_is_upgraded_with_what_is_in_it(tmp_path: Path) -> None:
    url = url_of(tmp_path / "store.sqlite3")
    make_version_0(url)
    prepare(url)
    assert version(url) == VERSION
    with remembering(url) as memory:
        incident = memory.remember(transaction(), deferral(), NOW + 1)
    with Store(url) as store:
        assert [each.id for each in store.find(Search())] == [incident, "old"]
        old = store.find_incident("old")
        assert old is not None and (old.helo, old.done_at) == ("said.example", None)


def test_version_1_is_upgraded_to_what_a_new_database_is(tmp_path: Path) -> None:
    old, new = url_of(tmp_path / "old.sqlite3"), url_of(tmp_path / "new.sqlite3")
    Store(new, create=True).close()
    later = {"spoken", "confirmations", "tallies"}
    tables = [each for each in METADATA.sorted_tables if each.name not in later]
    database = Database(old, patience=1, create=True)
    with database.write() as connection:
        METADATA.create_all(connection, tables)
        connection.execute(
            sa.insert(STATE), [{"name": "schema", "value": 1}, {"name": "allowances", "value": 0}]
        )
    database.close()
    assert shape(old) != shape(new)
    prepare(old)
    assert shape(old) == shape(new)
    assert version(old) == VERSION


def shape(url: str) -> dict[str, object]:
    """The tables with their columns, keys and indexes."""
    database = Database(url, patience=1, create=False)
    with database.read() as connection:
        found = sa.inspect(connection)
        shapes: dict[str, object] = {
            table: (
                [(each["name"], str(each["type"]), each["nullable"]) for each in columns],
                found.get_pk_constraint(table),
                [(each["name"], each["column_names"]) for each in found.get_indexes(table)],
            )
            for table in found.get_table_names()
            if (columns := found.get_columns(table))
        }
    database.close()
    return shapes


def test_an_upgrade_that_fails_leaves_all_as_it_was(tmp_path: Path) -> None:
    url = url_of(tmp_path / "store.sqlite3")
    make_version_0(url)
    before = (tmp_path / "store.sqlite3").stat().st_size

    def fail(operations: "Operations") -> None:
        add_what_version_0_lacked(operations)
        raise OSError("no more")

    database = Database(url, patience=1, create=True)
    with pytest.raises(StoreUnavailable, match="no more"), database.write() as connection:
        prepare_schema(connection, {**OWN_STEPS, 0: fail})
    database.close()
    assert version(url) == 0
    assert before
    prepare(url)
    assert version(url) == VERSION


def test_a_schema_without_a_way_to_this_one_is_left_alone(tmp_path: Path) -> None:
    url, reports = url_of(tmp_path / "store.sqlite3"), Reports()
    make_version_0(url)
    with pytest.raises(OlderSchema, match="version 0"):
        Store(url)
    with remembering(url, reports=reports):
        wait_until(lambda: reports.troubles, "trouble is told of")
    assert version(url) == 0


def test_a_newer_schema_is_left_alone(tmp_path: Path) -> None:
    url, reports = url_of(tmp_path / "store.sqlite3"), Reports()
    Store(url, create=True).close()
    database = Database(url, patience=1, create=False)
    with database.write() as connection:
        connection.execute(
            sa.update(STATE).where(STATE.c.name == "schema").values(value=VERSION + 1)
        )
    database.close()
    for create in (False, True):
        with pytest.raises(NewerSchema, match="newer than this program's"):
            Store(url, create=create)
    with remembering(url, reports=reports):
        wait_until(lambda: reports.troubles, "trouble is told of")
    assert version(url) == VERSION + 1


def test_the_tables_are_made_by_whoever_comes_first(tmp_path: Path) -> None:
    url = url_of(tmp_path / "store.sqlite3")
    for _ in range(2):
        Store(url, create=True).close()
    assert version(url) == VERSION


def test_an_empty_file_is_not_upgraded_by_a_question(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    path.touch()
    with pytest.raises(OlderSchema, match="no tables yet"):
        Store(url_of(path))
