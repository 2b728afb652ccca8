"""A UDP socket towards one resolver, and the questions whose answers it awaits.

Owns the system calls of the hot path: several questions leave in one ``sendmsg`` where the kernel
can cut it up (UDP_SEGMENT, Linux 4.18), and what has arrived is read until the socket is dry. The
socket is connected, so that the kernel drops replies from other sources and reports ICMP errors.
"""

import errno
import socket
import struct
from asyncio import AbstractEventLoop
from typing import TYPE_CHECKING, Final, Protocol

from gotrdns.resolution.counters import Counters
from gotrdns.resolution.query import Query
from gotrdns.resolution.wire import MalformedMessage, NotThisQuestion, Reply, read_reply

if TYPE_CHECKING:
    from gotrdns.resolution.upstream import Upstream

LARGEST_BATCH: Final = 60  # The kernel takes 64 segments (UDP_MAX_SEGMENTS).

_UDP_SEGMENT: Final = 103  # linux/udp.h; Python has no constant for it
_RECEIVE_BUFFER: Final = 1 << 20
# Larger than any answer we let a server send over UDP; a longer one arrives cut and is malformed.
_LONGEST_DATAGRAM: Final = 2048
# What kernels and network cards answer that cannot segment.
_NO_SEGMENTATION: Final = frozenset({errno.EIO, errno.EINVAL, errno.ENOPROTOOPT, errno.EMSGSIZE})
_TRY_LATER: Final = frozenset({errno.EAGAIN, errno.ENOBUFS, errno.ENOMEM})


class PortOwner(Protocol):
    """Who is told what a port hears."""

    def heard(self, query: Query, port: "Port", reply: Reply) -> None: ...

    def heard_garbage(self, query: Query, port: "Port") -> None: ...

    def drained(self, port: "Port", answers: int) -> None:
        """Nothing is left to read; ``answers`` of our questions were answered in this turn."""

    def port_failed(self, port: "Port") -> None:
        """The kernel reported that the resolver cannot be reached from this port."""


class Segmentation:
    """Whether the kernel segments for us; one for all ports, because one failure settles it."""

    __slots__ = ("works",)

    def __init__(self) -> None:
        self.works = hasattr(socket.socket, "sendmsg")


class Port:
    """One socket. ``pending`` maps the two octets of an id to the query sent with it.

    Raises OSError when the socket cannot be made.
    """

    __slots__ = (
        "_counters",
        "_loop",
        "_owner",
        "_segmentation",
        "_socket",
        "closed",
        "pending",
        "retired",
        "upstream",
    )

    def __init__(
        self,
        upstream: "Upstream",
        owner: PortOwner,
        loop: AbstractEventLoop,
        segmentation: Segmentation,
        counters: Counters,
    ) -> None:
        self.upstream = upstream
        self.pending: dict[bytes, Query] = {}
        self.retired = False
        self.closed = False
        self._owner = owner
        self._loop = loop
        self._segmentation = segmentation
        self._counters = counters
        server = upstream.address
        self._socket = socket.socket(server.family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
            # Not bound before: the kernel then picks a random source port (RFC 5452 section 9.2).
            self._socket.connect((server.host, server.port))
        except OSError:
            self._socket.close()
            raise
        loop.add_reader(self._socket.fileno(), self._readable)

    def send(self, octets: bytes, count: int) -> int:
        """Send ``count`` messages of one length, lying end to end; returns how many went out.

        Fewer than given means: try the rest a little later. Raises OSError when the resolver is
        known to be out of reach.
        """
        length = len(octets) // count
        if count > 1 and self._segmentation.works:
            segment = (socket.IPPROTO_UDP, _UDP_SEGMENT, struct.pack("H", length))
            try:
                self._socket.sendmsg((octets,), (segment,))
            except OSError as error:
                if error.errno in _TRY_LATER:
                    return 0
                if error.errno not in _NO_SEGMENTATION:
                    raise
                self._segmentation.works = False
            else:
                return count
        for number in range(count):
            try:
                self._socket.send(octets[number * length : (number + 1) * length])
            except OSError as error:
                if error.errno in _TRY_LATER:
                    return number
                raise
        return count

    def _readable(self) -> None:
        receive = self._socket.recv
        pending = self.pending
        await_no_more = pending.pop
        heard = self._owner.heard
        answers = 0
        try:
            while True:
                message = receive(_LONGEST_DATAGRAM)
                query = await_no_more(message[:2], None)
                if query is None:
                    self._counters.forged += 1
                    continue
                try:
                    reply = read_reply(message, query.section, query.kind)
                except MalformedMessage as problem:
                    self._unreadable(message[:2], query, problem)
                    continue
                answers += 1
                heard(query, self, reply)
                if not pending:
                    break  # Nothing more is expected: spare the call that would find nothing.
        except BlockingIOError:
            pass
        except OSError:
            self._owner.port_failed(self)
        finally:
            self._owner.drained(self, answers)
            if self.retired and not self.pending:
                self.close()

    def _unreadable(self, identifier: bytes, query: Query, problem: MalformedMessage) -> None:
        if isinstance(problem, NotThisQuestion):
            self._counters.forged += 1
            self.pending[identifier] = query  # the true reply may still come
        else:
            self._counters.malformed += 1
            self._owner.heard_garbage(query, self)

    def retire(self) -> None:
        """Take no more questions; close once the last answer is in."""
        self.retired = True
        if not self.pending:
            self.close()

    def release(self, identifier: bytes, query: Query) -> None:
        """Stop waiting for one reply."""
        if self.pending.get(identifier) is query:
            del self.pending[identifier]
            if self.retired and not self.pending:
                self.close()

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self.pending.clear()  # or queries and ports would keep one another alive
            self._loop.remove_reader(self._socket.fileno())
            self._socket.close()
