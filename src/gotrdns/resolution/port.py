"""A UDP socket towards one resolver, and the questions whose answers it awaits.

Owns the system calls of the hot path: several questions leave in one ``sendmsg`` where the kernel
can cut it up (UDP_SEGMENT, Linux 4.18), and what has arrived is read until the socket is dry. The
socket is connected, so that the kernel drops replies from other sources and reports ICMP errors.
"""

import errno
import socket
import struct
from asyncio import AbstractEventLoop
from collections.abc import Sequence
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
_LONGEST_DATAGRAM: Final = 4096
# What kernels and network cards answer that cannot segment.
_NO_SEGMENTATION: Final = frozenset({errno.EIO, errno.EINVAL, errno.ENOPROTOOPT, errno.EMSGSIZE})
_TRY_LATER: Final = frozenset({errno.EAGAIN, errno.ENOBUFS, errno.ENOMEM})


class PortOwner(Protocol):
    """Who is told what a port hears."""

    def heard(self, query: Query, port: "Port", reply: Reply) -> None: ...

    def heard_garbage(self, query: Query, port: "Port") -> None: ...

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

    def send(self, messages: Sequence[bytes]) -> int:
        """Send messages of which all but the last are of one length; returns how many went out.

        Fewer than given means: try the rest a little later. Raises OSError when the resolver is
        known to be out of reach.
        """
        if len(messages) > 1 and self._segmentation.works:
            try:
                return self._send_segmented(messages)
            except OSError as error:
                if error.errno in _TRY_LATER:
                    return 0
                if error.errno not in _NO_SEGMENTATION:
                    raise
                self._segmentation.works = False
        for count, message in enumerate(messages):
            try:
                self._socket.send(message)
            except OSError as error:
                if error.errno in _TRY_LATER:
                    return count
                raise
        return len(messages)

    def _send_segmented(self, messages: Sequence[bytes]) -> int:
        length = struct.pack("H", len(messages[0]))
        self._socket.sendmsg([b"".join(messages)], [(socket.IPPROTO_UDP, _UDP_SEGMENT, length)])
        return len(messages)

    def _readable(self) -> None:
        receive = self._socket.recv
        pending = self.pending
        counters = self._counters
        heard = self._owner.heard
        heard_garbage = self._owner.heard_garbage
        answers = 0
        try:
            while True:
                message = receive(_LONGEST_DATAGRAM)
                identifier = message[:2]
                query = pending.get(identifier)
                if query is None:
                    counters.forged += 1
                    continue
                try:
                    reply = read_reply(message, query.section, query.kind)
                except NotThisQuestion:
                    counters.forged += 1
                    continue
                except MalformedMessage:
                    counters.malformed += 1
                    del pending[identifier]
                    heard_garbage(query, self)
                    continue
                del pending[identifier]
                answers += 1
                heard(query, self, reply)
        except BlockingIOError:
            pass
        except OSError:
            self._owner.port_failed(self)
        counters.answers += answers
        if self.retired and not pending:
            self.close()

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
            self._loop.remove_reader(self._socket.fileno())
            self._socket.close()
