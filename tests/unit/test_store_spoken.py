"""How far domains have spoken outlives a restart, and is known to all who share a database."""

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from gotrdns.names import Address, DomainName
from gotrdns.policy.history import DAY
from gotrdns.store.memory import StoredMemory
from gotrdns.store.queries import Store
from gotrdns.store.settings import NOWHERE, StoreSettings
from gotrdns.vouching import Reach, Spoken
from gotrdns.vouching.reach import NOTED_APART, WINDOW, network_of
from tests.unit.stores import (
    INTERVAL,
    NOW,
    Clock,
    Reports,
    remembering,
    url_of,
    wait_until,
    wait_until_idle,
)

DOMAIN = DomainName.parse("spammer.example")
NETWORKS = [network_of(Address.parse(f"198.51.{n}.7")) for n in range(4)]
SPOKEN = tuple(Spoken(DOMAIN, network, NOW) for network in NETWORKS)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return url_of(tmp_path / "store.sqlite3")


def note(url: str, *spoken: Spoken) -> None:
    with remembering(url) as memory:
        for each in spoken:
            memory.note_spoken(each)


def read(url: str, now: float = NOW) -> set[Spoken]:
    """What a daemon that starts now knows."""
    readings: list[Sequence[Spoken]] = []
    memory = StoredMemory(StoreSettings(url=url), on_spoken=readings.append, clock=Clock(now))
    memory.start()
    wait_until(lambda: readings, "what domains have spoken is read")
    memory.close()
    return set(readings[0])


def test_it_is_known_after_a_restart(url: str) -> None:
    ipv6 = Spoken(DOMAIN, network_of(Address.parse("2001:db8:1::25")), NOW + 5)
    note(url, *SPOKEN[:2], ipv6)
    assert read(url) == {*SPOKEN[:2], ipv6}


def test_it_is_known_before_mail_is_answered(url: str) -> None:
    note(url, *SPOKEN)
    reach = Reach()

    async def begin() -> bool:
        memory = StoredMemory(StoreSettings(url=url), on_spoken=reach.load, clock=Clock())
        await memory.begin(10)
        spent = reach.is_spent(DOMAIN, NOW)
        await asyncio.to_thread(memory.close)
        return spent

    assert asyncio.run(begin())


def test_daemons_that_share_a_database_add_up_what_they_hear(url: str) -> None:
    reports = Reports(), Reports()
    with remembering(url, reports=reports[0]) as one, remembering(url, reports=reports[1]) as other:
        for number, each in enumerate(SPOKEN):
            memory = (one, other)[number % 2]
            memory.note_spoken(each)
            reports[number % 2].reach.load([each])
        wait_until_idle(one)
        wait_until_idle(other)
        for heard in reports:
            wait_until(partial(heard.reach.is_spent, DOMAIN, NOW), "both know")


def test_the_latest_time_is_kept_whoever_writes_last(url: str) -> None:
    late = Spoken(DOMAIN, NETWORKS[0], NOW + 2 * NOTED_APART)
    note(url, SPOKEN[0])
    note(url, late)
    note(url, SPOKEN[0])
    assert read(url) == {late}


def test_what_is_older_than_a_week_is_neither_read_nor_kept(url: str) -> None:
    note(url, SPOKEN[0], Spoken(DOMAIN, NETWORKS[1], NOW + DAY))
    assert read(url, NOW + WINDOW - 1) == {SPOKEN[0], Spoken(DOMAIN, NETWORKS[1], NOW + DAY)}
    assert read(url, NOW + WINDOW) == {Spoken(DOMAIN, NETWORKS[1], NOW + DAY)}
    with Store(url, clock=Clock(NOW + WINDOW + 1)) as store:
        assert store.prune(365 * DAY) == 1
        assert store.prune(365 * DAY) == 0


def test_what_is_written_again_and_again_waits_once(url: str) -> None:
    memory = StoredMemory(StoreSettings(url=url))
    for second in range(100):
        memory.note_spoken(Spoken(DOMAIN, NETWORKS[0], NOW + second))
    memory.note_spoken(SPOKEN[1])
    assert memory.queue_depth == 2


def test_after_the_first_time_only_what_may_be_new_is_read(url: str) -> None:
    """That is also what another wrote up to an hour late."""
    clock = Clock(NOW + 2 * NOTED_APART)
    late = Spoken(DOMAIN, NETWORKS[1], clock.now - NOTED_APART + 1)
    readings: list[Sequence[Spoken]] = []
    memory = StoredMemory(
        StoreSettings(url=url), on_spoken=readings.append, clock=clock, interval=INTERVAL
    )
    memory.start()
    wait_until(lambda: readings, "it is read at the start")
    note(url, SPOKEN[0], late)
    wait_until(lambda: any(readings), "it is read again")
    memory.close()
    assert (readings[0], next(filter(None, readings))) == ((), (late,))


def test_without_a_database_it_lasts_as_long_as_the_process() -> None:
    with remembering(NOWHERE) as memory:
        memory.note_spoken(SPOKEN[0])
        assert (memory.queue_depth, memory.losses) == (0, 0)
