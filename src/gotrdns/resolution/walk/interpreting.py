"""From a message to what it means, coming from a server of one zone or another.

Owns that judgement: the same message is a referral from one server and lame from another. Sends
nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from gotrdns.evidence import Kind, Record, Reply, Server, Soa
from gotrdns.lookup import Question, RecordType
from gotrdns.names import Address, DomainName
from gotrdns.resolution.walk.reading import Message, Misfit, Query, read_message

__all__ = ["Asking", "Heard", "Misfit", "Query", "read_message"]

_NOERROR: Final = 0
_NXDOMAIN: Final = 3
_KINDS: Final = {2: Kind.SERVFAIL, 5: Kind.REFUSED}


@dataclass(frozen=True, slots=True)
class Heard:
    """A reply, and the name servers in it: those referred to, or those asked for."""

    reply: Reply
    name_servers: tuple[DomainName, ...] = ()
    glue: Mapping[DomainName, tuple[Address, ...]] = field(default_factory=dict)

    @property
    def kind(self) -> Kind:
        return self.reply.kind


@dataclass(frozen=True, slots=True)
class Asking:
    """Whom a question went to: a server of ``zone``."""

    server: Server
    zone: DomainName
    question: Question

    def unheard(self, kind: Kind, elapsed: float, transport: str) -> Heard:
        """Nothing came, or nothing that can be read."""
        return Heard(Reply(self.server, self.question, kind, elapsed, transport))

    def interpret(self, message: Message, elapsed: float, transport: str) -> Heard:
        """What a message means that came in answer to this."""
        soa = next((each for each in message.soas if self._encloses(each.zone)), None)
        servers = self._find_name_servers(message.servers)
        cut = next(iter(servers), None)
        kind = self._judge(message, soa, cut)
        referred_to = servers[cut] if cut is not None and kind is Kind.REFERRAL else []
        reply = Reply(
            server=self.server,
            question=self.question,
            kind=kind,
            elapsed=elapsed,
            transport=transport,
            rcode=message.rcode,
            authoritative=message.authoritative,
            records=message.answer,
            referral=cut if kind in {Kind.REFERRAL, Kind.LAME_REFERRAL} else None,
            name_servers=frozenset(referred_to),
            soa=soa,
            extended_errors=message.extended_errors,
        )
        names: Iterable[DomainName] = referred_to
        if self.question.type is RecordType.NS and kind is Kind.ANSWER:
            names = (each.target for each in reply.answers if each.target is not None)
        names = tuple(dict.fromkeys(names))
        return Heard(reply, names, self._find_glue(message.glue, names))

    def _judge(self, message: Message, soa: Soa | None, cut: DomainName | None) -> Kind:
        if message.code not in {_NOERROR, _NXDOMAIN}:
            return _KINDS.get(message.code, Kind.ERROR)
        held = {each.type for each in message.answer if each.owner == self.question.name}
        if held & {self.question.type.name, RecordType.CNAME.name}:
            if not message.authoritative:
                return Kind.NOT_AUTHORITATIVE
            return Kind.ANSWER if self.question.type.name in held else Kind.ALIAS
        if message.code == _NXDOMAIN or soa is not None:
            # A server with a zone above this one denies what it never was told about.
            if not message.authoritative or (soa is not None and not soa.zone.is_under(self.zone)):
                return Kind.NOT_AUTHORITATIVE
            return Kind.NXDOMAIN if message.code == _NXDOMAIN else Kind.NODATA
        if cut is None:
            return Kind.EMPTY
        return Kind.REFERRAL if self._is_on_the_way(cut) else Kind.LAME_REFERRAL

    def _is_on_the_way(self, cut: DomainName) -> bool:
        return len(cut) > len(self.zone) and cut.is_under(self.zone) and self._encloses(cut)

    def _encloses(self, zone: DomainName) -> bool:
        return self.question.name.is_under(zone)

    def _find_name_servers(
        self, records: Iterable[Record]
    ) -> Mapping[DomainName, list[DomainName]]:
        """By the zone they are for, one on the way to the name first."""
        found: dict[DomainName, list[DomainName]] = {}
        for each in records:
            if each.target is not None:
                found.setdefault(each.owner, []).append(each.target)
        return dict(sorted(found.items(), key=lambda item: not self._is_on_the_way(item[0])))

    def _find_glue(
        self, records: Iterable[Record], names: Iterable[DomainName]
    ) -> Mapping[DomainName, tuple[Address, ...]]:
        """Addresses that this server may vouch for: of names in its own zone."""
        wanted = {name for name in names if name.is_under(self.zone)}
        glue: dict[DomainName, list[Address]] = {}
        for record in records:
            if record.owner in wanted and record.address is not None:
                glue.setdefault(record.owner, []).append(record.address)
        return {name: tuple(addresses) for name, addresses in glue.items()}
