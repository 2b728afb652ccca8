"""Every server of a zone, several times: what one server, asked once, would hide.

Owns how often, and over what, a server is asked. Which zones are swept is the walker's choice.
"""

from collections.abc import Iterable
from typing import Final

from gotrdns.evidence import DENIALS, SILENT, Kind, Reply, Server, Zone
from gotrdns.lookup import Question, RecordType
from gotrdns.resolution.walk.delegations import FINAL, NEVER_SWEPT, USEFUL, Delegation, Stage
from gotrdns.resolution.walk.descent import Descent, together
from gotrdns.resolution.walk.exchange import TCP, UDP, Exchange
from gotrdns.resolution.walk.interpreting import Heard

_ROUNDS: Final = 2
_ROUNDS_WHERE_SERVERS_DIFFER: Final = 3
_ASKED_FOR_SIGNATURES: Final = 2  # servers of the parent
_SILENT_DATAGRAMS: Final = 2  # after which TCP is tried


class Sweeping:
    """Asks more often than an answer needs, to see whether servers agree."""

    def __init__(self, exchange: Exchange, descent: Descent) -> None:
        self._exchange = exchange
        self._descent = descent

    async def sweep(self, stage: Stage, question: Question) -> None:
        """Ask every server of the zone twice at least; a third time where they differ."""
        if stage.swept or stage.zone in NEVER_SWEPT:
            return
        await self._descent.look_up_all_servers(stage.delegation)
        await self._ask_all(stage, question, _ROUNDS)
        if _differ(each.reply for each in stage.heard if each.reply.question == question):
            await self._ask_all(stage, question, _ROUNDS_WHERE_SERVERS_DIFFER)
        stage.swept = self._exchange.may_go_on and bool(stage.delegation.servers)

    async def sweep_parent(self, parent: Stage, child: Delegation, question: Question) -> None:
        """Sweep the zone above; what it said about the same child to another walk will do."""
        if parent.zone in NEVER_SWEPT:
            return
        async with child.lock:
            if child.parent_swept is not None and not parent.swept:
                parent.heard, parent.swept = list(child.parent_swept), True
            await self.sweep(parent, question)
            child.parent_swept = list(parent.heard) if parent.swept else None

    async def _ask_all(self, stage: Stage, question: Question, rounds: int) -> None:
        servers = stage.delegation.servers
        await together(*(self._ask_often(stage, each, question, rounds) for each in servers))

    async def _ask_often(
        self, stage: Stage, server: Server, question: Question, rounds: int
    ) -> None:
        """UDP, and once that has been silent twice, TCP; what the descent heard counts."""
        while True:
            replies = stage.replies_of(server, question)
            silences = [each for each in replies if each.kind in SILENT]
            if len(replies) - len(silences) >= rounds:
                return
            if any(each.transport == TCP for each in silences):
                return
            over = TCP if len(silences) >= _SILENT_DATAGRAMS else UDP
            heard = await self._exchange.ask(server, stage.zone, question, over=over)
            if heard is None:
                return
            stage.heard.append(heard)

    async def learn_about(self, delegation: Delegation) -> None:
        """The zone's own word on itself: an SOA from each server, the name servers from one."""
        async with delegation.lock:
            if delegation.known or delegation.zone in NEVER_SWEPT:
                return
            await together(
                self._learn_name_servers(delegation),
                *(self._learn_soa(delegation, each) for each in delegation.servers),
            )
            delegation.known = self._exchange.may_go_on

    async def _learn_soa(self, delegation: Delegation, server: Server) -> None:
        if server.address in self._exchange.silent:
            return
        question = Question(delegation.zone, RecordType.SOA)
        heard = await self._exchange.ask(server, delegation.zone, question)
        if heard is not None and heard.kind is Kind.ANSWER and heard.reply.soa is not None:
            delegation.soas[server] = heard.reply.soa

    async def _learn_name_servers(self, delegation: Delegation) -> None:
        for server in tuple(delegation.servers):
            if server.address in self._exchange.silent:
                continue
            question = Question(delegation.zone, RecordType.NS)
            heard = await self._exchange.ask(server, delegation.zone, question)
            if heard is None:
                return
            if heard.kind is Kind.ANSWER:
                delegation.claims = heard.name_servers
                return

    async def learn_signed(self, parent: Delegation, child: Delegation) -> None:
        """Whether the parent has a DS record for the child: ask who told of it, then another."""
        told = (child.referral.reply.server,) if child.referral is not None else ()
        servers = sorted(
            dict.fromkeys((*told, *parent.servers)),
            key=lambda each: each.address in self._exchange.silent,
        )
        question = Question(child.zone, RecordType.DS)
        async with child.lock:
            for server in servers[:_ASKED_FOR_SIGNATURES]:
                if child.signed is not None:
                    return
                heard = await self._exchange.ask(server, parent.zone, question)
                if heard is not None and (heard.kind is Kind.ANSWER or heard.kind in DENIALS):
                    child.signed = heard.kind is Kind.ANSWER

    async def ask_one_healthy(self, zone: Zone, question: Question, heard: list[Heard]) -> None:
        """A question beside the walk, to a server that did well on it, the next on failure."""
        well = (each.server for each in zone.replies if each.kind in USEFUL)
        order = dict.fromkeys((*well, *zone.servers))
        for server in sorted(order, key=lambda each: each.address in self._exchange.silent):
            reply = await self._exchange.ask(server, zone.name, question)
            if reply is None:
                return
            heard.append(reply)
            if reply.kind in USEFUL:
                return


def _differ(replies: Iterable[Reply]) -> bool:
    """Whether the authoritative ones hold different records."""
    return len({_substance(each) for each in replies if each.kind in FINAL}) > 1


def _substance(reply: Reply) -> frozenset[tuple[str, str]]:
    owner = reply.question.name
    return frozenset((each.type, each.data) for each in reply.records if each.owner == owner)
