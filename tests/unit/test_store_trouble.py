"""A database in trouble: mail goes on, what can be kept is kept, and what is lost is counted."""

import asyncio
import itertools
import os
import sqlite3
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gotrdns.names import Address
from gotrdns.policy.history import History, client_key
from gotrdns.store import database
from gotrdns.store.memory import LONGEST_CLOSE, StoredMemory
from gotrdns.store.merging import Change
from gotrdns.store.pending import ClientChanges, Hits, Pending, Sighting
from gotrdns.store.queries import Search, Store
from gotrdns.store.trouble import StoreUnavailable
from tests.unit.stores import (
    CLIENT,
    NOW,
    Reports,
    deferral,
    failing,
    remembering,
    transaction,
    url_of,
    wait_until,
    wait_until_written,
)


def remember_many(memory: StoredMemory, count: int) -> list[str]:
    """As many incidents."""
    return [
        memory.remember(transaction(sender=f"joe@sender{number}.example"), deferral(), NOW)
        for number in range(count)
    ]


def stored(url: str) -> set[str]:
    with Store(url) as store:
        return {each.id for each in store.find(Search(limit=1000))}


def ask(memory: StoredMemory, client: Address) -> History | None:
    async def wait() -> History | None:
        return await asyncio.wait_for(memory.history(client_key(client)), 1)

    return asyncio.run(wait())


def test_a_locked_database_holds_up_nothing_and_loses_nothing(tmp_path: Path) -> None:
    path, reports = tmp_path / "store.sqlite3", Reports()
    with remembering(url_of(path), reports=reports) as memory:
        memory.note_pass(CLIENT, NOW)
        wait_until_written(memory, 1)
        assert ask(memory, CLIENT) == History(passed_at=NOW)
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        incidents = remember_many(memory, 50)
        wait_until(lambda: reports.troubles, "trouble is told of")
        assert "locked" in reports.troubles[0]
        assert memory.in_trouble and memory.queue_depth == 50 and memory.counters.errors > 0
        assert ask(memory, CLIENT) == History(passed_at=NOW)
        assert ask(memory, Address.parse("192.0.2.9")) is None
        other.execute("ROLLBACK")
        other.close()
        wait_until(lambda: reports.recoveries, "recovery is told of")
        assert ask(memory, Address.parse("192.0.2.9")) == History()
    assert reports.recoveries[0][1] == memory.losses == 0
    assert len(reports.troubles) == 1
    assert stored(url_of(path)) == set(incidents)


def test_when_the_queue_is_full_the_oldest_are_dropped_and_counted(tmp_path: Path) -> None:
    path, reports = tmp_path / "later" / "on" / "store.sqlite3", Reports()
    with remembering(url_of(path), reports=reports, queue=100) as memory:
        wait_until(lambda: reports.troubles, "trouble is told of")
        incidents = remember_many(memory, 250)
        assert (memory.queue_depth, memory.losses) == (100, 150)
        # What was dropped begins anew.
        again = memory.remember(transaction(sender="joe@sender0.example"), deferral(), NOW + 1)
        assert again not in incidents
        path.parent.parent.mkdir()  # the store makes its own directory, and no more
        wait_until(lambda: reports.recoveries, "recovery is told of")
        assert reports.recoveries[0][1] == 151
    assert stored(url_of(path)) == {*incidents[151:], again}


def test_a_full_disk_loses_nothing_that_fits_the_queue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, reports = tmp_path / "store.sqlite3", Reports()
    usual = database._PRAGMAS
    monkeypatch.setattr(database, "_PRAGMAS", (*usual, "max_page_count = 60"))
    with remembering(url_of(path), reports=reports) as memory:
        incidents = remember_many(memory, 900)
        wait_until(lambda: reports.troubles, "trouble is told of")
        assert "full" in reports.troubles[0]
        monkeypatch.setattr(database, "_PRAGMAS", usual)
        wait_until(lambda: reports.recoveries, "recovery is told of")
    assert stored(url_of(path)) == set(incidents)
    assert memory.losses == 0


def test_a_damaged_file_is_left_alone_until_somebody_takes_it_away(tmp_path: Path) -> None:
    path, reports = tmp_path / "store.sqlite3", Reports()
    garbage = os.urandom(20_000)
    path.write_bytes(garbage)
    with remembering(url_of(path), reports=reports) as memory:
        incidents = remember_many(memory, 5)
        wait_until(lambda: reports.troubles, "trouble is told of")
        assert "not a database" in reports.troubles[0]
        assert path.read_bytes() == garbage
        path.unlink()
        wait_until(lambda: reports.recoveries, "recovery is told of")
    assert stored(url_of(path)) == set(incidents)


def test_a_page_that_is_damaged_under_way_is_trouble_too(tmp_path: Path) -> None:
    path, reports = tmp_path / "store.sqlite3", Reports()
    with remembering(url_of(path)) as memory:
        remember_many(memory, 300)
    octets = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(8192)
        file.write(b"\xff" * (octets - 8192))
    with remembering(url_of(path), reports=reports) as memory:
        remember_many(memory, 5)
        wait_until(lambda: reports.troubles, "trouble is told of")
        assert memory.queue_depth == 5
        path.unlink()
        wait_until(lambda: reports.recoveries, "recovery is told of")
    assert len(stored(url_of(path))) == 5


@pytest.mark.parametrize("place", ["/proc/gotrdns.sqlite3", "/dev/null/gotrdns.sqlite3"])
def test_a_directory_that_cannot_be_written_is_trouble(place: str) -> None:
    reports = Reports()
    with remembering(f"sqlite:///{place}", reports=reports) as memory:
        remember_many(memory, 5)
        wait_until(lambda: reports.troubles, "trouble is told of")
        assert memory.queue_depth == 5
    assert (memory.queue_depth, memory.losses) == (0, 5)


def test_a_file_removed_under_way_is_noticed_and_made_anew(tmp_path: Path) -> None:
    path, reports = tmp_path / "store.sqlite3", Reports()
    with remembering(url_of(path), reports=reports) as memory:
        remember_many(memory, 5)
        wait_until_written(memory, 5)
        for each in tmp_path.iterdir():
            each.unlink()
        wait_until(lambda: reports.recoveries, "recovery is told of")
        assert reports.troubles == ["the file was moved or removed"]
        incident = memory.remember(transaction(helo="new"), deferral(failing(CLIENT)), NOW + 7200)
    assert stored(url_of(path)) == {incident}


def test_closing_takes_no_longer_than_promised(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    with remembering(url_of(path)) as memory:
        remember_many(memory, 1)
        wait_until_written(memory, 1)
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        remember_many(memory, 20)
        started = time.monotonic()
        memory.close()
        assert time.monotonic() - started < LONGEST_CLOSE + 1
        assert memory.losses >= 20
        other.execute("ROLLBACK")
        other.close()


def test_what_cannot_be_written_does_not_block_the_rest(tmp_path: Path) -> None:
    url = url_of(tmp_path / "store.sqlite3")
    nonsense: Any = object()  # such as no decider makes
    broken = deferral(msgspec.structs.replace(failing(), reverse=nonsense))
    with remembering(url) as memory:
        first = memory.remember(transaction(), deferral(), NOW)
        memory.remember(transaction(sender=""), broken, NOW)
        last = memory.remember(transaction(sender="x@y.example"), deferral(), NOW)
        wait_until(lambda: memory.losses == 1, "the loss is counted")
    assert stored(url) == {first, last}


def test_what_is_put_back_is_older_than_what_came_since() -> None:
    pending = Pending(3)
    sightings = [Sighting(str(number), NOW, NOW, None) for number in range(4)]
    pending.add(sightings[0])
    pending.add(Hits(1, 2, NOW))
    taken = pending.take(10)
    pending.add(sightings[1])
    pending.add(Hits(1, 3, NOW + 1))
    pending.put_back(taken)
    assert pending.take(10) == [sightings[0], Hits(1, 5, NOW + 1), sightings[1]]
    assert pending.lost == 0
    pending.add(sightings[2])
    for each in sightings[:2]:
        pending.add(each)
    pending.put_back([sightings[3]])
    assert sightings[3].lost and pending.lost == 1


def test_repetitions_wait_apart_and_are_queued_once() -> None:
    pending = Pending(2)
    new, known, other = (Sighting(name, NOW, NOW, None) for name in ("new", "known", "other"))
    pending.add(new)
    for each in (known, known, new):
        pending.add_repeated(each)
    assert pending.take(10) == [new]
    assert known.waits
    pending.ripen()
    assert pending.take(10) == [known, new]
    assert (known.waits, new.waits) == (False, False)
    for each in (new, known, other):
        pending.add_repeated(each)
    assert (new.waits, known.waits, other.waits) == (False, True, True)
    assert pending.lost == 0


def test_a_clients_changes_are_bounded_however_long_the_trouble() -> None:
    pending = Pending(10)
    histories = [History(failures=number) for number in range(101)]
    for before, after in itertools.pairwise(histories):
        pending.add(ClientChanges(b"\1\2\3\4", (Change(before, after),)))
    changes = pending.changes_of(b"\1\2\3\4")
    assert len(changes) == 16
    assert (changes[0].before, changes[-1].after) == (histories[0], histories[-1])


def test_questions_about_a_store_that_is_not_there_make_none(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    with pytest.raises(StoreUnavailable):
        Store(url_of(path))
    assert not path.exists()
    with pytest.raises(StoreUnavailable, match="nothing is kept"):
        Store("none")
