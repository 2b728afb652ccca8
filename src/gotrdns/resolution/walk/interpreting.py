"""From a message to what it means: the border that dnspython does not cross.

Owns reading replies, whatever bytes they are. Knows which zone's server was asked, since the same
message is a referral from one and lame from another; sends nothing.
"""

import enum
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.CNAME
import dns.rdtypes.ANY.NS
import dns.rdtypes.ANY.PTR
import dns.rdtypes.ANY.SOA
import dns.rdtypes.IN.A
import dns.rdtypes.IN.AAAA
import dns.rrset

from gotrdns.evidence import Kind, Record, Reply, Server, Soa
from gotrdns.lookup import Question, RecordType
from gotrdns.names import Address, DomainName

_LARGEST_DATAGRAM: Final = 1232  # octets; what passes everywhere unfragmented (DNS flag day 2020)
_RESPONSE: Final = 0x80  # QR set, opcode QUERY
_KINDS: Final = {dns.rcode.REFUSED: Kind.REFUSED, dns.rcode.SERVFAIL: Kind.SERVFAIL}


@dataclass(frozen=True, slots=True)
class Query:
    """One message to send, and what a reply to it must look like."""

    question: Question
    message_id: int
    wire: bytes

    @classmethod
    def make(cls, question: Question, *, edns: bool) -> "Query":
        message = dns.message.make_query(
            dns.name.from_wire(question.name, 0)[0],
            dns.rdatatype.RdataType(question.type),
            use_edns=0 if edns else False,
            payload=_LARGEST_DATAGRAM if edns else None,
            id=secrets.randbelow(1 << 16),
            flags=0,
        )
        return cls(question, message.id, message.to_wire())


class Misfit(enum.Enum):
    """Bytes that cannot be used."""

    STRANGER = "stranger"  # no reply to this query: another id, another question
    MALFORMED = "malformed"


def read_message(wire: bytes, query: Query) -> dns.message.Message | Misfit:
    """Parse a reply and check that it answers the query."""
    if len(wire) < 12 or int.from_bytes(wire[:2]) != query.message_id:
        return Misfit.STRANGER
    if wire[2] & 0xF8 != _RESPONSE:
        return Misfit.MALFORMED
    try:
        # Together, dnspython would keep only the last of several CNAMEs.
        message = dns.message.from_wire(wire, one_rr_per_rrset=True, ignore_trailing=True)
        asked = [
            (_domain_name(each.name), int(each.rdtype), each.rdclass) for each in message.question
        ]
    except Exception:  # hostile bytes, and parsers of seventy record types
        return Misfit.MALFORMED
    if not asked and message.rcode() != dns.rcode.NOERROR:
        return message  # Servers that cannot read a question cannot repeat it.
    expected = (query.question.name, int(query.question.type), dns.rdataclass.IN)
    return message if asked == [expected] else Misfit.STRANGER


def is_truncated(message: dns.message.Message) -> bool:
    return bool(message.flags & dns.flags.TC)


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

    def interpret(self, message: dns.message.Message, elapsed: float, transport: str) -> Heard:
        """What a message means that came in answer to this."""
        try:
            return self._interpret(message, elapsed, transport)
        except Exception:  # records that parse, and cannot be written out
            return self.unheard(Kind.MALFORMED, elapsed, transport)

    def _interpret(self, message: dns.message.Message, elapsed: float, transport: str) -> Heard:
        records = tuple(_read_records(message.answer))
        soa = self._find_soa((*message.answer, *message.authority))
        servers = self._find_name_servers(message.authority)
        cut = next(iter(servers), None)
        kind = self._judge(message, records, soa, cut)
        reply = Reply(
            server=self.server,
            question=self.question,
            kind=kind,
            elapsed=elapsed,
            transport=transport,
            rcode=dns.rcode.to_text(message.rcode()),
            authoritative=bool(message.flags & dns.flags.AA),
            records=records,
            referral=cut if kind in {Kind.REFERRAL, Kind.LAME_REFERRAL} else None,
            soa=soa,
            extended_errors=tuple(_extended_errors(message)),
        )
        names = servers[cut] if cut is not None and kind is Kind.REFERRAL else ()
        if self.question.type is RecordType.NS and kind is Kind.ANSWER:
            names = tuple(each.target for each in reply.answers if each.target is not None)
        return Heard(reply, tuple(dict.fromkeys(names)), self._find_glue(message, names))

    def _judge(
        self,
        message: dns.message.Message,
        records: tuple[Record, ...],
        soa: Soa | None,
        cut: DomainName | None,
    ) -> Kind:
        rcode = message.rcode()
        authority = bool(message.flags & dns.flags.AA)
        if rcode not in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
            return _KINDS.get(rcode, Kind.ERROR)
        held = {each.type for each in records if each.owner == self.question.name}
        if held & {self.question.type.name, RecordType.CNAME.name}:
            if not authority:
                return Kind.NOT_AUTHORITATIVE
            return Kind.ANSWER if self.question.type.name in held else Kind.ALIAS
        if rcode == dns.rcode.NXDOMAIN or soa is not None:
            # A server with a zone above this one denies what it never was told about.
            if not authority or (soa is not None and not soa.zone.is_under(self.zone)):
                return Kind.NOT_AUTHORITATIVE
            return Kind.NXDOMAIN if rcode == dns.rcode.NXDOMAIN else Kind.NODATA
        if cut is None:
            return Kind.EMPTY
        return Kind.REFERRAL if self._is_on_the_way(cut) else Kind.LAME_REFERRAL

    def _is_on_the_way(self, cut: DomainName) -> bool:
        return len(cut) > len(self.zone) and cut.is_under(self.zone) and self._encloses(cut)

    def _encloses(self, zone: DomainName) -> bool:
        return self.question.name.is_under(zone)

    def _find_soa(self, rrsets: Iterable[dns.rrset.RRset]) -> Soa | None:
        for owner, ttl, rdata in _each(rrsets):
            if isinstance(rdata, dns.rdtypes.ANY.SOA.SOA) and self._encloses(owner):
                return Soa(
                    zone=owner,
                    primary=_domain_name(rdata.mname),
                    contact=_domain_name(rdata.rname),
                    serial=rdata.serial,
                    ttl=ttl,
                    minimum=rdata.minimum,
                )
        return None

    def _find_name_servers(
        self, rrsets: Iterable[dns.rrset.RRset]
    ) -> Mapping[DomainName, tuple[DomainName, ...]]:
        """By the zone they are for, one on the way to the name first."""
        found: dict[DomainName, tuple[DomainName, ...]] = {}
        for owner, _, rdata in _each(rrsets):
            if isinstance(rdata, dns.rdtypes.ANY.NS.NS):
                found[owner] = (*found.get(owner, ()), _domain_name(rdata.target))
        return dict(sorted(found.items(), key=lambda item: not self._is_on_the_way(item[0])))

    def _find_glue(
        self, message: dns.message.Message, names: Iterable[DomainName]
    ) -> Mapping[DomainName, tuple[Address, ...]]:
        """Addresses that this server may vouch for: of names in its own zone."""
        wanted = {name for name in names if name.is_under(self.zone)}
        glue: dict[DomainName, tuple[Address, ...]] = {}
        for record in _read_records(message.additional):
            if record.owner in wanted and record.address is not None:
                glue[record.owner] = (*glue.get(record.owner, ()), record.address)
        return glue


def _each(
    rrsets: Iterable[dns.rrset.RRset],
) -> Iterable[tuple[DomainName, int, dns.rdata.Rdata]]:
    for rrset in rrsets:
        if rrset.rdclass == dns.rdataclass.IN:
            for rdata in rrset:
                yield _domain_name(rrset.name), rrset.ttl, rdata


def _read_records(rrsets: Iterable[dns.rrset.RRset]) -> Iterable[Record]:
    for owner, ttl, rdata in _each(rrsets):
        target = address = None
        if isinstance(
            rdata, dns.rdtypes.ANY.PTR.PTR | dns.rdtypes.ANY.CNAME.CNAME | dns.rdtypes.ANY.NS.NS
        ):
            target = _domain_name(rdata.target)
        elif isinstance(rdata, dns.rdtypes.IN.A.A | dns.rdtypes.IN.AAAA.AAAA):
            address = Address.parse(rdata.address)
        kind = dns.rdatatype.to_text(rdata.rdtype)
        yield Record(owner, ttl, kind, rdata.to_text(), target, address)


def _domain_name(name: dns.name.Name) -> DomainName:
    return DomainName(name.to_digestable())


def _extended_errors(message: dns.message.Message) -> Iterable[str]:
    for option in message.options:
        if isinstance(option, dns.edns.EDEOption):
            yield option.to_text().removeprefix("EDE ")
