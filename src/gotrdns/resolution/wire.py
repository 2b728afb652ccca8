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
from gotrdns.names import LONGEST_LABEL, LONGEST_NAME, Address, DomainName, read_host_name

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

_SUFFIXES: Final = {each: struct.pack("!HH", each, 1) for each in RecordType}
_HEAD: Final = struct.Struct("!H4s")  # flags; how many questions and answers
_ONE_QUESTION: Final = b"\x00\x01"
_ONE_ANSWER: Final = _ONE_QUESTION + b"\x00\x01"
_TC: Final = 0x0200
_AD: Final = 0x0020
_REPLY_MASK, _REPLY = 0xF800, 0x8000  # QR set, opcode QUERY
_STRAIGHT_MASK, _STRAIGHT = _REPLY_MASK | _TC | 0x000F, _REPLY  # complete, and NOERROR

# The record of a straight reply: pointer to the question's name, type and class in one piece (they
# compare as one), TTL, length, and an address as data.
_POINTER_RECORD: Final = struct.Struct("!6sIH")
_A_RECORD: Final = struct.Struct("!6sIH4s")
_AAAA_RECORD: Final = struct.Struct("!6sIH16s")
_COUNTS: Final = struct.Struct("!HHH")  # answers, authorities, additionals
_FIXED: Final = struct.Struct("!HHIH")  # type, class, TTL and data length of a record

_FOUND: Final = Outcome.FOUND
_PTR: Final = RecordType.PTR
_A: Final = RecordType.A
_AAAA: Final = RecordType.AAAA
_SOA: Final = RecordType.SOA
_OPT_TYPE: Final = 41
_ADDRESS_LENGTHS: Final = {int(_A): 4, int(_AAAA): 16}
# The question's name always begins at the same octet.
_TO_QUESTION: Final = struct.pack("!H", 0xC000 | HEADER_LENGTH)
_DIRECT_PTR: Final = _TO_QUESTION + _SUFFIXES[_PTR]
_DIRECT_A: Final = _TO_QUESTION + _SUFFIXES[_A]
_DIRECT_AAAA: Final = _TO_QUESTION + _SUFFIXES[_AAAA]

_OVERFLOWING_TTL: Final = 0x8000_0000
_NXDOMAIN_CODE: Final = 3
_REFUSED_CODE: Final = 5
_UNSUPPORTED_CODES: Final = frozenset({1, 4, 16})  # FORMERR, NOTIMP, BADVERS


class MalformedMessage(Exception):
    """The bytes are not a DNS message, or not one that answers the question."""


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
    return question.name + _SUFFIXES[question.type]


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


def read_reply(message: bytes, section: bytes, kind: RecordType) -> Reply:
    """Read the reply to the question in ``section``; the caller has compared the id.

    Raises NotThisQuestion when it answers another question, MalformedMessage when it is garbage.
    """
    # The commonest reply by far, read in few steps: one record, which answers the question itself.
    # Whatever differs from that in any way is read carefully instead.
    try:
        flags, counts = _HEAD.unpack_from(message, 2)
        if (
            counts == _ONE_ANSWER
            and flags & _STRAIGHT_MASK == _STRAIGHT
            and message.startswith(section, HEADER_LENGTH)
        ):
            start = HEADER_LENGTH + len(section)
            if kind is _PTR:
                direct, ttl, length = _POINTER_RECORD.unpack_from(message, start)
                content = message[start + 12 : start + 12 + length]
                if direct == _DIRECT_PTR and len(content) == length and ttl < _OVERFLOWING_TTL:
                    # Lower-casing wire form is safe: no length octet is a letter.
                    name = read_host_name(content.lower())
                    if name is not None:
                        return Answer(_FOUND, (name,), (), ttl, flags & _AD != 0)
            elif kind is _A:
                direct, ttl, length, content = _A_RECORD.unpack_from(message, start)
                if direct == _DIRECT_A and length == 4 and ttl < _OVERFLOWING_TTL:
                    addresses = (Address(content),)
                    return Answer(_FOUND, (), addresses, ttl, flags & _AD != 0)
            elif kind is _AAAA:
                direct, ttl, length, content = _AAAA_RECORD.unpack_from(message, start)
                if direct == _DIRECT_AAAA and length == 16 and ttl < _OVERFLOWING_TTL:
                    addresses = (Address(content),)
                    return Answer(_FOUND, (), addresses, ttl, flags & _AD != 0)
    except struct.error:  # shorter than that
        return _read_carefully(message, section, kind)
    return _read_carefully(message, section, kind)


def bounded_ttl(ttl: int) -> int:
    """A TTL with its highest bit set counts as zero (RFC 2181 section 8)."""
    return ttl if ttl < _OVERFLOWING_TTL else 0


def _read_carefully(message: bytes, section: bytes, kind: RecordType) -> Reply:
    if len(message) < HEADER_LENGTH:
        raise MalformedMessage("shorter than a header")
    flags, counts = _HEAD.unpack_from(message, 2)
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


class _Record(msgspec.Struct, frozen=True, gc=False):
    """Where a record is in its message; its names are read when they are wanted."""

    owner: int
    kind: int
    ttl: int
    data: int
    end: int


def _read_all(message: bytes, start: int, section: bytes, kind: RecordType) -> Reply:
    answers, authorities, additionals = _COUNTS.unpack_from(message, 6)
    answered, start = _read_records(message, start, answers)
    authority, start = _read_records(message, start, authorities)
    additional, _ = _read_records(message, start, additionals)
    zone, negative_ttl = _find_soa(message, authority)
    code = message[3] & 0x0F | _extended_code(additional)
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
        return Answer(Outcome.NXDOMAIN, (), (), ttl, authenticated, aliases, zone)
    if zone is not None:
        return Answer(Outcome.NODATA, (), (), ttl, authenticated, aliases, zone)
    return _UNPROVEN


def _read_records(message: bytes, start: int, count: int) -> tuple[list[_Record], int]:
    """The records of one section, and where the next begins; every read is checked."""
    records = []
    limit = len(message)
    for _ in range(count):
        fixed = _skip_name(message, start)
        data = fixed + 10
        if data > limit:
            raise MalformedMessage("a record's header runs past the end")
        kind, dns_class, ttl, length = _FIXED.unpack_from(message, fixed)
        end = data + length
        if end > limit:
            raise MalformedMessage("a record runs past the end")
        if kind == _OPT_TYPE:
            records.append(_Record(start, kind, ttl, data, end))
        elif dns_class == 1:
            records.append(_Record(start, kind, bounded_ttl(ttl), data, end))
        start = end
    return records, start


def read_name(message: bytes, offset: int) -> tuple[DomainName, int]:
    """Read a name, compressed or not; returns it and the offset after it.

    Pointers must lead backwards (RFC 1035 section 4.1.4), which makes loops impossible.
    """
    wire = b""
    after = 0
    start = lowest = offset
    limit = len(message)
    while offset < limit:
        length = message[offset]
        if 0 < length <= LONGEST_LABEL:
            offset += 1 + length
            continue
        if length == 0:
            wire += message[start : offset + 1]
            if len(wire) > LONGEST_NAME:
                break
            return DomainName(wire.lower()), after or offset + 1
        if length < 0xC0:
            raise MalformedMessage("a label of an unknown kind")
        wire += message[start:offset]
        if offset + 2 > limit or len(wire) > LONGEST_NAME:
            break
        after = after or offset + 2
        start = offset = (length & 0x3F) << 8 | message[offset + 1]
        if offset >= lowest:
            raise MalformedMessage("a compression pointer does not lead backwards")
        lowest = offset
    raise MalformedMessage("a name is too long, or runs past the end")


def _skip_name(message: bytes, offset: int) -> int:
    limit = len(message)
    while offset < limit:
        length = message[offset]
        if length == 0:
            return offset + 1
        if length >= 0xC0:
            return offset + 2
        if length > 63:
            raise MalformedMessage("a label of an unknown kind")
        offset += 1 + length
    raise MalformedMessage("a name runs past the end")


def _extended_code(additional: list[_Record]) -> int:
    # RFC 6891 section 6.1.3: the upper eight bits of the response code are in the OPT's TTL.
    for record in additional:
        if record.kind == _OPT_TYPE:
            return record.ttl >> 24 << 4
    return 0


def _find_soa(message: bytes, authority: list[_Record]) -> tuple[DomainName | None, int]:
    for record in authority:
        if record.kind == _SOA:
            zone, _ = read_name(message, record.owner)
            return zone, min(record.ttl, _soa_minimum(message, record))
    return None, 0


def _soa_minimum(message: bytes, record: _Record) -> int:
    # RFC 2308 section 4: the last field is how long "there is none" may be remembered. Two names
    # and four other numbers come before it.
    if record.end - record.data < 22:
        raise MalformedMessage("an SOA that is too short")
    return bounded_ttl(int.from_bytes(message[record.end - 4 : record.end]))


class _Chain(msgspec.Struct):
    aliases: tuple[DomainName, ...]
    ttl: int
    records: list[_Record]
    looping: bool = False


def _follow_aliases(
    message: bytes, answered: list[_Record], name: DomainName, kind: RecordType
) -> _Chain:
    targets: dict[DomainName, tuple[DomainName, int]] = {}
    finals: dict[DomainName, list[_Record]] = {}
    for record in answered:
        owner, _ = read_name(message, record.owner)
        if record.kind == kind:
            finals.setdefault(owner, []).append(record)
        elif record.kind == RecordType.CNAME:
            target = _name_in_data(message, record)
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
    if kind in _ADDRESS_LENGTHS:
        addresses = tuple(_address(message, each) for each in records)
    elif kind is _PTR or kind is RecordType.NS or kind is RecordType.CNAME:
        names = tuple(_name_in_data(message, each) for each in records)
    elif kind is RecordType.MX:
        exchanges = tuple(_mail_exchange(message, each) for each in records)
    elif kind is RecordType.TXT:
        texts = tuple(_text(message, each) for each in records)
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


def _address(message: bytes, record: _Record) -> Address:
    if record.end - record.data != _ADDRESS_LENGTHS[record.kind]:
        raise MalformedMessage("an address of the wrong length")
    return Address(message[record.data : record.end])


def _name_in_data(message: bytes, record: _Record, skip: int = 0) -> DomainName:
    name, end = read_name(message, record.data + skip)
    if end != record.end:
        raise MalformedMessage("a name does not fill its record")
    return name


def _mail_exchange(message: bytes, record: _Record) -> MailExchange:
    preference = int.from_bytes(message[record.data : record.data + 2])
    return MailExchange(preference, _name_in_data(message, record, 2))


def _text(message: bytes, record: _Record) -> bytes:
    # The character-strings of one TXT record are read as one (RFC 7208 section 3.3).
    parts = []
    offset = record.data
    while offset < record.end:
        following = offset + 1 + message[offset]
        if following > record.end:
            raise MalformedMessage("a character-string runs past its record")
        parts.append(message[offset + 1 : following])
        offset = following
    return b"".join(parts)
