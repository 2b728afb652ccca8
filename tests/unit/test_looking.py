"""Looks at real servers on loopback: who is asked, and who is left in peace."""

from collections.abc import Iterator

import msgspec
import pytest

from gotrdns.evidence import Ending, Kind, Path, Reply, Server, Walk
from gotrdns.explaining.looking import look, look_again
from gotrdns.explaining.standing import read_progress
from gotrdns.names import Address, DomainName
from gotrdns.resolution.walk import Walker
from tests.support import name_servers as servers
from tests.support.name_servers import NameServer
from tests.support.name_servers import Zone as Served
from tests.unit.loopback import run
from tests.unit.walks import ROOT_ADDRESS, SETTINGS

CLIENT = Address.parse("81.20.35.10")
HOST = DomainName.parse("mail.z.example")
REVERSE = "35.20.81.in-addr.arpa."
FIRST, SECOND, FORWARD = "127.53.0.3", "127.53.0.4", "127.53.0.5"
PARENT = "127.53.0.2"
"""Serves in-addr.arpa and example, so that a forward and a reverse way lead past it."""


class World:
    """A root, what is below it, and two servers for the reverse zone."""

    def __init__(self) -> None:
        self.zones = [self._reverse(), self._reverse()]
        self.forward = Served("z.example.", "@ NS ns", f"ns A {FORWARD}", f"mail A {CLIENT}")

    @staticmethod
    def _reverse() -> Served:
        glue = ("@ NS a.nic.example.", "@ NS b.nic.example.")
        return Served(REVERSE, *glue)

    def publish(self, number: int) -> None:
        self.zones[number] = added = self._reverse()
        added.records += Served(REVERSE, f"10 PTR {HOST}.").records[1:]

    @property
    def tree(self) -> Iterator[NameServer]:
        yield NameServer(
            ROOT_ADDRESS,
            Served(
                ".",
                "@ NS a.root.",
                f"a.root. A {ROOT_ADDRESS}",
                "in-addr.arpa. NS up.nic.example.",
                "example. NS up.nic.example.",
                f"up.nic.example. A {PARENT}",
            ),
        )
        addresses = ("up.nic", PARENT), ("a.nic", FIRST), ("b.nic", SECOND)
        yield NameServer(
            PARENT,
            Served(
                "in-addr.arpa.",
                "@ NS up.nic.example.",
                f"{REVERSE} NS a.nic.example.",
                f"{REVERSE} NS b.nic.example.",
            ),
            Served(
                "example.",
                "@ NS up.nic",
                *(f"{owner} A {address}" for owner, address in addresses),
                "z NS ns.z",
                f"ns.z A {FORWARD}",
            ),
        )
        yield NameServer(FIRST, self.zones[0])
        yield NameServer(SECOND, self.zones[1])
        yield NameServer(FORWARD, self.forward)


class Looker:
    """Looks into a world that may change in between, and remembers who was asked."""

    def __init__(self) -> None:
        self.world = World()
        self.asked: list[str] = []

    def look(self, seen: Walk | None = None, *, without: str = "") -> Walk:
        looks: list[Walk] = []
        self.asked = []

        async def main() -> None:
            tree = [each for each in self.world.tree if each.address != without]
            async with servers.serving(tree) as port:
                hints = (Server(DomainName.parse("a.root"), Address.parse(ROOT_ADDRESS)),)
                settings = SETTINGS.__class__(
                    deadline=10.0, patience=0.15, ask_special=True, port=port
                )
                async with Walker(hints, settings, on_step=self._note) as walker:
                    again = look_again(walker, seen) if seen else look(walker, CLIENT)
                    looks.append(await again)

        run(main())
        return looks[0]

    def _note(self, reply: Reply) -> None:
        self.asked.append(reply.server.address.text)


@pytest.fixture
def looker() -> Looker:
    return Looker()


def having(walk: Walk) -> tuple[int, int]:
    progress = read_progress(CLIENT, walk)
    return progress.having, len(progress.servers)


def test_a_look_goes_from_the_root_to_both_zones(looker: Looker) -> None:
    looker.world.publish(0)
    assert having(looker.look()) == (2, 3)
    assert {ROOT_ADDRESS, PARENT, FIRST, SECOND, FORWARD} == set(looker.asked)


def test_looking_again_asks_each_server_once_and_nobody_above(looker: Looker) -> None:
    looker.world.publish(0)
    seen = looker.look()
    again = looker.look(seen)
    assert sorted(looker.asked) == [FIRST, SECOND, FORWARD]
    assert having(again) == (2, 3)
    looker.world.publish(1)
    assert having(looker.look(seen)) == (3, 3)
    assert read_progress(CLIENT, looker.look(again)).everywhere


def test_a_server_that_is_silent_is_asked_twice(looker: Looker) -> None:
    looker.world.publish(0)
    again = looker.look(looker.look(), without=SECOND)
    assert looker.asked.count(SECOND) == 2
    zone = again.reverse.last.zone
    assert {each.server.address.text: each.kind for each in zone.replies} == {
        FIRST: Kind.ANSWER,
        SECOND: Kind.UNREACHABLE,
    }


def test_where_no_name_is_published_yet_no_forward_zone_is_asked(looker: Looker) -> None:
    seen = looker.look()
    assert seen.forward == ()
    looker.look(seen)
    assert sorted(looker.asked) == [FIRST, SECOND]


def test_what_was_cut_short_is_made_up_for_but_never_at_the_root(looker: Looker) -> None:
    looker.world.publish(0)
    seen = looker.look()
    cut = msgspec.structs.replace(seen, reverse=unswept(seen.reverse), forward=())
    assert looker.look(cut).reverse.last.zone.swept
    assert sorted(looker.asked) == [FIRST, SECOND]
    [leg] = cut.reverse.legs
    top = msgspec.structs.replace(leg, zones=leg.zones[:1])
    looker.look(
        msgspec.structs.replace(cut, reverse=Path(cut.reverse.question, (top,), Ending.BROKEN))
    )
    assert looker.asked == []


def unswept(path: Path) -> Path:
    [leg] = path.legs
    zones = (*leg.zones[:-1], msgspec.structs.replace(leg.zone, swept=False))
    return msgspec.structs.replace(path, legs=(msgspec.structs.replace(leg, zones=zones),))
