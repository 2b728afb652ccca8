"""DNS messages: the few that gotrdns sends, and the answers to them (RFC 1035, RFC 6891).

Owns bytes to answers and back, for the hot path: a question is a template with two octets of id,
and only what a verdict needs is read of a reply. Everything that strangers send ends here as a
typed reply or as MalformedMessage, in time bounded by the message's length. Knows no sockets.
"""

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

import msgspec

from gotrdns.lookup import Answer, MailExchange, Outcome, Question, RecordType
from gotrdns.names import LONGEST_NAME, Address, DomainName

HEADER_LENGTH: Final = 12
LONGEST_ALIAS_CHAIN: Final = 8

# Room for an answer that no path fragments (the DNS flag day of 2020: 1232).
_UDP_PAYLOAD: Final = 1232
_OPT: Final = struct.pack("!BHHIH", 0, 41, _UDP_PAYLOAD, 0, 0)
# RD asks for recursion; AD asks for the resolver's word on DNSSEC (RFC 6840 section 5.7).
_EDNS_HEADER: Final = struct.pack("!HHHHH", 0x0120, 1, 0, 0, 1)
_PLAIN_HEADER: Final = struct.pack("!HHHHH", 0x0120, 1, 0, 0, 0)

_SUFFIXES: Final = {each: struct.pack("!HH", each, 1) for each in RecordType}
# What a single direct answer begins with: a pointer to the question's name, the type, class IN.
_DIRECT: Final = {each: b"\xc0\x0c" + suffix for each, suffix in _SUFFIXES.items()}

_FIXED: Final = struct.Struct("!HHIH")  # type, class, TTL and data length of a record
_SOA_NUMBERS: Final = struct.Struct("!IIIII")

_FOUND: Final = Outcome.FOUND
_PTR: Final = RecordType.PTR
_A: Final = RecordType.A
_AAAA: Final = RecordType.AAAA
_SOA: Final = RecordType.SOA

_NXDOMAIN_CODE: Final = 3
_FAILURES: Final = {2: Outcome.SERVFAIL, 5: Outcome.REFUSED}
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


Reply = Answer | Truncated | Unsupported | AliasOnly

_TRUNCATED: Final = Truncated()
_UNSUPPORTED: Final = Unsupported()


def question_section(question: Question) -> bytes:
    """The question section, which also serves as a question's key."""
    return question.name + _SUFFIXES[question.type]


def message_tail(section: bytes, *, edns: bool) -> bytes:
    """All of a query but its two octets of id."""
    if edns:
        return _EDNS_HEADER + section + _OPT
    return _PLAIN_HEADER + section


def read_reply(message: bytes, section: bytes, kind: RecordType) -> Reply:
    """Read the reply to the question in ``section``; the caller has compared the id.

    Raises NotThisQuestion when it answers another question, MalformedMessage when it is garbage.
    """
    if len(message) < HEADER_LENGTH or message[2] & 0xF8 != 0x80:
        raise MalformedMessage("not a reply to a query")
    start = HEADER_LENGTH + len(section)
    if not message.startswith(section, HEADER_LENGTH):
        _compare_question(message, section)
        if len(message) == HEADER_LENGTH:
            return _UNSUPPORTED
    if message[2] & 0x02:
        return _TRUNCATED
    flags = message[3]
    if flags & 0x0F == 0 and message[6] == 0 and message[7] == 1:
        direct = _read_direct_answer(message, start, kind, authenticated=flags & 0x20 != 0)
        if direct is not None:
            return direct
    return _read_all(message, start, section, kind)


def _compare_question(message: bytes, section: bytes) -> None:
    start = HEADER_LENGTH + len(section)
    # Servers that cannot read a query may send back no more than its header.
    if len(message) == HEADER_LENGTH and message[3] & 0x0F in _UNSUPPORTED_CODES:
        return
    if message[4:6] != b"\x00\x01" or message[HEADER_LENGTH:start].lower() != section.lower():
        raise NotThisQuestion


def _read_direct_answer(
    message: bytes, start: int, kind: RecordType, *, authenticated: bool
) -> Answer | None:
    # The commonest reply by far: one record that answers the question itself.
    if not message.startswith(_DIRECT[kind], start):
        return None
    data = start + 12
    end = data + int.from_bytes(message[start + 10 : data])
    if end > len(message):
        raise MalformedMessage("a record runs past the end")
    ttl = _bounded_ttl(int.from_bytes(message[start + 6 : start + 10]))
    if kind is _PTR:
        name = _plain_name(message, data, end)
        if name is None:
            return None
        return Answer(_FOUND, (name,), (), ttl, authenticated)
    if (kind is _A and end - data == 4) or (kind is _AAAA and end - data == 16):
        return Answer(_FOUND, (), (Address(message[data:end]),), ttl, authenticated)
    return None


def _plain_name(message: bytes, start: int, end: int) -> DomainName | None:
    offset = start
    while offset < end:
        length = message[offset]
        if length == 0:
            if offset + 1 != end or end - start > LONGEST_NAME:
                return None
            # Lower-casing wire form is safe: no length octet is a letter.
            return DomainName(message[start:end].lower())
        if length > 63:
            return None
        offset += length + 1
    return None


def _bounded_ttl(ttl: int) -> int:
    return ttl if ttl < 0x8000_0000 else 0  # RFC 2181 section 8


class _Record(NamedTuple):
    owner: DomainName
    kind: int
    ttl: int
    data: int  # where its data starts
    end: int


def _read_all(message: bytes, start: int, section: bytes, kind: RecordType) -> Reply:
    answers, authorities, additionals = struct.unpack_from("!HHH", message, 6)
    records = _Records(message, start)
    answered = list(records.take(answers))
    zone, negative_ttl = _find_soa(message, records.take(authorities))
    code = message[3] & 0x0F | _extended_code(records.take(additionals))
    if code in _UNSUPPORTED_CODES:
        return _UNSUPPORTED
    if code not in (0, _NXDOMAIN_CODE):
        return Answer(_FAILURES.get(code, Outcome.SERVFAIL))
    authenticated = message[3] & 0x20 != 0
    question_name = DomainName(section[:-4].lower())
    chain = _follow_aliases(message, answered, question_name, kind)
    if chain.looping:
        return Answer(Outcome.SERVFAIL)
    if chain.records:
        if code != 0:
            raise MalformedMessage("NXDOMAIN with an answer")
        return _positive_answer(message, chain, kind, authenticated=authenticated)
    ttl = min(chain.ttl, negative_ttl) if chain.aliases else negative_ttl
    if code == _NXDOMAIN_CODE:
        return Answer(Outcome.NXDOMAIN, (), (), ttl, authenticated, chain.aliases, zone)
    if zone is not None:
        return Answer(Outcome.NODATA, (), (), ttl, authenticated, chain.aliases, zone)
    if chain.aliases:
        return AliasOnly(chain.aliases, chain.ttl, authenticated)
    return Answer(Outcome.UNPROVEN)


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
                yield _Record(owner, kind, _bounded_ttl(ttl), data, end)


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
    _, offset = read_name(message, record.data)
    _, offset = read_name(message, offset)
    if offset + _SOA_NUMBERS.size != record.end:
        raise MalformedMessage("an SOA of the wrong length")
    minimum: int = _SOA_NUMBERS.unpack_from(message, offset)[4]
    return _bounded_ttl(minimum)


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
    if kind is _A or kind is _AAAA:
        addresses = tuple(_address(message, each, kind) for each in records)
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


def _address(message: bytes, record: _Record, kind: RecordType) -> Address:
    if record.end - record.data != (4 if kind is _A else 16):
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
