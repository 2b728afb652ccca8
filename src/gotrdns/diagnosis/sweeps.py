"""What the servers of one zone made of the question, taken together.

Owns the reading of replies: which servers serve the zone, which do not, and whether all were
heard. Makes no findings.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from gotrdns.evidence import DENIALS, LAME, SILENT, Kind, Reply, Server, Walk, Zone
from gotrdns.lookup import Outcome
from gotrdns.names import DomainName, special_use

# A round-robin pair shows both orders within three rounds more often than not, and what a server
# says three times over is no accident.
ROUNDS: Final = 3

_SERVING: Final = DENIALS | {Kind.ANSWER, Kind.ALIAS, Kind.REFERRAL}
_ABOUT_THE_NAME: Final = _SERVING - {Kind.REFERRAL}

UNVALIDATED_ANSWERS: Final = frozenset({Outcome.FOUND, Outcome.NXDOMAIN, Outcome.NODATA})


class Sweep(msgspec.Struct, frozen=True):
    """The servers of a zone, sorted by how they answered.

    ``complete`` is whether every name server that this host can reach at all was heard, so that
    "every server" may be said.
    """

    zone: Zone
    serving: tuple[Server, ...]
    lame: tuple[Server, ...]
    silent: tuple[Server, ...]
    complete: bool

    @property
    def is_broken(self) -> bool:
        """No server answers for the zone, and every one was given the chance."""
        return self.complete and not self.serving and bool(self.lame or self.silent)

    @property
    def is_sound(self) -> bool:
        """Every server answers for the zone."""
        return self.complete and bool(self.serving) and not self.lame and not self.silent


def ipv6_works(walk: Walk) -> bool:
    """Whether any server was heard over IPv6: where none was, their silence may be our own."""
    return any(
        reply.server.address.is_ipv6 and reply.kind not in SILENT
        for zone in zones_of(walk)
        for reply in zone.replies
    )


def zones_of(walk: Walk) -> Iterator[Zone]:
    for path in (walk.reverse, *walk.forward):
        for leg in path.legs:
            yield from leg.zones


def sweep(zone: Zone, *, ipv6: bool) -> Sweep:
    """Sort the servers; a server that answered well once serves the zone."""
    serving, lame, silent, unheard = [], [], [], list(zone.left_out)
    for server in zone.asked:
        kinds = {reply.kind for reply in zone.replies_of(server)}
        if kinds & _SERVING:
            serving.append(server)
        elif kinds & LAME:
            lame.append(server)
        # "No route" over IPv6 is what a host without IPv6 says of every server.
        elif server.address.is_ipv6 and (not ipv6 or Kind.TIMEOUT not in kinds):
            unheard.append(server)
        else:
            silent.append(server)
    heard = {*serving, *lame, *silent}
    unheard += [each for each in zone.servers if each not in heard and each not in unheard]
    names_heard = {each.name for each in heard}
    known = {*zone.unresolvable, *(each.name for each in (*zone.servers, *zone.left_out))}
    complete = (
        zone.swept
        and known.issuperset(zone.delegated_to)
        and all(
            each.name in names_heard or special_use(each.address) is not None for each in unheard
        )
    )
    return Sweep(zone, tuple(serving), tuple(lame), tuple(silent), complete)


def tells_without_authority(zone: Zone) -> bool:
    """Whether some server gives the records as if it had them from elsewhere.

    A zone's server that does not say it is one does not keep the zone; resolvers take its word all
    the same (Unbound does), so nobody is cut off by it.
    """
    return any(reply.kind is Kind.NOT_AUTHORITATIVE and reply.answers for reply in zone.replies)


def nobody_to_ask(zone: Zone) -> bool:
    """Whether no name server of the zone has an address that can be asked over the Internet."""
    if zone.asked or not zone.delegated_to:
        return False
    unusable = {each.name for each in zone.left_out if special_use(each.address) is not None}
    usable = {each.name for each in zone.left_out if special_use(each.address) is None}
    without = {*zone.unresolvable, *(unusable - usable)}
    return bool(zone.unresolvable) and set(zone.delegated_to) <= without


def worst_kind(zone: Zone, server: Server) -> Kind:
    """What a server that does not serve answered; a word says more than silence."""
    kinds = [reply.kind for reply in zone.replies_of(server)]
    return next((kind for kind in kinds if kind not in SILENT), kinds[-1])


def servers_text(servers: Iterable[Server]) -> list[str]:
    return [f"{each.name} ({each.address})" for each in servers]


def content(reply: Reply) -> frozenset[str]:
    """The data that a reply gave for the name: empty where it denied them."""
    if reply.kind is Kind.ALIAS:
        return frozenset(f"CNAME {each}" for each in alias_targets(reply))
    return frozenset(str(each.target or each.address or each.data) for each in reply.answers)


def about_the_name(zone: Zone) -> tuple[Reply, ...]:
    """The replies that say something of the name, all with authority."""
    return tuple(each for each in zone.replies if each.kind in _ABOUT_THE_NAME)


def alias_targets(reply: Reply) -> tuple[DomainName, ...]:
    """The distinct targets of the CNAME records at the name that was asked about."""
    targets = (
        record.target
        for record in reply.records
        if record.type == "CNAME" and record.owner == reply.question.name and record.target
    )
    return tuple(dict.fromkeys(targets))


def lasting_contents(zone: Zone) -> dict[Server, frozenset[str]]:
    """What each server gives, of those that gave the same in every one of three rounds."""
    lasting = {}
    for server in zone.asked:
        replies = [each for each in zone.replies_of(server) if each.kind in _ABOUT_THE_NAME]
        contents = {content(reply) for reply in replies}
        if len(replies) >= ROUNDS and len(contents) == 1:
            lasting[server] = contents.pop()
    return lasting
