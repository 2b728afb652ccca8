"""An SMTP client that can be any address: PROXY protocol version 1, then ESMTP.

Owns the dialogue and what was answered at each step; a refusal or a lost connection is an answer
too, never an exception. Knows nothing of what a server ought to answer.
"""

import asyncio
import base64
import contextlib
import re
import socket
import ssl
import time
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final, TypeAlias

SERVER: Final = "127.0.0.1"
DEFAULT_SENDER: Final = "someone@harbour.example"
DEFAULT_RECIPIENTS: Final = ("reader@recipient.example",)

Address: TypeAlias = str | IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Reply:
    """`text` is without code and enhanced code (`5.7.25`, else empty), lines joined by newlines."""

    code: int
    enhanced: str
    text: str

    @property
    def positive(self) -> bool:
        return 200 <= self.code < 400

    def __str__(self) -> str:
        return " ".join(part for part in (str(self.code), self.enhanced, self.text) if part)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is to be said to the server. `login` is a name and password; no HELO if it is empty."""

    client_address: IPv4Address | IPv6Address
    helo: str = "client.example"
    sender: str = DEFAULT_SENDER
    recipients: tuple[str, ...] = DEFAULT_RECIPIENTS
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = "A message.\n"
    login: tuple[str, str] | None = None


@dataclass(slots=True)
class Conversation:
    """What the server answered. A step not come to is None; `broken` says why it ended early."""

    envelope: Envelope
    banner: Reply | None = None
    hello: Reply | None = None
    login: Reply | None = None
    sender: Reply | None = None
    recipients: list[Reply] = field(default_factory=list)
    data: Reply | None = None
    message: Reply | None = None
    broken: str | None = None
    elapsed: float = 0.0

    @property
    def replies(self) -> list[Reply]:
        steps = [self.banner, self.hello, self.login, self.sender]
        steps += [*self.recipients, self.data, self.message]
        return [reply for reply in steps if reply is not None]

    @property
    def accepted(self) -> bool:
        """Whether the server took responsibility for the message."""
        return self.message is not None and self.message.code == 250

    @property
    def refusal(self) -> Reply | None:
        """The first 4xx or 5xx."""
        return next((reply for reply in self.replies if not reply.positive), None)

    @property
    def queue_id(self) -> str | None:
        """Postfix's name for the accepted message."""
        if self.message is None:
            return None
        found = re.search(r"queued as (\w+)", self.message.text)
        return found[1] if found else None


def deliver(
    client_address: Address,
    port: int,
    *,
    helo: str = "client.example",
    sender: str = DEFAULT_SENDER,
    recipients: Sequence[str] = DEFAULT_RECIPIENTS,
    headers: Mapping[str, str] | None = None,
    body: str = "A message.\n",
    seconds: float = 60.0,
) -> Conversation:
    """Sends one message as that client; `seconds` bounds the wait for each reply."""
    envelope = Envelope(
        ip_address(str(client_address)), helo, sender, tuple(recipients), headers or {}, body
    )
    conversation = Conversation(envelope)
    began = time.monotonic()
    try:
        with (
            socket.create_connection((SERVER, port), timeout=seconds) as connection,
            connection.makefile("rb") as lines,
        ):
            dialogue = _dialogue(conversation)
            say = next(dialogue)
            while True:
                connection.sendall(say)
                reply = _ReplyReader()
                while not reply.heard(lines.readline()):
                    pass
                say = dialogue.send(reply.finished())
    except StopIteration:
        pass
    except OSError as error:
        conversation.broken = str(error) or type(error).__name__
    conversation.elapsed = time.monotonic() - began
    return conversation


class Session:
    """One connection, for whoever says what depends on what was answered."""

    def __init__(self, client_address: Address, port: int, *, seconds: float = 60.0) -> None:
        self._ends = contextlib.ExitStack()
        connection = socket.create_connection((SERVER, port), timeout=seconds)
        self._connection: socket.socket = self._ends.enter_context(connection)
        self._lines = self._ends.enter_context(connection.makefile("rb"))
        self.banner = self._exchange(_proxy_header(ip_address(str(client_address))))

    def say(self, command: str) -> Reply:
        """A message is a command, too: its end is part of it."""
        return self._exchange(f"{command}\r\n".encode())

    def start_tls(self, server_name: str) -> Reply:
        """Whatever the certificate."""
        reply = self.say("STARTTLS")
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        encrypted = context.wrap_socket(self._connection, server_hostname=server_name)
        self._connection = self._ends.enter_context(encrypted)
        self._lines = self._ends.enter_context(encrypted.makefile("rb"))
        return reply

    def begin(self, octets: str) -> None:
        """Of a message, to which nothing is answered yet."""
        self._connection.sendall(octets.encode())

    def log_in(self, name: str, password: str) -> Reply:
        return self._exchange(_authentication(name, password))

    def _exchange(self, octets: bytes) -> Reply:
        self._connection.sendall(octets)
        reply = _ReplyReader()
        while not reply.heard(self._lines.readline()):
            pass
        return reply.finished()

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()


def say(client_address: Address, port: int, *commands: str, seconds: float = 60.0) -> list[Reply]:
    """The replies to these commands in one session, the banner first."""
    with Session(client_address, port, seconds=seconds) as session:
        return [session.banner, *map(session.say, commands)]


async def deliver_async(envelope: Envelope, port: int, *, seconds: float = 60.0) -> Conversation:
    """The same for one of many at once."""
    conversation = Conversation(envelope)
    began = time.monotonic()
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(seconds):
            reader, writer = await asyncio.open_connection(SERVER, port)
        await _drive(conversation, reader, writer, seconds)
    except (OSError, ValueError) as error:
        conversation.broken = str(error) or type(error).__name__
    finally:
        if writer is not None:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
    conversation.elapsed = time.monotonic() - began
    return conversation


async def _drive(
    conversation: Conversation,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    seconds: float,
) -> None:
    dialogue = _dialogue(conversation)
    say = next(dialogue)
    while True:
        writer.write(say)
        reply = _ReplyReader()
        async with asyncio.timeout(seconds):
            while not reply.heard(await reader.readline()):
                pass
        try:
            say = dialogue.send(reply.finished())
        except StopIteration:
            return


async def deliver_many(
    envelopes: Iterable[Envelope], port: int, *, at_once: int = 50, seconds: float = 60.0
) -> list[Conversation]:
    """Sends all, at most `at_once` at a time; the answers come in the order of the envelopes."""
    turns = asyncio.Semaphore(at_once)

    async def in_turn(envelope: Envelope) -> Conversation:
        async with turns:
            return await deliver_async(envelope, port, seconds=seconds)

    return await asyncio.gather(*(in_turn(envelope) for envelope in envelopes))


class _ReplyReader:
    """Gathers one reply's lines."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def heard(self, line: bytes) -> bool:
        """Whether that line was the last."""
        if not line.endswith(b"\n"):
            raise ConnectionError("the server closed the connection")
        self._lines.append(line.decode(errors="replace").rstrip("\r\n"))
        return self._lines[-1][3:4] != "-"

    def finished(self) -> Reply:
        code = self._lines[0][:3]
        if not code.isdigit():
            raise ConnectionError(f"not an SMTP reply: {self._lines[0]!r}")
        texts = [line[4:] for line in self._lines]
        enhanced = re.match(r"([245]\.\d{1,3}\.\d{1,3})(?: |$)", texts[0])
        if enhanced:
            texts = [text.removeprefix(enhanced[1]).lstrip() for text in texts]
        return Reply(int(code), enhanced[1] if enhanced else "", "\n".join(texts))


def _dialogue(conversation: Conversation) -> Generator[bytes, Reply, None]:
    """Yields what to send, is sent the replies, and stops where the server stops it."""
    envelope = conversation.envelope
    conversation.banner = yield _proxy_header(envelope.client_address)
    if not conversation.banner.positive:
        return
    if envelope.helo:
        conversation.hello = yield f"EHLO {envelope.helo}\r\n".encode()
    if envelope.login and conversation.refusal is None:
        conversation.login = yield _authentication(*envelope.login)
    if conversation.refusal is None:
        conversation.sender = yield f"MAIL FROM:<{envelope.sender}>\r\n".encode()
    if conversation.refusal is None:
        for recipient in envelope.recipients:
            reply = yield f"RCPT TO:<{recipient}>\r\n".encode()
            conversation.recipients.append(reply)
    if any(reply.positive for reply in conversation.recipients):
        conversation.data = yield b"DATA\r\n"
    if conversation.data is not None and conversation.data.code == 354:
        conversation.message = yield _message(envelope)
    yield b"QUIT\r\n"


def _proxy_header(client: IPv4Address | IPv6Address) -> bytes:
    destination = "192.0.2.25" if client.version == 4 else "2001:db8::25"
    return f"PROXY TCP{client.version} {client} {destination} 3333 25\r\n".encode()


def _authentication(name: str, password: str) -> bytes:
    credentials = base64.b64encode(f"\0{name}\0{password}".encode())
    return b"AUTH PLAIN " + credentials + b"\r\n"


def _message(envelope: Envelope) -> bytes:
    headers = {
        "From": f"<{envelope.sender}>",
        "To": ", ".join(f"<{recipient}>" for recipient in envelope.recipients),
        "Date": formatdate(),
        "Subject": "A test",
    } | dict(envelope.headers)
    lines = [f"{name}: {value}" for name, value in headers.items()]
    lines += ["", *envelope.body.splitlines()]
    stuffed = ("." + line if line.startswith(".") else line for line in lines)
    return ("\r\n".join(stuffed) + "\r\n.\r\n").encode()
