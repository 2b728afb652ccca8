"""The line between the supervisor and one worker: messages in their order, many in one packet.

Owns their form on a pair of sockets that nobody else can reach. What is sent within one turn of
the event loop goes out together, so that a message costs microseconds.
"""

import asyncio
import pickle
import socket
import struct
from collections.abc import Callable
from typing import Any, Final

from gotrdns.daemon.workers.messages import Message

_LENGTH: Final = struct.Struct("!I")
# Octets that wait for a peer that does not read; beyond them what can be done without is dropped.
CROWDED: Final = 4 * 1024 * 1024


class Channel(asyncio.Protocol):
    """One end. ``hear(message)`` is called for each message, ``lost()`` once, at the end.

    Which messages come is known by which end it is.
    """

    _transport: asyncio.Transport

    def __init__(self, hear: Callable[[Any], None], lost: Callable[[], None]) -> None:
        self._hear = hear
        self._lost = lost
        self._loop = asyncio.get_running_loop()
        self._outgoing: list[Message] = []
        self._received = bytearray()
        self._is_open = False
        self._closed = asyncio.Event()

    async def open(self, end: socket.socket) -> None:
        """Talk over one of a pair of stream sockets, which the channel owns from now on."""
        await self._loop.create_unix_connection(lambda: self, sock=end)

    @property
    def is_crowded(self) -> bool:
        """Whether the peer is so far behind that only the needful should be said."""
        return not self._is_open or self._transport.get_write_buffer_size() > CROWDED

    def send(self, message: Message) -> None:
        """Say something by the end of this turn of the event loop."""
        if not self._outgoing and self._is_open:
            self._loop.call_soon(self.flush)
        self._outgoing.append(message)

    def flush(self) -> None:
        """Send what waits."""
        if self._outgoing and self._is_open:
            packet = pickle.dumps(self._outgoing, pickle.HIGHEST_PROTOCOL)
            self._transport.write(_LENGTH.pack(len(packet)) + packet)
        self._outgoing = []

    async def close(self) -> None:
        """Send what waits, and hang up."""
        self.flush()
        if self._is_open:
            self._transport.close()
            await self._closed.wait()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a stream's transport is one
        self._is_open = True

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's interface
        self._is_open = False
        self._closed.set()
        self._lost()

    def data_received(self, data: bytes) -> None:
        self._received += data
        received = self._received
        while len(received) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(received)
            end = _LENGTH.size + length
            if len(received) < end:
                break
            # The peer is this very program, and the socket has no name: nobody else writes to it.
            messages = pickle.loads(received[_LENGTH.size : end])  # noqa: S301
            del received[:end]
            for message in messages:
                self._hear(message)
