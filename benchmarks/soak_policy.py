"""Owns what the soak does at the doors for Postfix and Exim: requests, and what peers do wrong."""

from __future__ import annotations

import asyncio
import functools
import itertools
from typing import TYPE_CHECKING, Final

from benchmarks import served, soak_load

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from random import Random

    from benchmarks.soak_load import Caller, Crowd, Ledger, Quota, Wire

LONGEST_VISIT: Final = 100  # requests on one connection
SINGLE: Final = 0.1  # the share of visits that are Exim's: one question each
HOARDED: Final = 150  # requests that a hoarder sends before it reads, more than may be outstanding

REQUEST: Final = """\
request=smtpd_access_policy
protocol_state=RCPT
protocol_name=ESMTP
client_address={address}
client_name=unknown
client_port=2525
reverse_client_name=unknown
server_address=192.0.2.25
server_port=25
helo_name={helo}
sender={sender}
recipient=reader{number}@recipient.example
recipient_count=0
queue_id=
instance={number:x}.5f3e.0
size=4711
etrn_domain=
stress=
sasl_method=
sasl_username=
sasl_sender=
ccert_subject=
ccert_issuer=
ccert_fingerprint=
ccert_pubkey_fingerprint=
encryption_protocol=
encryption_cipher=
encryption_keysize=0
policy_context=

"""
QUESTION: Final = (
    'check ip={address} helo={helo} sender="{sender}" recipient="a@recipient.example"\n'
)

ACTIONS: Final = (b"action=DUNNO", b"action=PREPEND ", b"action=450 ", b"action=550 ")
ANSWERS: Final = (b"PASS", b"DEFER 450 ", b"REFUSE 550 ")

# How connections end, or go on, in a thousand visits.
AT_POSTFIX: Final = {
    "quits": 500,
    "says nothing and is reset": 60,
    "stops in a request": 60,
    "holds half a request": 15,
    "is gone before the answer": 60,
    "is slow": 60,
    "hoards": 60,
    "oversize": 15,
    "not-policy-protocol": 50,
    "other-request": 40,
    "no-client-address": 40,
    "repeated-attribute": 40,
}
AT_EXIM: Final = {
    "quits": 700,
    "says nothing and is reset": 50,
    "holds half a request": 10,
    "is gone before the answer": 50,
    "is slow": 50,
    "oversize": 35,
    "not-exim-protocol": 35,
    "no-client-address": 35,
    "repeated-attribute": 35,
}
SPEECH: Final = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
POSTFIX_JUNK: Final = {
    "oversize": b"request=smtpd_access_policy\nclient_name=" + b"x" * 70_000,
    "not-policy-protocol": SPEECH,
    "other-request": b"request=smtpd_other\nclient_address=81.24.0.1\n\n",
    "no-client-address": b"request=smtpd_access_policy\nhelo_name=client.example\n\n",
    "repeated-attribute": b"request=smtpd_access_policy\nsender=a\nsender=b\n\n",
}
EXIM_JUNK: Final = {
    "oversize": b"check ip=81.24.0.1 helo=" + b"x" * 140_000,
    "not-exim-protocol": SPEECH,
    "no-client-address": b"check helo=client.example\n",
    "repeated-attribute": b"check ip=81.24.0.1 ip=81.24.0.2\n",
}
POLITE: Final = frozenset({"other-request", "no-client-address", "repeated-attribute"})
"""Junk that Postfix is answered, and may go on after."""


class PolicyVisitor:
    """Comes again and again until the quota is used up."""

    def __init__(self, daemon: served.Served, crowd: Crowd, ledger: Ledger, chance: Random) -> None:
        self._daemon = daemon
        self._crowd = crowd
        self._ledger = ledger
        self._chance = chance
        self._numbers = itertools.count(chance.getrandbits(40))
        at_postfix: dict[str, Callable[[Wire], Awaitable[None]]] = {
            "says nothing and is reset": self._reset,
            "stops in a request": self._stop_in_a_request,
            "holds half a request": self._hold_half,
            "is gone before the answer": self._be_gone,
            "is slow": self._be_slow,
            "hoards": self._hoard,
        }
        at_postfix.update({kind: functools.partial(self._send_junk, kind) for kind in POSTFIX_JUNK})
        self._at_postfix = at_postfix

    async def run(self, quota: Quota) -> None:
        while True:
            if self._chance.random() < SINGLE:
                if not quota.take(1):
                    return
                await self._visit_exim()
            else:
                amount = quota.take(self._chance.randint(1, LONGEST_VISIT))
                if not amount:
                    return
                await self._visit_postfix(amount)

    async def ask(self, caller: Caller) -> None:
        """One request on a connection of its own."""
        async with soak_load.connected(self._daemon.policy_socket) as wire:
            await self._exchange(wire, self._request(caller))

    async def _visit_postfix(self, amount: int) -> None:
        ending = soak_load.choose(self._chance, AT_POSTFIX)
        place = self._chance.choice((self._daemon.policy_socket, served.POLICY_PORT))
        async with soak_load.connected(place) as wire:
            for _ in range(amount):
                await self._exchange(wire, self._request())
            if ending in self._at_postfix:
                self._ledger.faults[ending] += 1
                await self._at_postfix[ending](wire)

    def _request(self, caller: Caller | None = None) -> bytes:
        who = caller or self._crowd.draw()
        return REQUEST.format(
            address=who.address, helo=who.helo, sender=who.sender, number=next(self._numbers)
        ).encode()

    async def _exchange(self, wire: Wire, request: bytes) -> None:
        wire.writer.write(request)
        await self._hear(wire)

    async def _hear(self, wire: Wire) -> None:
        reply = await wire.reader.readuntil(b"\n\n")
        if not reply.startswith(ACTIONS):
            raise soak_load.WrongAnswer(repr(reply))
        self._ledger.answered += 1

    async def _reset(self, wire: Wire) -> None:
        wire.reset()

    async def _stop_in_a_request(self, wire: Wire) -> None:
        wire.writer.write(self._request()[: self._chance.randint(1, 500)])

    async def _hold_half(self, wire: Wire) -> None:
        wire.writer.write(self._request()[: self._chance.randint(1, 500)])
        await wire.expect_end()
        self._ledger.half_sent += 1

    async def _be_gone(self, wire: Wire) -> None:
        wire.writer.write(self._request())
        await asyncio.sleep(0)  # the event loop writes at the end of its turn
        wire.reset()
        self._ledger.gone += 1

    async def _be_slow(self, wire: Wire) -> None:
        await wire.send_slowly(self._request())
        await asyncio.sleep(soak_load.READING)
        await self._hear(wire)

    async def _hoard(self, wire: Wire) -> None:
        wire.writer.write(b"".join(self._request() for _ in range(HOARDED)))
        await asyncio.sleep(soak_load.READING)
        for _ in range(HOARDED):
            await self._hear(wire)

    async def _send_junk(self, kind: str, wire: Wire) -> None:
        if kind in POLITE:
            wire.writer.write(POSTFIX_JUNK[kind])
            reply = await wire.reader.readuntil(b"\n\n")
            if not reply.startswith(ACTIONS):
                raise soak_load.WrongAnswer(repr(reply))
            await self._exchange(wire, self._request())
        else:
            await wire.send_until_refused(POSTFIX_JUNK[kind])
        self._ledger.junk[kind] += 1

    async def _visit_exim(self) -> None:
        ending = soak_load.choose(self._chance, AT_EXIM)
        who = self._crowd.draw()
        question = QUESTION.format(address=who.address, helo=who.helo, sender=who.sender).encode()
        if ending != "quits":
            self._ledger.faults[ending] += 1
        async with soak_load.connected(self._daemon.exim_socket) as wire:
            if ending == "says nothing and is reset":
                wire.reset()
            elif ending == "is gone before the answer":
                wire.writer.write(question)
                await asyncio.sleep(0)
                wire.reset()
                self._ledger.gone += 1
            elif ending == "holds half a request":
                wire.writer.write(question[:20])
                await wire.expect_end()
                self._ledger.half_sent += 1
            elif ending in EXIM_JUNK:
                wire.writer.write(EXIM_JUNK[ending])
                await self._hear_line(wire)
                self._ledger.junk[ending] += 1
            else:
                await self._ask_exim(wire, question, slowly=ending == "is slow")
                return
        # Whatever was tried instead, the question that was taken from the quota is asked.
        async with soak_load.connected(self._daemon.exim_socket) as wire:
            await self._ask_exim(wire, question, slowly=False)

    async def _ask_exim(self, wire: Wire, question: bytes, *, slowly: bool) -> None:
        if slowly:
            await wire.send_slowly(question)
        else:
            wire.writer.write(question)
        await self._hear_line(wire)
        self._ledger.answered += 1

    async def _hear_line(self, wire: Wire) -> None:
        if not (line := await wire.reader.readline()).startswith(ANSWERS):
            raise soak_load.WrongAnswer(repr(line))
        await wire.expect_end()
