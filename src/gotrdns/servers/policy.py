"""The policy service for Postfix: connections in, requests decided, replies out in their order.

Owns the connections, their limits and time-outs, and the joining of a decision to its words and
codes. What a decision is comes from ``deciding``; listening sockets are opened by the daemon.
"""

import asyncio
import enum
from collections import Counter, deque
from collections.abc import Callable
from typing import Final, Protocol

from msgspec import Struct

from gotrdns.deciding import Decider
from gotrdns.policy import Decision, Transaction
from gotrdns.protocols.postfix_policy import LET_THROUGH, Decoder, Junk, PolicyRequest
from gotrdns.servers.endpoints import Endpoint
from gotrdns.servers.replies import Replies, read_transaction
from gotrdns.servers.settings import PostfixSettings

_LONGEST_SWEEP_INTERVAL: Final = 1.0  # seconds: how exact the time-outs are
_SETTLING: Final = 0.05  # seconds for requests on their way when a stop is asked for


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


class PolicyServer:
    """The connections of all listeners together. Give ``new_connection`` to the event loop.

    ``settings`` and ``decider`` may be replaced at any time; requests under way keep theirs.
    """

    def __init__(
        self,
        settings: PostfixSettings,
        decider: Decider,
        observer: Observer,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self.settings = settings
        self.decider = decider
        self.observer = observer
        self.clock: Callable[[], float] = loop.time
        self.replies = Replies()
        self.stopping = False
        self._loop = loop
        self._connections: set[_Connection] = set()
        self._emptied = asyncio.Event()
        self._emptied.set()
        self._sweeper: asyncio.TimerHandle | None = None

    @property
    def connections(self) -> int:
        return len(self._connections)

    def connections_by_place(self) -> Counter[Endpoint | None]:
        """How many connections came in at each place."""
        return Counter(each.place for each in self._connections)

    def new_connection(self, place: Endpoint | None = None) -> asyncio.Protocol:
        """The protocol of one connection that was accepted at ``place``."""
        return _Connection(self, place)

    async def stop(self) -> None:
        """Answer what is in hand, close what is idle; returns when no connection is left.

        Bounded by the decider's deadline and the time-outs. Listening sockets are closed before.
        """
        # What Postfix sent before it could know is read, and answered, first.
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

    def admit(self, connection: "_Connection") -> bool:
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

    def depart(self, connection: "_Connection") -> None:
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
            closure = connection.overdue(now, self.settings)
            if closure is not None:
                self.observer.closed(closure, connection.peer)
                connection.abort()
        if self._connections:
            self._sweep_later()


class _Pending(Struct, eq=False):
    """A request until its reply can be written: after those that came before it."""

    connection: "_Connection"
    observer: Observer
    request: PolicyRequest
    transaction: Transaction
    started: float
    reply: bytes | None = None

    def decided(self, decision: Decision) -> None:
        server = self.connection.server
        self.observer.decided(self.transaction, decision, server.clock() - self.started)
        self.reply = server.replies.compose(self.request, decision)
        self.connection.flush()


class _Connection(asyncio.Protocol):
    """One connection: decodes, keeps the replies in order, holds back a peer that overdoes it."""

    __slots__ = (
        "_decoder",
        "_finishing",
        "_is_held_back",
        "_is_read",
        "_outstanding",
        "_partial_since",
        "_transport",
        "_unread_since",
        "heard_at",
        "peer",
        "place",
        "server",
    )

    _transport: asyncio.Transport

    def __init__(self, server: PolicyServer, place: Endpoint | None) -> None:
        self.server = server
        self.place = place
        self.peer = ""
        self.heard_at = server.clock()
        self._decoder = Decoder(server.settings.limits)
        self._outstanding: deque[_Pending | bytes] = deque()
        self._partial_since: float | None = None
        self._unread_since: float | None = None
        self._is_held_back = False
        self._is_read = True
        self._finishing = False

    @property
    def is_idle(self) -> bool:
        return not self._outstanding and not self._decoder.unread

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a stream's transport is one
        self.peer = _name_of_peer(transport)
        if not self.server.admit(self):
            self._finishing = True
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's interface
        self._finishing = True
        self._outstanding.clear()
        self.server.depart(self)

    def data_received(self, data: bytes) -> None:
        self.heard_at = self.server.clock()
        self._decoder.receive(data)
        self._answer_received()

    def eof_received(self) -> bool:
        """A peer that only stopped sending still gets its replies."""
        self.finish()
        return True

    def pause_writing(self) -> None:
        self._unread_since = self.server.clock()
        self._pace()

    def resume_writing(self) -> None:
        self._unread_since = None
        self._pace()
        self._answer_received()

    def finish(self) -> None:
        """Close as soon as everything received is answered."""
        if not self._finishing:
            self._finishing = True
            self._close_if_done()

    def abort(self) -> None:
        self._transport.abort()

    def overdue(self, now: float, settings: PostfixSettings) -> Closure | None:
        """The time-out that has been reached, if any."""
        if self._unread_since is not None:
            late = now - self._unread_since > settings.reply_timeout
            return Closure.NOT_READING if late else None
        if self._outstanding:
            return None
        if self._partial_since is not None:
            late = now - self._partial_since > settings.request_timeout
            return Closure.HALF_SENT if late else None
        return Closure.IDLE if now - self.heard_at > settings.idle_timeout else None

    def flush(self) -> None:
        """Write the replies that are ready and whose turn it is."""
        outstanding = self._outstanding
        ready = []
        while outstanding:
            reply = outstanding[0]
            if isinstance(reply, _Pending):
                if reply.reply is None:
                    break
                reply = reply.reply
            ready.append(reply)
            outstanding.popleft()
        if ready:
            self._transport.write(b"".join(ready))
            self._pace()
            self._answer_received()

    def _answer_received(self) -> None:
        decoder = self._decoder
        while decoder.unread and not self._is_held_back:
            event = decoder.next_event()
            if event is None:
                break
            self._partial_since = None
            if isinstance(event, Junk):
                self._take_junk(event)
            else:
                self._take_request(event)
        if decoder.unread and self._partial_since is None:
            self._partial_since = self.server.clock()
        if self._finishing:
            self._close_if_done()

    def _take_request(self, request: PolicyRequest) -> None:
        server = self.server
        transaction = read_transaction(request)
        decision = server.decider.recall(transaction)
        if decision is None:
            decision = self._look_up(request, transaction)
            if decision is None:
                return
        server.observer.decided(transaction, decision, 0.0)
        self._reply(server.replies.compose(request, decision))

    def _look_up(self, request: PolicyRequest, transaction: Transaction) -> Decision | None:
        server = self.server
        pending = _Pending(self, server.observer, request, transaction, server.clock())
        decision = server.decider.look_up(transaction, pending.decided)
        if decision is None:
            self._outstanding.append(pending)
            self._pace()
        return decision

    def _take_junk(self, junk: Junk) -> None:
        self.server.observer.received_junk(junk, self.peer)
        if junk.ends_stream:
            self._finishing = True
            self._pace()
        else:
            self._reply(LET_THROUGH)

    def _reply(self, reply: bytes) -> None:
        if self._outstanding:
            self._outstanding.append(reply)
            self._pace()
        else:
            self._transport.write(reply)

    def _pace(self) -> None:
        """Read on, or hold the peer back: whenever what it waits for, or is sent, has changed."""
        self._is_held_back = (
            self._unread_since is not None
            or len(self._outstanding) >= self.server.settings.outstanding
        )
        wanted = not self._is_held_back and not self._finishing
        if wanted is not self._is_read:
            self._is_read = wanted
            if wanted:
                self._transport.resume_reading()
            else:
                self._transport.pause_reading()

    def _close_if_done(self) -> None:
        if not self._outstanding and not self._is_held_back:
            self._transport.close()


def _heard_at(connection: _Connection) -> float:
    return connection.heard_at


def _name_of_peer(transport: asyncio.BaseTransport) -> str:
    peer = transport.get_extra_info("peername")
    return f"{peer[0]}:{peer[1]}" if isinstance(peer, tuple) else "unix"
