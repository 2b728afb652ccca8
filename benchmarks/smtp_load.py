"""The Postfix benchmark's load generator: one message a connection, so many connections at a time.

    python -m benchmarks.smtp_load PORT MESSAGES AT-ONCE

Owns the dialogue with Postfix: each connection is another of the confirmed clients of the load
tests, by the PROXY protocol, pipelines as mail servers do (RFC 2920), and checks every reply.
Prints one line of JSON. It shares its machine with what it measures, so it does little: plain
sockets and one epoll, nothing composed while the clock runs."""

from __future__ import annotations

import itertools
import json
import select
import socket
import statistics
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tests.live.generated_zones import load_addresses, load_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from ipaddress import IPv4Address

HOST: Final = "127.0.0.1"
SILENCE: Final = 60.0  # seconds after which Postfix is taken for dead

# Twelve fields and four KiB of text: what a short message from somebody's mail program is like.
HEADERS: Final = """\
Received: from [10.1.2.3] by {name} with ESMTPSA id 4XyZ12abcDz9sQf; Mon, 3 Nov 2026 09:00:00 +0000
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.net; s=mail; t=1793696400;
\th=from:to:subject:date:message-id:mime-version:content-type; bh={hash}; b={hash}{hash}{hash}
From: Somebody <someone@harbour.example>
To: Reader <reader@recipient.example>
Subject: The minutes of Thursday's meeting
Date: Mon, 3 Nov 2026 09:00:00 +0000
Message-ID: <4XyZ12abcDz9sQf@{name}>
User-Agent: Mail 12.3
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit
Content-Language: en
"""
LINE: Final = "It was agreed that the harbour wall is to be looked at again before the winter.\n"
BODY: Final = LINE * 50


class UnexpectedReply(Exception):
    """Postfix said something else than that the mail is welcome."""


@dataclass(frozen=True, slots=True)
class Step:
    """What is said, and the codes that must answer it; after the last, Postfix hangs up."""

    said: bytes
    codes: tuple[bytes, ...]


@dataclass(slots=True)
class Session:
    """One connection under way."""

    connection: socket.socket
    steps: Sequence[Step]
    began: float
    position: int = 0
    heard: bytes = b""
    codes: list[bytes] = field(default_factory=list)

    def say(self) -> None:
        self.connection.sendall(self.steps[self.position].said)

    def hear(self) -> bool:
        """Whether that was the end of the connection, as it should end."""
        data = self.connection.recv(4096)
        if not data:
            return self._hung_up()
        *lines, self.heard = (self.heard + data).split(b"\r\n")
        self.codes += [line[:3] for line in lines if line[3:4] != b"-"]
        expected = self.steps[self.position].codes
        if tuple(self.codes) == expected:
            self.codes.clear()
            self.position += 1
            if self.position < len(self.steps):
                self.say()
        elif tuple(self.codes) != expected[: len(self.codes)]:
            raise UnexpectedReply(f"{lines} to {self.steps[self.position].said[:80]!r}")
        return False

    def _hung_up(self) -> bool:
        if self.position < len(self.steps):
            raise UnexpectedReply(f"hung up after {self.steps[self.position].said[:80]!r}")
        return True


def dialogue(address: IPv4Address) -> tuple[Step, ...]:
    name = load_name(address)
    message = HEADERS.format(name=name, hash="Zm9vYmFyYmF6" * 4) + "\n" + BODY
    envelope = (
        "MAIL FROM:<someone@harbour.example>\r\nRCPT TO:<reader@recipient.example>\r\nDATA\r\n"
    )
    return (
        Step(f"PROXY TCP4 {address} 192.0.2.25 3333 25\r\n".encode(), (b"220",)),
        Step(f"EHLO {name}\r\n".encode(), (b"250",)),
        Step(envelope.encode(), (b"250", b"250", b"354")),
        Step(message.replace("\n", "\r\n").encode() + b".\r\nQUIT\r\n", (b"250", b"221")),
    )


def deliver(dialogues: Iterator[Sequence[Step]], port: int, at_once: int) -> list[float]:
    """How many seconds each of the messages took."""
    sessions: dict[int, Session] = {}
    durations = []

    def begin() -> None:
        for steps in itertools.islice(dialogues, 1):
            began = time.monotonic()
            connection = socket.create_connection((HOST, port), timeout=SILENCE)
            session = Session(connection, steps, began)
            sessions[connection.fileno()] = session
            poll.register(connection, select.EPOLLIN)
            session.say()

    with select.epoll() as poll:
        for _ in range(at_once):
            begin()
        while sessions:
            ready = poll.poll(SILENCE)
            if not ready:
                raise UnexpectedReply(f"silence for {SILENCE:g} s")
            for descriptor, _ in ready:
                session = sessions[descriptor]
                if session.hear():
                    del sessions[descriptor]
                    session.connection.close()
                    durations.append(time.monotonic() - session.began)
                    begin()
    return durations


def main() -> int:
    port, messages, at_once = map(int, sys.argv[1:])
    dialogues = [dialogue(address) for address in load_addresses()]
    cpu_before, began = time.process_time(), time.monotonic()
    try:
        durations = deliver(itertools.islice(itertools.cycle(dialogues), messages), port, at_once)
    except (OSError, UnexpectedReply) as problem:
        print(f"smtp_load: {type(problem).__name__}: {problem}", file=sys.stderr)
        return 1
    figures = {
        "accepted": len(durations),
        "seconds": time.monotonic() - began,
        "load_cpu": time.process_time() - cpu_before,
        "p50_ms": statistics.median(durations) * 1000,
        "p99_ms": statistics.quantiles(durations, n=100)[98] * 1000,
    }
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
