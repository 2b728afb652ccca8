"""One visitor's connection: HTTP as uvicorn and h11 read it, with a time for every phase of it.

Owns what a peer may keep us waiting for, and how much it may leave unread. How many connections
there may be is the site's business.
"""

import asyncio
import enum
import socket
from typing import Any, Final, Protocol

import h11
import msgspec
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
from uvicorn.server import ServerState

from gotrdns.names import Address
from gotrdns.web.visitors import read_bare_address

# A head of more is nobody's browser; nginx takes 8 KiB a line and 32 KiB in all.
LONGEST_HEAD: Final = 16_384
_NOWHERE: Final = "unix"
# What the kernel holds for a connection, which else grows to megabytes. Requests are small.
_KERNEL_HOLDS: Final = ((socket.SO_SNDBUF, 131_072), (socket.SO_RCVBUF, 32_768))


class Limits(msgspec.Struct, frozen=True):
    """``connections`` are those in all, and ``a_network`` those of one network (/24, /48).

    In seconds: ``head`` from the connection or the first octet to the end of a request's head,
    ``body`` from there to the end of its body, ``idle`` between requests, ``unread`` while a peer
    reads nothing of what waits for it, ``reading`` while it leaves anything waiting. ``requests``
    are those of one connection, ``octets`` those that may wait for all peers together.

    Whoever sends a request ahead of the answer to the former, as no browser and no proxy does, is
    answered the former, and hung up on (RFC 9112 section 9.3.2): else one packet buys much work.
    """

    connections: int = 512
    a_network: int = 32
    head: float = 10.0
    body: float = 20.0
    idle: float = 15.0
    unread: float = 30.0
    reading: float = 300.0
    requests: int = 100
    octets: int = 64 * 1024 * 1024


DEFAULT_LIMITS: Final = Limits()


class Closure(enum.Enum):
    """Why a connection was not kept. Codes are permanent, and shared with mail servers'."""

    REFUSED_FULL = "refused-full"
    IDLE_WHEN_FULL = "idle-when-full"
    HALF_SENT = "half-sent"
    IDLE = "idle"
    NOT_READING = "not-reading"
    GARBAGE = "garbage"


class Phase(enum.Enum):
    """What a connection is at."""

    HEAD = enum.auto()  # something of a request has come, or nothing since the connection was made
    BODY = enum.auto()
    ANSWER = enum.auto()
    IDLE = enum.auto()  # between two requests


class Host(Protocol):
    """The site that a connection belongs to."""

    limits: Limits

    def clock(self) -> float: ...
    def admit(self, connection: "Connection") -> bool: ...
    def depart(self, connection: "Connection") -> None: ...
    def closed(self, connection: "Connection", closure: Closure) -> None: ...


class Connection(H11Protocol):
    """``network`` is what limits go by; None where the peer has no address."""

    def __init__(self, host: Host, config: Config, state: ServerState) -> None:
        super().__init__(config, state, {}, asyncio.get_running_loop())
        self.address: Address | None = None
        self.peer = _NOWHERE
        self.phase = Phase.HEAD
        self.since = host.clock()
        self._host = host
        self._answered = 0
        self._unread = 0
        self._waits_since: float | None = None
        self._read_at = self.since

    @property
    def is_idle(self) -> bool:
        """Whether nothing is lost with it."""
        return self.phase in {Phase.HEAD, Phase.IDLE} and not self.unread

    @property
    def unread(self) -> int:
        """Octets that wait for the peer to read."""
        return self.transport.get_write_buffer_size()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        peer = transport.get_extra_info("socket")
        if peer.family != socket.AF_UNIX:
            # Who is gone already has no address, and must not pass for somebody at a unix socket.
            if self.client is None:
                self.abort()
                return
            self.peer = f"{self.client[0]}:{self.client[1]}"
            self.address = read_bare_address(self.client[0])
            for buffer, octets in _KERNEL_HOLDS:
                peer.setsockopt(socket.SOL_SOCKET, buffer, octets)
        if not self._host.admit(self):
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._unset_keepalive_if_required()
        self._host.depart(self)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        super().data_received(data)
        self._note_phase()

    def on_response_complete(self) -> None:
        self._answered += 1
        super().on_response_complete()
        self._note_phase()

    def send_400_response(self, msg: str) -> None:
        self._host.closed(self, Closure.GARBAGE)
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE} and not self._is_answering:
            super().send_400_response(msg)
        else:  # in the middle of an answer
            self.cycle.disconnected = True
            self.abort()

    def shutdown(self) -> None:
        if self.transport.is_closing():
            return
        try:
            super().shutdown()
        except h11.LocalProtocolError:  # an answer went wrong
            self.abort()

    def abort(self) -> None:
        self.transport.abort()

    def overdue(self, now: float) -> Closure | None:
        """The limit of time that has been reached, if any."""
        limits = self._host.limits
        if self._is_left_waiting(now):
            return Closure.NOT_READING
        late = now - self.since
        match self.phase:
            case Phase.HEAD:
                return Closure.HALF_SENT if late > limits.head else None
            case Phase.BODY:
                return Closure.HALF_SENT if late > limits.body else None
            case Phase.IDLE:
                return Closure.IDLE if late > limits.idle else None
            case Phase.ANSWER:
                return None

    @property
    def _is_last(self) -> bool:
        return self._answered >= self._host.limits.requests - 1

    @property
    def _is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def _is_left_waiting(self, now: float) -> bool:
        before, self._unread = self._unread, self.unread
        if not self._unread:
            self._waits_since = None
            return False
        if self._waits_since is None:
            self._waits_since = self._read_at = now
        elif self._unread < before:
            self._read_at = now
        limits = self._host.limits
        return now - self._read_at > limits.unread or now - self._waits_since > limits.reading

    def _note_phase(self) -> None:
        phase = self._find_phase()
        if phase is not self.phase:
            self.phase = phase
            self.since = self._host.clock()
        if self._is_answering and (self._is_last or self.conn.trailing_data[0]):
            self.cycle.keep_alive = False

    def _find_phase(self) -> Phase:
        state: Any = self.conn.their_state
        if state is h11.SEND_BODY:
            return Phase.BODY
        if state is not h11.IDLE:
            return Phase.ANSWER
        return Phase.HEAD if self.conn.trailing_data[0] or not self._answered else Phase.IDLE
