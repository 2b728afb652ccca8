"""Walks down trees of name servers on loopback: delegations, aliases and zone cuts."""

import asyncio
from pathlib import Path as FilePath

import dns.edns
import dns.flags
import dns.message
import dns.rcode
import pytest

from gotrdns.evidence import Ending, Kind, Server
from gotrdns.lookup import Question, RecordType
from gotrdns.names import Address, DomainName
from tests.support import name_servers as servers
from tests.support.name_servers import NameServer
from tests.support.name_servers import Zone as Served
from tests.unit.loopback import run
from tests.unit.walks import (
    ADDRESS_OF_NAME,
    DELEGATION,
    PTR,
    TO_Z,
    example,
    in_z,
    kinds,
    names,
    root,
    walk_z,
    walked,
    world,
    z_zone,
    zones,
)


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


def test_what_one_server_denies_another_may_have_delegated() -> None:
    stale = example()
    fresh = NameServer("127.53.0.5", Served("example.", "@ NS a.nic", *TO_Z))
    top = root(*DELEGATION, "example. NS b.nic.example.", "b.nic.example. A 127.53.0.5")

    path = walked(top, stale, fresh, in_z("www A 192.0.2.1"))

    assert zones(path) == [[".", "example", "z.example"]]
    assert kinds(path.last.zone) == {Kind.ANSWER}
    assert path.last.parent is not None
    assert kinds(path.last.parent) == {Kind.NXDOMAIN, Kind.REFERRAL}


def test_referrals_keep_whom_they_named() -> None:
    ours = example(*TO_Z)
    other = NameServer("127.53.0.5", Served("example.", "@ NS a.nic", "z NS ns.elsewhere"))
    top = root(*DELEGATION, "example. NS b.nic.example.", "b.nic.example. A 127.53.0.5")

    path = walked(top, ours, other, in_z("www A 192.0.2.1"))

    assert path.last.parent is not None
    named = {each.server.address.text: each.name_servers for each in path.last.parent.replies}
    assert named == {
        "127.53.0.2": set(names("ns.z.example")),
        "127.53.0.5": set(names("ns.elsewhere.example")),
    }


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
