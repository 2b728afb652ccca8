"""Zones whose name servers do not do what their delegation says.

Owns the findings about a zone's servers: lame, silent, without address, at odds with one another
or with the parent, or with broken signatures. They are the same for reverse and forward zones.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from gotrdns.diagnosis.findings import Detail, Details, Finding, Fixer, Severity
from gotrdns.diagnosis.sweeps import (
    UNVALIDATED_ANSWERS,
    Sweep,
    lasting_contents,
    nobody_to_ask,
    servers_text,
    worst_kind,
)
from gotrdns.evidence import Leg, Server, Zone
from gotrdns.lookup import Outcome
from gotrdns.names import Address, DomainName

CLASSLESS_LAME: Final = "classless-lame"


class Place(msgspec.Struct, frozen=True):
    """Which zone is spoken of: on which side, in whose hands, for the sake of which name.

    ``side`` begins the codes, "reverse" or "forward"; ``lame`` ends that for a zone which no server
    serves, unless it is a whole code.
    """

    side: str
    lame: str
    leg: Leg
    fixer: Fixer
    names: tuple[DomainName, ...] = ()  # the PTR names that need a forward zone

    @property
    def zone(self) -> Zone:
        return self.leg.zone

    def finding(self, what: str, severity: Severity, details: Details) -> Finding:
        code = what if what == CLASSLESS_LAME else f"{self.side}-{what}"
        parent = self.leg.parent
        whole: dict[str, Detail] = {
            "owner": self.leg.owner.text,
            "zone": self.zone.name.text,
            "parent": parent.name.text if parent else None,
        }
        if self.names:
            whole["names"] = [each.text for each in self.names]
        return Finding(code, severity, self.fixer, {**whole, **details}, self.zone.name.text)


def broken_delegation(place: Place, sweep: Sweep) -> Iterator[Finding]:
    """Why nobody can be told anything about the name: no server answers for its zone."""
    zone = place.zone
    if nobody_to_ask(zone):
        unusable: Details = {
            "name_servers": [each.text for each in zone.delegated_to],
            "not_public": servers_text(zone.left_out),
        }
        yield place.finding("servers-unresolvable", Severity.TEMPORARY, unusable)
    elif sweep.is_broken:
        # Silent servers beside lame ones serve the zone no better, and lameness says what to mend.
        failing = (*sweep.lame, *sweep.silent)
        code = place.lame if sweep.lame else "unreachable"
        yield place.finding(code, Severity.TEMPORARY, _failures(zone, failing))


def lame_servers(place: Place, sweep: Sweep) -> Iterator[Finding]:
    """Some servers do not serve the zone; resolvers hide it by asking the next."""
    if sweep.serving and sweep.lame:
        details = {**_failures(place.zone, sweep.lame), "serving": servers_text(sweep.serving)}
        yield place.finding("lame-some", Severity.WARNING, details)


def _failures(zone: Zone, servers: Sequence[Server]) -> Details:
    errors = [text for reply in zone.replies for text in reply.extended_errors]
    return {
        "servers": servers_text(servers),
        "kinds": [worst_kind(zone, each).value for each in servers],
        "unresolvable": [each.text for each in zone.unresolvable],
        "extended_errors": list(dict.fromkeys(errors)),
    }


def differing_pointers(place: Place) -> Iterator[Finding]:
    """Servers of a reverse zone that hold different PTR records, each the same every time."""
    contents = lasting_contents(place.zone)
    if len(set(contents.values())) < 2:
        return
    lacking = not all(contents.values())
    severity = Severity.TEMPORARY if lacking else Severity.WARNING
    yield place.finding("inconsistent", severity, {**_contents(contents), "lacking": lacking})
    serials = {server: soa.serial for server, soa in place.zone.soas if server in contents}
    if len(set(serials.values())) > 1:
        skew: Details = {"servers": servers_text(serials), "serials": list(serials.values())}
        yield place.finding("serial-skew", Severity.INFO, skew)


def differing_addresses(place: Place, client: Address) -> Iterator[Finding]:
    """Servers of a forward zone of which some lead to the client and some never do.

    Different addresses alone are usual: they may depend on who asks, or take turns.
    """
    lasting = lasting_contents(place.zone)
    contents = {
        server: addresses
        for server, addresses in lasting.items()
        if not any(each.startswith("CNAME ") for each in addresses)
    }
    leading = [server for server, addresses in contents.items() if client.text in addresses]
    if leading and len(leading) < len(contents):
        details: Details = {
            **_contents(contents),
            "names": [place.leg.owner.text],
            "leading": servers_text(leading),
            "not_leading": servers_text(each for each in contents if each not in leading),
        }
        yield place.finding("inconsistent", Severity.TEMPORARY, details)


def _contents(contents: Mapping[Server, frozenset[str]]) -> Details:
    return {
        "servers": servers_text(contents),
        "answers": [sorted(each) for each in contents.values()],
    }


def differing_delegation(place: Place) -> Iterator[Finding]:
    """The parent names other servers than the zone itself."""
    zone = place.zone
    if zone.claims and zone.delegated_to and set(zone.claims) != set(zone.delegated_to):
        details: Details = {
            "at_parent": sorted(each.text for each in zone.delegated_to),
            "at_child": sorted(each.text for each in zone.claims),
        }
        yield place.finding("parent-child-differ", Severity.INFO, details)


def is_bogus(legs: Sequence[Leg], heard: Outcome, unvalidated: Sequence[Outcome]) -> bool:
    """Whether a signed zone fails validation: SERVFAIL, but twice an answer without validating."""
    return (
        heard is Outcome.SERVFAIL
        and len(unvalidated) > 1
        and UNVALIDATED_ANSWERS.issuperset(unvalidated)
        and any(leg.zone.signed for leg in legs)
    )


def bogus_signatures(place: Place) -> Finding:
    details: Details = {"servers": servers_text(place.zone.asked)}
    return place.finding("dnssec-bogus", Severity.TEMPORARY, details)
