"""A policy service on a real socket of this host, and the mail servers that ask it."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from gotrdns.deciding import Decider, VerificationSettings
from gotrdns.lookup import Answer, Outcome, Question, RecordType
from gotrdns.names import Address, DomainName
from gotrdns.policy import Decision, Mode, Policy, PolicySettings, Transaction
from gotrdns.protocols.junk import Junk
from gotrdns.servers.connections import Closure
from gotrdns.servers.policy import PolicyServer
from gotrdns.servers.settings import PostfixSettings
from tests.unit.slow_resolver import SlowResolver

CONFIRMED = Address.parse("203.0.114.1")
WITHOUT_PTR = Address.parse("203.0.114.2")
SLOW = Address.parse("203.0.114.3")
SLOWER = Address.parse("203.0.114.4")
NAME = DomainName.parse("mail.example.com")


def pointer(address: Address) -> Question:
    return Question(address.reverse_name, RecordType.PTR)


KNOWN = {
    pointer(CONFIRMED): Answer(Outcome.FOUND, names=(NAME,)),
    Question(NAME, RecordType.A): Answer(Outcome.FOUND, addresses=(CONFIRMED,)),
    pointer(WITHOUT_PTR): Answer(Outcome.NXDOMAIN),
}
DUNNO = b"action=DUNNO"


class Witness:
    """Remembers what a server told."""

    def __init__(self) -> None:
        self.decisions: list[Decision] = []
        self.junk: list[Junk] = []
        self.closures: list[Closure] = []

    def decided(self, _transaction: Transaction, decision: Decision, _seconds: float) -> None:
        self.decisions.append(decision)

    def received_junk(self, junk: Junk, _peer: str) -> None:
        self.junk.append(junk)

    def closed(self, closure: Closure, _peer: str) -> None:
        self.closures.append(closure)


class Served:
    """A server, what it told, and where it listens."""

    def __init__(self, options: dict[str, Any], mode: Mode, deadline: float) -> None:
        loop = asyncio.get_running_loop()
        self.resolver = SlowResolver(dict(KNOWN))
        self.witness = Witness()
        decider = Decider(
            Policy(PolicySettings(mode=mode)),
            self.resolver,
            VerificationSettings(deadline=deadline),
            loop.call_later,
        )
        self.server = PolicyServer(PostfixSettings(**options), decider, self.witness, loop)
        self.listening: socket.socket

    async def connect(self) -> "Peer":
        where = self.listening.getsockname()
        if isinstance(where, str):
            return Peer(*await asyncio.open_unix_connection(where))
        return Peer(*await asyncio.open_connection(*where[:2]))

    async def until(self, condition: Callable[[], bool]) -> None:
        while not condition():  # noqa: ASYNC110 - what is waited for knows nothing of the test
            await asyncio.sleep(0.005)


class Peer:
    """A mail server's end of a connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def reply(self) -> bytes:
        return (await self.reader.readuntil(b"\n\n"))[:-2]

    async def ask(self, client: Address, **attributes: str) -> bytes:
        self.send(request(client, **attributes))
        return await self.reply()

    async def rest(self) -> bytes:
        try:
            return await self.reader.read()
        except ConnectionError:
            return b""

    async def close(self) -> None:
        self.writer.close()
        with suppress(ConnectionError):
            await self.writer.wait_closed()


def request(client: Address, **attributes: str) -> bytes:
    lines = {
        "request": "smtpd_access_policy",
        "client_address": client.text,
        "recipient": "someone@example.org",
        **attributes,
    }
    return "".join(f"{name}={value}\n" for name, value in lines.items()).encode() + b"\n"


@asynccontextmanager
async def serving(
    path: Path | None = None,
    *,
    mode: Mode = Mode.STRICT,
    deadline: float = 8.0,
    **options: Any,
) -> AsyncIterator[Served]:
    served = Served(options, mode, deadline)
    if path is None:
        served.listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
    else:
        served.listening = socket.socket(socket.AF_UNIX)
        served.listening.bind(str(path))
        served.listening.listen(1024)
    served.listening.setblocking(False)
    listener = await asyncio.get_running_loop().create_server(
        served.server.new_connection, sock=served.listening
    )
    try:
        yield served
    finally:
        listener.close()
        await served.server.stop()
        assert served.server.connections == 0
