"""The records of a DNS message: where they are, and what their data says (RFC 1035 section 4.1).

Owns walking them, and reading names and data. Every read is checked against the message's length
and takes time bounded by it. Which records answer a question is ``wire``'s business.
"""

import struct
from typing import Final

import msgspec

from gotrdns.lookup import MailExchange, RecordType
from gotrdns.names import LONGEST_LABEL, LONGEST_NAME, Address, DomainName

OVERFLOWING_TTL: Final = 0x8000_0000
# Two names and four numbers come before the last number of an SOA.
SHORTEST_SOA: Final = 22

_FIXED: Final = struct.Struct("!HHIH")  # type, class, TTL and data length of a record
_OPT_TYPE: Final = 41
_SOA: Final = RecordType.SOA
_ADDRESS_LENGTHS: Final = {int(RecordType.A): 4, int(RecordType.AAAA): 16}


class MalformedMessage(Exception):
    """The bytes are not a DNS message, or not one that answers the question."""


def bounded_ttl(ttl: int) -> int:
    """A TTL with its highest bit set counts as zero (RFC 2181 section 8)."""
    return ttl if ttl < OVERFLOWING_TTL else 0


class Record(msgspec.Struct, frozen=True, gc=False):
    """Where a record is in its message; its names are read when they are wanted."""

    owner: int
    kind: int
    ttl: int
    data: int
    end: int


def read_records(message: bytes, start: int, count: int) -> tuple[list[Record], int]:
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
            records.append(Record(start, kind, ttl, data, end))
        elif dns_class == 1:
            records.append(Record(start, kind, bounded_ttl(ttl), data, end))
        start = end
    return records, start


# A name has at most 127 labels (RFC 1035 section 2.3.4), and no use for a pointer before each.
# Without a limit, chains of them would cost the square of the message's length.
MOST_POINTERS: Final = 127


def read_name(message: bytes, offset: int) -> tuple[DomainName, int]:
    """Read a name, compressed or not; returns it and the offset after it.

    Pointers must lead backwards (RFC 1035 section 4.1.4), which makes loops impossible.
    """
    wire = b""
    after = 0
    pointers = 0
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
        pointers += 1
        if offset >= lowest or pointers > MOST_POINTERS:
            raise MalformedMessage("a compression pointer does not lead backwards, or one too many")
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


def extended_code(additional: list[Record]) -> int:
    # RFC 6891 section 6.1.3: the upper eight bits of the response code are in the OPT's TTL.
    for record in additional:
        if record.kind == _OPT_TYPE:
            return record.ttl >> 24 << 4
    return 0


def find_soa(message: bytes, authority: list[Record]) -> tuple[DomainName | None, int]:
    for record in authority:
        if record.kind == _SOA:
            if record.end - record.data < SHORTEST_SOA:
                raise MalformedMessage("an SOA that is too short")
            zone, _ = read_name(message, record.owner)
            return zone, min(record.ttl, soa_minimum(message, record.end))
    return None, 0


def soa_minimum(message: bytes, end: int) -> int:
    """How long "there is none" may be remembered: the last number of an SOA (RFC 2308 section 4).

    ``end`` is where that SOA ends.
    """
    return bounded_ttl(int.from_bytes(message[end - 4 : end]))


def read_address(message: bytes, record: Record) -> Address:
    if record.end - record.data != _ADDRESS_LENGTHS[record.kind]:
        raise MalformedMessage("an address of the wrong length")
    return Address(message[record.data : record.end])


def name_in_data(message: bytes, record: Record, skip: int = 0) -> DomainName:
    name, end = read_name(message, record.data + skip)
    if end != record.end:
        raise MalformedMessage("a name does not fill its record")
    return name


def read_mail_exchange(message: bytes, record: Record) -> MailExchange:
    preference = int.from_bytes(message[record.data : record.data + 2])
    return MailExchange(preference, name_in_data(message, record, 2))


def read_text(message: bytes, record: Record) -> bytes:
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
