"""Walks over the private Internet: from its root to the zones that the catalogue of clients has."""

import asyncio

import pytest

from gotrdns.evidence import DENIALS, Ending, Kind, Path
from gotrdns.lookup import Question, RecordType
from gotrdns.names import Address, DomainName
from gotrdns.resolution.walk import Walker, WalkSettings, read_root_hints
from tests.live import clients
from tests.live.internet import Internet


def walk(internet: Internet, *questions: Question) -> list[Path]:
    """One walker for all; the private Internet's addresses are special (RFC 2544)."""
    hints = read_root_hints(internet.root_hints)

    async def go() -> list[Path]:
        settings = WalkSettings(patience=0.5, ask_special=True)
        async with Walker(hints, settings) as walker:
            paths = [await walker.walk(each) for each in questions]
            assert walker.egress
            assert not walker.cut_short
            return paths

    return asyncio.run(go())


def reverse(text: str) -> Question:
    return Question(Address.parse(text).reverse_name, RecordType.PTR)


def zones(path: Path) -> list[list[str]]:
    return [[zone.name.text for zone in leg.zones] for leg in path.legs]


def kinds(path: Path) -> set[Kind]:
    return {reply.kind for reply in path.last.zone.replies}


def test_the_founding_example_is_walked_both_ways(internet: Internet) -> None:
    name = DomainName.parse("dsl.static851056487.ttnet.net.tr")
    there, back = walk(
        internet, reverse(str(clients.FOUNDING.address)), Question(name, RecordType.A)
    )

    assert zones(there) == [[".", "arpa", "in-addr.arpa", "64.105.85.in-addr.arpa"]]
    assert there.ending is Ending.ANSWERED
    zone = there.last.zone
    assert {each.target for reply in zone.replies for each in reply.answers} == {name}
    assert kinds(there) == {Kind.ANSWER}
    assert zone.swept
    assert {each.address.text for each in zone.asked} == {"198.18.1.1", "fd00:53::1"}
    assert all(len(zone.replies_of(each)) >= 2 for each in zone.servers)
    assert zone.claims == (DomainName.parse("ns.hosting.example"),) == zone.delegated_to
    assert zone.soa is not None
    assert zone.soa.zone == zone.name
    assert zone.signed is False
    assert there.last.parent is not None
    assert there.last.parent.swept

    assert zones(back) == [[".", "tr", "ttnet.net.tr"]]
    assert kinds(back) == {Kind.NODATA}
    assert kinds(back) <= DENIALS


def test_a_classless_delegation_is_walked_across_its_alias(internet: Internet) -> None:
    (path,) = walk(internet, reverse("81.20.35.10"))

    assert zones(path) == [
        [".", "arpa", "in-addr.arpa", "35.20.81.in-addr.arpa"],
        [".", "arpa", "in-addr.arpa", "35.20.81.in-addr.arpa", "0/25.35.20.81.in-addr.arpa"],
    ]
    alias = path.legs[0].zone
    assert alias.swept
    assert {reply.kind for reply in alias.replies if reply.question == path.question} == {
        Kind.ALIAS
    }
    assert path.last.owner.text == "10.0/25.35.20.81.in-addr.arpa"
    assert kinds(path) == {Kind.ANSWER}
    assert path.ending is Ending.ANSWERED


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("81.20.31.10", Kind.REFUSED),
        ("81.20.32.10", Kind.TIMEOUT),
        ("81.20.33.10", Kind.LAME_REFERRAL),
    ],
)
def test_a_zone_whose_server_fails_is_where_the_way_ends(
    internet: Internet, address: str, kind: Kind
) -> None:
    (path,) = walk(internet, reverse(address))

    assert path.ending is Ending.BROKEN
    assert kinds(path) == {kind}
    assert path.last.zone.swept
    assert path.last.parent is not None
    assert path.last.parent.name.text == "in-addr.arpa"


def test_ipv6_reverse_names_are_walked(internet: Internet) -> None:
    (path,) = walk(internet, reverse("2001:470:1f0b:10::25"))

    assert zones(path)[0][-2:] == ["ip6.arpa", "0.1.0.0.b.0.f.1.0.7.4.0.1.0.0.2.ip6.arpa"]
    assert kinds(path) == {Kind.ANSWER}


def test_forty_names_come_over_tcp(internet: Internet) -> None:
    (path,) = walk(internet, reverse("81.20.36.10"))

    assert {len(reply.answers) for reply in path.last.zone.replies} == {40}
    assert {reply.transport for reply in path.last.zone.replies} == {"tcp"}
