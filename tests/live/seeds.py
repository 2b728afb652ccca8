"""Defects sown in real zones, one client each, and clients whose DNS has none.

Owns the zones of 81.21.0.0/16 and `seeds.example`: `seed-parent` delegates, `seed-a` and `seed-b`
should serve the same, and `strange` answers as no decent server does. Each defect is a file in
`tests/scenarios/walk`, named after its code. Knows neither daemons nor where zone files go.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Final

import msgspec

SCENARIOS: Final = Path(__file__).parents[1] / "scenarios" / "walk"
A: Final = "seed-a"
B: Final = "seed-b"
PARENT: Final = "seed-parent"
BOTH: Final = (A, B)
NAME_SERVERS: Final = ("a.ns.seeds.example.", "b.ns.seeds.example.")
STRANGE: Final = "strange.ns.seeds.example."
REVERSE: Final = "21.81.in-addr.arpa."
FORWARD: Final = "seeds.example."

HEADER: Final = """\
$ORIGIN {origin}
$TTL 300
@ SOA a.ns.seeds.example. dns\\.team.seeds.example. {serial} 7200 3600 1209600 300
{servers}
"""


class SeededZone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A client's reverse zone, or its domain.

    ``zone`` are the lines that both servers hold, ``zone_b`` those of the second where it differs.
    The parent delegates to ``servers`` and publishes ``ds``; the zone itself names ``claims``.
    """

    zone: str | None = None
    zone_b: str | None = None
    servers: tuple[str, ...] = NAME_SERVERS
    claims: tuple[str, ...] | None = None
    serials: tuple[int, int] = (1, 1)
    ds: str | None = None


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


def trust_anchors() -> Iterator[str]:
    """The DS records of zones that a validating resolver must find bogus, as it is given them."""
    for seed in SEEDS.values():
        for origin, zone in ((seed.origin, seed.reverse), (seed.domain, seed.forward)):
            if zone is not None and zone.ds is not None:
                yield f"{origin} DS {zone.ds}"


@dataclass(frozen=True, slots=True)
class Healthy:
    """A client about whose DNS there is nothing to say but `remarks` (codes of severity info)."""

    title: str
    client: str
    remarks: frozenset[str] = frozenset()


def _healthy_numbers() -> range:
    return range(100, 200)


_FORMS: Final = ("plain", "0-127", "0/25", "0-25", "several", "alias-zone", "long")


def _healthy_zones() -> Iterator[tuple[Healthy, str, str, dict[str, str]]]:
    """The client, its reverse zone's lines, its domain's, and other zones on the first server."""
    for form, number in zip(cycle(_FORMS), _healthy_numbers(), strict=False):
        last = 1 + number % 100
        client = f"81.21.{number}.{last}"
        domain = f"d{number}.{FORWARD}"
        origin = f"{number}.{REVERSE}"
        forward = f"mail A {client}"
        remarks: frozenset[str] = frozenset()
        others: dict[str, str] = {}
        match form:
            case "plain":
                reverse = f"{last} PTR mail.{domain}"
            case "several":
                reverse = f"{last} PTR mail.{domain}\n{last} PTR smtp.{domain}"
                forward += f"\nsmtp A {client}"
                remarks = frozenset({"ptr-multiple"})
            case "alias-zone":
                # The sender keeps the PTR in its own domain, as RFC 2317 section 5.1 allows.
                reverse = f"{last} CNAME {last}.ptr.{domain}"
                forward += f"\n{last}.ptr PTR mail.{domain}"
            case "long":
                label = "l" * 63
                reverse = f"{last} PTR {label}.{label}.mail.{domain}"
                forward = f"{label}.{label}.mail A {client}"
            case _:
                reverse = f"{last} CNAME {last}.{form}\n{form} NS a.ns.seeds.example."
                others[f"{form}.{origin}"] = f"{last} PTR mail.{domain}"
        yield Healthy(f"{form}, {client}", client, remarks), reverse, forward, others


HEALTHY: Final = tuple(healthy for healthy, _, _, _ in _healthy_zones())


def _zone(origin: str, lines: str, servers: tuple[str, ...] = NAME_SERVERS, serial: int = 1) -> str:
    names = "\n".join(f"@ NS {server}" for server in servers)
    return HEADER.format(origin=origin, servers=names, serial=serial) + lines + "\n"


def _delegations(owner: str, zone: SeededZone | None) -> Iterator[str]:
    zone = zone or SeededZone()
    for server in zone.servers:
        yield f"{owner} NS {server}"
    if zone.ds is not None:
        yield f"{owner} DS {zone.ds}"


def _parent_zones() -> Iterator[tuple[str, str]]:
    seeds = [seed for seed in SEEDS.values() if seed.client.startswith("81.21.")]
    healthy = [(str(number), None) for number in _healthy_numbers()]
    reverse = [line for seed in seeds for line in _delegations(seed.number, seed.reverse)]
    reverse += [line for number, zone in healthy for line in _delegations(number, zone)]
    own = ("ns.seed-parent.example.",)
    yield REVERSE, _zone(REVERSE, "\n".join(reverse), own)
    forward = [line for seed in seeds for line in _delegations(f"d{seed.number}", seed.forward)]
    forward += [line for number, zone in healthy for line in _delegations(f"d{number}", zone)]
    yield FORWARD, _zone(FORWARD, "\n".join([_ADDRESSES, *forward]), own)


_ADDRESSES: Final = """\
a.ns       A 198.18.3.1
b.ns       A 198.18.3.2
strange.ns A 198.18.3.4
mail       A 81.21.1.200
other      A 81.21.1.201
"""


def _held(origin: str, zone: SeededZone | None, server: str) -> Iterator[tuple[str, str]]:
    if zone is None or zone.zone is None or zone.servers == (STRANGE,):
        return
    second = server == B
    lines = zone.zone_b if second and zone.zone_b is not None else zone.zone
    yield origin, _zone(origin, lines, zone.claims or zone.servers, zone.serials[second])


def seeded_zones(server: str) -> Mapping[str, str]:
    """Origins and texts of the zones that one of the three servers holds."""
    if server == PARENT:
        return dict(_parent_zones())
    zones: dict[str, str] = {}
    if server not in BOTH:
        return zones
    for seed in SEEDS.values():
        zones.update(_held(seed.origin, seed.reverse, server))
        zones.update(_held(seed.domain, seed.forward, server))
        if server == A:
            zones.update((o, _zone(o, lines, NAME_SERVERS[:1])) for o, lines in seed.others.items())
    for healthy, reverse, forward, others in _healthy_zones():
        number = healthy.client.split(".")[2]
        origin, domain = f"{number}.{REVERSE}", f"d{number}.{FORWARD}"
        zones[origin] = _zone(origin, reverse)
        zones[domain] = _zone(domain, forward)
        if server == A:
            zones.update((o, _zone(o, lines, NAME_SERVERS[:1])) for o, lines in others.items())
    return zones
