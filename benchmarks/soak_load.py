"""Owns what the soak's doors have in common: who asks, how much is left to ask, and the ledger of
what was sent. Speaks no protocol."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from benchmarks import served
from tests.live.crowd import crowd, crowd_name

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path
    from random import Random

# Seconds for one visit, answers withheld by a frozen resolver included: an answer that never comes
# ends the soak.
LONGEST_VISIT: Final = 180.0
READING: Final = 0.2  # seconds that a slow peer takes until it reads what waits for it
PIECE: Final = 40  # octets that a slow peer sends at a time

# How often each cause is met, in a thousand. Timeouts take many seconds: see `Crowd.silent`.
FREQUENCIES: Final = {
    "confirmed": 600,
    "forward-mismatch": 90,
    "forward-nodata": 80,
    "forward-nxdomain": 80,
    "no-ptr": 90,
    "ptr-unusable": 15,
    "forward-servfail": 8,
    "forward-refused": 7,
    "forward-unproven": 7,
    "reverse-servfail": 8,
    "reverse-refused": 8,
    "reverse-unproven": 7,
}
SILENT: Final = ("forward-timeout", "reverse-timeout")
SENDERS: Final = (
    *("someone@harbour.example", "office@business.example", "news@example.org"),
    *("list@nowhere.example", "billing@recipient.example", ""),
)

Place: TypeAlias = "Path | int"
"""A unix socket, or a port on loopback."""


class WrongAnswer(Exception):
    """The daemon answered otherwise than the protocol has it."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A client of the mail server, and its envelope."""

    address: str
    helo: str
    sender: str


class Crowd:
    """The clients, drawn by chance."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._clients = {cause: tuple(map(str, each)) for cause, each in crowd().items()}
        self._names = {str(each): crowd_name(each) for each in crowd()["confirmed"]}
        self._causes = list(FREQUENCIES)
        self._weights = list(FREQUENCIES.values())

    def draw(self) -> Caller:
        (cause,) = self._chance.choices(self._causes, self._weights)
        return self._caller(cause)

    def silent(self, each: int) -> list[Caller]:
        """Clients whose name servers never answer, so many of either kind."""
        return [self._caller(cause) for cause in SILENT for _ in range(each)]

    def _caller(self, cause: str) -> Caller:
        address = self._chance.choice(self._clients[cause])
        helo = self._names.get(address, "client.example")
        return Caller(address, helo, self._chance.choice(SENDERS))


@dataclass(slots=True)
class Ledger:
    """What was sent. ``gone`` are requests whose sender hung up without waiting: whether the
    daemon came to see them is not known. ``faults`` are what went wrong on purpose, by what."""

    answered: int = 0
    gone: int = 0
    messages: int = 0
    junk: Counter[str] = field(default_factory=Counter)
    half_sent: int = 0
    faults: Counter[str] = field(default_factory=Counter)


class Quota:
    """How much is left to be sent."""

    def __init__(self, amount: int) -> None:
        self._left = amount

    def take(self, most: int) -> int:
        taken = min(most, self._left)
        self._left -= taken
        return taken


@dataclass(frozen=True, slots=True)
class Wire:
    """A connection to the daemon."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def reset(self) -> None:
        """Over TCP the daemon is told so (RST), and what it has not read is lost."""
        connection = self.writer.get_extra_info("socket")
        if connection.family != socket.AF_UNIX:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def send_slowly(self, octets: bytes) -> None:
        for start in range(0, len(octets), PIECE):
            self.writer.write(octets[start : start + PIECE])
            await asyncio.sleep(0.005)

    async def send_until_refused(self, octets: bytes) -> None:
        """The daemon hangs up, perhaps before it has taken everything."""
        with contextlib.suppress(ConnectionError):
            self.writer.write(octets)
            await self.writer.drain()
        await self.expect_end()

    async def expect_end(self) -> None:
        with contextlib.suppress(ConnectionError):
            rest = await self.reader.read(1)
            if rest:
                raise WrongAnswer(f"{rest!r} instead of hanging up")


@contextlib.asynccontextmanager
async def connected(place: Place) -> AsyncIterator[Wire]:
    async with asyncio.timeout(LONGEST_VISIT):
        if isinstance(place, int):
            reader, writer = await asyncio.open_connection(served.HOST, place)
        else:
            reader, writer = await asyncio.open_unix_connection(place)
        try:
            yield Wire(reader, writer)
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


def choose(chance: Random, weights: Mapping[str, int]) -> str:
    return chance.choices(list(weights), list(weights.values()))[0]
