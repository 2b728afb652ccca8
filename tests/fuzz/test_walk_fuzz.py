"""Explaining what hostile servers answer, from the octets they send to the text that is printed.

Whole explanations are made in memory: the walk asks scripted servers, none of which needs a socket,
and whose replies are honest, hostile, mutated or junk.
"""

import json
import re
from collections.abc import Iterable
from typing import Final

import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gotrdns.contacts.mailbox import mailbox_of
from gotrdns.evidence import Kind, Server
from gotrdns.lookup import Outcome, Question, RecordType
from gotrdns.names import Address, DomainName
from gotrdns.reports.explanation_json import encode_explanation
from gotrdns.reports.explanation_text import compose_explanation
from gotrdns.reports.letters import write_letters
from gotrdns.resolution.walk.interpreting import Asking
from gotrdns.resolution.walk.reading import Misfit, Query, is_truncated, read_message
from tests.support import hostile
from tests.support import name_servers as servers
from tests.support.explained_worlds import A, World, explained
from tests.support.name_servers import Behaviour, Zone

CLIENTS: Final = ("81.21.1.10", "2a02:5321::25")
MAIL_ADDRESS: Final = re.compile(r"[!-~]+@[a-z0-9_.-]+")

labels = st.binary(min_size=1, max_size=63) | st.sampled_from(
    (
        hostile.TERMINAL.encode()[:63],
        b"x\r\nBcc: all@example.com\r\n",
        b'"><script>alert(1)</script>',
        b"a.b@c",
        b"`reboot`",
        b'"quoted" \\',
        b"{0}%s",
        b"\xff" * 63,
        b"mail",
        b"*",
        b"10",
    )
)
below = st.sampled_from((b"", b"\x04d123\x04test\x00", b"\x0281\x07in-addr\x04arpa\x00"))
names = (
    st.builds(
        lambda parts, end: hostile.raw_name(*parts)[:-1] + (end or b"\x00"),
        st.lists(labels, min_size=1, max_size=5),
        below,
    )
    .filter(lambda wire: len(wire) <= 255)
    .map(lambda wire: DomainName(wire.lower()))
)


hosts = st.sampled_from(
    (
        "mail.d123.test",
        "gone.d123.test",
        "ip81-21-1-10.d123.test",
        "mail",
        "10.1.21.81",
        "mail.d123.test.1.21.81.in-addr.arpa",
    )
).map(DomainName.parse)


def mutated(edits: Iterable[tuple[int, int]], cut: int) -> Behaviour:
    """An honest reply, some of whose octets after the question are others."""

    def behave(
        query: dns.message.Message, response: dns.message.Message, transport: str
    ) -> list[bytes]:
        wire = bytearray(servers.honest(query, response, transport)[0])
        start = 12 + len(hostile.question_of(query))
        for offset, octet in edits:
            place = offset % len(wire)
            if place in {2, 3} or 6 <= place < 12 or place >= start:
                wire[place] = octet
        return [bytes(wire[: max(2, len(wire) - cut)])]

    return behave


octets = st.integers(0, 255)
behaviours = st.one_of(
    st.just(servers.honest),
    st.sampled_from(
        (
            servers.honest,
            servers.silent,
            servers.empty,
            servers.garbled,
            servers.without_authority,
            servers.without_edns,
            servers.truncated,
            servers.deaf_to_datagrams,
            servers.answering(dns.rcode.REFUSED),
            servers.answering(dns.rcode.SERVFAIL),
            servers.referring("."),
            servers.referring("deeper.d123.test."),
            hostile.deaf_to_edns,
            hostile.to_masses_of_servers("d123.test.", 5),
            hostile.large_pointers(deep=False, count=300),
        )
    ),
    st.builds(
        mutated, st.lists(st.tuples(st.integers(0, 600), octets), max_size=6), st.integers(0, 9)
    ),
    st.builds(
        hostile.with_option,
        st.sampled_from((15, 15, 10, 65001)),
        st.binary(max_size=60).map(lambda extra: b"\x00\x06" + extra),
    ),
    st.builds(
        hostile.records_of,
        st.sampled_from([*dns.rdatatype.RdataType]),
        st.binary(max_size=40),
        ttl=st.integers(0, 2**32 - 1),
        section=st.integers(0, 1),
    ),
)


worlds = st.builds(
    World,
    client=st.sampled_from(CLIENTS).map(Address.parse),
    target=hosts | names,
    contact=names,
    helo=st.none() | hosts | names,
    alias=st.none() | st.none() | hosts | names,
    first=behaviours,
    second=behaviours,
    resolver=st.tuples(st.sampled_from(Outcome), st.sampled_from(Outcome)),
    agrees=st.booleans(),
)


def require_harmless(text: str) -> None:
    assert all(each.isprintable() for line in text.split("\n") for each in line), ascii(text)


@settings(
    max_examples=300,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(worlds)
def test_whatever_servers_answer_is_explained_in_printable_text(world: World) -> None:
    explanation = explained(world)

    text = compose_explanation(explanation)
    require_harmless(text)
    assert len(text) < 200_000
    encoded = encode_explanation(explanation).decode()
    require_harmless(encoded)
    assert "\n" not in encoded
    assert len(encoded) < 5_000_000
    assert json.loads(encoded)["address"] == world.client.text
    for letter in write_letters(explanation):
        require_harmless(letter.body)
        assert len(letter.body) < 100_000
        assert letter.subject.isprintable()
        assert len(letter.subject) < 200
        assert letter.to is None or MAIL_ADDRESS.fullmatch(letter.to)


def _honest_reply(question: Question) -> bytes:
    query = dns.message.from_wire(Query.make(question, edns=True).wire)
    response = dns.message.make_response(query)
    response.flags |= dns.flags.AA
    zone = Zone("d123.test.", "mail A 192.0.2.1", "@ NS a.test.", "www CNAME mail")
    response.authority += zone.of(zone.origin, dns.rdatatype.SOA)
    response.authority += zone.of(zone.origin, dns.rdatatype.NS)
    response.answer += zone.of(query.question[0].name, dns.rdatatype.CNAME)
    return response.to_wire()


QUESTION: Final = Question(DomainName.parse("www.d123.test"), RecordType.A)
HONEST: Final = _honest_reply(QUESTION)
SERVER: Final = Server(DomainName.parse("a.test"), Address.parse(A))


def _edited(edits: list[tuple[int, int]], length: int, tail: bytes) -> bytes:
    wire = bytearray(HONEST)
    for offset, octet in edits:
        wire[offset] = octet
    return bytes(wire[:length]) + tail


replies = st.binary(max_size=800) | st.builds(
    _edited,
    st.lists(st.tuples(st.integers(0, len(HONEST) - 1), octets), max_size=10),
    st.integers(2, len(HONEST)),
    st.binary(max_size=20),
)


@settings(max_examples=3000, derandomize=True, deadline=None, database=None)
@given(replies)
@example(HONEST)
@example(HONEST[:12])
def test_no_octets_are_more_than_a_reply_or_a_misfit(wire: bytes) -> None:
    query = Query.make(QUESTION, edns=True)
    wire = query.message_id.to_bytes(2) + wire[2:]
    message = read_message(wire, query)
    if len(wire) > 2:
        is_truncated(wire)
    if isinstance(message, Misfit):
        return
    heard = Asking(SERVER, DomainName.parse("d123.test"), QUESTION).interpret(message, 0.0, "udp")
    assert isinstance(heard.kind, Kind)
    assert all(each.isprintable() for each in heard.reply.extended_errors)
    for record in heard.reply.records:
        assert record.data.isprintable()
        assert record.ttl < 2**31


@settings(max_examples=1000, derandomize=True, deadline=None, database=None)
@given(names)
def test_no_contact_becomes_more_than_one_line_of_an_address(contact: DomainName) -> None:
    mailbox = mailbox_of(contact)
    assert mailbox is not None
    assert mailbox.text.isascii()
    assert mailbox.text.isprintable()
    assert len(mailbox.text) < 4 * 255


@settings(max_examples=500, derandomize=True, deadline=None, database=None)
@given(replies)
def test_what_this_reads_dnspython_reads_alike(wire: bytes) -> None:
    """Where both read a reply, they read the same records."""
    query = Query.make(QUESTION, edns=True)
    wire = query.message_id.to_bytes(2) + wire[2:]
    message = read_message(wire, query)
    try:
        oracle = dns.message.from_wire(wire, one_rr_per_rrset=True, ignore_trailing=True)
    except Exception:  # what dnspython does not read may be junk in records of no interest
        return
    if isinstance(message, Misfit):
        return
    assert message.code == oracle.rcode()
    expected = [
        (rrset.name.to_digestable(), rrset.rdtype, rrset.ttl)
        for rrset in oracle.answer
        if rrset.rdclass == dns.rdataclass.IN
    ]
    found = [
        (bytes(each.owner), dns.rdatatype.from_text(each.type), each.ttl) for each in message.answer
    ]
    assert found == expected
