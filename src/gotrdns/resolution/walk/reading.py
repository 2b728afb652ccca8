"""From bytes to a message: the walk's questions, and whatever comes back.

Owns the form of both. What strangers send ends here as a Message or a Misfit, in time bounded by
its length: records are read where they stand, by ``resolution.records``, for a library that unfolds
every compressed name on its own needs seconds for a large one. Knows no zones and no sockets.
"""

import enum
import secrets
import struct
from collections.abc import Iterable, Iterator
from typing import Final

import dns.rcode
import dns.rdatatype
import msgspec

from gotrdns.evidence import Record, Soa
from gotrdns.lookup import Question, RecordType
from gotrdns.names import DomainName
from gotrdns.resolution import records
from gotrdns.resolution.records import MalformedMessage, name_in_data, read_address, read_name
from gotrdns.resolution.wire import HEADER_LENGTH, OPT_RECORD, question_section

_HEADER: Final = struct.Struct("!6H")
_COUNTS: Final = struct.Struct("!4H")
_SHORTEST_RECORD: Final = 11  # octets: the root as owner, and no data
_RESPONSE: Final = 0x80  # QR set, opcode QUERY
_AA, _TC = 0x04, 0x02  # in the third octet
_OPT: Final = 41
_ADDRESSES: Final = frozenset({RecordType.A, RecordType.AAAA})
_NAMES: Final = frozenset({RecordType.PTR, RecordType.CNAME, RecordType.NS})
_SOA_NUMBERS: Final = struct.Struct("!5I")  # serial, refresh, retry, expire, minimum
_LONGEST_DATA_SHOWN: Final = 128  # octets, of types that nobody asked for
_OPTION: Final = struct.Struct("!HH")
_EXTENDED_ERROR: Final = 15  # RFC 8914
_MOST_ERRORS: Final = 5
_LONGEST_ERROR: Final = 200
_ERRORS: Final = {
    0: "Other Error",
    1: "Unsupported DNSKEY Algorithm",
    2: "Unsupported DS Digest Type",
    3: "Stale Answer",
    4: "Forged Answer",
    5: "DNSSEC Indeterminate",
    6: "DNSSEC Bogus",
    7: "Signature Expired",
    8: "Signature Not Yet Valid",
    9: "DNSKEY Missing",
    10: "RRSIGs Missing",
    11: "No Zone Key Bit Set",
    12: "NSEC Missing",
    13: "Cached Error",
    14: "Not Ready",
    15: "Blocked",
    16: "Censored",
    17: "Filtered",
    18: "Prohibited",
    19: "Stale NXDOMAIN Answer",
    20: "Not Authoritative",
    21: "Not Supported",
    22: "No Reachable Authority",
    23: "Network Error",
    24: "Invalid Data",
}


class Query(msgspec.Struct, frozen=True):
    """One message to send, and what a reply to it must look like."""

    question: Question
    message_id: int
    wire: bytes

    @classmethod
    def make(cls, question: Question, *, edns: bool) -> "Query":
        message_id = secrets.randbelow(1 << 16)
        header = _HEADER.pack(message_id, 0, 1, 0, 0, edns)
        wire = header + question_section(question) + (OPT_RECORD if edns else b"")
        return cls(question, message_id, wire)


class Misfit(enum.Enum):
    """Bytes that cannot be used."""

    STRANGER = "stranger"  # no reply to this query: another id, another question
    MALFORMED = "malformed"


class Message(msgspec.Struct, frozen=True):
    """A reply, as far as a walk has use for it.

    ``servers`` are the NS records of the authority section, ``soas`` those of it and the answer
    section, ``glue`` the addresses of the additional section.
    """

    code: int
    authoritative: bool
    answer: tuple[Record, ...] = ()
    servers: tuple[Record, ...] = ()
    soas: tuple[Soa, ...] = ()
    glue: tuple[Record, ...] = ()
    extended_errors: tuple[str, ...] = ()

    @property
    def rcode(self) -> str:
        """The response code's name, or its number."""
        return dns.rcode.to_text(dns.rcode.Rcode(self.code))


def find_misfit(wire: bytes, query: Query) -> Misfit | None:
    """Whether bytes cannot be a reply to the query; says nothing yet of their records."""
    if len(wire) < HEADER_LENGTH or int.from_bytes(wire[:2]) != query.message_id:
        return Misfit.STRANGER
    if wire[2] & 0xF8 != _RESPONSE:
        return Misfit.MALFORMED
    questions = int.from_bytes(wire[4:6])
    if questions == 0 and wire[3] & 0x0F:
        return None  # Servers that cannot read a question cannot repeat it.
    section = question_section(query.question)
    asked = wire[HEADER_LENGTH : HEADER_LENGTH + len(section)]
    return None if questions == 1 and asked.lower() == section.lower() else Misfit.STRANGER


def is_truncated(wire: bytes) -> bool:
    return bool(wire[2] & _TC)


def count_records(wire: bytes) -> int:
    """How many records reading a reply costs, at most."""
    counts: tuple[int, ...] = _COUNTS.unpack_from(wire, 4)
    return min(sum(counts[1:]), len(wire) // _SHORTEST_RECORD)


def read_message(wire: bytes, query: Query) -> Message | Misfit:
    """Read a reply, having made sure that it answers the query."""
    misfit = find_misfit(wire, query)
    if misfit is not None:
        return misfit
    try:
        return _read(wire, query)
    except (MalformedMessage, struct.error):
        return Misfit.MALFORMED


def _read(wire: bytes, query: Query) -> Message:
    questions, answers, authorities, additionals = _COUNTS.unpack_from(wire, 4)
    start = HEADER_LENGTH + (len(question_section(query.question)) if questions else 0)
    answered, start = records.read_records(wire, start, answers)
    authority, start = records.read_records(wire, start, authorities)
    additional, _ = records.read_records(wire, start, additionals)
    reader = _Reader(wire)
    return Message(
        code=wire[3] & 0x0F | records.extended_code(additional),
        authoritative=bool(wire[2] & _AA),
        answer=tuple(map(reader.record, answered)),
        servers=tuple(reader.record(each) for each in authority if each.kind == RecordType.NS),
        soas=tuple(
            reader.soa(each) for each in (*answered, *authority) if each.kind == RecordType.SOA
        ),
        glue=tuple(reader.record(each) for each in additional if each.kind in _ADDRESSES),
        extended_errors=tuple(_extended_errors(wire, additional)),
    )


class _Reader:
    """Reads the records of one message; owners, mostly pointers to one name, are read once."""

    def __init__(self, wire: bytes) -> None:
        self._wire = wire
        self._names: dict[bytes, DomainName] = {}

    def _owner(self, offset: int) -> DomainName:
        start = self._wire[offset : offset + 2]
        if start[0] < 0xC0:
            return read_name(self._wire, offset)[0]
        if start not in self._names:
            self._names[start] = read_name(self._wire, offset)[0]
        return self._names[start]

    def record(self, found: records.Record) -> Record:
        owner = self._owner(found.owner)
        kind = dns.rdatatype.to_text(dns.rdatatype.RdataType.make(found.kind))
        if found.kind in _NAMES:
            target = name_in_data(self._wire, found)
            return Record(owner, found.ttl, kind, _absolute(target), target=target)
        if found.kind in _ADDRESSES:
            address = read_address(self._wire, found)
            return Record(owner, found.ttl, kind, address.text, address=address)
        if found.kind == RecordType.SOA:
            primary, contact, numbers = self._soa_data(found)
            data = " ".join([_absolute(primary), _absolute(contact), *map(str, numbers)])
            return Record(owner, found.ttl, kind, data)
        return Record(owner, found.ttl, kind, _unread(self._wire[found.data : found.end]))

    def soa(self, found: records.Record) -> Soa:
        primary, contact, (serial, _, _, _, minimum) = self._soa_data(found)
        return Soa(
            zone=self._owner(found.owner),
            primary=primary,
            contact=contact,
            serial=serial,
            ttl=found.ttl,
            minimum=records.bounded_ttl(minimum),
        )

    def _soa_data(self, found: records.Record) -> tuple[DomainName, DomainName, tuple[int, ...]]:
        primary, after = read_name(self._wire, found.data)
        contact, after = read_name(self._wire, after)
        if after + _SOA_NUMBERS.size != found.end:
            raise MalformedMessage("an SOA whose parts do not fill it")
        return primary, contact, _SOA_NUMBERS.unpack_from(self._wire, after)


def _absolute(name: DomainName) -> str:
    return name.text if name.text == "." else f"{name}."


def _unread(data: bytes) -> str:
    """RFC 3597 section 5: data of any type, in digits; cut where there is much of it."""
    digits = data[:_LONGEST_DATA_SHOWN].hex()
    return f"\\# {len(data)} {digits}{'...' if len(data) > _LONGEST_DATA_SHOWN else ''}".strip()


def _extended_errors(wire: bytes, additional: Iterable[records.Record]) -> Iterator[str]:
    """Evidence to print: a line of printable text each, however long and whatever was sent."""
    opt = next((each for each in additional if each.kind == _OPT), None)
    if opt is None:
        return
    errors = (data for code, data in _options(wire[opt.data : opt.end]) if code == _EXTENDED_ERROR)
    for _, data in zip(range(_MOST_ERRORS), errors, strict=False):
        if len(data) >= 2:
            yield _extended_error(int.from_bytes(data[:2]), data[2:])


def _options(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Junk ends them: what a server adds to a good answer by mistake leaves it a good answer."""
    offset = 0
    while offset + _OPTION.size <= len(data):
        code, length = _OPTION.unpack_from(data, offset)
        offset += _OPTION.size
        if offset + length > len(data):
            return
        yield code, data[offset : offset + length]
        offset += length


def _extended_error(code: int, extra: bytes) -> str:
    meaning = f"{code} ({_ERRORS[code]})" if code in _ERRORS else str(code)
    # Four octets a character at most.
    text = extra[: 4 * _LONGEST_ERROR].decode("utf-8", "replace")
    printable = "".join(each if each.isprintable() else " " for each in text)
    words = " ".join(printable.split())[:_LONGEST_ERROR]
    return f"{meaning}: {words}" if words else meaning
