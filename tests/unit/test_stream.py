"""One question over TCP: whose fault it is when there is no answer."""

import asyncio
import socket

import pytest

from gotrdns.names import Address
from gotrdns.resolution.servers import ServerAddress
from gotrdns.resolution.stream import NoConnection, exchange
from tests.unit.loopback import run

MESSAGE = b"\x12\x34 a question"
LOOPBACK = Address.parse("127.0.0.1")


def closed_port() -> int:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port: int = unused.getsockname()[1]
    return port


def test_a_refused_connection_is_told_from_a_server_that_does_not_answer() -> None:
    with pytest.raises(NoConnection):
        asyncio.run(exchange(ServerAddress(LOOPBACK, closed_port()), MESSAGE, 5))


def test_a_connection_that_does_not_come_about_is_no_connection() -> None:
    # A full backlog: the kernel drops the packets that would connect, as a firewall does.
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for each in (first, second):
            each.setblocking(False)
            each.connect_ex(listener.getsockname())
        with pytest.raises(NoConnection):
            server = ServerAddress(LOOPBACK, listener.getsockname()[1])
            asyncio.run(exchange(server, MESSAGE, 0.2))


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (b"", ConnectionResetError),
        (b"\x00\x05\x12\x34", ConnectionResetError),
        (b"\x00\x03\x12\x35x", ConnectionResetError),
        (None, TimeoutError),
    ],
    ids=["closed at once", "half an answer", "another id", "silence"],
)
def test_trouble_after_the_connection_is_not_the_connections(
    reply: bytes | None, error: type[OSError]
) -> None:
    async def ask() -> None:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readexactly(2 + len(MESSAGE))
            if reply is None:
                await reader.read()
            else:
                writer.write(reply)
            writer.close()
            await writer.wait_closed()
            closed.set()

        closed = asyncio.Event()
        listener = await asyncio.start_server(answer, "127.0.0.1", 0)
        async with listener:
            server = ServerAddress(LOOPBACK, listener.sockets[0].getsockname()[1])
            with pytest.raises(error) as raised:
                await exchange(server, MESSAGE, 0.2)
            assert not isinstance(raised.value, NoConnection)
            await closed.wait()

    run(ask())
