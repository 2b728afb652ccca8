"""The codec beside dnspython: every message it reads or writes, dnspython agrees with."""

import itertools
import struct

import dns.flags
import dns.message
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.lookup import Answer, MailExchange, Outcome, Question, RecordType
from gotrdns.names import Address, DomainName
from gotrdns.resolution.wire import (
    AliasOnly,
    Identifiers,
    MalformedMessage,
    NotThisQuestion,
    Reply,
    Truncated,
    Unsupported,
    Unusable,
    message_tail,
    question_section,
    read_name,
    read_reply,
)

ID = b"\x12\x34"
CLIENT = Address.parse("85.105.64.87")
PTR = Question(CLIENT.reverse_name, RecordType.PTR)
SOA = "example. 300 IN SOA ns.example. hostmaster.example. 1 2 3 4 60"


def query_of(question: Question, *, edns: bool = True) -> dns.message.Message:
    return dns.message.from_wire(ID + message_tail(question_section(question), edns=edns))


def respond(
    question: Question,
    answer: list[str] | None = None,
    authority: list[str] | None = None,
    rcode: dns.rcode.Rcode = dns.rcode.NOERROR,
    flags: int = 0,
) -> bytes:
    response = dns.message.make_response(query_of(question), recursion_available=True)
    response.set_rcode(rcode)
    response.flags |= flags
    for section, lines in ((response.answer, answer), (response.authority, authority)):
        for line in lines or []:
            name, ttl, _, kind, data = line.split(maxsplit=4)
            section.append(dns.rrset.from_text(name, int(ttl), "IN", kind, data))
    return response.to_wire(max_size=65535)


def read(question: Question, message: bytes) -> Reply:
    return read_reply(message, question_section(question), question.type)


def ask(name: str, kind: RecordType) -> Question:
    return Question(DomainName.parse(name), kind)


@given(st.sampled_from(RecordType), st.booleans())
def test_a_query_is_what_dnspython_reads_it_to_be(kind: RecordType, edns: bool) -> None:
    message = query_of(Question(CLIENT.reverse_name, kind), edns=edns)
    assert message.id == 0x1234
    assert message.flags == dns.flags.RD | dns.flags.AD
    assert message.question[0].name.to_wire() == CLIENT.reverse_name
    assert int(message.question[0].rdtype) == int(kind)
    assert message.question[0].rdclass == dns.rdataclass.IN
    assert message.edns == (0 if edns else -1)
    assert message.payload == (1232 if edns else 0)


def test_identifiers_are_spread_over_all_sixteen_bits() -> None:
    identifiers = Identifiers()
    drawn = [int.from_bytes(identifiers.draw()) for _ in range(4096)]
    assert len(set(drawn)) > 3800
    assert all(sum(value >> bit & 1 for value in drawn) in range(1800, 2300) for bit in range(16))


def test_a_single_ptr_is_read_in_lower_case() -> None:
    message = respond(PTR, [f"{PTR.name.text}. 3600 IN PTR Mail.Example.ORG."])
    expected = Answer(Outcome.FOUND, (DomainName.parse("mail.example.org"),), ttl=3600)
    assert read(PTR, message) == expected


@pytest.mark.parametrize("target", [".", r"bad\032name.example.", "192.0.2.1.", "a" * 63 + ".b."])
def test_a_ptr_to_what_is_no_host_name_is_read_all_the_same(target: str) -> None:
    message = respond(PTR, [f"{PTR.name.text}. 60 IN PTR {target}"])
    answer = read(PTR, message)
    assert isinstance(answer, Answer)
    assert answer.names == (DomainName.parse(target),)


def test_the_authenticated_bit_is_kept() -> None:
    line = f"{PTR.name.text}. 60 IN PTR mail.example."
    for flags, authenticated in ((dns.flags.AD, True), (0, False)):
        answer = read(PTR, respond(PTR, [line], flags=flags))
        assert isinstance(answer, Answer)
        assert answer.authenticated is authenticated


names = st.sampled_from(["mail.example.", "a.b.example.", "x.org.", "very.long.name.example.net."])
ttls = st.integers(0, 2**32 - 1)


@given(st.lists(names, min_size=1, max_size=50), ttls)
def test_many_ptrs_are_read_as_dnspython_reads_them(targets: list[str], ttl: int) -> None:
    lines = [f"{PTR.name.text}. {ttl % 2**31} IN PTR {target}" for target in targets]
    message = respond(PTR, lines)
    answer = read(PTR, message)
    assert isinstance(answer, Answer)
    theirs = [
        rdata.target.to_wire() for rrset in dns.message.from_wire(message).answer for rdata in rrset
    ]
    assert set(answer.names) == set(theirs)
    assert answer.ttl == ttl % 2**31


@given(st.lists(st.ip_addresses(v=4), min_size=1, max_size=30, unique=True))
def test_a_records_are_read_as_dnspython_reads_them(addresses: list[object]) -> None:
    question = ask("mail.example", RecordType.A)
    answer = read(question, respond(question, [f"mail.example. 5 IN A {a}" for a in addresses]))
    assert isinstance(answer, Answer)
    assert [each.text for each in answer.addresses] == [str(a) for a in addresses]


@given(st.lists(st.ip_addresses(v=6), min_size=1, max_size=30, unique=True))
def test_aaaa_records_are_read_as_dnspython_reads_them(addresses: list[object]) -> None:
    question = ask("mail.example", RecordType.AAAA)
    answer = read(question, respond(question, [f"mail.example. 5 IN AAAA {a}" for a in addresses]))
    assert isinstance(answer, Answer)
    assert list(answer.addresses) == [a.packed for a in addresses]  # type: ignore[attr-defined]


def test_the_other_record_types_are_read() -> None:
    mx = ask("example", RecordType.MX)
    answer = read(mx, respond(mx, ["example. 9 IN MX 10 b.example.", "example. 9 IN MX 0 ."]))
    exchanges = (
        MailExchange(10, DomainName.parse("b.example")),
        MailExchange(0, DomainName(b"\0")),
    )
    assert answer == Answer(Outcome.FOUND, ttl=9, exchanges=exchanges)
    txt = ask("example", RecordType.TXT)
    answer = read(txt, respond(txt, ['example. 9 IN TXT "v=spf1 " "-all"']))
    assert answer == Answer(Outcome.FOUND, ttl=9, texts=(b"v=spf1 -all",))
    ns = ask(".", RecordType.NS)
    answer = read(ns, respond(ns, [". 9 IN NS a.root."]))
    assert answer == Answer(Outcome.FOUND, (DomainName.parse("a.root"),), ttl=9)
    soa = ask("example", RecordType.SOA)
    answer = read(soa, respond(soa, [SOA]))
    assert answer == Answer(Outcome.FOUND, ttl=300, zone=DomainName.parse("example"))


def test_the_negative_ttl_is_the_smaller_of_the_soas_two() -> None:
    zone = DomainName.parse("example")
    for rcode, outcome in (
        (dns.rcode.NXDOMAIN, Outcome.NXDOMAIN),
        (dns.rcode.NOERROR, Outcome.NODATA),
    ):
        assert read(PTR, respond(PTR, authority=[SOA], rcode=rcode)) == Answer(
            outcome, ttl=60, zone=zone
        )


def test_a_denials_zone_is_where_its_pointer_leads_even_into_a_label() -> None:
    apex = SOA.replace("example.", "85.in-addr.arpa.", 1)
    message = respond(PTR, authority=[apex], rcode=dns.rcode.NXDOMAIN)
    start = 12 + len(question_section(PTR))
    assert message[start] & 0xC0 == 0xC0
    zones = set()
    for target in range(start + 2):
        pointed = message[:start] + struct.pack("!H", 0xC000 | target) + message[start + 2 :]
        try:
            zone, _ = read_name(pointed, start)
        except MalformedMessage:
            with pytest.raises(MalformedMessage):
                read(PTR, pointed)
        else:
            answer = read(PTR, pointed)
            assert answer == Answer(Outcome.NXDOMAIN, ttl=60, zone=zone)
            zones.add(zone)
    assert DomainName.parse("85.in-addr.arpa") in zones
    assert len(zones) > len(PTR.name.labels)


def test_nodata_without_an_soa_proves_nothing() -> None:
    assert read(PTR, respond(PTR)) == Unusable(Outcome.UNPROVEN)
    referral = ["example. 60 IN NS ns.example."]
    assert read(PTR, respond(PTR, authority=referral)) == Unusable(Outcome.UNPROVEN)


def test_nxdomain_needs_no_soa() -> None:
    answer = read(PTR, respond(PTR, rcode=dns.rcode.NXDOMAIN))
    assert answer == Answer(Outcome.NXDOMAIN)


@pytest.mark.parametrize(
    ("rcode", "reply"),
    [
        (dns.rcode.SERVFAIL, Unusable(Outcome.SERVFAIL)),
        (dns.rcode.REFUSED, Unusable(Outcome.REFUSED)),
        (dns.rcode.NOTAUTH, Unusable(Outcome.SERVFAIL)),
        (dns.rcode.YXDOMAIN, Unusable(Outcome.SERVFAIL)),
        (dns.rcode.FORMERR, Unsupported()),
        (dns.rcode.NOTIMP, Unsupported()),
        (dns.rcode.BADVERS, Unsupported()),
        (dns.rcode.BADCOOKIE, Unusable(Outcome.SERVFAIL)),
    ],
)
def test_what_each_response_code_means(rcode: dns.rcode.Rcode, reply: Reply) -> None:
    assert read(PTR, respond(PTR, rcode=rcode)) == reply


@pytest.mark.parametrize("code", [1, 4])
def test_a_bare_header_may_say_that_the_query_was_not_understood(code: int) -> None:
    assert read(PTR, ID + struct.pack("!HHHHH", 0x8000 | code, 0, 0, 0, 0)) == Unsupported()
    with pytest.raises(MalformedMessage):
        read(PTR, ID + struct.pack("!HHHHH", 0x8000, 0, 0, 0, 0))


def test_a_truncated_answer_is_not_read() -> None:
    line = f"{PTR.name.text}. 60 IN PTR mail.example."
    assert read(PTR, respond(PTR, [line], flags=dns.flags.TC)) == Truncated()


def test_aliases_are_followed_within_the_answer() -> None:
    owner = PTR.name.text
    lines = [
        f"{owner}. 60 IN CNAME 87.0-127.64.105.85.in-addr.arpa.",
        "87.0-127.64.105.85.in-addr.arpa. 30 IN PTR mail.example.",
        "elsewhere.example. 10 IN PTR forged.example.",
    ]
    alias = DomainName.parse("87.0-127.64.105.85.in-addr.arpa")
    expected = Answer(Outcome.FOUND, (DomainName.parse("mail.example"),), ttl=30, aliases=(alias,))
    assert read(PTR, respond(PTR, lines)) == expected
    assert read(PTR, respond(PTR, lines[::-1])) == expected


def test_an_alias_whose_target_does_not_exist_is_nxdomain() -> None:
    lines = [f"{PTR.name.text}. 60 IN CNAME gone.example."]
    answer = read(PTR, respond(PTR, lines, [SOA], rcode=dns.rcode.NXDOMAIN))
    assert isinstance(answer, Answer)
    assert answer.outcome is Outcome.NXDOMAIN
    assert answer.aliases == (DomainName.parse("gone.example"),)


def test_an_alias_without_its_targets_answer_is_to_be_asked_on() -> None:
    lines = [f"{PTR.name.text}. 60 IN CNAME on.example."]
    assert read(PTR, respond(PTR, lines)) == AliasOnly((DomainName.parse("on.example"),), 60, False)


def test_alias_loops_and_long_chains_count_as_servfail() -> None:
    owner = PTR.name.text
    loop = [f"{owner}. 60 IN CNAME a.example.", f"a.example. 60 IN CNAME {owner}."]
    assert read(PTR, respond(PTR, loop)) == Unusable(Outcome.SERVFAIL)
    hops = [owner, *(f"hop{number}.example" for number in range(9))]
    chain = [f"{one}. 60 IN CNAME {two}." for one, two in itertools.pairwise(hops)]
    full = [*chain, "hop8.example. 60 IN PTR mail.example."]
    assert read(PTR, respond(PTR, full)) == Unusable(Outcome.SERVFAIL)
    within = [*chain[:-1], "hop7.example. 60 IN PTR mail.example."]
    answer = read(PTR, respond(PTR, within))
    assert isinstance(answer, Answer)
    assert len(answer.aliases) == 8


def test_a_reply_to_another_question_is_told_apart() -> None:
    other = Question(Address.parse("85.105.64.88").reverse_name, RecordType.PTR)
    with pytest.raises(NotThisQuestion):
        read(PTR, respond(other, [f"{other.name.text}. 60 IN PTR mail.example."]))
    with pytest.raises(NotThisQuestion):
        read(PTR, respond(Question(PTR.name, RecordType.A), [f"{PTR.name.text}. 60 IN A 1.2.3.4"]))


def test_a_server_may_change_the_case_of_the_question() -> None:
    question = ask("mail.example", RecordType.A)
    message = respond(question, ["mail.example. 60 IN A 85.105.64.87"])
    shouted = message.replace(b"\x04mail\x07example", b"\x04MAIL\x07EXAMPLE")
    assert shouted != message
    assert read(question, shouted) == Answer(Outcome.FOUND, addresses=(CLIENT,), ttl=60)


def test_a_ttl_with_its_highest_bit_set_counts_as_zero() -> None:
    message = respond(PTR, [f"{PTR.name.text}. 1 IN PTR mail.example."])
    huge = message.replace(b"\x00\x0c\x00\x01\x00\x00\x00\x01", b"\x00\x0c\x00\x01\xff\x00\x00\x01")
    answer = read(PTR, huge)
    assert isinstance(answer, Answer)
    assert answer.ttl == 0


@pytest.mark.parametrize(
    "line",
    ["{} 60 IN PTR mail.example.", "{} 60 IN CNAME a.example.", "a.example. 60 IN TXT x"],
)
def test_a_message_cut_anywhere_is_malformed_or_not_ours(line: str) -> None:
    message = respond(PTR, [line.format(PTR.name.text + ".")], [SOA])
    end_of_records = len(message) - 11  # the OPT at the end is the only part that may be missing
    for length in range(end_of_records):
        cut = message[:length]
        try:
            reply = read(PTR, cut)
        except MalformedMessage:
            continue
        # The straight way reads no further than the one answer it needs.
        assert reply == read(PTR, message)
        assert length > message.index(b"\x04mail")


def test_compression_pointers_that_do_not_lead_backwards_are_refused() -> None:
    for octets in (b"\xc0\x00", b"\xc0\x02\xc0\x00", b"\x01a\xc0\x00", b"\xc0\x05abc\xc0\x00"):
        with pytest.raises(MalformedMessage):
            read_name(octets, 0)
    assert read_name(b"\x01A\x00\x01b\xc0\x00", 3) == (DomainName.parse("b.a"), 7)


def test_a_chain_of_many_compression_pointers_is_refused() -> None:
    chain = b"\x01a\x00" + b"".join(
        (0xC000 | max(0, 3 + 2 * (number - 1) if number else 0)).to_bytes(2)
        for number in range(1000)
    )
    assert read_name(chain, 3 + 2 * 100)[0] == DomainName.parse("a")
    with pytest.raises(MalformedMessage):
        read_name(chain, 3 + 2 * 999)


@given(st.binary(max_size=600))
def test_octets_after_a_good_question_never_do_worse_than_malformed(tail: bytes) -> None:
    section = question_section(PTR)
    for head in (
        struct.pack("!HHHHH", 0x8180, 1, 2, 2, 2),
        struct.pack("!HHHHH", 0x8180, 1, 1, 0, 0),
    ):
        try:
            reply = read_reply(ID + head + section + tail, section, PTR.type)
        except MalformedMessage:
            continue
        assert isinstance(reply, Reply)


@given(st.data())
def test_a_reply_with_octets_changed_never_does_worse_than_malformed(
    data: st.DataObject,
) -> None:
    message = bytearray(
        respond(
            PTR, [f"{PTR.name.text}. 60 IN CNAME a.example.", "a.example. 60 IN PTR b.c."], [SOA]
        )
    )
    for _ in range(data.draw(st.integers(1, 6))):
        message[data.draw(st.integers(2, len(message) - 1))] = data.draw(st.integers(0, 255))
    try:
        reply = read(PTR, bytes(message))
    except MalformedMessage:
        return
    assert isinstance(reply, Reply)


@given(st.binary(max_size=300))
def test_a_positive_answer_that_we_read_dnspython_reads_alike(tail: bytes) -> None:
    section = question_section(PTR)
    message = ID + struct.pack("!HHHHH", 0x8180, 1, 1, 0, 0) + section + tail
    try:
        reply = read_reply(message, section, PTR.type)
    except MalformedMessage:
        return
    if isinstance(reply, Answer) and reply.outcome is Outcome.FOUND:
        theirs = dns.message.from_wire(message, ignore_trailing=True)
        assert set(reply.names) == {rdata.target.to_wire() for r in theirs.answer for rdata in r}
