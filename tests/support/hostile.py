"""What hostile DNS operators answer, for servers of `name_servers`.

Owns behaviours that are built to waste a walker's questions, time and memory, or to get their own
text onto its user's screen.
"""

import itertools
import struct
from collections.abc import Iterable

import dns.flags
import dns.message
import dns.name
import dns.rdatatype
import dns.rrset

from tests.support.name_servers import Behaviour, honest

TERMINAL = "\x1b[2J\x1b]0;owned\x07\r\n\u202etxt.exe\x9b31m"
_LONGEST_MESSAGE = 65535


def raw_name(*labels: bytes) -> bytes:
    """Wire form, whatever the labels hold."""
    return b"".join(bytes([len(each)]) + each for each in labels) + b"\x00"


def edited(*, flags: int = 0x8400, rest: bytes = b"") -> Behaviour:
    """A header with these flags and the question, and then whatever bytes."""

    def behave(query: dns.message.Message, _: dns.message.Message, __: str) -> list[bytes]:
        wire = query.to_wire()
        end = len(question_of(query)) + 12
        counts = struct.pack("!4H", 1, 1, 0, 0)
        return [wire[:2] + flags.to_bytes(2) + counts + wire[12:end] + rest]

    return behave


def question_of(query: dns.message.Message) -> bytes:
    asked = query.question[0]
    return bytes(asked.name.to_wire() or b"") + struct.pack("!HH", asked.rdtype, asked.rdclass)


def one_zone_lower(address: str, zone: str) -> Behaviour:
    """Each question about a name below is answered by a referral one label further down."""
    apex = dns.name.from_text(zone)
    depth = itertools.count(len(apex) + 1)

    def behave(
        query: dns.message.Message, response: dns.message.Message, transport: str
    ) -> list[bytes]:
        name = query.question[0].name
        down = next(depth)
        if down > len(name):
            return honest(query, response, transport)
        cut = name.split(down)[1]
        reply = dns.message.make_response(query)
        reply.authority.append(dns.rrset.from_text(cut, 300, "IN", "NS", f"ns.{cut}"))
        reply.additional.append(dns.rrset.from_text(f"ns.{cut}", 300, "IN", "A", address))
        return [reply.to_wire()]

    return behave


def to_masses_of_servers(zone: str, count: int) -> Behaviour:
    """NXNS: whatever is asked about, a referral to servers below further such zones."""
    apex = dns.name.from_text(zone)
    fresh = itertools.count()

    def behave(query: dns.message.Message, _: dns.message.Message, transport: str) -> list[bytes]:
        name = query.question[0].name
        reply = dns.message.make_response(query)
        if transport == "udp" and count > 20:
            reply.flags |= dns.flags.TC
            return [reply.to_wire()]
        cut = name.split(min(len(name), len(apex) + 1))[1]
        number = next(fresh)
        names = [f"n{each}.m{number}-{each}.{apex}" for each in range(count)]
        reply.authority.append(dns.rrset.from_text_list(cut, 300, "IN", "NS", names))
        return [reply.to_wire(max_size=_LONGEST_MESSAGE)]

    return behave


def large_pointers(*, deep: bool, count: int = 5000) -> Behaviour:
    """As many PTR records as TCP takes, their names unfolding to 255 octets where they are deep."""

    def behave(query: dns.message.Message, _: dns.message.Message, transport: str) -> list[bytes]:
        if transport == "udp":
            short = dns.message.make_response(query)
            short.flags |= dns.flags.TC
            return [short.to_wire()]
        head = query.id.to_bytes(2) + b"\x84\x00"
        names = raw_name(*([b"a"] * 120 if deep else [b"mail", b"example"]))
        out = bytearray(head + struct.pack("!4H", 1, 0, 0, 0) + question_of(query))
        held = 0
        for data in itertools.chain([names], _labels_before(len(out) + 12)):
            record = b"\xc0\x0c" + struct.pack("!HHIH", 12, 1, 300, len(data)) + data
            if len(out) + len(record) > _LONGEST_MESSAGE or held == count:
                break
            out += record
            held += 1
        out[6:8] = struct.pack("!H", held)
        return [bytes(out)]

    return behave


def _labels_before(position: int) -> Iterable[bytes]:
    letters = b"abcdefghijklmnopqrstuvwxyz0123456789"
    for pair in itertools.product(letters, repeat=3):
        yield b"\x03" + bytes(pair) + struct.pack("!H", 0xC000 | position)


def flooding(datagrams: int, behaviour: Behaviour = honest) -> Behaviour:
    """Before the answer, masses of datagrams with another id."""

    def behave(
        query: dns.message.Message, response: dns.message.Message, transport: str
    ) -> list[bytes]:
        replies = behaviour(query, response, transport)
        if transport == "tcp":
            return replies
        other = (query.id ^ 1).to_bytes(2) + replies[0][2:]
        return [other] * datagrams + replies

    return behave


def with_option(code: int, data: bytes, behaviour: Behaviour = honest) -> Behaviour:
    """An honest answer with an EDNS option, well-formed or not."""

    def behave(
        query: dns.message.Message, response: dns.message.Message, transport: str
    ) -> list[bytes]:
        response.use_edns(False)
        wire = bytearray(behaviour(query, response, transport)[0])
        options = struct.pack("!HH", code, len(data)) + data
        wire[10:12] = (int.from_bytes(wire[10:12]) + 1).to_bytes(2)
        wire += b"\x00" + struct.pack("!HHIH", 41, 1232, 0, len(options)) + options
        if transport == "udp" and len(wire) > (query.payload or 512):
            wire[2] |= 0x02
            wire = wire[: 12 + len(question_of(query))]
            wire[6:12] = bytes(6)
        return [bytes(wire)]

    return behave


def records_of(
    kind: dns.rdatatype.RdataType, data: bytes, *, ttl: int = 300, section: int = 0
) -> Behaviour:
    """Whatever is asked, one record, in the answer (0) or the authority (1) section."""

    def behave(query: dns.message.Message, _: dns.message.Message, __: str) -> list[bytes]:
        counts = [1, 0, 0, 0]
        counts[1 + section] = 1
        wire = query.id.to_bytes(2) + b"\x84\x00" + struct.pack("!4H", *counts)
        record = b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, ttl, len(data)) + data
        return [wire + question_of(query) + record]

    return behave


def deaf_to_edns(
    query: dns.message.Message, response: dns.message.Message, transport: str
) -> list[bytes]:
    """As behind a packet filter that drops what it does not know."""
    return honest(query, response, transport) if query.edns < 0 else []
