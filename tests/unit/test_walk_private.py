"""Walks on which somebody delegates to a private network: it is not asked, whatever leads there."""

import asyncio
import socket
from collections.abc import Sequence

import msgspec
import pytest

from gotrdns.evidence import Ending, Path, Server
from gotrdns.explaining.explainer import Means, explain
from gotrdns.lookup import Answer, Outcome, Question, RecordType
from gotrdns.names import Address, DomainName, is_public
from gotrdns.resolution.walk import Walker, WalkSettings
from tests.support.explained_worlds import World, found, without_sockets
from tests.support.name_servers import NameServer, Zone

ROOT, EXAMPLE, CLIENT = "198.41.0.4", "46.4.4.1", Address.parse("85.105.64.87")
INSIDE = (
    *("10.0.0.53", "127.0.0.53", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.168.1.1"),
    *("100.64.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.251", "198.18.0.1", "240.0.0.1"),
    *("::1", "::", "fd00::53", "fe80::1", "ff02::fb", "fec0::1", "::ffff:7f00:1", "::7f00:1"),
    *("::ffff:0:7f00:1", "64:ff9b::7f00:35", "64:ff9b::a00:35", "64:ff9b:1::a00:35"),
    *("2002:a00:35::1", "2002:7f00:1::1", "2001:0:a00:35::f5ff:ffca", "5f00::1"),
)
NAME = Question(DomainName.parse("www.z.example"), RecordType.A)
SETTINGS = WalkSettings(deadline=5.0, patience=0.01)
HINTS = (Server(DomainName.parse("a.root"), Address.parse(ROOT)),)


def record(owner: str, address: str) -> str:
    return f"{owner} {'AAAA' if ':' in address else 'A'} {address}"


def root() -> NameServer:
    zones = ("example", "64.105.85.in-addr.arpa")
    delegations = [f"{zone}. NS ns.example." for zone in zones]
    glue = f"ns.example. A {EXAMPLE}"
    return NameServer(ROOT, Zone(".", "@ NS a.root.", f"a.root. A {ROOT}", *delegations, glue))


def example(*lines: str, extra: Sequence[Zone] = ()) -> NameServer:
    return NameServer(EXAMPLE, Zone("example.", "@ NS ns", f"ns A {EXAMPLE}", *lines), *extra)


def inside() -> list[NameServer]:
    """Every private address serves what is sought, were it asked."""
    zones = [
        Zone("z.example.", "@ NS ns", "www A 85.105.64.1"),
        Zone("64.105.85.in-addr.arpa.", "@ NS ns.z.example.", "87 PTR www.z.example."),
        Zone("example.", "@ NS ns", "z NS ns.z", "ns.z A 10.0.0.53"),
    ]
    return [NameServer(_canonical(each), *zones) for each in INSIDE]


def _canonical(address: str) -> str:
    """As it is written where it comes out of a message."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return socket.inet_ntop(family, socket.inet_pton(family, address))


def walked(tree: Sequence[NameServer], question: Question = NAME) -> Path:
    paths: list[Path] = []

    async def main() -> None:
        async with Walker(HINTS, SETTINGS) as walker:
            paths.append(await walker.walk(question))
            zone = paths[0].last.zone
            await walker.ask_zone(zone, question)

    with without_sockets(tree):
        asyncio.run(main())
    return paths[0]


def assert_nobody_inside_was_asked(servers: Sequence[NameServer]) -> None:
    assert {each.address: each.asked for each in servers if each.asked} == {}


@pytest.mark.parametrize("address", INSIDE)
def test_a_server_inside_is_left_out_whether_glue_or_its_name_leads_there(address: str) -> None:
    servers = inside()
    glue = example("z NS ns.z", record("ns.z", address))
    named = example("z NS n.inside.example.", record("n.inside", address))
    aliased = example("z NS n.alias", "n.alias CNAME n.inside", record("n.inside", address))
    for registry in (glue, named, aliased):
        path = walked([root(), registry, *servers])
        assert path.ending is Ending.BROKEN
        assert registry.asked
    assert_nobody_inside_was_asked(servers)


def test_beside_servers_inside_the_public_one_is_asked() -> None:
    servers = inside()
    everywhere = [
        line for n, each in enumerate(INSIDE) for line in (f"z NS n{n}.z", record(f"n{n}.z", each))
    ]
    outside = NameServer("46.4.4.2", Zone("z.example.", "@ NS out", "www A 85.105.64.1"))
    registry = example(*everywhere, "z NS out.z", "out.z A 46.4.4.2")
    path = walked([root(), registry, outside, *servers])
    assert path.ending is Ending.ANSWERED
    assert {each.address.text for each in path.last.zone.servers} == {"46.4.4.2"}
    assert outside.asked
    assert_nobody_inside_was_asked(servers)


def test_an_alias_leads_nobody_inside() -> None:
    servers = inside()
    registry = example("www.z CNAME host.inside", "inside NS ns.inside", "ns.inside A 10.0.0.53")
    path = walked([root(), registry, *servers])
    assert [leg.owner.text for leg in path.legs] == ["www.z.example", "host.inside.example"]
    assert path.ending is Ending.BROKEN
    assert_nobody_inside_was_asked(servers)


def test_a_zone_that_no_referral_shows_leads_nobody_inside() -> None:
    """The server of a zone and of what is below it names servers inside for the lower one."""
    servers = inside()
    hidden = Zone("z.example.", "@ NS n", "n A 10.0.0.53", "www A 85.105.64.1")
    path = walked([root(), example("z NS n.z", extra=[hidden]), *servers])
    assert path.last.zone.name == DomainName.parse("z.example")
    assert_nobody_inside_was_asked(servers)


def test_a_whole_explanation_asks_nobody_inside() -> None:
    servers = inside()
    reverse = Zone(
        "64.105.85.in-addr.arpa.",
        "@ NS ns.example.",
        *(f"@ NS n{n}.inside.example." for n in range(len(INSIDE))),
        "87 PTR www.z.example.",
        "87 PTR www.inside.example.",
    )
    glue = [record(f"n{n}.inside", each) for n, each in enumerate(INSIDE)]
    registry = example("z NS n0.inside", "z NS ns", *glue, extra=[reverse])
    resolver = World(client=CLIENT, target=DomainName.parse("www.z.example"))

    async def main() -> None:
        async with Walker(HINTS, SETTINGS) as walker:
            explanation = await explain(Means(resolver, walker, found), CLIENT)
            assert explanation.walk is not None
            assert explanation.walk.egress

    with without_sockets([root(), registry, *servers]):
        asyncio.run(main())
    assert registry.asked
    assert_nobody_inside_was_asked(servers)


def test_all_of_these_are_no_public_addresses() -> None:
    assert not any(is_public(Address.parse(each)) for each in INSIDE)


def asked_of_one(count: int, **limits: int) -> tuple[int, bool]:
    """How often a stranger's server is asked by a walk along names that are delegated to it."""
    stranger = NameServer("46.4.4.2", behaviour=lambda *_: [])
    masses = [f"z NS n{n}.z" for n in range(count)]
    glue = [f"n{n}.z A 46.4.4.2" for n in range(count)]
    questions = [Question(DomainName.parse(f"w{n}.z.example"), RecordType.A) for n in range(count)]

    async def main() -> bool:
        settings = msgspec.structs.replace(SETTINGS, **limits)
        async with Walker(HINTS, settings) as walker:
            await asyncio.gather(*(walker.walk(each) for each in questions))
            return walker.cut_short

    with without_sockets([root(), example(*masses, *glue), stranger]):
        cut_short = asyncio.run(main())
    return len(stranger.asked), cut_short


def test_one_server_is_asked_a_bounded_number_of_times_by_one_visit() -> None:
    assert asked_of_one(80) == (100, True)
    asked, cut_short = asked_of_one(80, questions_a_server=10)
    assert (asked, cut_short) == (10, True)
    assert not asked_of_one(1)[1]


def test_a_ration_for_all_walkers_ends_a_walk_as_a_budget_does() -> None:
    left = {EXAMPLE: 3}

    def ration(server: Address) -> bool:
        if server.text not in left:
            return True
        left[server.text] -= 1
        return left[server.text] >= 0

    registry = example("www.z A 85.105.64.1")

    async def main() -> None:
        for cut_short in (False, True):
            async with Walker(HINTS, SETTINGS, ration=ration) as walker:
                await walker.walk(Question(DomainName.parse("example"), RecordType.NS))
                assert walker.cut_short or not cut_short

    with without_sockets([root(), registry]):
        asyncio.run(main())
    assert len(registry.asked) == 3


def test_the_answers_of_a_resolver_ask_nobody_inside() -> None:
    """What our resolver says is read, and never a place to send questions to."""
    servers = inside()

    class Resolver(World, frozen=True):
        def ask(self, *_: object) -> Answer:
            names = (DomainName.parse("www.z.example"),)
            return Answer(Outcome.FOUND, names, (Address.parse("10.0.0.53"),), ttl=300)

    async def main() -> None:
        async with Walker(HINTS, SETTINGS) as walker:
            await explain(Means(Resolver(CLIENT), walker, found), CLIENT)

    with without_sockets([root(), example("z NS ns.z", "ns.z A 10.0.0.53"), *servers]):
        asyncio.run(main())
    assert_nobody_inside_was_asked(servers)
