"""Defects sown in real zones, one client each, and what each server serves of them.

Owns the clients with defects, which are files in `tests/scenarios/walk` named after what is wrong,
and who serves what: `seed-parent` delegates, `seed-a` and `seed-b` should serve the same, `lame` is
delegated zones that it delegates to itself, and `strange` answers as no decent server does. Knows
neither daemons nor where zone files go.
"""

import tomllib
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Final

import msgspec

from tests.live.healthy import HEALTHY
from tests.live.seed_zones import (
    FIRST_ONLY,
    FORWARD,
    LAME,
    PARENTS,
    REVERSE,
    STRANGE,
    SeededZone,
    parent_of,
    zone_text,
)
from tests.live.signing import Signature

SCENARIOS: Final = Path(__file__).parents[1] / "scenarios" / "walk"


class Seed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One client 81.21.N.x, and all the findings there must be, besides its verdict's cause.

    Its reverse zone is that of its /24, its domain dN.seeds.example. ``others`` are zones that only
    the first server holds.
    """

    about: str
    client: str
    findings: tuple[str, ...]
    reverse: SeededZone | None = None
    forward: SeededZone | None = None
    others: Mapping[str, str] = {}
    # Who asks sets the stage: changes a zone after the resolver has asked, for one.
    staged: bool = False

    @property
    def number(self) -> str:
        return self.client.split(".")[2]

    @property
    def origin(self) -> str:
        return f"{self.number}.{REVERSE}"

    @property
    def domain(self) -> str:
        return f"d{self.number}.{FORWARD}"


def _read(path: Path) -> Seed:
    return msgspec.convert(tomllib.loads(path.read_text()), Seed)


SEEDS: Final[Mapping[str, Seed]] = {
    path.stem: _read(path) for path in sorted(SCENARIOS.glob("*.toml"))
}


def _delegated() -> Iterator[tuple[str, SeededZone]]:
    """Every zone that `seed-parent` delegates."""
    for seed in SEEDS.values():
        if seed.client.startswith("81.21."):
            yield seed.origin, seed.reverse or SeededZone()
            yield seed.domain, seed.forward or SeededZone()
    for healthy in HEALTHY:
        yield from healthy.zones.items()


def _below() -> Iterator[tuple[str, SeededZone]]:
    """Zones that only the first server holds, delegated by those or by nobody."""
    for seed in SEEDS.values():
        for origin, lines in seed.others.items():
            yield origin, SeededZone(zone=lines, servers=FIRST_ONLY)
    for healthy in HEALTHY:
        yield from healthy.others.items()


def trust_anchors() -> Iterator[tuple[str, str]]:
    """Where a validating resolver begins, as it is given them: zones and the data of their DS.

    The zones above are not signed, so each zone whose parent publishes a DS is an island.
    """
    for origin, zone in _delegated():
        if (ds := zone.ds_for(origin)) is not None:
            yield origin, ds


def signatures() -> Mapping[str, Signature]:
    """How those zones are signed that are."""
    zones = chain(_delegated(), _below())
    return {origin: each for origin, zone in zones if (each := zone.signature) is not None}


_ADDRESSES: Final = """\
a.ns       A 198.18.3.1
b.ns       A 198.18.3.2
strange.ns A 198.18.3.4
mail       A 81.21.1.200
other      A 81.21.1.201
"""


def _parent_zones() -> Iterator[tuple[str, str]]:
    lines: dict[str, list[str]] = {parent: [] for parent in PARENTS}
    lines[FORWARD].append(_ADDRESSES)
    for origin, zone in _delegated():
        lines[parent_of(origin)] += zone.delegation(origin, origin)
    for parent, delegations in lines.items():
        yield parent, zone_text(parent, "\n".join(delegations), ("ns.seed-parent.example.",))


def _lame_zones() -> Iterator[tuple[str, str]]:
    """The zones above those of this server, which is asked for more than it has."""
    mine = [origin for origin, zone in _delegated() if LAME in zone.servers]
    for parent in sorted({parent_of(origin) for origin in mine}):
        below = "\n".join(f"{each} NS {LAME}" for each in mine if parent_of(each) == parent)
        yield parent, zone_text(parent, below, (LAME,))


def _held_zones(*, second: bool) -> Iterator[tuple[str, str]]:
    for origin, zone in _delegated():
        if zone.zone is not None and zone.servers != (STRANGE,):
            yield origin, zone.text(origin, second=second)
    if not second:
        yield from ((origin, zone.text(origin, second=False)) for origin, zone in _below())


def seeded_zones(server: str) -> Mapping[str, str]:
    """Origins and texts of the zones that a server holds of all these, not signed yet."""
    match server:
        case "seed-parent":
            return dict(_parent_zones())
        case "lame":
            return dict(_lame_zones())
        case "seed-a":
            return dict(_held_zones(second=False))
        case "seed-b":
            return dict(_held_zones(second=True))
        case _:
            return {}
