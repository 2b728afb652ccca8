"""Owns what the soak does at the milter's door: sessions of a mail server, and what it does wrong.

Its packets are put together here, not by the product's own codec."""

from __future__ import annotations

import asyncio
import functools
from typing import TYPE_CHECKING, Final

from benchmarks import served, soak_load

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractAsyncContextManager
    from random import Random

    from benchmarks.soak_load import Caller, Crowd, Ledger, Quota, Wire

LONGEST_VISIT: Final = 40  # messages on one connection
STAYS: Final = 0.7  # how often a client has one message more; else the next client's turn comes
SECOND_RECIPIENT: Final = 0.2

# What Postfix 3.7 offers: version 6, all actions, all steps (SMFIF_*, SMFIP_*).
OFFER: Final = (6).to_bytes(4) + (0x1FF).to_bytes(4) + (0x1FFFFF).to_bytes(4)
PASSED, REPLIED, INSERTED, REMOVED = b"c", b"y", b"i", b"m"

# How connections end, or go on, in a thousand visits.
ENDINGS: Final = {
    "quits": 500,
    "says nothing and is reset": 60,
    "is reset in the headers": 60,
    "gives a message up": 60,
    "stops in a packet": 60,
    "holds half a packet": 15,
    "is gone before the answer": 65,
    "is slow": 60,
    "oversize": 30,
    "not-milter-protocol": 30,
    "malformed-packet": 30,
    "unknown-command": 30,
}
FIELDS: Final = (
    (b"Received", b"from client.example by mta.example.net; Mon, 3 Nov 2026 09:00:00 +0000"),
    (b"From", b"Somebody <someone@harbour.example>"),
    (b"To", b"Reader <reader@recipient.example>"),
    (b"Subject", b"The minutes of Thursday's meeting"),
    (b"Message-ID", b"<4XyZ12abcDz9sQf@mta.example.net>"),
    (b"X-Gotrdns", b"forged"),
    (b"Authentication-Results", b"mx.recipient.example; iprev=pass policy.iprev=192.0.2.1"),
)
FORGED: Final = 2  # of the fields
REFUSALS: Final = frozenset({b"450-", b"450 ", b"550-", b"550 "})


def packet(command: bytes, fields: bytes = b"") -> bytes:
    return (len(fields) + 1).to_bytes(4) + command + fields


def strings(*texts: str) -> bytes:
    return b"".join(text.encode() + b"\0" for text in texts)


HEADERS: Final = b"".join(packet(b"L", name + b"\0" + value + b"\0") for name, value in FIELDS)
ENDED: Final = packet(b"E")
ABORTED: Final = packet(b"A")
NEXT_CLIENT: Final = packet(b"K")
QUIT: Final = packet(b"Q")

JUNK: Final = {
    "oversize": (2_000_000).to_bytes(4) + b"L",
    "not-milter-protocol": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "malformed-packet": packet(b"C", b"no family"),
    "unknown-command": packet(b"z"),
}
FIRST: Final = "not-milter-protocol"
"""Junk that is so at the beginning only."""


def introduce(caller: Caller) -> bytes:
    macros = packet(b"D", b"C" + strings("j", "mx.recipient.example"))
    connect = packet(b"C", strings("unknown") + b"4" + (2525).to_bytes(2) + strings(caller.address))
    return macros + connect + packet(b"D", b"H") + packet(b"H", strings(caller.helo))


def envelope(caller: Caller) -> bytes:
    sender = packet(b"M", strings(f"<{caller.sender}>", "SIZE=4711"))
    return packet(b"D", b"M" + strings("{mail_addr}", caller.sender)) + sender


def recipient(name: str) -> bytes:
    address = f"{name}@recipient.example"
    return packet(b"D", b"R" + strings("{rcpt_addr}", address)) + packet(
        b"R", strings(f"<{address}>")
    )


class MilterVisitor:
    """Comes again and again until the quota is used up."""

    def __init__(self, daemon: served.Served, crowd: Crowd, ledger: Ledger, chance: Random) -> None:
        self._daemon = daemon
        self._crowd = crowd
        self._ledger = ledger
        self._chance = chance
        endings: dict[str, Callable[[Wire], Awaitable[None]]] = {
            "says nothing and is reset": self._reset,
            "is reset in the headers": self._reset_in_headers,
            "gives a message up": self._give_up,
            "stops in a packet": self._stop_in_a_packet,
            "holds half a packet": self._hold_half,
            "is gone before the answer": self._be_gone,
            "is slow": self._be_slow,
        }
        endings.update({kind: functools.partial(self._send_junk, kind) for kind in JUNK})
        self._endings = endings

    async def run(self, quota: Quota) -> None:
        while amount := quota.take(self._chance.randint(1, LONGEST_VISIT)):
            ending = soak_load.choose(self._chance, ENDINGS)
            if ending in self._endings:
                self._ledger.faults[ending] += 1
            if ending == FIRST:
                async with self._connected() as wire:
                    await self._send_junk(ending, wire)
            async with self._connected() as wire:
                await self._negotiate(wire)
                await self._send_messages(wire, amount)
                if ending in self._endings and ending != FIRST:
                    await self._endings[ending](wire)
                else:
                    wire.writer.write(QUIT)
                    await wire.expect_end()

    async def ask(self, caller: Caller) -> None:
        """One message on a connection of its own."""
        async with self._connected() as wire:
            await self._negotiate(wire)
            wire.writer.write(introduce(caller))
            await self._send_message(wire, caller)

    def _connected(self) -> AbstractAsyncContextManager[Wire]:
        places = (self._daemon.milter_socket, served.MILTER_PORT)
        return soak_load.connected(self._chance.choice(places))

    async def _negotiate(self, wire: Wire) -> None:
        wire.writer.write(packet(b"O", OFFER))
        command, _ = await self._hear(wire)
        if command != b"O":
            raise soak_load.WrongAnswer(repr(command))

    async def _send_messages(self, wire: Wire, amount: int) -> None:
        caller = None
        for _ in range(amount):
            if caller is None or self._chance.random() > STAYS:
                if caller is not None:
                    wire.writer.write(NEXT_CLIENT)
                caller = self._crowd.draw()
                wire.writer.write(introduce(caller))
            await self._send_message(wire, caller)
            self._ledger.messages += 1

    async def _send_message(self, wire: Wire, caller: Caller) -> None:
        wire.writer.write(envelope(caller))
        welcome = await self._ask(wire, recipient("reader"))
        if self._chance.random() < SECOND_RECIPIENT:
            welcome |= await self._ask(wire, recipient("writer"))
        if not welcome:
            wire.writer.write(ABORTED)
            return
        wire.writer.write(HEADERS + ENDED)
        await self._hear_the_end(wire)

    async def _ask(self, wire: Wire, octets: bytes) -> bool:
        """Whether that recipient gets the message."""
        wire.writer.write(octets)
        command, fields = await self._hear(wire)
        if command != PASSED and (command != REPLIED or fields[:4] not in REFUSALS):
            raise soak_load.WrongAnswer(repr(command + fields))
        self._ledger.answered += 1
        return command == PASSED

    async def _hear_the_end(self, wire: Wire) -> None:
        """The forged fields are taken out, and the verdict is told."""
        changes = []
        while (heard := await self._hear(wire))[0] != PASSED:
            changes.append(heard)
        commands = [command for command, _ in changes]
        told = sum(b"Authentication-Results\0mx.recipient.example" in each for _, each in changes)
        if commands.count(REMOVED) != FORGED or INSERTED not in commands or told != 1:
            raise soak_load.WrongAnswer(repr(changes))

    @staticmethod
    async def _hear(wire: Wire) -> tuple[bytes, bytes]:
        head = await wire.reader.readexactly(5)
        return head[4:], await wire.reader.readexactly(int.from_bytes(head[:4]) - 1)

    async def _reset(self, wire: Wire) -> None:
        wire.reset()

    async def _begin_message(self, wire: Wire) -> None:
        """Up to a recipient that is let in, for whom messages to postmaster are."""
        caller = self._crowd.draw()
        wire.writer.write(NEXT_CLIENT + introduce(caller) + envelope(caller))
        if not await self._ask(wire, recipient("postmaster")):
            raise soak_load.WrongAnswer("postmaster is refused")

    async def _reset_in_headers(self, wire: Wire) -> None:
        await self._begin_message(wire)
        wire.writer.write(HEADERS[: self._chance.randint(1, len(HEADERS))])
        await asyncio.sleep(0)  # the event loop writes at the end of its turn
        wire.reset()

    async def _give_up(self, wire: Wire) -> None:
        await self._begin_message(wire)
        wire.writer.write(HEADERS + ABORTED)
        caller = self._crowd.draw()
        wire.writer.write(NEXT_CLIENT + introduce(caller))
        await self._send_message(wire, caller)

    async def _stop_in_a_packet(self, wire: Wire) -> None:
        await self._begin_message(wire)
        wire.writer.write(HEADERS[:10])

    async def _hold_half(self, wire: Wire) -> None:
        await self._begin_message(wire)
        wire.writer.write(HEADERS[:10])
        await wire.expect_end()
        self._ledger.half_sent += 1

    async def _be_gone(self, wire: Wire) -> None:
        caller = self._crowd.draw()
        wire.writer.write(NEXT_CLIENT + introduce(caller) + envelope(caller) + recipient("reader"))
        await asyncio.sleep(0)
        wire.reset()
        self._ledger.gone += 1

    async def _be_slow(self, wire: Wire) -> None:
        caller = self._crowd.draw()
        await wire.send_slowly(NEXT_CLIENT + introduce(caller) + envelope(caller))
        if await self._ask(wire, recipient("reader")):
            await wire.send_slowly(HEADERS + ENDED)
            await asyncio.sleep(soak_load.READING)
            await self._hear_the_end(wire)

    async def _send_junk(self, kind: str, wire: Wire) -> None:
        await wire.send_until_refused(JUNK[kind])
        self._ledger.junk[kind] += 1
