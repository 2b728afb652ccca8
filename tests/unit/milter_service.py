"""A milter's door on a real socket of this host, and the mail servers that use it."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from gotrdns.deciding import Decider, VerificationSettings
from gotrdns.names import Address
from gotrdns.policy import Mode, Policy, PolicySettings
from gotrdns.protocols.endpoints import TcpEndpoint
from gotrdns.servers.milter import MilterServer
from gotrdns.servers.settings import MilterSettings
from tests.unit.policy_service import CONFIRMED, KNOWN, Witness
from tests.unit.slow_resolver import SlowResolver

HOST = "mx.recipient.example"
LISTED = Address.parse("203.0.114.9")
CONTINUE = b"c"
EVERYTHING = (6, 0x1FF, 0x1FFFFF)
OF_OLD = (2, 0x3F, 0x7F)


def packet(command: bytes, fields: bytes = b"") -> bytes:
    return (len(fields) + 1).to_bytes(4) + command + fields


def offer(version: int, actions: int, steps: int) -> bytes:
    return packet(b"O", version.to_bytes(4) + actions.to_bytes(4) + steps.to_bytes(4))


def connect(client: Address | None, host: bytes = HOST.encode()) -> bytes:
    macros = packet(b"D", b"Cj\0" + host + b"\0")
    if client is None:
        return macros + packet(b"C", b"localhost\0U")
    family = b"6" if client.is_ipv6 else b"4"
    return macros + packet(b"C", b"unknown\0" + family + b"\0\x19" + client.text.encode() + b"\0")


def helo(name: bytes = b"mail.example.com") -> bytes:
    return packet(b"H", name + b"\0")


def sender(address: bytes = b"someone@business.example", login: bytes = b"") -> bytes:
    macros = packet(b"D", b"M{auth_authen}\0" + login + b"\0") if login else b""
    return macros + packet(b"M", b"<" + address + b">\0SIZE=4000\0")


def recipient(address: bytes = b"reader@recipient.example") -> bytes:
    return packet(b"R", b"<" + address + b">\0")


def header(name: bytes, value: bytes) -> bytes:
    return packet(b"L", name + b"\0" + value + b"\0")


def read_packets(stream: bytes) -> list[bytes]:
    """Each packet's command and fields."""
    packets = []
    while stream:
        end = 4 + int.from_bytes(stream[:4])
        packets.append(stream[4:end])
        stream = stream[end:]
    return packets


END = packet(b"E")
ABORT = packet(b"A")
QUIT = packet(b"Q")
NEXT_CLIENT = packet(b"K")


def message(client: Address | None, *fields: bytes, login: bytes = b"") -> bytes:
    """A client's whole session; ``fields`` are headers."""
    return b"".join([connect(client), helo(), sender(login=login), recipient(), *fields, END])


class Site:
    """A server, what it told, and where it listens."""

    def __init__(self, policy: PolicySettings, deadline: float, options: dict[str, Any]) -> None:
        self.loop = asyncio.get_running_loop()
        self.resolver = SlowResolver(dict(KNOWN))
        self.witness = Witness()
        decider = Decider(
            Policy(policy),
            self.resolver,
            VerificationSettings(deadline=deadline),
            self.loop.call_later,
        )
        self.server = MilterServer(MilterSettings(**options), decider, self.witness, self.loop)
        self.server.host_name = "this.host.example"
        self.listening: socket.socket

    async def connect(self, offered: tuple[int, int, int] = EVERYTHING) -> "Peer":
        """A mail server that has agreed with the filter.

        Raises ConnectionError or asyncio.IncompleteReadError if it is turned away.
        """
        where = self.listening.getsockname()
        if isinstance(where, str):
            peer = Peer(*await asyncio.open_unix_connection(where))
        else:
            peer = Peer(*await asyncio.open_connection(*where[:2]))
        peer.send(offer(*offered))
        try:
            command, _ = await peer.reply()
        except (ConnectionError, asyncio.IncompleteReadError):
            await peer.close()
            raise
        assert command == b"O"
        return peer

    async def until(self, condition: Callable[[], bool]) -> None:
        while not condition():  # noqa: ASYNC110 - what is waited for knows nothing of the test
            await asyncio.sleep(0.005)


class Peer:
    """A mail server's end of a connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, *packets: bytes) -> None:
        self.writer.write(b"".join(packets))

    async def reply(self) -> tuple[bytes, bytes]:
        """A command and its fields."""
        length = int.from_bytes(await self.reader.readexactly(4))
        reply = await self.reader.readexactly(length)
        return reply[:1], reply[1:]

    async def ask(self, *packets: bytes) -> bytes:
        """The reply to a recipient: a command, or the text of a refusal."""
        self.send(*packets)
        command, fields = await self.reply()
        return command + fields

    async def end(self) -> list[tuple[bytes, bytes]]:
        """The changes of a message's headers, up to the reply to its end."""
        changes = []
        while (reply := await self.reply()) != (CONTINUE, b""):
            changes.append(reply)
        return changes

    async def rest(self) -> bytes:
        """What is said until the filter hangs up."""
        try:
            return await self.reader.read()
        except ConnectionError:
            return b""
        finally:
            await self.close()

    async def close(self) -> None:
        self.writer.close()
        with suppress(ConnectionError):
            await self.writer.wait_closed()


@asynccontextmanager
async def serving(
    path: Path | None = None,
    *,
    mode: Mode = Mode.STRICT,
    deadline: float = 8.0,
    **options: Any,
) -> AsyncIterator[Site]:
    policy = PolicySettings(
        mode=mode, pass_networks=(LISTED.text,), pass_recipient_domains=("optout.example",)
    )
    site = Site(policy, deadline, options)
    place = None
    if path is None:
        site.listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
        place = TcpEndpoint(Address.parse("127.0.0.1"), site.listening.getsockname()[1])
    else:
        site.listening = socket.socket(socket.AF_UNIX)
        site.listening.bind(str(path))
        site.listening.listen(1024)
    site.listening.setblocking(False)
    listener = await site.loop.create_server(
        lambda: site.server.new_connection(place), sock=site.listening
    )
    try:
        yield site
    finally:
        listener.close()
        await site.server.stop()
        assert site.server.connections == 0


def verdict_field(
    result: str, cause: str, client: Address, host: str = HOST
) -> tuple[bytes, bytes]:
    """The reply that puts it on top."""
    address = f'"{client.text}"' if client.is_ipv6 else client.text
    value = f'{host};\n\tiprev={result} reason="{cause}" policy.iprev={address}'
    return b"i", b"\0\0\0\0Authentication-Results\0" + value.encode() + b"\0"


def removal(name: str, index: int) -> tuple[bytes, bytes]:
    return b"m", index.to_bytes(4) + name.encode() + b"\0\0"


PASSED = [verdict_field("pass", "confirmed", CONFIRMED)]
