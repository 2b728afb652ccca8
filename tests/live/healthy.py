"""Clients whose DNS has no defect, however unusual it looks.

Owns their zones, in every form that is in order: plain pairs, several names, long names, RFC 2317
in each usual spelling and size, IPv6 cut at several nibbles, and signed zones. Each has a domain
of its own below `seeds.example` and a reverse zone below 81.21.0.0/16 or 2a02:5321::/32.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv6Address
from itertools import count, islice
from typing import Final, TypeAlias

from msgspec.structs import replace

from tests.live.seed_zones import FIRST_ONLY, FORWARD, REVERSE, SeededZone, Signed

FIRST_NUMBER: Final = 100
LONGEST_LABEL: Final = "l" * 63


@dataclass(frozen=True, slots=True)
class Healthy:
    """A client about whose DNS there is nothing to say but `remarks` (codes of severity info).

    ``zones`` are delegated by the sown zones' parents, ``others`` by the client's own zones.
    ``secure`` where both the PTR and the address that confirms are signed from an anchor on.
    """

    title: str
    client: str
    zones: Mapping[str, SeededZone]
    others: Mapping[str, SeededZone] = field(default_factory=dict)
    remarks: frozenset[str] = frozenset()
    secure: bool = False


@dataclass(frozen=True, slots=True)
class Site:
    """One client's address and names; ``number`` is in the names of its zones."""

    number: int
    last: int

    @property
    def client(self) -> str:
        return f"81.21.{self.number}.{self.last}"

    @property
    def origin(self) -> str:
        return f"{self.number}.{REVERSE}"

    @property
    def domain(self) -> str:
        return f"d{self.number}.{FORWARD}"

    @property
    def host(self) -> str:
        return f"mail.{self.domain}"

    @property
    def half(self) -> int:
        """Where its /25 begins."""
        return self.last - self.last % 128

    def healthy(
        self,
        title: str,
        reverse: str,
        forward: str = "",
        *,
        child: tuple[str, SeededZone] | None = None,
        remarks: frozenset[str] = frozenset(),
        signed: tuple[Signed, Signed] = ("", ""),
    ) -> Healthy:
        """With a pair of zones, given as lines; the domain has `mail` whatever else it has."""
        return Healthy(
            f"{title}, {self.client}",
            self.client,
            {
                self.origin: SeededZone(zone=reverse, signed=signed[0]),
                self.domain: SeededZone(
                    zone="\n".join(["mail A " + self.client, forward]), signed=signed[1]
                ),
            },
            {f"{child[0]}.{self.origin}": child[1]} if child else {},
            remarks,
            secure=all(signed) and (child is None or bool(child[1].signed)),
        )

    def classless(
        self, title: str, child: str, *, signed: Signed = "", signed_child: Signed = ""
    ) -> Healthy:
        """RFC 2317: the PTR record in a child zone, and the CNAME that leads there."""
        zone = SeededZone(
            zone=f"{self.last} PTR {self.host}", servers=FIRST_ONLY, signed=signed_child
        )
        lines = [f"{self.last} CNAME {self.last}.{child}"]
        lines += zone.delegation(f"{child}.{self.origin}", child)
        return self.healthy(title, "\n".join(lines), child=(child, zone), signed=(signed, signed))


Form: TypeAlias = Callable[[Site], Healthy]


def plain(site: Site) -> Healthy:
    return site.healthy("plain", f"{site.last} PTR {site.host}")


def several(site: Site) -> Healthy:
    """Each of its names confirms."""
    reverse = [f"{site.last} PTR {name}.{site.domain}" for name in ("mail", "smtp", "relay")]
    forward = f"smtp A {site.client}\nrelay A {site.client}\nrelay A 81.21.1.202"
    return site.healthy("several", "\n".join(reverse), forward, remarks=frozenset({"ptr-multiple"}))


def own_domain(site: Site) -> Healthy:
    """The sender keeps the PTR record in its own domain, as RFC 2317 section 5.2 allows."""
    return site.healthy(
        "alias into the sender's domain",
        f"{site.last} CNAME {site.last}.ptr.{site.domain}",
        f"{site.last}.ptr PTR mail.{site.domain}",
    )


def aliases(site: Site) -> Healthy:
    """Eight aliases, the most that are followed."""
    reverse = [f"{site.last} CNAME a1", *(f"a{n} CNAME a{n + 1}" for n in range(1, 8))]
    return site.healthy("eight aliases", "\n".join([*reverse, f"a8 PTR {site.host}"]))


def long_labels(site: Site) -> Healthy:
    name = f"{LONGEST_LABEL}.{LONGEST_LABEL}.mail"
    return site.healthy(
        "long labels", f"{site.last} PTR {name}.{site.domain}", f"{name} A {site.client}"
    )


def longest_name(site: Site) -> Healthy:
    """255 octets, with their lengths and the root (RFC 1035 section 2.3.4)."""
    labels = ".".join([LONGEST_LABEL] * 3)
    left = 253 - len(f".{labels}.{site.domain.removesuffix('.')}")
    name = f"{'x' * left}.{labels}"
    return site.healthy(
        "longest name", f"{site.last} PTR {name}.{site.domain}", f"{name} A {site.client}"
    )


def whole_network(child: str) -> Form:
    """Every name of the /24 is an alias into one child zone."""

    def make(site: Site) -> Healthy:
        everyone = "\n".join(f"{n} CNAME {n}.{child}" for n in range(256))
        zone = SeededZone(zone=f"{site.last} PTR {site.host}", servers=FIRST_ONLY)
        delegation = "\n".join(zone.delegation(f"{child}.{site.origin}", child))
        return site.healthy(
            f"whole network, {child}", f"{everyone}\n{delegation}", child=(child, zone)
        )

    return make


def delegated_name(site: Site) -> Healthy:
    """The reverse name is a zone of its own, without any alias."""
    zone = SeededZone(zone=f"@ PTR {site.host}", servers=FIRST_ONLY)
    name = str(site.last)
    delegation = "\n".join(zone.delegation(f"{name}.{site.origin}", name))
    return site.healthy("a zone for one name", delegation, child=(name, zone))


def renamed_network(site: Site) -> Healthy:
    """DNAME (RFC 6672) for the child, in the sender's own domain."""
    return site.healthy(
        "DNAME",
        f"{site.last} CNAME {site.last}.clients\nclients DNAME ptr.{site.domain}",
        f"{site.last}.ptr PTR mail.{site.domain}",
    )


def wildcard(site: Site) -> Healthy:
    return site.healthy("wildcard domain", f"{site.last} PTR {site.host}", f"* A {site.client}")


def signed(site: Site) -> Healthy:
    return site.healthy("signed", f"{site.last} PTR {site.host}", signed=("valid", "valid"))


def signed_nsec3(site: Site) -> Healthy:
    return site.healthy("signed, NSEC3", f"{site.last} PTR {site.host}", signed=("nsec3", "nsec3"))


def signed_reverse(site: Site) -> Healthy:
    return site.healthy("signed reverse zone", f"{site.last} PTR {site.host}", signed=("valid", ""))


def signed_domain(site: Site) -> Healthy:
    return site.healthy("signed domain", f"{site.last} PTR {site.host}", signed=("", "valid"))


def signed_own_domain(site: Site) -> Healthy:
    return site.healthy(
        "signed alias into the sender's domain",
        f"{site.last} CNAME {site.last}.ptr.{site.domain}",
        f"{site.last}.ptr PTR mail.{site.domain}",
        signed=("valid", "valid"),
    )


def signed_classless(site: Site) -> Healthy:
    return site.classless(
        "signed, classless", f"{site.half}/25", signed="valid", signed_child="valid"
    )


def signed_above_unsigned(site: Site) -> Healthy:
    """The parent proves that it has no DS record for the child."""
    return site.classless("signed, child unsigned", f"{site.half}-25", signed="valid")


def signed_nsec3_above_unsigned(site: Site) -> Healthy:
    return site.classless("signed with NSEC3, child unsigned", f"{site.half}-25", signed="nsec3")


UNSIGNED_FORMS: Final[tuple[tuple[Form, int], ...]] = (
    (plain, 8),
    (several, 4),
    (own_domain, 6),
    (aliases, 2),
    (long_labels, 4),
    (longest_name, 4),
    (whole_network("0-255"), 2),
    (whole_network("0/24"), 2),
    (delegated_name, 2),
    (renamed_network, 2),
    (wildcard, 2),
)
SIGNED_FORMS: Final[tuple[tuple[Form, int], ...]] = (
    (signed, 4),
    (signed_nsec3, 2),
    (signed_reverse, 2),
    (signed_domain, 2),
    (signed_own_domain, 2),
    (signed_classless, 2),
    (signed_above_unsigned, 2),
    (signed_nsec3_above_unsigned, 2),
)


def _classless_children() -> Iterator[tuple[int, str]]:
    """The first and the last address of a block of each size, and its child zone's name."""
    for length in range(25, 31):
        size = 1 << (32 - length)
        start = 0 if length == 25 else size
        end = start + size - 1
        for child in (f"{start}-{end}", f"{start}/{length}", f"{start}-{length}"):
            yield start, child
            yield end, child
    for last, child in ((1, "subnet0"), (77, "customer-77"), (200, "c.clients")):
        yield last, child


def _ipv6(number: int, *lengths: int, signed: Signed = "") -> Healthy:
    """Its reverse zone is cut at the first length, and that once more below at the second."""
    address = IPv6Address(f"2a02:5321:{number:x}5a:b1e:21:0:{number:x}:25")
    owner, domain = f"{address.reverse_pointer}.", f"d{number}.{FORWARD}"
    origins = [owner.split(".", (128 - length) // 4)[-1] for length in lengths]
    zone = SeededZone(zone=f"{owner} PTR mail.{domain}", signed=signed)
    zones = {domain: SeededZone(zone=f"mail AAAA {address}\nmail A 81.21.1.200", signed=signed)}
    others = {}
    if len(origins) == 1:
        zones[origins[0]] = zone
    else:
        above, below = origins
        others[below] = replace(zone, servers=FIRST_ONLY)
        delegation = "\n".join(others[below].delegation(below, below))
        zones[above] = SeededZone(zone=delegation, signed=signed)
    cuts = " and ".join(f"/{length}" for length in lengths)
    title = f"IPv6, cut at {cuts}{', signed' * bool(signed)}, {address}"
    return Healthy(title, str(address), zones, others, secure=bool(signed))


CUTS: Final = (
    (40,),
    (44,),
    (48,),
    (52,),
    (56,),
    (64,),
    (96,),
    (124,),
    (40, 48),
    (48, 64),
    (56, 60),
)
SIGNED_CUTS: Final = ((48,), (56,), (64,), (48, 64))


def _clients() -> Iterator[Healthy]:
    numbers = count(FIRST_NUMBER)
    for last, child in _classless_children():
        yield Site(next(numbers), last).classless(f"classless {child}", child)
    for form, times in (*UNSIGNED_FORMS, *SIGNED_FORMS):
        for number in islice(numbers, times):
            yield form(Site(number, 1 + number % 250))
    for lengths in CUTS:
        yield _ipv6(next(numbers), *lengths)
    for lengths in SIGNED_CUTS:
        yield _ipv6(next(numbers), *lengths, signed="valid")


HEALTHY: Final = tuple(_clients())
