"""What a walk makes of each server's replies, good and bad."""

import dns.edns
import dns.flags
import dns.message
import dns.rcode
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.evidence import Ending, Kind, Reply, Server
from gotrdns.lookup import Question, RecordType
from gotrdns.names import ROOT, Address, DomainName
from gotrdns.resolution.walk.interpreting import Asking, Misfit, Query, read_message
from tests.support import name_servers as servers
from tests.support.name_servers import Behaviour, NameServer
from tests.support.name_servers import Zone as Served
from tests.unit.loopback import run
from tests.unit.walks import (
    ADDRESS_OF_NAME,
    DELEGATION,
    NAME,
    ROOT_ADDRESS,
    SETTINGS,
    TO_Z,
    example,
    in_z,
    kinds,
    root,
    walk_z,
    walked,
    world,
    z_zone,
)


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (("www A 192.0.2.1",), Kind.ANSWER),
        (("www TXT text",), Kind.NODATA),
        (("below.www A 192.0.2.1",), Kind.NODATA),
        (("mail A 192.0.2.1",), Kind.NXDOMAIN),
    ],
)
def test_with_authority_an_answer_or_a_denial_ends_the_walk(
    lines: tuple[str, ...], kind: Kind
) -> None:
    path = walk_z(in_z(*lines))

    assert path.ending is Ending.ANSWERED
    assert kinds(path.last.zone) == {kind}
    assert all(reply.authoritative for reply in path.last.zone.replies)


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        (servers.empty, Kind.EMPTY),
        (servers.referring("z.example."), Kind.LAME_REFERRAL),
        (servers.referring("example."), Kind.LAME_REFERRAL),
        (servers.referring("."), Kind.LAME_REFERRAL),
        (servers.referring("aside.z.example."), Kind.LAME_REFERRAL),
        (servers.without_authority, Kind.NOT_AUTHORITATIVE),
        (servers.answering(dns.rcode.REFUSED), Kind.REFUSED),
        (servers.answering(dns.rcode.SERVFAIL), Kind.SERVFAIL),
        (servers.answering(dns.rcode.NOTAUTH), Kind.ERROR),
        (servers.answering(dns.rcode.FORMERR), Kind.ERROR),
        (servers.garbled, Kind.MALFORMED),
        (servers.wrong_id, Kind.MALFORMED),
        (servers.wrong_question, Kind.MALFORMED),
        (servers.silent, Kind.TIMEOUT),
    ],
)
def test_whatever_else_a_server_does_is_not_believed(behaviour: Behaviour, kind: Kind) -> None:
    path = walk_z(in_z("www A 192.0.2.1", behaviour=behaviour))

    assert path.ending is Ending.BROKEN
    assert kinds(path.last.zone) == {kind}
    assert path.last.zone.swept
    assert len(path.last.zone.replies) >= 2
    assert path.last.zone.soas == ()
    assert path.last.zone.claims is None


def test_a_closed_port_is_unreachable() -> None:
    path = walk_z()

    assert path.ending is Ending.BROKEN
    assert kinds(path.last.zone) == {Kind.UNREACHABLE}


def test_a_denial_from_a_zone_above_is_not_believed() -> None:
    above = NameServer("127.53.0.3", Served("example.", "@ NS elsewhere"))

    path = walk_z(above)

    assert path.ending is Ending.BROKEN
    assert kinds(path.last.zone) == {Kind.NOT_AUTHORITATIVE}


def test_a_silent_server_is_asked_by_datagram_twice_and_then_over_tcp() -> None:
    silent = in_z(behaviour=servers.silent)

    path = walk_z(silent)

    assert silent.asked == [(NAME.text, "A", each) for each in ("udp", "udp", "tcp")]
    assert [reply.transport for reply in path.last.zone.replies] == ["udp", "udp", "tcp"]


def test_tcp_is_enough_to_answer() -> None:
    path = walk_z(in_z("www A 192.0.2.1", behaviour=servers.deaf_to_datagrams))

    assert path.ending is Ending.ANSWERED
    assert [(each.kind, each.transport) for each in path.last.zone.replies][-2:] == [
        (Kind.ANSWER, "tcp"),
        (Kind.ANSWER, "tcp"),
    ]


def test_a_truncated_datagram_is_asked_again_over_tcp() -> None:
    addresses = [f"www A 192.0.2.{number}" for number in range(200)]

    # Two hundred records take a busy machine longer than the other tests' patience.
    patient = msgspec.structs.replace(SETTINGS, patience=2.0)
    path = walk_z(in_z(*addresses), settings=patient)

    assert {len(reply.answers) for reply in path.last.zone.replies} == {200}
    assert {reply.transport for reply in path.last.zone.replies} == {"tcp"}


def test_a_server_without_edns_is_asked_without() -> None:
    old = in_z("www A 192.0.2.1", behaviour=servers.without_edns)

    path = walk_z(old)

    assert kinds(path.last.zone) == {Kind.ANSWER}
    assert old.asked_for(NAME.text, "A") == 3  # Once with EDNS, and it is remembered.


def test_extended_errors_are_kept_as_evidence() -> None:
    def explain(query: dns.message.Message, _: dns.message.Message, __: str) -> list[bytes]:
        response = dns.message.make_response(query)
        response.set_rcode(dns.rcode.SERVFAIL)
        response.use_edns(options=[dns.edns.EDEOption(dns.edns.EDECode.DNSSEC_BOGUS, "no way")])
        return [response.to_wire()]

    path = walk_z(in_z(behaviour=explain))

    assert {reply.extended_errors for reply in path.last.zone.replies} == {
        ("6 (DNSSEC Bogus): no way",)
    }


def test_the_next_server_is_asked_where_one_fails() -> None:
    to_z = (*TO_Z, "z NS ns2.z", "ns2.z A 127.53.0.4")
    broken = NameServer("127.53.0.3", behaviour=servers.answering(dns.rcode.REFUSED))
    good = NameServer("127.53.0.4", z_zone("www A 192.0.2.1"))

    path = walked(root(*DELEGATION), example(*to_z), broken, good)

    assert path.ending is Ending.ANSWERED
    zone = path.last.zone
    assert [{reply.kind for reply in zone.replies_of(each)} for each in zone.servers] == [
        {Kind.REFUSED},
        {Kind.ANSWER},
    ]
    assert [server.address.text for server, _ in zone.soas] == ["127.53.0.4"]


def test_servers_that_differ_are_asked_a_third_time() -> None:
    to_z = (*TO_Z, "z NS ns2.z", "ns2.z A 127.53.0.4")
    one = NameServer("127.53.0.3", z_zone("www A 192.0.2.1", serial=7))
    other = NameServer("127.53.0.4", z_zone("mail A 192.0.2.2", serial=8))

    zone = walked(root(*DELEGATION), example(*to_z), one, other).last.zone

    assert [[reply.kind for reply in zone.replies_of(each)] for each in zone.servers] == [
        [Kind.ANSWER] * 3,
        [Kind.NXDOMAIN] * 3,
    ]
    assert [soa.serial for _, soa in zone.soas] == [7, 8]


def test_a_probe_goes_to_a_server_that_did_well() -> None:
    to_z = (*TO_Z, "z NS ns2.z", "ns2.z A 127.53.0.4")
    broken = NameServer("127.53.0.3", behaviour=servers.answering(dns.rcode.REFUSED))
    good = NameServer("127.53.0.4", z_zone("www A 192.0.2.1", "www AAAA 2001:db8::1"))
    probe = Question(NAME, RecordType.AAAA)

    async def main() -> None:
        async with world(root(*DELEGATION), example(*to_z), broken, good) as walker:
            path = await walker.walk(ADDRESS_OF_NAME)
            (reply,) = await walker.ask_zone(path.last.zone, probe)
            assert reply.kind is Kind.ANSWER
            unknown = msgspec.structs.replace(path.last.zone, replies=())
            replies = await walker.ask_zone(unknown, probe)
            assert [each.kind for each in replies] == [Kind.REFUSED, Kind.ANSWER]

    run(main())


def test_every_reply_is_a_step() -> None:
    steps: list[Reply] = []

    async def main() -> None:
        tree = root(*DELEGATION), example(*TO_Z), in_z("www A 192.0.2.1")
        async with world(*tree, on_step=steps.append) as walker:
            path = await walker.walk(ADDRESS_OF_NAME)
            assert len(steps) == walker.questions
            assert {each for zone in path.last.zones for each in zone.replies} <= set(steps)

    run(main())


def fragments() -> st.SearchStrategy[bytes]:
    """Bytes that look like a reply for a while."""
    query = Query.make(ADDRESS_OF_NAME, edns=True)
    response = dns.message.make_response(dns.message.from_wire(query.wire))
    response.flags |= dns.flags.AA
    response.answer += Served("z.example.", "www CNAME mail").of(
        dns.name.from_text("www.z.example."), dns.rdatatype.CNAME
    )
    response.authority += Served("z.example.").of(
        dns.name.from_text("z.example."), dns.rdatatype.SOA
    )
    wire = response.to_wire()[2:]
    edits = st.lists(st.tuples(st.integers(0, len(wire) - 1), st.integers(0, 255)), max_size=8)

    def edit(changes: list[tuple[int, int]], length: int) -> bytes:
        edited = bytearray(wire)
        for offset, octet in changes:
            edited[offset] = octet
        return bytes(edited[:length])

    edited = st.builds(edit, edits, st.integers(0, len(wire)))
    return st.one_of(st.binary(max_size=600), edited, edited.map(lambda each: each + b"\x00" * 9))


@given(fragments())
def test_no_bytes_a_server_sends_raise(rest: bytes) -> None:
    query = Query.make(ADDRESS_OF_NAME, edns=True)
    server = Server(ROOT, Address.parse("127.0.0.1"))
    message = read_message(query.message_id.to_bytes(2) + rest, query)

    if not isinstance(message, Misfit):
        heard = Asking(server, DomainName.parse("z.example"), ADDRESS_OF_NAME).interpret(
            message, 0.0, "udp"
        )
        assert isinstance(heard.kind, Kind)


@given(st.lists(fragments(), min_size=1, max_size=3))
def test_no_bytes_end_a_walk_with_an_error(datagrams: list[bytes]) -> None:
    def babble(query: dns.message.Message, _: dns.message.Message, __: str) -> list[bytes]:
        return [query.id.to_bytes(2) + each for each in datagrams]

    settings = msgspec.structs.replace(SETTINGS, patience=0.01)
    path = walked(NameServer(ROOT_ADDRESS, behaviour=babble), settings=settings)

    assert path.legs
