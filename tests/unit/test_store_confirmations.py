"""Confirmations in the store: made, prolonged, ended, and known to whoever shares it."""

import asyncio
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gotrdns.names import Address, DomainName
from gotrdns.policy.confirmations import LONGEST, Confirmation
from gotrdns.policy.history import DAY
from gotrdns.store import confirmations
from gotrdns.store.memory import StoredMemory
from gotrdns.store.queries import Store
from gotrdns.store.settings import StoreSettings
from tests.unit.stores import CLIENT, NAME, NOW, Clock, Reports, remembering, url_of, wait_until

OTHER = DomainName.parse("mail.sender.example")
V6 = Address.parse("2001:db8::25")
NEIGHBOUR = Address.parse("2001:db8::26")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite3"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(path: Path, clock: Clock) -> Iterator[Store]:
    with Store(url_of(path), create=True, clock=clock) as store:
        yield store


def change(path: Path, statement: str, *values: object) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(statement, values)
    connection.close()


def count(path: Path) -> int:
    connection = sqlite3.connect(path)
    [[found]] = connection.execute("SELECT count(*) FROM confirmations").fetchall()
    connection.close()
    return int(found)


def test_a_confirmation_holds_for_an_hour_and_no_longer(store: Store, clock: Clock) -> None:
    made = store.confirm(CLIENT, NAME)
    assert made == Confirmation(CLIENT, NAME, NOW, NOW + LONGEST)
    clock.now = NOW + LONGEST - 1
    assert store.confirmation_of(CLIENT) == made
    clock.now = NOW + LONGEST
    assert store.confirmation_of(CLIENT) is None


def test_it_is_of_one_address_alone(store: Store) -> None:
    store.confirm(V6, NAME)
    assert store.confirmation_of(V6) is not None
    assert store.confirmation_of(NEIGHBOUR) is None
    assert store.confirmation_of(CLIENT) is None


def test_nobody_can_ask_for_more_than_an_hour(store: Store) -> None:
    assert store.confirm(CLIENT, NAME, seconds=30 * DAY).ends == NOW + LONGEST


def test_a_second_confirmation_prolongs_the_first(store: Store, clock: Clock) -> None:
    store.confirm(CLIENT, NAME)
    clock.now += 600
    again = store.confirm(CLIENT, NAME)
    assert again == Confirmation(CLIENT, NAME, NOW + 600, NOW + 600 + LONGEST)
    assert store.confirmation_of(CLIENT) == again


def test_a_shorter_one_takes_nothing_from_a_longer(store: Store) -> None:
    store.confirm(CLIENT, NAME)
    assert store.confirm(CLIENT, NAME, seconds=10).ends == NOW + LONGEST


def test_another_name_takes_the_place_of_the_first(store: Store) -> None:
    store.confirm(CLIENT, NAME)
    other = store.confirm(CLIENT, OTHER, seconds=60)
    assert store.confirmation_of(CLIENT) == other == Confirmation(CLIENT, OTHER, NOW, NOW + 60)


def test_one_that_ended_is_made_anew(store: Store, clock: Clock) -> None:
    store.confirm(CLIENT, NAME, seconds=10)
    clock.now += 20
    assert store.confirm(CLIENT, NAME, seconds=5).ends == NOW + 25


def test_what_a_clock_ahead_of_ours_wrote_holds_for_an_hour_at_most(
    store: Store, path: Path
) -> None:
    store.confirm(CLIENT, NAME)
    change(path, "UPDATE confirmations SET ends = ?", NOW + 30 * DAY)
    held = store.confirmation_of(CLIENT)
    assert held is not None
    assert held.ends == NOW + LONGEST
    assert store.confirm(CLIENT, NAME).ends == NOW + LONGEST


def test_rows_that_make_no_sense_are_passed_over(store: Store, path: Path) -> None:
    for position, (address, name) in enumerate(
        [("not an address", NAME.text), (V6.text, "a..b"), (V6.text, "10.0.0.1"), (V6.text, "")]
    ):
        change(
            path,
            "INSERT INTO confirmations VALUES (?, ?, ?, ?, ?)",
            bytes([position]),
            address,
            name,
            NOW,
            NOW + 60,
        )
    made = store.confirm(CLIENT, NAME)
    with store._database.read() as connection:
        assert confirmations.read_confirmations(connection, NOW) == [made]


def test_those_that_ended_are_not_read_and_are_deleted_in_time(
    store: Store, clock: Clock, path: Path
) -> None:
    store.confirm(CLIENT, NAME, seconds=10)
    held = store.confirm(V6, OTHER)
    clock.now += 60
    with store._database.read() as connection:
        assert confirmations.read_confirmations(connection, clock.now) == [held]
    assert count(path) == 2
    assert store.prune(30 * DAY) == 1
    assert count(path) == 1
    assert store.confirmation_of(V6) == held


def test_of_too_many_the_latest_are_read(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confirmations, "MOST_HELD", 2)
    made = []
    for last in range(4):
        clock.now += 1
        made.append(store.confirm(Address(bytes((198, 51, 100, last))), NAME))
    with store._database.read() as connection:
        assert confirmations.read_confirmations(connection, clock.now) == made[2:]


def test_of_many_who_confirm_the_same_at_once_one_row_remains(store: Store, path: Path) -> None:
    def confirm(seconds: int) -> Confirmation:
        with Store(url_of(path), clock=Clock()) as mine:
            return mine.confirm(CLIENT, NAME, seconds=seconds)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(confirm, range(100, 900, 100)))
    held = store.confirmation_of(CLIENT)
    assert held is not None
    assert held.ends == NOW + 800
    assert count(path) == 1


def test_a_daemon_that_runs_notices_within_a_second(store: Store, path: Path) -> None:
    with remembering(url_of(path)) as memory:
        wait_until(lambda: memory.allowances_known, "it has begun")
        assert not memory.confirmations
        made = store.confirm(CLIENT, NAME)
        wait_until(lambda: memory.confirmations.all == (made,), "it is known", 1.0)
        known = memory.confirmations
        other = store.confirm(V6, OTHER)
        wait_until(lambda: set(memory.confirmations.all) == {made, other}, "so is another", 1.0)
        assert known.find(V6, NOW) is None  # nobody changes what others look at


def test_what_did_not_change_is_not_told_anew(store: Store, path: Path) -> None:
    made = store.confirm(CLIENT, NAME)
    with remembering(url_of(path)) as memory:
        wait_until(lambda: memory.confirmations, "it is known")
        known = memory.confirmations
        written = memory.counters.written
        memory.note_pass(CLIENT, NOW)
        wait_until(lambda: memory.counters.written > written, "a turn of the writer")
        assert memory.confirmations is known
        assert known.all == (made,)


def test_it_is_known_before_mail_is_answered(store: Store, path: Path) -> None:
    made = store.confirm(CLIENT, NAME)

    async def begin() -> None:
        memory = StoredMemory(StoreSettings(url=url_of(path)), clock=Clock())
        await memory.begin(10)
        assert memory.confirmations.all == (made,)
        await asyncio.to_thread(memory.close)

    asyncio.run(begin())


def test_while_the_database_is_out_of_reach_the_last_known_hold_until_they_end(
    store: Store, path: Path
) -> None:
    reports = Reports()
    with remembering(url_of(path), reports=reports) as memory:
        made = store.confirm(CLIENT, NAME)
        wait_until(lambda: memory.confirmations, "it is known")
        store.close()
        path.rename(path.with_suffix(".away"))
        wait_until(lambda: reports.troubles, "trouble is told of")
        assert memory.confirmations.find(CLIENT, NOW) == made
        assert memory.confirmations.find(CLIENT, NOW + LONGEST) is None
        wait_until(lambda: reports.recoveries, "a new database was made")
        with Store(url_of(path), clock=Clock()) as anew:
            other = anew.confirm(V6, OTHER)
        wait_until(lambda: memory.confirmations.all == (other,), "what is there now counts")


def test_without_a_database_there_are_none() -> None:
    with remembering("none") as memory:
        assert not memory.confirmations
