"""Whether what a walk saw may be kept as a confirmation, so that mail need not wait for resolvers.

Owns that rule, which is stricter than the one that ends a wait: not only has nobody to say
otherwise, every server responsible has to say it. Pure.
"""

import enum
from collections.abc import Container, Iterable, Iterator

import msgspec

from gotrdns.classification import HostClass, classify
from gotrdns.evidence import Ending, Leg, Walk
from gotrdns.explaining.explanation import Explanation
from gotrdns.explaining.standing import (
    Place,
    Standing,
    names_sought,
    read_progress,
    responsible_zones,
)
from gotrdns.names import Address, DomainName


class Obstacle(enum.Enum):
    """Why it may not. Codes are permanent."""

    NOTHING_HEARD = "nothing-heard"  # no server outside was heard
    CUT_SHORT = "cut-short"  # time or questions ran out
    LOOP_OPEN = "loop-open"  # no name that the servers give leads back
    SERVER_DISAGREES = "server-disagrees"
    SERVER_FAILS = "server-fails"  # it answers, and does not serve the zone
    SERVER_SILENT = "server-silent"
    SERVER_NOT_ASKED = "server-not-asked"
    DNSSEC_BOGUS = "dnssec-bogus"


class Confirmable(msgspec.Struct, frozen=True):
    """Every server leads from the address to this name and back."""

    name: DomainName


class Unconfirmable(msgspec.Struct, frozen=True):
    """What is in the way, each thing once, in the order of ``Obstacle``."""

    obstacles: tuple[Obstacle, ...]


Confirmability = Confirmable | Unconfirmable


def read_confirmability(explanation: Explanation) -> Confirmability:
    """Whether this explanation, such as the one that ends a wait, confirms the client now."""
    client, walk = explanation.verdict.address, explanation.walk
    if walk is None or not walk.egress:
        return Unconfirmable((Obstacle.NOTHING_HEARD,))
    general = {Obstacle.DNSSEC_BOGUS} if explanation.is_bogus else set()
    if walk.cut_short:
        general.add(Obstacle.CUT_SHORT)
    candidates = _in_order(client, names_sought(walk.reverse, None))
    if not candidates:
        return _unconfirmable({*general, *_obstacles(client, walk, None)})
    found = set[Obstacle]()
    for name in candidates:
        obstacles = {*general, *_obstacles(client, walk, name)}
        if not obstacles:
            return Confirmable(name)
        found |= obstacles
    return _unconfirmable(found)


def _in_order(client: Address, names: Iterable[DomainName]) -> list[DomainName]:
    """Always the same, whatever that of the answers; those last that the policy may not like."""

    def key(name: DomainName) -> tuple[bool, tuple[bytes, ...]]:
        return classify(client, name).host_class is HostClass.DYNAMIC, name.canonical_key

    return sorted(names, key=key)


def _unconfirmable(found: Container[Obstacle]) -> Unconfirmable:
    return Unconfirmable(tuple(each for each in Obstacle if each in found))


def _obstacles(client: Address, walk: Walk, name: DomainName | None) -> Iterator[Obstacle]:
    """What keeps one name from being confirmed; without one, why there is none."""
    progress = read_progress(client, walk, name=name)
    if not progress.everywhere:
        yield Obstacle.LOOP_OPEN
    for place in progress.places:
        yield from _at_place(place)
    for path in (walk.reverse, *walk.forward):
        if path is not walk.reverse and path.question.name != name:
            continue
        if path.ending is Ending.CUT_SHORT:
            yield Obstacle.CUT_SHORT
        if any(zone.unresolvable for leg in path.legs for zone in responsible_zones(leg)):
            yield Obstacle.SERVER_NOT_ASKED
        if any(map(_is_delegated_otherwise, path.legs)):
            yield Obstacle.SERVER_DISAGREES


def _is_delegated_otherwise(leg: Leg) -> bool:
    """Whether some servers of the zone above name others, which the walk has not asked."""
    replies = () if leg.parent is None else leg.parent.replies
    sets = {each.name_servers for each in replies if each.referral == leg.zone.name}
    return len(sets) > 1


def _at_place(place: Place) -> Iterator[Obstacle]:
    if not place.swept:
        yield Obstacle.SERVER_NOT_ASKED
    having = {each.server.name for each in place.servers if each.standing is Standing.HAS}
    for each in place.servers:
        match each.standing:
            case Standing.HAS:
                pass
            case Standing.LACKS | Standing.VARIES:
                yield Obstacle.SERVER_DISAGREES
            case Standing.FAILS:
                yield Obstacle.SERVER_FAILS
            case Standing.SILENT:
                yield Obstacle.SERVER_SILENT
            case Standing.NOT_ASKED:
                # A host without IPv6 asks a server at its IPv4 address, and that will do.
                if each.server.name not in having:
                    yield Obstacle.SERVER_NOT_ASKED
