"""Walks down trees of name servers on loopback, some of which misbehave."""

import asyncio
import contextlib
import gc
import socket
from collections.abc import AsyncIterator, Sequence
from pathlib import Path as FilePath
from typing import Any

import dns.edns
import dns.flags
import dns.message
import dns.rcode
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.evidence import Ending, Kind, Path, Reply, Server, Zone
from gotrdns.lookup import Question, RecordType
from gotrdns.names import ROOT, Address, DomainName
from gotrdns.resolution.walk import InvalidHints, Walker, WalkSettings, read_root_hints
from gotrdns.resolution.walk.interpreting import Asking, Misfit, Query, read_message
from tests.support import name_servers as servers
from tests.support.name_servers import Behaviour, NameServer
from tests.support.name_servers import Zone as Served
from tests.unit.loopback import run

ROOT_ADDRESS = "127.53.0.1"
NAME = DomainName.parse("www.z.example")
ADDRESS_OF_NAME = Question(NAME, RecordType.A)
PTR = Question(Address.parse("81.20.35.10").reverse_name, RecordType.PTR)
SETTINGS = WalkSettings(deadline=10.0, patience=0.15, ask_special=True)


def root(*lines: str) -> NameServer:
    return NameServer(
        ROOT_ADDRESS, Served(".", "@ NS a.root.", f"a.root. A {ROOT_ADDRESS}", *lines)
    )


def example(*lines: str, extra: Sequence[Served] = ()) -> NameServer:
    """The registry of `example.`, where the root below delegates it to."""
    return NameServer(
        "127.53.0.2",
        Served("example.", "@ NS a.nic.example.", "a.nic A 127.53.0.2", *lines),
        *extra,
    )


DELEGATION = ("example. NS a.nic.example.", "a.nic.example. A 127.53.0.2")
TO_Z = ("z NS ns.z", "ns.z A 127.53.0.3")


def z_zone(*lines: str, serial: int = 1, nameservers: Sequence[str] = ("ns",)) -> Served:
    return Served("z.example.", *(f"@ NS {each}" for each in nameservers), *lines, serial=serial)


@contextlib.asynccontextmanager
async def world(
    *tree: NameServer, settings: WalkSettings = SETTINGS, **more: Any
) -> AsyncIterator[Walker]:
    async with servers.serving(tree) as port:
        hints = (Server(DomainName.parse("a.root"), Address.parse(ROOT_ADDRESS)),)
        settings = msgspec.structs.replace(settings, port=port)
        async with Walker(hints, settings, **more) as walker:
            yield walker


def walked(
    *tree: NameServer, question: Question = ADDRESS_OF_NAME, settings: WalkSettings = SETTINGS
) -> Path:
    paths = []

    async def main() -> None:
        async with world(*tree, settings=settings) as walker:
            paths.append(await walker.walk(question))

    run(main())
    return paths[0]


def walk_z(*tree: NameServer, settings: WalkSettings = SETTINGS) -> Path:
    """In a world where `z.example` is at 127.53.0.3."""
    return walked(root(*DELEGATION), example(*TO_Z), *tree, settings=settings)


def zones(path: Path) -> list[list[str]]:
    return [[zone.name.text for zone in leg.zones] for leg in path.legs]


def kinds(zone: Zone) -> set[Kind]:
    return {reply.kind for reply in zone.replies}


def names(*texts: str) -> tuple[DomainName, ...]:
    return tuple(DomainName.parse(each) for each in texts)


def in_z(*lines: str, behaviour: Behaviour = servers.honest) -> NameServer:
    return NameServer("127.53.0.3", z_zone("ns A 127.53.0.3", *lines), behaviour=behaviour)


def test_an_answer_is_found_through_the_delegations() -> None:
    path = walk_z(in_z("www A 192.0.2.1", "www A 192.0.2.2"))

    assert zones(path) == [[".", "example", "z.example"]]
    assert path.ending is Ending.ANSWERED
    top, registry, zone = path.last.zones
    assert [reply.kind for reply in top.replies] == [Kind.REFERRAL]
    assert top.replies[0].referral == DomainName.parse("example")
    assert not top.swept
    assert registry.swept
    assert len(registry.replies) == 2
    assert zone.swept
    assert [reply.kind for reply in zone.replies] == [Kind.ANSWER] * 2
    assert {each.address for each in zone.replies[0].answers} == {
        Address.parse("192.0.2.1"),
        Address.parse("192.0.2.2"),
    }
    assert zone.delegated_to == zone.claims == names("ns.z.example")
    assert zone.servers == (Server(DomainName.parse("ns.z.example"), Address.parse("127.53.0.3")),)
    assert zone.soa is not None
    assert zone.soa.serial == 1
    assert zone.soa.negative_ttl == 60
    assert zone.signed is False


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

    path = walk_z(in_z(*addresses))

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


def test_what_one_server_denies_another_may_have_delegated() -> None:
    tree = (root("example. NS a.nic.example.", "example. NS b.nic.example.").zones[0].records,)
    del tree
    stale = example()
    fresh = NameServer("127.53.0.5", Served("example.", "@ NS a.nic", *TO_Z))
    top = root(*DELEGATION, "example. NS b.nic.example.", "b.nic.example. A 127.53.0.5")

    path = walked(top, stale, fresh, in_z("www A 192.0.2.1"))

    assert zones(path) == [[".", "example", "z.example"]]
    assert kinds(path.last.zone) == {Kind.ANSWER}
    assert path.last.parent is not None
    assert kinds(path.last.parent) == {Kind.NXDOMAIN, Kind.REFERRAL}


def classless(*child: str) -> tuple[NameServer, ...]:
    above = Served(
        "35.20.81.in-addr.arpa.",
        "@ NS ns.provider.example.",
        "0/25 NS ns.customer.example.",
        "10 CNAME 10.0/25",
        "11 CNAME 11.0/25",
    )
    return (
        root(
            "20.81.in-addr.arpa. NS ns.nic.example.",
            "ns.nic.example. A 127.53.0.2",
            "example. NS ns.nic.example.",
        ),
        NameServer(
            "127.53.0.2",
            Served("20.81.in-addr.arpa.", "@ NS ns.nic.example.", "35 NS ns.provider.example."),
            Served(
                "example.",
                "@ NS ns.nic",
                "ns.nic A 127.53.0.2",
                "ns.provider A 127.53.0.6",
                "ns.customer A 127.53.0.7",
            ),
        ),
        NameServer("127.53.0.6", above),
        NameServer(
            "127.53.0.7",
            Served("0/25.35.20.81.in-addr.arpa.", "@ NS ns.customer.example.", *child),
        ),
    )


def test_a_classless_delegation_is_followed_from_the_root_again() -> None:
    path = walked(*classless("10 PTR mail.example.org."), question=PTR)

    assert zones(path) == [
        [".", "20.81.in-addr.arpa", "35.20.81.in-addr.arpa"],
        [".", "20.81.in-addr.arpa", "35.20.81.in-addr.arpa", "0/25.35.20.81.in-addr.arpa"],
    ]
    assert path.last.owner == DomainName.parse("10.0/25.35.20.81.in-addr.arpa")
    first, last = path.legs
    assert first.zone.swept
    assert kinds(first.zone) == {Kind.ALIAS}
    assert last.zone.swept
    assert last.parent is not None
    assert last.parent.swept
    assert {each.target for reply in last.zone.replies for each in reply.answers} == set(
        names("mail.example.org")
    )
    assert path.ending is Ending.ANSWERED


def test_an_alias_whose_target_is_missing_ends_in_the_child_zone() -> None:
    path = walked(*classless("11 PTR mail.example.org."), question=PTR)

    assert path.last.zone.name == DomainName.parse("0/25.35.20.81.in-addr.arpa")
    assert kinds(path.last.zone) == {Kind.NXDOMAIN}


def test_aliases_that_lead_back_are_a_loop() -> None:
    path = walk_z(in_z("www CNAME mail", "mail CNAME www"))

    assert path.ending is Ending.LOOP
    assert [leg.owner for leg in path.legs] == list(names("www.z.example", "mail.z.example"))
    assert all(leg.zone.swept for leg in path.legs)


@pytest.mark.parametrize(("aliases", "ending"), [(8, Ending.ANSWERED), (9, Ending.CHAIN)])
def test_more_than_eight_aliases_are_too_many(aliases: int, ending: Ending) -> None:
    chain = ["www CNAME n1", *(f"n{i} CNAME n{i + 1}" for i in range(1, aliases))]

    path = walk_z(in_z(*chain, f"n{aliases} A 192.0.2.1"))

    assert path.ending is ending
    assert len(path.legs) == 9


def test_several_aliases_at_one_owner_are_all_kept() -> None:
    path = walk_z(in_z("www CNAME two", "www CNAME one", "one A 192.0.2.1", "two A 192.0.2.2"))

    assert [each.target for each in path.legs[0].zone.replies[0].records] == list(
        names("two.z.example", "one.z.example")
    )
    assert path.last.owner == DomainName.parse("one.z.example")
    assert path.ending is Ending.ANSWERED


def test_name_servers_elsewhere_are_looked_up_from_the_root() -> None:
    other = NameServer(
        "127.53.0.8",
        Served("other.", "@ NS ns", "ns A 127.53.0.8", "z AAAA ::1", "z A 127.53.0.3"),
    )
    top = root(*DELEGATION, "other. NS ns.other.", "ns.other. A 127.53.0.8")
    z = NameServer("127.53.0.3", z_zone("www A 192.0.2.1", nameservers=("z.other.",)))

    zone = walked(top, example("z NS z.other."), other, z).last.zone

    assert Kind.ANSWER in kinds(zone)
    assert [each.address.text for each in zone.servers][:1] == ["127.53.0.3"]
    assert other.asked_for("z.other", "A") == other.asked_for("z.other", "AAAA") == 1


def test_glue_for_names_outside_the_zone_above_is_not_believed() -> None:
    def poison(
        query: dns.message.Message, response: dns.message.Message, transport: str
    ) -> list[bytes]:
        if response.authority:
            response.additional += Served(".", "z.other. A 127.53.0.9").of(
                dns.name.from_text("z.other."), dns.rdatatype.A
            )
        return servers.honest(query, response, transport)

    registry = example("z NS z.other.")
    registry.behaviour = poison
    liar = NameServer("127.53.0.9", z_zone("www A 192.0.2.66"))

    path = walked(root(*DELEGATION), registry, liar)

    assert liar.asked == []
    assert path.last.zone.unresolvable == names("z.other")


def test_name_servers_that_need_one_another_have_no_address() -> None:
    registry = example("z NS ns.y", "y NS ns.z")

    path = walked(root(*DELEGATION), registry)

    assert path.ending is Ending.BROKEN
    assert path.last.zone.name == DomainName.parse("z.example")
    assert path.last.zone.unresolvable == names("ns.y.example")
    assert path.last.zone.servers == ()
    assert len(registry.asked) < 20


def test_a_loop_is_no_obstacle_where_another_way_leads_in() -> None:
    registry = example("z NS ns.y", "z NS there", "y NS ns.z", "there A 127.53.0.3")
    z = NameServer("127.53.0.3", z_zone("www A 192.0.2.1", "ns A 127.53.0.4"))
    y = NameServer("127.53.0.4", Served("y.example.", "@ NS ns", "ns A 127.53.0.5"))

    zone = walked(root(*DELEGATION), registry, z, y).last.zone

    assert {each.kind for each in zone.replies if each.server.address.text == "127.53.0.3"} == {
        Kind.ANSWER
    }
    assert zone.unresolvable == ()
    assert {each.address.text for each in zone.servers} == {"127.53.0.3", "127.53.0.5"}


def test_of_a_hundred_name_servers_without_address_five_are_looked_up() -> None:
    top = root(*DELEGATION, "victim. NS ns.victim.", "ns.victim. A 127.53.0.8")
    victim = NameServer("127.53.0.8", Served("victim.", "@ NS ns"))
    registry = example(*(f"z NS n{number}.victim." for number in range(100)))

    zone = walked(top, registry, victim).last.zone

    assert len(zone.delegated_to) == 100
    assert len(zone.unresolvable) == 5
    assert len({name for name, _, _ in victim.asked}) == 5


def test_name_servers_at_special_addresses_are_left_out() -> None:
    z = in_z("www A 192.0.2.1")

    async def main() -> None:
        top = root(*DELEGATION)
        settings = msgspec.structs.replace(SETTINGS, ask_special=False)
        async with world(top, example(*TO_Z), z, settings=settings) as walker:
            path = await walker.walk(ADDRESS_OF_NAME)
            assert path.last.zone.left_out[0].address == Address.parse(ROOT_ADDRESS)
            assert path.last.zone.servers == ()
            assert path.ending is Ending.BROKEN
            assert not walker.egress
            assert walker.questions == 0
        assert top.asked == []

    run(main())


def test_no_more_questions_are_asked_than_allowed() -> None:
    settings = msgspec.structs.replace(SETTINGS, questions=2)

    async def main() -> None:
        tree = root(*DELEGATION), example(*TO_Z), in_z("www A 192.0.2.1")
        async with world(*tree, settings=settings) as walker:
            path = await walker.walk(ADDRESS_OF_NAME)
            assert path.ending is Ending.CUT_SHORT
            assert walker.questions == 2
            assert walker.cut_short
        assert sum(len(each.asked) for each in tree) == 2

    run(main())


def test_by_the_deadline_there_is_a_path_with_what_was_seen() -> None:
    quiet = [NameServer(f"127.53.1.{n}", behaviour=servers.silent) for n in range(1, 14)]
    glue = [line for n in range(1, 14) for line in (f"z NS n{n}.z", f"n{n}.z A 127.53.1.{n}")]
    settings = msgspec.structs.replace(SETTINGS, deadline=0.5, patience=0.2)

    async def main() -> None:
        async with world(root(*DELEGATION), example(*glue), *quiet, settings=settings) as walker:
            path = await walker.walk(ADDRESS_OF_NAME)
            assert path.ending is Ending.CUT_SHORT
            assert path.last.zone.name == DomainName.parse("z.example")
            assert kinds(path.last.zone) == {Kind.TIMEOUT}
            assert not path.last.zone.swept
            assert walker.cut_short
            assert walker.egress
            assert walker.elapsed < 2.0
            assert await walker.ask_zone(path.last.zone, PTR) == ()

    run(main())


@pytest.mark.parametrize(
    "behaviour",
    [servers.silent, servers.without_authority, servers.answering(dns.rcode.REFUSED)],
    ids=["nobody answers", "another answers in its place", "another refuses in its place"],
)
def test_without_a_way_out_there_is_no_egress(behaviour: servers.Behaviour) -> None:
    async def main() -> None:
        zone = servers.Zone(".", "www.z.example A 192.0.2.1")
        async with world(
            NameServer(ROOT_ADDRESS, zone, behaviour=behaviour), settings=SETTINGS
        ) as walker:
            path = await walker.walk(ADDRESS_OF_NAME)
            assert path.ending is Ending.BROKEN
            assert zones(path) == [["."]]
            assert not walker.egress

    run(main())


def test_an_answer_stands_where_the_sweep_is_cut_short() -> None:
    to_z = (*TO_Z, "z NS ns2.z", "ns2.z A 127.53.0.4")
    quiet = NameServer("127.53.0.4", behaviour=servers.silent)
    settings = msgspec.structs.replace(SETTINGS, deadline=0.5, patience=0.4)

    path = walked(
        root(*DELEGATION), example(*to_z), in_z("www A 192.0.2.1"), quiet, settings=settings
    )

    assert path.ending is Ending.ANSWERED
    assert not path.last.zone.swept


def test_a_cut_within_one_server_is_found_by_its_authority() -> None:
    z = z_zone("www A 192.0.2.1", "ns A 127.53.0.2")
    registry = example("z NS ns.z", extra=(z,))

    for name, kind in (("www.z.example", Kind.ANSWER), ("no.z.example", Kind.NXDOMAIN)):
        question = Question(DomainName.parse(name), RecordType.A)
        path = walked(root(*DELEGATION), registry, question=question)

        assert zones(path) == [[".", "example", "z.example"]]
        assert kinds(path.last.zone) == {kind}
        assert path.last.zone.delegated_to == names("ns.z.example")
        assert path.last.zone.swept


def test_a_hidden_parent_is_found_between_two_zones() -> None:
    middle = Served("y.example.", "@ NS a.nic.example.", "w NS ns.w", "ns.w A 127.53.0.3")
    w = NameServer("127.53.0.3", Served("w.y.example.", "@ NS ns", "www A 192.0.2.1"))
    question = Question(DomainName.parse("www.w.y.example"), RecordType.A)

    path = walked(root(*DELEGATION), example("y NS a.nic", extra=(middle,)), w, question=question)

    assert zones(path) == [[".", "example", "y.example", "w.y.example"]]
    assert path.last.parent is not None
    assert path.last.parent.swept
    assert kinds(path.last.parent) == {Kind.REFERRAL}


def test_the_apex_of_a_zone_belongs_to_the_zone() -> None:
    z = z_zone("@ A 192.0.2.1", "ns A 127.53.0.2")
    question = Question(DomainName.parse("z.example"), RecordType.A)

    path = walked(root(*DELEGATION), example("z NS ns.z", extra=(z,)), question=question)

    assert zones(path) == [[".", "example", "z.example"]]


def test_a_delegation_with_a_ds_is_signed() -> None:
    registry = example(*TO_Z, f"z DS 1 13 2 {'00' * 32}")

    assert walked(root(*DELEGATION), registry, in_z("www A 192.0.2.1")).last.zone.signed is True


@pytest.mark.skipif(not FilePath("/proc/net/if_inet6").exists(), reason="this host has no IPv6")
def test_name_servers_are_asked_over_ipv6() -> None:
    z = NameServer("::1", z_zone("www A 192.0.2.1"))
    registry = example("z NS ns.z", "ns.z AAAA ::1")

    zone = walked(root(*DELEGATION), registry, z).last.zone

    assert [each.text for each in (server.address for server in zone.servers)] == ["::1"]
    assert kinds(zone) == {Kind.ANSWER}


def test_two_walks_share_what_the_root_and_the_registry_said() -> None:
    for concurrent in (False, True):
        top, registry = root(*DELEGATION), example(*TO_Z)
        z = in_z("www A 192.0.2.1", "mail A 192.0.2.2")
        both = (ADDRESS_OF_NAME, Question(DomainName.parse("mail.z.example"), RecordType.A))

        async def main(
            tree: tuple[NameServer, ...] = (top, registry, z),
            at_once: bool = concurrent,
            questions: tuple[Question, ...] = both,
        ) -> None:
            async with world(*tree) as walker:
                if at_once:
                    paths = await asyncio.gather(*(walker.walk(each) for each in questions))
                else:
                    paths = [await walker.walk(each) for each in questions]
            for path in paths:
                assert zones(path) == [[".", "example", "z.example"]]
                assert kinds(path.last.zone) == {Kind.ANSWER}
                assert all(zone.replies for zone in path.last.zones)
                assert path.last.parent is not None
                assert path.last.parent.swept

        run(main())
        assert len(top.asked) == 1
        # The sweep is for either name, the other one's referral beside it.
        assert len(registry.asked) <= 4
        assert registry.asked_for("z.example", "DS") == 1
        assert z.asked_for("z.example", "SOA") == z.asked_for("z.example", "NS") == 1


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


def open_sockets() -> int:
    gc.collect()
    return sum(isinstance(each, socket.socket) and each.fileno() != -1 for each in gc.get_objects())


@pytest.mark.parametrize("end", ["cancel", "close"])
def test_ending_a_walk_early_closes_its_sockets(end: str) -> None:
    async def main() -> None:
        quiet = in_z(behaviour=servers.silent)
        settings = msgspec.structs.replace(SETTINGS, patience=5.0)
        async with world(root(*DELEGATION), example(*TO_Z), quiet, settings=settings) as walker:
            before = open_sockets()
            walk = asyncio.create_task(walker.walk(ADDRESS_OF_NAME))
            async with asyncio.timeout(5):
                await quiet.reached.wait()
            assert open_sockets() > before
            if end == "cancel":
                walk.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await walk
            else:
                await walker.close()
                assert (await walk).ending is Ending.CUT_SHORT
            assert open_sockets() == before

    run(main())


def test_root_hints_are_shipped() -> None:
    hints = read_root_hints(None)

    assert len({each.name for each in hints}) == 13
    assert len(hints) == 26
    assert hints[0] == Server(DomainName.parse("a.root-servers.net"), Address.parse("198.41.0.4"))


def test_root_hints_are_read_from_a_file(tmp_path: FilePath) -> None:
    path = tmp_path / "named.root"
    path.write_text("; mine\n. 3600 NS A.Root.\nA.ROOT. 3600 A 192.0.2.1\nb.root. A 192.0.2.2\n")

    assert read_root_hints(path) == (
        Server(DomainName.parse("a.root"), Address.parse("192.0.2.1")),
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no NS record"),
        ("a.root. 3600 A 192.0.2.1", "no NS record"),
        (". 3600 NS a.root.", "no address"),
        ("not a zone file", "no file of root hints"),
        (". 3600 NS a.root.\na.root. 3600 A 192.0.2.256", "no file of root hints"),
    ],
)
def test_a_file_without_root_servers_is_refused(tmp_path: FilePath, text: str, reason: str) -> None:
    path = tmp_path / "hints"
    path.write_text(text)

    with pytest.raises(InvalidHints, match=reason):
        read_root_hints(path)
    with pytest.raises(InvalidHints, match="No such file"):
        read_root_hints(tmp_path / "none")


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
