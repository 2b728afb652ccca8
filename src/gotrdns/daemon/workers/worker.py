"""A worker: serves the connections it is handed, as the supervisor says.

Owns a resolver, a decider and the mail servers' connections. What must be one for all workers, it
asks the supervisor for. It ends when it is told to, or when the supervisor is gone.
"""

import asyncio
import socket
import time
from collections.abc import Coroutine
from typing import Any, Final, assert_never

import msgspec

from gotrdns.daemon.faults import report_faults
from gotrdns.daemon.journal import Journal
from gotrdns.daemon.serving import Servers, sections
from gotrdns.daemon.tally import Tally
from gotrdns.daemon.workers.channel import Channel
from gotrdns.daemon.workers.courier import Courier
from gotrdns.daemon.workers.handover import take_over
from gotrdns.daemon.workers.messages import (
    Assurance,
    FromSupervisor,
    Obey,
    Past,
    Ping,
    Pong,
    Ready,
    Spoke,
    Standing,
    Stop,
)
from gotrdns.daemon.workers.observer import WorkerObserver
from gotrdns.daemon.workers.reporting import Reporter
from gotrdns.daemon.workers.trust import SharedTrust
from gotrdns.deciding import Decider
from gotrdns.deciding.counsel import Counsel
from gotrdns.policy import Policy
from gotrdns.resolution.client import Client
from gotrdns.resolution.counters import Counters
from gotrdns.resolution.opening import open_client
from gotrdns.settings import Settings
from gotrdns.store.histories import Histories
from gotrdns.store.incidents import Opened
from gotrdns.store.memory import StoredMemory
from gotrdns.store.pending import Pending
from gotrdns.store.settings import StoreSettings
from gotrdns.store.writer import Listeners
from gotrdns.vouching import Reach, Spoken, Vouching

_RETIRED_AFTER: Final = 1.0  # seconds beyond the deadline: nobody waits for it any more


class Worker:
    """One worker, at its ends of the lines to the supervisor. ``run`` returns when it is over."""

    _client: Client
    _courier: Courier
    _memory: StoredMemory
    _reporter: Reporter
    _servers: Servers
    _tally: Tally
    _trust: SharedTrust

    def __init__(self, talk: socket.socket, handed: socket.socket, journal: Journal) -> None:
        self._talk = talk
        self._channel = Channel(self._hear, self._begin_stop)
        self._handed = handed
        self._journal = journal
        self._settings: Settings | None = None
        self._counters = Counters()
        self._reach = Reach()
        self._over = asyncio.Event()
        self._is_stopping = False
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()  # the loop itself holds tasks weakly

    async def run(self) -> None:
        report_faults(self._loop, self._journal)
        self._journal.gather(self._loop.call_soon)
        self._trust = SharedTrust(self._channel)
        self._memory = StoredMemory(
            StoreSettings(), open_keeper=self._open_courier, on_spoken=self._reach.load
        )
        self._memory.start()
        await self._channel.open(self._talk)
        await self._over.wait()
        self._journal.stop_gathering()

    def _hear(self, message: FromSupervisor) -> None:
        match message:
            case Obey():
                self._obey(message)
            case Standing():
                self._trust.hear(message.trust, assured=False)
                self._courier.hear_standing(message)
            case Assurance():
                self._trust.hear(message.trust, assured=True)
            case Past():
                self._courier.hear_past(message)
            case Spoke():
                self._courier.hear_spoken(message)
            case Opened():
                self._memory.adopt(message)
            case Ping():
                self._channel.send(Pong())
            case Stop():
                self._begin_stop()
            case _:
                assert_never(message)

    def _open_courier(
        self, pending: Pending, histories: Histories, listeners: Listeners
    ) -> Courier:
        self._courier = Courier(self._channel, pending, histories, listeners)
        return self._courier

    def _obey(self, order: Obey) -> None:
        """Serve by these settings; the first time, begin to."""
        before, self._settings = self._settings, _share(order.settings, order.workers)
        settings = self._settings
        self._journal.follow(settings.log)
        if before is None or order.reopen:
            self._open_resolver(settings, before)
        if before is not None:
            self._tally.follow_mode(settings.policy.mode)
            self._servers.obey(settings)
            return
        self._tally = Tally(settings.policy.mode, time.monotonic)
        observer = WorkerObserver(self._tally, self._journal, self._channel)
        self._servers = Servers(settings, self._make_decider, observer)
        self._reporter = Reporter(
            self._channel,
            self._tally,
            self._servers,
            lambda: self._client,
            self._memory,
            self._trust,
        )
        self._loop.add_reader(self._handed, self._take_over)
        self._channel.send(Ready())

    def _open_resolver(self, settings: Settings, before: Settings | None) -> None:
        if before is not None:
            patience = before.verification.deadline + _RETIRED_AFTER
            self._loop.call_later(patience, self._client.close)
        self._client = open_client(settings.resolver, daemon=True, counters=self._counters)
        self._vouching = Vouching(
            self._client, self._reach, clock=time.time, on_spoken=self._note_spoken
        )

    def _make_decider(self, settings: Settings) -> Decider:
        return Decider(
            Policy(settings.policy),
            self._client,
            settings.verification,
            self._loop.call_later,
            Counsel(self._memory, self._vouching, self._trust, time.time),
        )

    def _note_spoken(self, spoken: Spoken) -> None:
        self._channel.send(Spoke((spoken,)))

    def _take_over(self) -> None:
        while (given := take_over(self._handed)) is not None:
            door, place, connection = given
            self._reporter.taken_over += 1
            self._do(self._servers.serve(door, place, connection))

    def _begin_stop(self) -> None:
        if not self._is_stopping:
            self._is_stopping = True
            self._do(self._stop())

    async def _stop(self) -> None:
        """Answer what is in hand, tell what there is to tell, and end."""
        if self._settings is not None:
            self._take_over()
            self._loop.remove_reader(self._handed)
            await self._servers.stop()
            self._reporter.stop()
        self._memory.close()
        await self._channel.close()
        self._over.set()

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _share(settings: Settings, workers: int) -> Settings:
    """What one worker may take of what is meant for all."""
    shares = {
        name: msgspec.structs.replace(section, connections=-(-section.connections // workers))
        for name, section in sections(settings).items()
    }
    return msgspec.structs.replace(settings, **shares)
