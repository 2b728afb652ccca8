"""The supervisor's part: accepting connections, and workers to serve them.

Owns that there are workers, and who gets a connection: whoever has the fewest, for mail servers
keep theirs. A worker that ends or hangs is replaced.
"""

import asyncio
import functools
import socket
from collections import Counter, deque
from collections.abc import Coroutine, Iterable
from typing import Any, Final

from gotrdns.daemon.advice import Advice
from gotrdns.daemon.journal import Journal, Level
from gotrdns.daemon.listeners import Attend
from gotrdns.daemon.watch import Watch
from gotrdns.daemon.workers.acceptor import Acceptor
from gotrdns.daemon.workers.handover import NotTaken
from gotrdns.daemon.workers.hearing import Hearing
from gotrdns.daemon.workers.member import Member
from gotrdns.daemon.workers.messages import FromWorker, Obey, Ready
from gotrdns.protocols.endpoints import Endpoint
from gotrdns.resolution.counters import Counters
from gotrdns.servers.connections import Closure
from gotrdns.settings import Settings

_TURN: Final = 0.05  # seconds until all workers know what one of them made known
_PINGED_EVERY: Final = 2.0
# So many pings, not seconds: whoever stopped the supervisor for a while, or the whole host, has not
# made the workers hang.
_HANGS_AFTER: Final = 7
_START_PATIENCE: Final = 20.0  # seconds for all workers to be ready
_STOP_PATIENCE: Final = 5.0  # seconds beyond the deadline of decisions
# A worker that ends at once, again and again, is not to use up the host.
_SHORT_LIFE: Final = 10.0
_RESPAWN_PAUSE: Final = 1.0


class NoWorkers(Exception):
    """The workers did not start."""


class Crew:
    """So many workers that serve; ``counters`` is where their resolvers' counts go."""

    def __init__(
        self,
        size: int,
        settings: Settings,
        advice: Advice,
        watch: Watch,
        journal: Journal,
        counters: Counters,
    ) -> None:
        self.size = size
        self.ended = 0  # those that nobody had dismissed
        self._settings = settings
        self._watch = watch
        self._journal = journal
        self._loop = asyncio.get_running_loop()
        self._members: list[Member] = []
        self._acceptors: set[Acceptor] = set()
        # Accepted, and taken by no worker yet: one at most for each acceptor.
        self._waiting: deque[tuple[str, Endpoint, socket.socket]] = deque()
        self._hearing = Hearing(advice, watch, counters, self._beside)
        self._all_ready: asyncio.Future[None] = self._loop.create_future()
        self._is_stopping = False
        self._deserted = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()  # the loop itself holds tasks weakly

    async def start(self) -> None:
        """Returns when all workers are ready. Raises NoWorkers."""
        for number in range(self.size):
            await self._hire(number)
        self._do(self._watch_over())
        try:
            await asyncio.wait_for(self._all_ready, _START_PATIENCE)
        except TimeoutError:
            raise NoWorkers(f"workers were not ready within {_START_PATIENCE:g} s") from None

    def obey(self, settings: Settings, *, reopen: bool) -> None:
        """Follow these settings from now on; with ``reopen``, ask other resolvers."""
        self._settings = settings
        for each in self._members:
            each.channel.send(Obey(settings, self.size, reopen))

    def attend(self, door: str) -> Attend:
        """What is done with a listening socket of that door."""
        return functools.partial(self._attend, door)

    @property
    def members(self) -> tuple[Member, ...]:
        return tuple(self._members)

    @property
    def connections(self) -> int:
        return sum(each.load for each in self._members)

    def connections_by_place(self) -> Counter[Endpoint]:
        """How many connections came in at each place."""
        found: Counter[Endpoint] = Counter()
        for each in self._members:
            if each.holding is not None:
                found.update(each.holding.by_place)
        return found

    @property
    def is_stuck(self) -> bool:
        """Whether nobody is there to answer."""
        return not any(each.is_ready for each in self._members)

    async def stop(self) -> None:
        """Have what is in hand answered; returns when all workers have ended."""
        self._is_stopping = True
        self._turn_away()
        for each in self._members:
            each.dismiss()
        if self._members:
            patience = self._settings.verification.deadline + _STOP_PATIENCE
            try:
                await asyncio.wait_for(self._deserted.wait(), patience)
            except TimeoutError:
                self.abandon()

    def abandon(self) -> None:
        """Have no worker left behind, whatever happened before."""
        self._is_stopping = True
        self._turn_away()
        for each in self._members:
            each.abandon()

    async def _hire(self, number: int) -> None:
        member = Member(number, self._hear, self._lost)
        await member.connect()
        self._members.append(member)
        member.channel.send(Obey(self._settings, self.size, reopen=False))
        self._hearing.welcome(member)

    def _hear(self, member: Member, message: FromWorker) -> None:
        self._hearing.hear(member, message)
        if isinstance(message, Ready):
            self._give_out()
            if not self._all_ready.done() and all(each.is_ready for each in self._members):
                self._all_ready.set_result(None)

    def _lost(self, member: Member) -> None:
        self._members.remove(member)
        self._open_or_shut()
        self._do(self._replace(member))

    async def _replace(self, member: Member) -> None:
        status = await member.ended()
        if self._is_stopping:
            if not self._members:
                self._deserted.set()
            return
        self.ended += 1
        self._journal.write(Level.ERROR, "worker-ended", pid=member.pid, status=status)
        if not self._all_ready.done():
            self._all_ready.set_exception(NoWorkers("a worker ended before it was ready"))
            return
        if self._loop.time() - member.started_at < _SHORT_LIFE:
            await asyncio.sleep(_RESPAWN_PAUSE)
        await self._rehire(member.number)

    async def _rehire(self, number: int) -> None:
        while not self._is_stopping:
            try:
                await self._hire(number)
            except OSError as error:  # memory, processes or descriptors are short
                self._journal.write(Level.ERROR, "worker-not-started", problem=str(error))
                await asyncio.sleep(_RESPAWN_PAUSE)
            else:
                return

    async def _watch_over(self) -> None:
        pinged_at = self._loop.time()
        while not self._is_stopping:
            await asyncio.sleep(_TURN)
            self._hearing.tell_standing()
            self._give_out()
            now = self._loop.time()
            if now - pinged_at >= _PINGED_EVERY:
                pinged_at = now
                self._look_after()

    def _look_after(self) -> None:
        for each in self._members:
            if each.unanswered >= _HANGS_AFTER or each.is_stuck:
                self._journal.write(Level.ERROR, "worker-hangs", pid=each.pid)
                each.kill()
            else:
                each.ping()

    async def _attend(self, door: str, listening: socket.socket, place: Endpoint) -> Acceptor:
        take = functools.partial(self._hand_over, door, place)
        acceptor = Acceptor(listening, take, self._acceptors.discard)
        self._acceptors.add(acceptor)
        self._open_or_shut()
        return acceptor

    def _open_or_shut(self) -> None:
        """While no worker is ready, mail servers wait to be let in."""
        for each in self._acceptors:
            if self._waiting or self.is_stuck:
                each.pause()
            else:
                each.resume()

    def _hand_over(self, door: str, place: Endpoint, connection: socket.socket) -> None:
        self._waiting.append((door, place, connection))
        self._give_out()

    def _give_out(self) -> None:
        """Give to workers what was accepted; while none takes it, nothing more is accepted."""
        while self._waiting and self._is_taken(*self._waiting[0]):
            self._waiting.popleft()
        self._open_or_shut()

    def _is_taken(self, door: str, place: Endpoint, connection: socket.socket) -> bool:
        for member in sorted(filter(_is_ready, self._members), key=_load):
            try:
                member.give(door, place, connection)
            except NotTaken:
                continue
            connection.close()
            return True
        return False

    def _turn_away(self) -> None:
        while self._waiting:
            _, place, connection = self._waiting.popleft()
            connection.close()
            self._watch.closed(Closure.REFUSED_FULL, str(place))

    def _beside(self, member: Member | None) -> Iterable[Member]:
        return [each for each in self._members if each is not member]

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _is_ready(member: Member) -> bool:
    return member.is_ready


def _load(member: Member) -> int:
    return member.load
