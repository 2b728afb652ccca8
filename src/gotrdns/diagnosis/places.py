"""Which zones a walk's findings can speak of, and who keeps each.

Owns the choice alone: zones of registries are left out, for where one of those fails to answer, it
more likely fails to answer us.
"""

from collections.abc import Iterator

from gotrdns.classification import carries_address
from gotrdns.diagnosis.classless import keeper_of_leg
from gotrdns.diagnosis.delegation import CLASSLESS_LAME, Place
from gotrdns.diagnosis.findings import Fixer
from gotrdns.diagnosis.registries import is_registrys
from gotrdns.evidence import Path, Walk
from gotrdns.names import Address


def reverse_places(path: Path) -> Iterator[Place]:
    """The zone at the end of each leg, the first leg's first."""
    for leg in path.legs:
        if is_registrys(leg.zone) or len(leg.zone.name.labels) < 2:
            continue
        fixer = keeper_of_leg(path, leg)
        lame = CLASSLESS_LAME if fixer is Fixer.DELEGATE else "lame"
        yield Place("reverse", lame, leg, fixer)


def forward_places(path: Path, walk: Walk, client: Address) -> Iterator[Place]:
    """The same for a name's addresses; a name made from the address is the address owner's."""
    for leg in path.legs:
        zone = leg.zone.name
        if len(zone.labels) < 2:
            continue
        generic = leg is path.legs[0] and carries_address(client, path.question.name)
        fixer = Fixer.ADDRESS_OWNER if generic else Fixer.DOMAIN_OWNER
        names = tuple(
            each.question.name
            for each in walk.forward
            if any(other.zone.name == zone for other in each.legs)
        )
        yield Place("forward", "lame", leg, fixer, names)
