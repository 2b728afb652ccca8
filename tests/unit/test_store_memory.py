"""What the mail path is told of the past, and what it leaves behind."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gotrdns.deciding.memory import Envelope
from gotrdns.names import Address
from gotrdns.policy import Action, Rule
from gotrdns.policy.allowances import SEEN_FIXED, AllowanceKind
from gotrdns.policy.history import DAY, HOUR, History, client_key
from gotrdns.store.memory import StoredMemory
from gotrdns.store.queries import Search, Store
from gotrdns.store.settings import NOWHERE, StoreSettings
from gotrdns.verification import Result
from tests.unit.stores import (
    CLIENT,
    NOW,
    Clock,
    deferral,
    failing,
    remembering,
    transaction,
    url_of,
    wait_until,
    wait_until_idle,
    wait_until_written,
)

KEY = client_key(CLIENT)
V6 = Address.parse("2001:db8:1:2::25")


@pytest.fixture
def url(tmp_path: Path) -> str:
    return url_of(tmp_path / "store.sqlite3")


def past(memory: StoredMemory, client: bytes = KEY) -> History | None:
    async def ask() -> History | None:
        return await asyncio.wait_for(memory.history(client), 10)

    return asyncio.run(ask())


def test_repetitions_within_an_hour_are_one_incident(url: str) -> None:
    with remembering(url) as memory:
        first = memory.remember(transaction(), deferral(), NOW)
        assert memory.remember(transaction(), deferral(), NOW + HOUR - 1) == first
        assert memory.remember(transaction(), deferral(), NOW + HOUR) != first
    with Store(url) as store:
        kept = store.find_incident(first)
        assert kept is not None
        assert (kept.first_at, kept.last_at, kept.count) == (NOW, NOW + HOUR - 1, 2)
        assert len(store.find(Search())) == 2


def test_repetitions_of_what_is_written_already_are_counted_too(url: str) -> None:
    with remembering(url) as memory:
        incident = memory.remember(transaction(), deferral(), NOW)
        wait_until_written(memory, 1)
        memory.remember(transaction(), deferral(), NOW + 1)
        wait_until_written(memory, 2)
        memory.remember(transaction(), deferral(), NOW + 2)
    with Store(url) as store:
        kept = store.find_incident(incident)
        assert kept is not None and (kept.count, kept.last_at) == (3, NOW + 2)


def test_what_differs_in_anything_that_matters_is_an_incident_of_its_own() -> None:
    memory = StoredMemory(StoreSettings(url=NOWHERE))
    other = Address.parse("192.0.2.1")
    incidents = {
        memory.remember(transaction(), deferral(), NOW),
        memory.remember(transaction(other), deferral(failing(other)), NOW),
        memory.remember(transaction(sender="joe@other.example"), deferral(), NOW),
        memory.remember(transaction(recipient="jane@other.example"), deferral(), NOW),
        memory.remember(
            transaction(), deferral().__class__(Action.REFUSE, Rule.UNVOUCHED, failing()), NOW
        ),
    }
    assert len(incidents) == 5
    assert memory.remember(transaction(sender="ann@SENDER.example"), deferral(), NOW) in incidents


def test_an_incidents_name_has_eighty_random_bits() -> None:
    memory = StoredMemory(StoreSettings(url=NOWHERE))
    names = {memory.remember(transaction(), deferral(), NOW + n * HOUR) for n in range(1000)}
    assert len(names) == 1000
    assert all(re.fullmatch("[a-z2-7]{16}", name) for name in names)


def test_the_past_is_there_after_a_restart(url: str) -> None:
    noted = History().after(Result.FAIL, NOW)
    with remembering(url) as memory:
        assert past(memory) == History()
        memory.note_sighting(KEY, Result.FAIL, NOW, dynamic=False)
        assert past(memory) == noted
    with remembering(url) as memory:
        assert past(memory) == noted
        assert past(memory, client_key(V6)) == History()


def test_without_a_database_the_past_lasts_as_long_as_the_process() -> None:
    with remembering(NOWHERE) as memory:
        assert past(memory) == History()
        memory.note_pass(CLIENT, NOW)
        assert past(memory) == History(passed_at=NOW)
        memory.note_hit(1, NOW)
        assert (memory.queue_depth, memory.losses, memory.in_trouble) == (0, 0, False)


def test_a_history_noted_before_it_was_known_is_joined_to_what_is_stored(url: str) -> None:
    with remembering(url) as memory:
        memory.note_sighting(KEY, Result.FAIL, NOW, dynamic=False)
    with remembering(url) as memory:
        memory.note_sighting(KEY, Result.FAIL, NOW + HOUR, dynamic=False)
        assert past(memory) == History(2, NOW, NOW + HOUR)


def test_what_happened_while_a_decision_was_made_is_not_undone_by_it(url: str) -> None:
    with remembering(url) as memory:
        assert past(memory) == History()  # two decisions begin with this
        memory.note_sighting(KEY, Result.FAIL, NOW, dynamic=False)
        memory.note_sighting(KEY, Result.TEMPERROR, NOW + 8, dynamic=False)
        expected = History(1, NOW, NOW, troubled_since=NOW + 8, troubled_at=NOW + 8)
        assert past(memory) == expected
    with remembering(url) as memory:
        assert past(memory) == expected


def test_passes_are_noted_once_an_hour(url: str) -> None:
    with remembering(url) as memory:
        for second in range(3000):
            memory.note_pass(CLIENT, NOW + second)
        wait_until_written(memory, 1)
        memory.note_pass(CLIENT, NOW + HOUR)
        wait_until_written(memory, 2)
        assert past(memory) == History(passed_at=NOW + HOUR)
        assert memory.queue_depth == 0


def test_a_pass_soon_after_a_failure_ends_it_whatever_was_noted_before(url: str) -> None:
    with remembering(url) as memory:
        for client in (CLIENT, V6):
            key = client_key(client)
            memory.note_pass(client, NOW)
            assert past(memory, key) == History(passed_at=NOW)
            memory.note_sighting(key, Result.FAIL, NOW + 60, dynamic=False)
            memory.note_pass(client, NOW + 120)
            assert past(memory, key) == History(passed_at=NOW)


def test_addresses_of_one_ipv6_site_share_their_past(url: str) -> None:
    with remembering(url) as memory:
        memory.note_pass(V6, NOW)
        memory.note_pass(Address.parse("2001:db8:1:2::26"), NOW + 60)
        wait_until_written(memory, 1)
        assert past(memory, client_key(V6)) == History(passed_at=NOW)


def test_two_memories_sharing_a_database_lose_nothing(url: str) -> None:
    with remembering(url) as one, remembering(url) as other:
        for number in range(6):
            memory = one if number % 2 else other
            memory.note_sighting(KEY, Result.FAIL, NOW + number * 2 * HOUR, dynamic=False)
            memory.note_hit(1, NOW)
            written = memory.counters.written
            wait_until_written(memory, written + 1)
            wait_until_idle(memory)
    with Store(url) as store:
        stored = store.history_of(KEY)
    assert stored is not None and stored.failures == 6


def test_an_exception_made_elsewhere_holds_within_a_second(url: str) -> None:
    with remembering(url) as memory, Store(url, create=True) as store:
        assert not memory.allowances
        made = store.add_allowance(
            AllowanceKind.ADDRESS, CLIENT.text, reason="a customer", author="me", ends=None
        ).allowance
        wait_until(lambda: memory.allowances.all == (made,), "it holds", 1.0)
        memory.note_hit(made.number, NOW + 5)
        memory.note_hit(made.number, NOW + 4)
        wait_until(lambda: store.list_allowances()[0].hits == 2, "hits are counted")
        assert store.list_allowances()[0].hit_at == NOW + 5
        assert store.end_allowance(made.number, "moved away")
        wait_until(lambda: not memory.allowances, "it ended", 1.0)


def week_of_passes(url: str, failure_on: int | None) -> tuple[float | None, str]:
    """The end and note of an exception whose address passes daily, and may fail once."""
    clock = Clock()
    with remembering(url, clock=clock) as memory, Store(url, create=True, clock=clock) as store:
        store.add_allowance(
            AllowanceKind.ADDRESS, CLIENT.text, reason="", author="", ends=NOW + 30 * DAY
        )
        wait_until(lambda: memory.allowances, "the exception is known")
        for day in range(8):
            clock.now = NOW + day * DAY
            if day == failure_on:
                memory.remember(transaction(), deferral(), clock.now)
            memory.note_pass(CLIENT, clock.now)
            wait_until(lambda: not memory.queue_depth, "the queue is empty")
        memory.close()
        [allowance] = store.list_allowances(ended=True)
    return allowance.ends, allowance.note


def test_an_exception_ends_when_its_sender_has_passed_for_a_week(url: str) -> None:
    assert week_of_passes(url, None) == (NOW + 7 * DAY, SEEN_FIXED)


def test_a_failure_within_the_week_keeps_the_exception(url: str) -> None:
    assert week_of_passes(url, 3) == (NOW + 30 * DAY, "")


@pytest.mark.parametrize(
    ("envelope", "sender", "recipient"),
    [
        (Envelope.NOTHING, "", ""),
        (Envelope.DOMAINS, "sender.example", "receiver.example"),
        (Envelope.ADDRESSES, "joe@sender.example", "jane@receiver.example"),
    ],
)
def test_no_more_of_the_envelope_is_kept_than_is_set(
    url: str, tmp_path: Path, envelope: Envelope, sender: str, recipient: str
) -> None:
    with remembering(url, envelope=envelope) as memory:
        incident = memory.remember(transaction(), deferral(), NOW)
    with Store(url) as store:
        kept = store.find_incident(incident)
    assert kept is not None and (kept.sender, kept.recipient) == (sender, recipient)
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert (b"joe" in stored) == (envelope is Envelope.ADDRESSES)
    assert (b"receiver.example" in stored) == (envelope is not Envelope.NOTHING)


def test_only_owner_and_group_may_read_the_file(url: str, tmp_path: Path) -> None:
    with remembering(url) as memory:
        memory.remember(transaction(), deferral(), NOW)
        wait_until_written(memory, 1)
        for path in tmp_path.iterdir():
            assert path.stat().st_mode & 0o007 == 0, path


def test_the_start_does_not_wait_for_sqlalchemy() -> None:
    program = "import sys, gotrdns.store.memory; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_listeners_are_called_in_the_loop_that_started_it(tmp_path: Path) -> None:
    async def run() -> list[str]:
        heard: asyncio.Queue[str] = asyncio.Queue()
        url = url_of(tmp_path / "missing" / "too" / "store.sqlite3")
        memory = StoredMemory(StoreSettings(url=url), on_trouble=heard.put_nowait)
        memory.start()
        text = await asyncio.wait_for(heard.get(), 10)
        assert await memory.history(KEY) is None
        await asyncio.to_thread(memory.close)
        return [text]

    assert "No such file" in asyncio.run(run())[0]
