"""What all listeners have in common: connections that are admitted, swept, and ended.

Owns how many there may be, how long each may take, and that a stop answers first what is in hand.
What is spoken on a connection is each listener's own business; listening sockets are opened by the
daemon.
"""

import asyncio
import enum
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable
from typing import Final, Generic, Protocol, TypeVar

from gotrdns.deciding import Decider
from gotrdns.policy import Decision, Transaction
from gotrdns.protocols.endpoints import Endpoint, UnixEndpoint
from gotrdns.protocols.junk import Junk
from gotrdns.servers.settings import ListenerSettings

_LONGEST_SWEEP_INTERVAL: Final = 1.0  # seconds: how exact the time-outs are
_GRACE: Final = 5.0  # seconds by which a deadline may be missed on a busy host
_UNIX: Final = "unix"  # peers at a unix socket have no names
_SETTLING: Final = 0.05  # seconds for requests on their way when a stop is asked for

SettingsT = TypeVar("SettingsT", bound=ListenerSettings)


class Closure(enum.Enum):
    """Why a connection was not kept. Codes are permanent."""

    REFUSED_FULL = "refused-full"
    IDLE_WHEN_FULL = "idle-when-full"
    IDLE = "idle"
    HALF_SENT = "half-sent"
    NOT_READING = "not-reading"


class Observer(Protocol):
    """Hears what happens at a listener."""

    def decided(self, transaction: Transaction, decision: Decision, seconds: float) -> None: ...

    def received_junk(self, junk: Junk, peer: str) -> None: ...

    def closed(self, closure: Closure, peer: str) -> None: ...


class Server(ABC, Generic[SettingsT]):
    """The connections of all places of one kind. Give ``new_connection`` to the event loop.

    ``settings``, ``decider`` and ``page``, where incidents are explained (an address without a
    last slash; empty if nowhere), may be replaced at any time; requests under way keep theirs.
    """

    def __init__(
        self,
        settings: SettingsT,
        decider: Decider,
        observer: Observer,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self.settings = settings
        self.decider = decider
        self.observer = observer
        self.page = ""
        self.clock: Callable[[], float] = loop.time
        self.stopping = False
        self._loop = loop
        self._connections: set[Connection[SettingsT]] = set()
        self._emptied = asyncio.Event()
        self._emptied.set()
        self._sweeper: asyncio.TimerHandle | None = None

    @property
    def connections(self) -> int:
        return len(self._connections)

    @property
    def is_stuck(self) -> bool:
        """Whether a peer waits for an answer that was due long ago."""
        latest = self.clock() - self.decider.deadline - _GRACE
        return any(
            each.is_busy and max(each.heard_at, each.moved_at) < latest
            for each in self._connections
        )

    def connections_by_place(self) -> Counter[Endpoint]:
        """How many connections came in at each place."""
        return Counter(each.place for each in self._connections if each.place is not None)

    @abstractmethod
    def new_connection(self, place: Endpoint | None = None) -> asyncio.Protocol:
        """The protocol of one connection that was accepted at ``place``."""

    async def stop(self) -> None:
        """Answer what is in hand, close what is idle; returns when no connection is left.

        Bounded by the decider's deadline and the time-outs. Listening sockets are closed before.
        """
        # What a mail server sent before it could know is read, and answered, first.
        await asyncio.sleep(_SETTLING)
        self.stopping = True
        for connection in list(self._connections):
            connection.finish()
        try:
            await asyncio.wait_for(self._emptied.wait(), self.decider.deadline + _SETTLING)
        except TimeoutError:
            for connection in list(self._connections):
                connection.abort()
        if self._sweeper is not None:
            self._sweeper.cancel()

    def admit(self, connection: "Connection[SettingsT]") -> bool:
        """Whether a new connection may stay; if need be the one idle longest makes room."""
        if self.stopping:
            return False
        if len(self._connections) >= self.settings.connections:
            idle = [each for each in self._connections if each.is_idle]
            if not idle:
                self.observer.closed(Closure.REFUSED_FULL, connection.peer)
                return False
            longest = min(idle, key=_heard_at)
            self.observer.closed(Closure.IDLE_WHEN_FULL, longest.peer)
            longest.abort()
            self.depart(longest)
        self._connections.add(connection)
        self._emptied.clear()
        if self._sweeper is None:
            self._sweep_later()
        return True

    def depart(self, connection: "Connection[SettingsT]") -> None:
        """Forget a connection that is gone."""
        self._connections.discard(connection)
        if not self._connections:
            self._emptied.set()

    def _sweep_later(self) -> None:
        settings = self.settings
        shortest = min(settings.request_timeout, settings.reply_timeout)
        interval = min(shortest / 4, _LONGEST_SWEEP_INTERVAL)
        self._sweeper = self._loop.call_later(interval, self._sweep)

    def _sweep(self) -> None:
        self._sweeper = None
        now = self.clock()
        for connection in list(self._connections):
            closure = connection.overdue(now)
            if closure is not None:
                self.observer.closed(closure, connection.peer)
                connection.abort()
        if self._connections:
            self._sweep_later()


class Connection(asyncio.Protocol, ABC, Generic[SettingsT]):
    """One connection. A listener's own kind receives data and answers it in ``proceed``.

    ``heard_at`` is when the peer last sent anything, ``moved_at`` when what it is owed changed;
    ``partial_since`` when what is no whole request yet began to arrive.
    """

    __slots__ = (
        "_is_read",
        "_unread_since",
        "finishing",
        "heard_at",
        "is_held_back",
        "moved_at",
        "partial_since",
        "peer",
        "place",
        "server",
        "transport",
    )

    transport: asyncio.Transport

    def __init__(self, server: Server[SettingsT], place: Endpoint | None) -> None:
        self.server = server
        self.place = place
        self.peer = ""
        self.heard_at = self.moved_at = server.clock()
        self.partial_since: float | None = None
        self.is_held_back = False
        self.finishing = False
        self._unread_since: float | None = None
        self._is_read = True

    @property
    @abstractmethod
    def is_busy(self) -> bool:
        """Whether answers are owed."""

    @property
    @abstractmethod
    def is_full(self) -> bool:
        """Whether as much is under way as may be."""

    @property
    def is_idle(self) -> bool:
        return not self.is_busy and self.partial_since is None

    @abstractmethod
    def proceed(self) -> None:
        """Answer what has been received, as far as it may be answered now."""

    @abstractmethod
    def forget(self) -> None:
        """The connection is gone, and nobody waits for its answers."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]  # a stream's transport is one
        is_unix = isinstance(self.place, UnixEndpoint)
        self.peer = _UNIX if is_unix else _name_of_peer(transport)
        if not self.server.admit(self):
            self.finishing = True
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's interface
        self.finishing = True
        self.forget()
        self.server.depart(self)

    def eof_received(self) -> bool:
        """A peer that only stopped sending still gets its replies."""
        self.finish()
        return True

    def pause_writing(self) -> None:
        self._unread_since = self.server.clock()
        self.pace()

    def resume_writing(self) -> None:
        self._unread_since = None
        self.pace()
        self.proceed()

    def finish(self) -> None:
        """Close as soon as everything received is answered."""
        if not self.finishing:
            self.finishing = True
            self.close_if_done()

    def abort(self) -> None:
        self.transport.abort()

    def overdue(self, now: float) -> Closure | None:
        """The time-out that has been reached, if any."""
        settings = self.server.settings
        if self._unread_since is not None:
            late = now - self._unread_since > settings.reply_timeout
            return Closure.NOT_READING if late else None
        if self.is_busy:
            return None
        if self.partial_since is not None:
            late = now - self.partial_since > settings.request_timeout
            return Closure.HALF_SENT if late else None
        return Closure.IDLE if now - self.heard_at > settings.idle_timeout else None

    def pace(self) -> None:
        """Hold a peer back that overdoes it, or no longer: whenever what is owed has changed."""
        self.moved_at = self.server.clock()
        self.is_held_back = self._unread_since is not None or self.is_full
        wanted = not self.is_held_back and not self.finishing
        if wanted is not self._is_read:
            self._is_read = wanted
            if wanted:
                self.transport.resume_reading()
            else:
                self.transport.pause_reading()

    def close_if_done(self) -> None:
        if not self.is_busy and not self.is_held_back:
            self.transport.close()


def _heard_at(connection: Connection[SettingsT]) -> float:
    return connection.heard_at


def _name_of_peer(transport: asyncio.BaseTransport) -> str:
    peer = transport.get_extra_info("peername")
    return f"{peer[0]}:{peer[1]}" if isinstance(peer, tuple) else _UNIX
