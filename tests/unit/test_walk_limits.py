"""Where a walk must stop: limits, the deadline, no way out, and being ended from outside."""

import asyncio
import gc
import socket

import dns.edns
import dns.flags
import dns.message
import dns.rcode
import msgspec
import pytest

from gotrdns.evidence import Ending, Kind
from gotrdns.names import Address, DomainName
from tests.support import name_servers as servers
from tests.support.name_servers import NameServer
from tests.support.name_servers import Zone as Served
from tests.unit.loopback import run
from tests.unit.walks import (
    ADDRESS_OF_NAME,
    DELEGATION,
    PTR,
    ROOT_ADDRESS,
    SETTINGS,
    TO_Z,
    example,
    in_z,
    kinds,
    root,
    walked,
    world,
    zones,
)


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
