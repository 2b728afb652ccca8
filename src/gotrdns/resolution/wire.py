"""DNS messages: the few that gotrdns sends, and the answers to them (RFC 1035, RFC 6891).

Owns bytes to answers and back, for the hot path: a question is a template with two octets of id,
and only what a verdict needs is read of a reply. Everything that strangers send ends here as a
typed reply or as MalformedMessage, in time bounded by the message's length. Knows no sockets.
"""

import os
import struct
from typing import Final

import msgspec

from gotrdns.lookup import Answer, MailExchange, Outcome, Question, RecordType
from gotrdns.names import Address, DomainName, read_host_name
from gotrdns.resolution.records import (
    OVERFLOWING_TTL,
    SHORTEST_SOA,
    MalformedMessage,
    Record,
    bounded_ttl,
    extended_code,
    find_soa,
    name_in_data,
    read_address,
    read_mail_exchange,
    read_name,
    read_records,
    read_text,
)

__all__ = [
    "EDNS_HEADER",
    "HEADER_LENGTH",
    "LONGEST_ALIAS_CHAIN",
    "OPT_RECORD",
    "TYPE_AND_CLASS",
    "AliasOnly",
    "Identifiers",
    "MalformedMessage",
    "NotThisQuestion",
    "Reply",
    "Truncated",
    "Unsupported",
    "Unusable",
    "message_tail",
    "question_section",
    "read_name",
    "read_reply",
]

HEADER_LENGTH: Final = 12
LONGEST_ALIAS_CHAIN: Final = 8

# Room for an answer that no path fragments (the DNS flag day of 2020: 1232).
_UDP_PAYLOAD: Final = 1232
OPT_RECORD: Final = struct.pack("!BHHIH", 0, 41, _UDP_PAYLOAD, 0, 0)
# RD asks for recursion; AD asks for the resolver's word on DNSSEC (RFC 6840 section 5.7).
EDNS_HEADER: Final = struct.pack("!HHHHH", 0x0120, 1, 0, 0, 1)
_PLAIN_HEADER: Final = struct.pack("!HHHHH", 0x0120, 1, 0, 0, 0)

_IDENTIFIERS_AT_ONCE: Final = 256
_PAIRS: Final = struct.Struct("2s" * _IDENTIFIERS_AT_ONCE)  # cuts faster than slices do

TYPE_AND_CLASS: Final = {each: struct.pack("!HH", each, 1) for each in RecordType}
_unpack_head: Final = struct.Struct("!H4s").unpack_from  # flags; how many questions and answers
_HEAD: Final = slice(2, 8)  # the same six octets
_ONE_QUESTION: Final = b"\x00\x01"
_ONE_ANSWER: Final = _ONE_QUESTION + b"\x00\x01"
_SOA_AND_OPT: Final = b"\x00\x01\x00\x01"  # how many authorities and additionals
_NO_ANSWER: Final = _ONE_QUESTION + b"\x00\x00"
_TC: Final = 0x0200
_AD: Final = 0x0020
_REPLY_MASK, _REPLY = 0xF800, 0x8000  # QR set, opcode QUERY

# The record of a straight reply: pointer to the question's name, type and class in one piece (they
# compare as one), TTL, length, and an address as data.
_unpack_pointer: Final = struct.Struct("!6sIH").unpack_from
_unpack_a: Final = struct.Struct("!6sIH4s").unpack_from
_unpack_aaaa: Final = struct.Struct("!6sIH16s").unpack_from
_unpack_counts: Final = struct.Struct("!HHH").unpack_from  # answers, authorities, additionals
# The records of a straight denial: owner, type and class in one piece, TTL, length; then the last
# number of the SOA and OPT, of which only the upper bits of the response code are read (RFC 6891
# section 6.1.3).
_SOA_RECORD: Final = struct.Struct("!H4sIH")
_unpack_minimum_and_opt: Final = struct.Struct("!I3s2xB").unpack_from

_FOUND: Final = Outcome.FOUND
_PTR: Final = RecordType.PTR
_A: Final = RecordType.A
_AAAA: Final = RecordType.AAAA
_NXDOMAIN: Final = Outcome.NXDOMAIN
_NODATA: Final = Outcome.NODATA
# The question's name always begins at the same octet.
_POINTER: Final = 0xC000
_TO_QUESTION: Final = struct.pack("!H", _POINTER | HEADER_LENGTH)
_DIRECT_PTR: Final = _TO_QUESTION + TYPE_AND_CLASS[_PTR]
_DIRECT_A: Final = _TO_QUESTION + TYPE_AND_CLASS[_A]
_DIRECT_AAAA: Final = _TO_QUESTION + TYPE_AND_CLASS[_AAAA]
_SOA_TYPE: Final = TYPE_AND_CLASS[RecordType.SOA]
_TYPE_AND_CLASS_LENGTH: Final = 4
_MINIMUM_LENGTH: Final = 4
_OPT_HEAD: Final = OPT_RECORD[:3]

_NXDOMAIN_CODE: Final = 3
_REFUSED_CODE: Final = 5
_UNSUPPORTED_CODES: Final = frozenset({1, 4, 16})  # FORMERR, NOTIMP, BADVERS


def _complete_heads(code: int, answers: bytes) -> dict[bytes, bool]:
    """Every head of a complete reply with this code and count, and whether its AD bit is set."""
    # Opcode, TC and code are settled; AA, RD, RA, Z, AD and CD are free.
    free = [0x0400, 0x0100, 0x0080, 0x0040, _AD, 0x0010]
    heads = {}
    for chosen in range(1 << len(free)):
        flags = _REPLY | code | sum(bit for n, bit in enumerate(free) if chosen >> n & 1)
        heads[struct.pack("!H", flags) + answers] = flags & _AD != 0
    return heads


# Looked up whole: dearer to list, cheaper to read than flags and counts one by one.
_STRAIGHT: Final = _complete_heads(0, _ONE_ANSWER)
_DENIALS: Final = {
    head: (outcome, authenticated)
    for code, outcome in ((0, _NODATA), (_NXDOMAIN_CODE, _NXDOMAIN))
    for head, authenticated in _complete_heads(code, _NO_ANSWER).items()
}


class NotThisQuestion(MalformedMessage):
    """A well-formed reply to something else: forged, or strayed."""


class Truncated(msgspec.Struct, frozen=True):
    """The answer did not fit: ask again over TCP (RFC 7766 section 5)."""


class Unsupported(msgspec.Struct, frozen=True):
    """The server did not understand EDNS: ask again without it (RFC 6891 section 6.2.2)."""


class AliasOnly(msgspec.Struct, frozen=True):
    """A CNAME chain without the answer for its last name, and without proof that there is none."""

    aliases: tuple[DomainName, ...]
    ttl: int
    authenticated: bool


class Unusable(msgspec.Struct, frozen=True):
    """An answer that says nothing about the record: SERVFAIL, REFUSED or UNPROVEN."""

    outcome: Outcome


# An Answer here is always a usable one: FOUND, NXDOMAIN or NODATA.
Reply = Answer | Unusable | Truncated | Unsupported | AliasOnly

_TRUNCATED: Final = Truncated()
_UNSUPPORTED: Final = Unsupported()
_SERVFAIL: Final = Unusable(Outcome.SERVFAIL)
_REFUSED: Final = Unusable(Outcome.REFUSED)
_UNPROVEN: Final = Unusable(Outcome.UNPROVEN)


def question_section(question: Question) -> bytes:
    """The question section, which also serves as a question's key."""
    return question.name + TYPE_AND_CLASS[question.type]


def message_tail(section: bytes, *, edns: bool = True) -> bytes:
    """All of a query but its two octets of id."""
    if edns:
        return EDNS_HEADER + section + OPT_RECORD
    return _PLAIN_HEADER + section


class Identifiers:
    """Random message ids (RFC 5452 section 9.2), fetched from the system many at a time."""

    __slots__ = ("_drawn",)

    def __init__(self) -> None:
        self._drawn: list[bytes] = []

    def draw(self) -> bytes:
        if not self._drawn:
            self._drawn.extend(_PAIRS.unpack(os.urandom(_PAIRS.size)))
        return self._drawn.pop()

    def draw_many(self, count: int) -> list[bytes]:
        drawn = self._drawn
        while len(drawn) < count:
            drawn.extend(_PAIRS.unpack(os.urandom(_PAIRS.size)))
        taken = drawn[-count:]
        del drawn[-count:]
        return taken


def read_reply(message: bytes, section: bytes, kind: RecordType) -> Reply:  # noqa: C901 - for speed
    """Read the reply to the question in ``section``; the caller has compared the id.

    Raises NotThisQuestion when it answers another question, MalformedMessage when it is garbage.
    """
    # The commonest replies are read in few steps: one record, which answers the question itself, or
    # none, and the SOA that proves it. What differs from that in any way is read carefully.
    head = message[_HEAD]
    start = HEADER_LENGTH + len(section)
    authenticated = _STRAIGHT.get(head)
    try:
        if authenticated is None:
            denied = _DENIALS.get(head)
            if denied is not None and message[HEADER_LENGTH:start] == section:
                denial = _read_denial(message, start, *denied)
                if denial is not None:
                    return denial
        elif message[HEADER_LENGTH:start] == section:
            if kind is _PTR:
                direct, ttl, length = _unpack_pointer(message, start)
                content = message[start + 12 : start + 12 + length]
                if direct == _DIRECT_PTR and len(content) == length and ttl < OVERFLOWING_TTL:
                    # Lower-casing wire form is safe: no length octet is a letter.
                    name = read_host_name(content.lower())
                    if name is not None:
                        return Answer(_FOUND, (name,), (), ttl, authenticated)
            elif kind is _A:
                direct, ttl, length, content = _unpack_a(message, start)
                if direct == _DIRECT_A and length == 4 and ttl < OVERFLOWING_TTL:
                    return Answer(_FOUND, (), (Address(content),), ttl, authenticated)
            elif kind is _AAAA:
                direct, ttl, length, content = _unpack_aaaa(message, start)
                if direct == _DIRECT_AAAA and length == 16 and ttl < OVERFLOWING_TTL:
                    return Answer(_FOUND, (), (Address(content),), ttl, authenticated)
    except struct.error:  # shorter than that
        return _read_carefully(message, section, kind)
    return _read_carefully(message, section, kind)


def _read_denial(
    message: bytes, start: int, outcome: Outcome, authenticated: bool
) -> Answer | None:
    if message[8:12] != _SOA_AND_OPT:
        return None
    owner, kind, ttl, length = _SOA_RECORD.unpack_from(message, start)
    end = start + _SOA_RECORD.size + length
    if kind != _SOA_TYPE or owner < _POINTER or length < SHORTEST_SOA:
        return None
    # The zone encloses the question: a pointer to a label of it, from which the name runs to its
    # end. Anything else that a pointer can lead to is read carefully.
    zone = read_host_name(message[owner - _POINTER : start - _TYPE_AND_CLASS_LENGTH])
    minimum, opt, upper_bits = _unpack_minimum_and_opt(message, end - _MINIMUM_LENGTH)
    if zone is None or opt != _OPT_HEAD or upper_bits:
        return None
    ttl = min(bounded_ttl(ttl), bounded_ttl(minimum))
    return Answer(outcome, (), (), ttl, authenticated, (), zone)


def _read_carefully(message: bytes, section: bytes, kind: RecordType) -> Reply:
    if len(message) < HEADER_LENGTH:
        raise MalformedMessage("shorter than a header")
    flags, counts = _unpack_head(message, 2)
    if flags & _REPLY_MASK != _REPLY:
        raise MalformedMessage("not a reply to a query")
    if not counts.startswith(_ONE_QUESTION) or not message.startswith(section, HEADER_LENGTH):
        _compare_question(message, section)
        if len(message) == HEADER_LENGTH:
            return _UNSUPPORTED
    if flags & _TC:
        return _TRUNCATED
    return _read_all(message, HEADER_LENGTH + len(section), section, kind)


def _compare_question(message: bytes, section: bytes) -> None:
    start = HEADER_LENGTH + len(section)
    # Servers that cannot read a query may send back no more than its header.
    if len(message) == HEADER_LENGTH and message[3] & 0x0F in _UNSUPPORTED_CODES:
        return
    if message[4:6] != _ONE_QUESTION or message[HEADER_LENGTH:start].lower() != section.lower():
        raise NotThisQuestion


def _read_all(message: bytes, start: int, section: bytes, kind: RecordType) -> Reply:
    answers, authorities, additionals = _unpack_counts(message, 6)
    answered, start = read_records(message, start, answers)
    authority, start = read_records(message, start, authorities)
    additional, _ = read_records(message, start, additionals)
    zone, negative_ttl = find_soa(message, authority)
    code = message[3] & 0x0F | extended_code(additional)
    if code in _UNSUPPORTED_CODES:
        return _UNSUPPORTED
    if code not in (0, _NXDOMAIN_CODE):
        return _REFUSED if code == _REFUSED_CODE else _SERVFAIL
    authenticated = message[3] & _AD != 0
    if not answered:
        return _negative_answer(code, negative_ttl, (), zone, authenticated=authenticated)
    question_name = DomainName(section[:-4].lower())
    chain = _follow_aliases(message, answered, question_name, kind)
    if chain.looping:
        return _SERVFAIL
    if chain.records:
        if code != 0:
            raise MalformedMessage("NXDOMAIN with an answer")
        return _positive_answer(message, chain, kind, authenticated=authenticated)
    if code == 0 and zone is None and chain.aliases:
        return AliasOnly(chain.aliases, chain.ttl, authenticated)
    ttl = min(chain.ttl, negative_ttl)
    return _negative_answer(code, ttl, chain.aliases, zone, authenticated=authenticated)


def _negative_answer(
    code: int,
    ttl: int,
    aliases: tuple[DomainName, ...],
    zone: DomainName | None,
    *,
    authenticated: bool,
) -> Answer | Unusable:
    if code == _NXDOMAIN_CODE:
        return Answer(_NXDOMAIN, (), (), ttl, authenticated, aliases, zone)
    if zone is not None:
        return Answer(_NODATA, (), (), ttl, authenticated, aliases, zone)
    return _UNPROVEN


class _Chain(msgspec.Struct):
    aliases: tuple[DomainName, ...]
    ttl: int
    records: list[Record]
    looping: bool = False


def _follow_aliases(
    message: bytes, answered: list[Record], name: DomainName, kind: RecordType
) -> _Chain:
    targets: dict[DomainName, tuple[DomainName, int]] = {}
    finals: dict[DomainName, list[Record]] = {}
    for record in answered:
        owner, _ = read_name(message, record.owner)
        if record.kind == kind:
            finals.setdefault(owner, []).append(record)
        elif record.kind == RecordType.CNAME:
            target = name_in_data(message, record)
            if targets.setdefault(owner, (target, record.ttl))[0] != target:
                raise MalformedMessage("two CNAMEs at one owner")
    aliases: list[DomainName] = []
    ttl = 0x7FFF_FFFF
    while name in targets and name not in finals:
        name, alias_ttl = targets[name]
        ttl = min(ttl, alias_ttl)
        aliases.append(name)
        if len(aliases) > LONGEST_ALIAS_CHAIN:
            return _Chain(tuple(aliases), ttl, [], looping=True)
    records = finals.get(name, [])
    ttl = min([ttl, *(record.ttl for record in records)])
    return _Chain(tuple(aliases), ttl, records)


def _positive_answer(
    message: bytes, chain: _Chain, kind: RecordType, *, authenticated: bool
) -> Answer:
    records = chain.records
    names: tuple[DomainName, ...] = ()
    addresses: tuple[Address, ...] = ()
    exchanges: tuple[MailExchange, ...] = ()
    texts: tuple[bytes, ...] = ()
    zone: DomainName | None = None
    if kind is _A or kind is _AAAA:
        addresses = tuple(read_address(message, each) for each in records)
    elif kind is _PTR or kind is RecordType.NS or kind is RecordType.CNAME:
        names = tuple(name_in_data(message, each) for each in records)
    elif kind is RecordType.MX:
        exchanges = tuple(read_mail_exchange(message, each) for each in records)
    elif kind is RecordType.TXT:
        texts = tuple(read_text(message, each) for each in records)
    else:
        zone, _ = read_name(message, records[0].owner)
    return Answer(
        _FOUND,
        names,
        addresses,
        chain.ttl,
        authenticated,
        chain.aliases,
        zone,
        exchanges,
        texts,
    )
