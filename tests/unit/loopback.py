"""A name server on loopback for the tests of the client: real sockets, scripted behaviour."""

import asyncio
import errno
import socket
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Self

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

from gotrdns.names import Address
from gotrdns.resolution.servers import ServerAddress

# What a handler returns: messages to send back, in order. None of them: silence.
Handler = Callable[[dns.message.Message], list[bytes]]


def reply(
    query: dns.message.Message,
    *lines: str,
    authority: tuple[str, ...] = (),
    rcode: dns.rcode.Rcode = dns.rcode.NOERROR,
    flags: int = 0,
) -> bytes:
    """A response to ``query`` with records in zone-file lines."""
    response = dns.message.make_response(query, recursion_available=True)
    response.set_rcode(rcode)
    response.flags |= flags
    for section, texts in ((response.answer, lines), (response.authority, authority)):
        for line in texts:
            name, ttl, _, kind, data = line.split(maxsplit=4)
            section.append(dns.rrset.from_text(name, int(ttl), "IN", kind, data))
    return response.to_wire(max_size=65535)


class LoopbackServer(asyncio.DatagramProtocol):
    """Answers over UDP with ``handler`` and over TCP with ``stream_handler`` (default: the same).

    ``queries`` is what was asked over UDP, ``sources`` from which ports, ``streams`` over TCP.
    """

    def __init__(
        self, handler: Handler, stream_handler: Handler | None = None, host: str = "127.0.0.1"
    ) -> None:
        self.handler = handler
        self.stream_handler = stream_handler or handler
        self.host = host
        self.port = 0
        self.queries: list[dns.message.Message] = []
        self.sources: list[int] = []
        self.streams: list[dns.message.Message] = []
        self._transport: asyncio.DatagramTransport | None = None
        self._listener: asyncio.Server | None = None

    @property
    def address(self) -> ServerAddress:
        return ServerAddress(Address.parse(self.host), self.port)

    async def __aenter__(self) -> Self:
        while self._listener is None:
            try:
                await self._bind()
            except OSError as error:
                # Somebody else's UDP may have the port that TCP was given.
                if error.errno != errno.EADDRINUSE or self.port:
                    raise
        return self

    def stop_streams(self) -> None:
        """Refuse TCP from now on."""
        assert self._listener is not None
        self._listener.close()

    async def _bind(self) -> None:
        listener = await asyncio.start_server(self._serve_stream, self.host, self.port)
        port = listener.sockets[0].getsockname()[1]
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        try:
            self._transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
                lambda: self, local_addr=(self.host, port), family=family
            )
        except OSError:
            listener.close()
            raise
        self.port, self._listener = port, listener

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        if self._transport is not None:
            self._transport.close()
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        await asyncio.sleep(0)

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        query = dns.message.from_wire(data)
        self.queries.append(query)
        self.sources.append(addr[1])
        assert self._transport is not None
        for message in self.handler(query):
            self._transport.sendto(message, addr)

    def send(self, message: bytes, *, to: dns.message.Message) -> None:
        """Send a message to where an earlier query came from."""
        assert self._transport is not None
        self._transport.sendto(message, (self.host, self.sources[self.queries.index(to)]))

    async def _serve_stream(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        length = int.from_bytes(await reader.readexactly(2))
        query = dns.message.from_wire(await reader.readexactly(length))
        self.streams.append(query)
        for message in self.stream_handler(query):
            writer.write(len(message).to_bytes(2) + message)
        writer.close()


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run one test's coroutine; a test that hangs fails after 20 seconds."""

    async def bounded(awaitable: Awaitable[None]) -> None:
        async with asyncio.timeout(20):
            await awaitable

    asyncio.run(bounded(main))
