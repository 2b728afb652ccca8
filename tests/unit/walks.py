"""Trees of name servers on loopback, and walks down them, for the tests of the walk."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec

from gotrdns.evidence import Kind, Path, Server, Zone
from gotrdns.lookup import Question, RecordType
from gotrdns.names import Address, DomainName
from gotrdns.resolution.walk import Walker, WalkSettings
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
