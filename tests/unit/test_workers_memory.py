"""Workers that share a supervisor's memory and its belief in the resolver."""

import asyncio
import socket
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest

from gotrdns.daemon.workers.channel import Channel
from gotrdns.daemon.workers.courier import Courier
from gotrdns.daemon.workers.messages import (
    Assurance,
    Assure,
    Past,
    Ping,
    Pong,
    Recall,
    Remember,
    Seen,
    Spoke,
    Standing,
)
from gotrdns.daemon.workers.trust import SharedTrust
from gotrdns.names import Address, DomainName
from gotrdns.policy import Action, Decision, Rule, Transaction, Trust
from gotrdns.policy.allowances import Allowances
from gotrdns.policy.confirmations import Confirmation, Confirmations
from gotrdns.policy.history import HOUR, History, client_key
from gotrdns.store.histories import Histories
from gotrdns.store.incidents import Opened
from gotrdns.store.memory import StoredMemory
from gotrdns.store.pending import Pending, Sighting, Write
from gotrdns.store.settings import NOWHERE, StoreSettings
from gotrdns.store.writer import Listeners
from gotrdns.verification import Cause, Result, Verdict
from gotrdns.vouching import Reach, Spoken
from tests.unit.stores import failing, url_of

CLIENT = Address.parse("203.0.114.2")
KEY = client_key(CLIENT)
NOW = 1_800_000_000.0
TRANSACTION = Transaction(CLIENT, "mail.example.com", False, "a@example.com", "b@example.org")
DECISION = Decision(Action.DEFER, Rule.FEW_FAILURES, failing())


class Colleague:
    """A worker's memory at one end, the supervisor's answers at the other."""

    courier: Courier

    def __init__(self, supervisor: StoredMemory) -> None:
        self.supervisor = supervisor
        self.seen: list[Seen] = []
        self.remembered: list[Write] = []
        self.spoken: list[Spoken] = []
        self.is_answering = True
        self.heard = asyncio.Event()
        self.colleagues: list[Colleague] = []
        self.far = Channel(self._answer, lambda: None)
        self.near = Channel(self._hear, lambda: None)
        self.trust = SharedTrust(self.near)
        self.memory = StoredMemory(
            StoreSettings(), open_keeper=self._open_courier, on_spoken=self.spoken.extend
        )
        self.memory.start()

    async def connect(self) -> None:
        ends = socket.socketpair()
        for channel, end in zip((self.near, self.far), ends, strict=True):
            end.setblocking(False)
            await channel.open(end)

    def _open_courier(
        self, pending: Pending, histories: Histories, listeners: Listeners
    ) -> Courier:
        self.courier = Courier(self.near, pending, histories, listeners)
        return self.courier

    def _answer(self, message: Any) -> None:
        match message:
            case Recall() if self.is_answering:
                task = asyncio.ensure_future(self.supervisor.history(message.client))
                task.add_done_callback(
                    lambda heard: self.far.send(Past(message.client, heard.result()))
                )
            case Remember():
                self.remembered += message.writes
                for opened in self.supervisor.absorb(message.writes):
                    for other in self.colleagues:
                        if other is not self:
                            other.far.send(opened)
            case Seen():
                self.seen.append(message)
            case Assure() if self.is_answering:
                self.far.send(Assurance(Trust.SUSPECT))
            case Pong():
                self.far.send(Ping())
            case _:
                pass

    def _hear(self, message: Any) -> None:
        match message:
            case Past():
                self.courier.hear_past(message)
            case Standing():
                self.trust.hear(message.trust, assured=False)
                self.courier.hear_standing(message)
            case Assurance():
                self.trust.hear(message.trust, assured=True)
            case Opened():
                self.memory.adopt(message)
            case Spoke():
                self.courier.hear_spoken(message)
            case Ping():
                self.heard.set()
            case _:
                pass

    def fail(self, now: float) -> None:
        self.memory.note_sighting(KEY, Result.PERMERROR, now, dynamic=False)

    async def told(self) -> None:
        """Until the supervisor and all colleagues know what this worker saw."""
        await until(lambda: not self.memory.queue_depth)
        for each in (self, *self.colleagues):
            await each.hear_out()

    async def hear_out(self) -> None:
        """Until what was sent in both directions is there."""
        self.heard.clear()
        self.near.send(Pong())
        await asyncio.wait_for(self.heard.wait(), 5)

    async def past(self) -> History | None:
        return await asyncio.wait_for(self.memory.history(KEY), 5)


@asynccontextmanager
async def office(url: str = NOWHERE, workers: int = 2) -> AsyncIterator[list[Colleague]]:
    supervisor = StoredMemory(StoreSettings(url=url))
    await supervisor.begin(5)
    colleagues = [Colleague(supervisor) for _ in range(workers)]
    for each in colleagues:
        each.colleagues = colleagues
        await each.connect()
    yield colleagues
    for each in colleagues:
        each.memory.close()
        await each.near.close()
        await each.far.close()
    await asyncio.to_thread(supervisor.close)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - what is waited for knows nothing of the test
            await asyncio.sleep(0.005)


@pytest.fixture(params=["none", "sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return NOWHERE if request.param == "none" else f"sqlite:///{tmp_path}/store.sqlite3"


def test_what_one_worker_saw_is_the_past_for_the_others(url: str) -> None:
    async def run() -> None:
        async with office(url) as (first, second):
            first.fail(NOW)
            await first.told()
            assert (past := await second.past()) is not None
            assert (past.failures, past.failing_since) == (1, NOW)
            second.fail(NOW + 2 * HOUR)
            await second.told()
            first.fail(NOW + 4 * HOUR)
            await first.told()
            for each in (first, second, first):
                assert (past := await each.past()) is not None
                assert (past.failures, past.failing_since) == (3, NOW)

    asyncio.run(run())


def test_what_a_worker_has_not_told_yet_counts_for_itself() -> None:
    async def run() -> None:
        async with office() as (first, second):
            second.fail(NOW)
            await second.told()
            first.fail(NOW + 2 * HOUR)
            assert (past := await first.past()) is not None
            assert past.failures == 2

    asyncio.run(run())


def test_a_past_that_nobody_tells_is_waited_for_as_long_as_the_asker_likes() -> None:
    async def run() -> None:
        async with office(workers=1) as (worker,):
            worker.is_answering = False
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(worker.memory.history(KEY), 0.05)

    asyncio.run(run())


def test_a_supervisor_that_does_not_know_says_so() -> None:
    async def run() -> None:
        async with office(workers=1) as (worker,):
            worker.is_answering = False
            asking = asyncio.ensure_future(worker.memory.history(KEY))
            await asyncio.sleep(0.02)
            worker.far.send(Past(KEY, None))
            assert await asyncio.wait_for(asking, 5) is None

    asyncio.run(run())


def test_an_incident_is_told_once_and_its_repetitions_as_a_number(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"

    async def run() -> None:
        async with office(url_of(path), workers=1) as (worker,):
            incident = worker.memory.remember(TRANSACTION, DECISION, NOW)
            await until(lambda: bool(worker.remembered))
            for number in range(6):
                assert worker.memory.repeat(incident, NOW + 1 + number)
            worker.memory.close()
            await until(lambda: len(worker.remembered) == 2)
            first, again = worker.remembered
            assert isinstance(first, Sighting)
            assert isinstance(again, Sighting)
            assert first.decided == (TRANSACTION, DECISION)
            assert (again.id, again.decided, again.count) == (incident, None, 6)

    asyncio.run(run())
    with closing(sqlite3.connect(path)) as store:
        rows = store.execute("SELECT address, count FROM decisions").fetchall()
    assert rows == [(CLIENT.text, 7)]


def test_an_incident_of_one_worker_is_counted_on_by_all(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"

    async def run() -> None:
        async with office(url_of(path), workers=3) as workers:
            first, second, third = workers
            incident = first.memory.remember(TRANSACTION, DECISION, NOW)
            await first.told()
            assert second.memory.remember(TRANSACTION, DECISION, NOW + 1) == incident
            assert third.memory.repeat(incident, NOW + 2)
            assert first.memory.repeat(incident, NOW + 3)
            # An hour after it began it is over, for whoever asks.
            later = second.memory.remember(TRANSACTION, DECISION, NOW + HOUR)
            assert later != incident
            await second.told()
            assert third.memory.remember(TRANSACTION, DECISION, NOW + HOUR + 1) == later
            for each in workers:
                each.memory.close()
                await each.told()

    asyncio.run(run())
    with closing(sqlite3.connect(path)) as store:
        rows = store.execute("SELECT count, last_at FROM decisions ORDER BY first_at").fetchall()
    assert rows == [(4, NOW + 3), (2, NOW + HOUR + 1)]


def test_exceptions_are_known_once_the_supervisor_has_told_them() -> None:
    async def run() -> None:
        async with office(workers=1) as (worker,):
            assert not worker.memory.allowances_known
            worker.far.send(Standing(Trust.SOUND, Allowances(), False, Confirmations()))
            worker.far.send(Standing(Trust.LYING, Allowances(), True, Confirmations()))
            await until(lambda: worker.memory.allowances_known)
            assert worker.trust.trust is Trust.LYING
            told = worker.memory.allowances
            worker.far.send(Standing(Trust.SOUND, Allowances(), True, Confirmations()))
            await until(lambda: worker.trust.trust is Trust.SOUND)
            # Decisions that rest on the same exceptions stand.
            assert worker.memory.allowances is told

    asyncio.run(run())


def test_confirmations_are_known_once_the_supervisor_has_told_them() -> None:
    made = Confirmation(CLIENT, DomainName.parse("mail.example.com"), NOW, NOW + HOUR)

    async def run() -> None:
        async with office(workers=1) as (worker,):
            assert not worker.memory.confirmations
            worker.far.send(Standing(Trust.SOUND, Allowances(), False, Confirmations([made])))
            await until(lambda: bool(worker.memory.confirmations))
            told = worker.memory.confirmations
            assert told.find(CLIENT, NOW) == made
            worker.far.send(Standing(Trust.LYING, Allowances(), False, Confirmations([made])))
            await until(lambda: worker.trust.trust is Trust.LYING)
            # Decisions that rest on the same confirmations stand.
            assert worker.memory.confirmations is told
            worker.far.send(Standing(Trust.LYING, Allowances(), False, Confirmations()))
            await until(lambda: not worker.memory.confirmations)

    asyncio.run(run())


def test_those_who_ask_for_trust_at_once_share_a_question() -> None:
    async def run() -> None:
        async with office(workers=1) as (worker,):
            found = await asyncio.gather(*[worker.trust.assure() for _ in range(5)])
            assert found == [Trust.SUSPECT] * 5
            worker.trust.note(Verdict(CLIENT, Cause.REVERSE_TIMEOUT, (), None, False))
            assert worker.seen == []
            assert await worker.trust.assure() is Trust.SUSPECT
            assert worker.seen == [Seen(((CLIENT, True, False),))]

    asyncio.run(run())


def test_how_far_a_domain_has_spoken_is_told() -> None:
    async def run() -> None:
        async with office(workers=1) as (worker,):
            news = Reach().note(DomainName.parse("example.com"), CLIENT, NOW)
            assert news is not None
            worker.far.send(Spoke((news,)))
            await until(lambda: worker.spoken == [news])

    asyncio.run(run())
