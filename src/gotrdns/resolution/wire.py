"""DNS messages: the few that gotrdns sends, and the answers to them (RFC 1035, RFC 6891).

Owns bytes to answers and back, for the hot path: a question is a template with two octets of id,
and only what a verdict needs is read of a reply. Everything that strangers send ends here as a
typed reply or as MalformedMessage, in time bounded by the message's length. Knows no sockets.
"""

import os
import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

import msgspec

from gotrdns.lookup import Answer, MailExchange, Outcome, Question, RecordType
from gotrdns.names import LONGEST_NAME, Address, DomainName, read_host_name

HEADER_LENGTH: Final = 12
LONGEST_ALIAS_CHAIN: Final = 8

# Room for an answer that no path fragments (the DNS flag day of 2020: 1232).
_UDP_PAYLOAD: Final = 1232
_OPT: Final = struct.pack("!BHHIH", 0, 41, _UDP_PAYLOAD, 0, 0)
# RD asks for recursion; AD asks for the resolver's word on DNSSEC (RFC 6840 section 5.7).
_EDNS_HEADER: Final = struct.pack("!HHHHH", 0x0120, 1, 0, 0, 1)
_PLAIN_HEADER: Final = struct.pack("!HHHHH", 0x0120, 1, 0, 0, 0)

_IDENTIFIERS_AT_ONCE: Final = 256

_SUFFIXES: Final = {each: struct.pack("!HH", each, 1) for each in RecordType}
_HEAD: Final = struct.Struct("!HHH")  # flags, questions, answers
_TC: Final = 0x0200
_AD: Final = 0x0020
_REPLY_MASK, _REPLY = 0xF800, 0x8000  # QR set, opcode QUERY
_STRAIGHT_MASK, _STRAIGHT = _REPLY_MASK | _TC | 0x000F, _REPLY  # complete, and NOERROR

# A compression pointer to the question's name, which always begins at the same octet.
_TO_QUESTION: Final = 0xC000 | HEADER_LENGTH
_DIRECT_RECORD: Final = struct.Struct("!HHHIH")  # its owner being such a pointer
_FIXED: Final = struct.Struct("!HHIH")  # type, class, TTL and data length of a record
_SOA_NUMBERS: Final = struct.Struct("!IIIII")

_FOUND: Final = Outcome.FOUND
_PTR: Final = RecordType.PTR
_A: Final = RecordType.A
_AAAA: Final = RecordType.AAAA
_SOA: Final = RecordType.SOA
_ADDRESS_LENGTHS: Final = {int(_A): 4, int(_AAAA): 16}

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
        return _EDNS_HEADER + section + _OPT
    return _PLAIN_HEADER + section


class Identifiers:
    """Random message ids (RFC 5452 section 9.2), fetched from the system many at a time."""

    __slots__ = ("_drawn",)

    def __init__(self) -> None:
        self._drawn: list[bytes] = []

    def draw(self) -> bytes:
        if not self._drawn:
            octets = os.urandom(2 * _IDENTIFIERS_AT_ONCE)
            self._drawn = [octets[i : i + 2] for i in range(0, len(octets), 2)]
        return self._drawn.pop()


def read_reply(message: bytes, section: bytes, kind: RecordType) -> Reply:
    """Read the reply to the question in ``section``; the caller has compared the id.

    Raises NotThisQuestion when it answers another question, MalformedMessage when it is garbage.
    """
    if len(message) < HEADER_LENGTH:
        raise MalformedMessage("shorter than a header")
    flags, _, answers = _HEAD.unpack_from(message, 2)
    # The commonest reply by far: one record, which answers the question itself.
    if answers == 1 and flags & _STRAIGHT_MASK == _STRAIGHT:
        data = HEADER_LENGTH + len(section) + _DIRECT_RECORD.size
        if len(message) >= data and message.startswith(section, HEADER_LENGTH):
            owner, record_kind, record_class, ttl, length = _DIRECT_RECORD.unpack_from(
                message, data - _DIRECT_RECORD.size
            )
            if owner == _TO_QUESTION and record_kind == kind and record_class == 1:
                content = message[data : data + length]
                if kind is _PTR:
                    # Lower-casing wire form is safe: no length octet is a letter.
                    name = read_host_name(content.lower())
                    if name is not None and len(content) == length:
                        return Answer(_FOUND, (name,), (), bounded_ttl(ttl), flags & _AD != 0)
                elif len(content) == length == _ADDRESS_LENGTHS.get(record_kind):
                    addresses = (Address(content),)
                    return Answer(_FOUND, (), addresses, bounded_ttl(ttl), flags & _AD != 0)
    return _read_carefully(message, section, kind, flags)


def bounded_ttl(ttl: int) -> int:
    """A TTL with its highest bit set counts as zero (RFC 2181 section 8)."""
    return ttl if ttl < 0x8000_0000 else 0


def _read_carefully(message: bytes, section: bytes, kind: RecordType, flags: int) -> Reply:
    if flags & _REPLY_MASK != _REPLY:
        raise MalformedMessage("not a reply to a query")
    if not message.startswith(section, HEADER_LENGTH):
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
    if message[4:6] != b"\x00\x01" or message[HEADER_LENGTH:start].lower() != section.lower():
        raise NotThisQuestion


class _Record(NamedTuple):
    owner: DomainName
    kind: int
    ttl: int
    data: int  # where its data starts
    end: int


def _read_all(message: bytes, start: int, section: bytes, kind: RecordType) -> Reply:
    answers, authorities, additionals = struct.unpack_from("!HHH", message, 6)
    records = _Records(message, start)
    answered = list(records.take(answers)) if answers else []
    zone, negative_ttl = _find_soa(message, records.take(authorities)) if authorities else (None, 0)
    code = message[3] & 0x0F
    if additionals:
        code |= _extended_code(records.take(additionals))
    if code in _UNSUPPORTED_CODES:
        return _UNSUPPORTED
    if code not in (0, _NXDOMAIN_CODE):
        return _REFUSED if code == _REFUSED_CODE else _SERVFAIL
    authenticated = message[3] & 0x20 != 0
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


class _Records:
    """Walks the records of a message; every read is checked against its length."""

    def __init__(self, message: bytes, offset: int) -> None:
        self._message = message
        self._offset = offset

    def take(self, count: int) -> Iterator[_Record]:
        message = self._message
        for _ in range(count):
            owner, offset = read_name(message, self._offset)
            data = offset + _FIXED.size
            if data > len(message):
                raise MalformedMessage("a record's header runs past the end")
            kind, dns_class, ttl, length = _FIXED.unpack_from(message, offset)
            end = data + length
            if end > len(message):
                raise MalformedMessage("a record runs past the end")
            self._offset = end
            if kind == 41:
                yield _Record(owner, kind, ttl, data, end)
            elif dns_class == 1:
                yield _Record(owner, kind, bounded_ttl(ttl), data, end)


def read_name(message: bytes, offset: int) -> tuple[DomainName, int]:
    """Read a name, compressed or not; returns it and the offset after it.

    Pointers must lead backwards (RFC 1035 section 4.1.4), which makes loops impossible.
    """
    labels = bytearray()
    after = 0
    lowest = offset
    limit = len(message)
    while True:
        if offset >= limit:
            raise MalformedMessage("a name runs past the end")
        length = message[offset]
        if length >= 0xC0:
            if offset + 2 > limit:
                raise MalformedMessage("a name runs past the end")
            after = after or offset + 2
            offset = (length & 0x3F) << 8 | message[offset + 1]
            if offset >= lowest:
                raise MalformedMessage("a compression pointer does not lead backwards")
            lowest = offset
            continue
        if length > 63:
            raise MalformedMessage("a label of an unknown kind")
        labels += message[offset : offset + 1 + length]
        offset += 1 + length
        if len(labels) > LONGEST_NAME or offset > limit:
            raise MalformedMessage("a name is too long")
        if length == 0:
            return DomainName(labels.lower()), after or offset


def _skip_name(message: bytes, offset: int) -> int:
    limit = len(message)
    while offset < limit:
        length = message[offset]
        if length == 0:
            return offset + 1
        if length > 63:
            return offset + 2
        offset += 1 + length
    raise MalformedMessage("a name runs past the end")


def _extended_code(additional: Iterator[_Record]) -> int:
    # RFC 6891 section 6.1.3: the upper eight bits of the response code are in the OPT's TTL.
    return next((each.ttl >> 24 << 4 for each in additional if each.kind == 41), 0)


def _find_soa(message: bytes, authority: Iterator[_Record]) -> tuple[DomainName | None, int]:
    zone, ttl = None, 0
    for record in authority:
        if record.kind == _SOA and zone is None:
            zone, ttl = record.owner, min(record.ttl, _soa_minimum(message, record))
    return zone, ttl


def _soa_minimum(message: bytes, record: _Record) -> int:
    # RFC 2308 section 4: the last field is how long "there is none" may be remembered.
    offset = _skip_name(message, _skip_name(message, record.data))
    if offset + _SOA_NUMBERS.size != record.end:
        raise MalformedMessage("an SOA of the wrong length")
    minimum: int = _SOA_NUMBERS.unpack_from(message, offset)[4]
    return bounded_ttl(minimum)


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
        if record.kind == kind:
            finals.setdefault(record.owner, []).append(record)
        elif record.kind == RecordType.CNAME:
            target = _name_in_data(message, record)
            if targets.setdefault(record.owner, (target, record.ttl))[0] != target:
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
        zone = records[0].owner
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
