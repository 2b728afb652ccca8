"""Reverse names that are aliases: RFC 2317's delegation of less than a /24, and its accidents.

Owns the findings about CNAME records at or below the reverse name.
"""

import itertools
from collections.abc import Iterator

from gotrdns.diagnosis.findings import Details, Finding, Fixer, Severity
from gotrdns.diagnosis.repairs import record
from gotrdns.diagnosis.sweeps import alias_targets
from gotrdns.evidence import DENIALS, Ending, Kind, Leg, Path, Probe, Purpose
from gotrdns.names import DomainName


def keeper_of_leg(path: Path, leg: Leg) -> Fixer:
    """Who keeps the zone at a leg's end: an alias into its own zone has left nobody's hands."""
    if leg.zone.name == path.legs[0].zone.name:
        return Fixer.ADDRESS_OWNER
    return Fixer.DELEGATE


def missing_target(no_ptr: Finding, path: Path) -> Finding:
    """The alias is there, and leads to a name without a PTR record."""
    target = path.last.owner
    details: Details = {
        **no_ptr.details,
        "alias": path.legs[-2].owner.text,
        "target": target.text,
        "zone": path.last.zone.name.text,
    }
    fixer = keeper_of_leg(path, path.last)
    zone = path.last.zone.name.text
    return Finding("classless-target-missing", Severity.ERROR, fixer, details, zone)


def missing_alias(no_ptr: Finding, path: Path, probes: tuple[Probe, ...]) -> Iterator[Finding]:
    """The child zone has the PTR record, and no alias leads there."""
    for probe in probes:
        if probe.purpose is not Purpose.CLASSLESS or not answers_here_only(probe):
            continue
        found_at = probe.reply.question.name
        targets = [each.target for each in probe.reply.answers if each.target]
        owner, fixer = path.last.owner, Fixer.ADDRESS_OWNER
        details: Details = {
            **no_ptr.details,
            "names": [each.text for each in targets],
            "child": DomainName(found_at[1 + found_at[0] :]).text,
            "found_at": found_at.text,
            "repairs": [
                record(owner, "CNAME", found_at, fixer),
                *(record(owner, "PTR", each, fixer) for each in targets),
            ],
        }
        zone = path.last.zone.name.text
        yield Finding("classless-cname-missing", Severity.ERROR, fixer, details, zone)
        return


def answers_here_only(probe: Probe) -> bool:
    """Whether a PTR record is there, and a wildcard did not make it: the name beside has none."""
    return (
        probe.reply.kind is Kind.ANSWER
        and bool(probe.reply.answers)
        and probe.beside is not None
        and probe.beside.kind in DENIALS
    )


def endless_alias(path: Path, severity: Severity, host: DomainName) -> Iterator[Finding]:
    """The aliases of the reverse name lead back to one of them, or on and on."""
    if path.ending not in {Ending.LOOP, Ending.CHAIN}:
        return
    first, fixer = path.legs[0], Fixer.ADDRESS_OWNER
    details: Details = {
        "owner": first.owner.text,
        "chain": [leg.owner.text for leg in path.legs],
        "loop": path.ending is Ending.LOOP,
        "repairs": [record(first.owner, "PTR", host, fixer)],
    }
    yield Finding("reverse-cname-loop", severity, fixer, details, first.zone.name.text)


def several_aliases(path: Path, severity: Severity, host: DomainName) -> Iterator[Finding]:
    """A name may have one CNAME record only; which of several is followed is chance."""
    for leg, targets in aliases_at_odds(path):
        fixer = keeper_of_leg(path, leg)
        details: Details = {
            "owner": leg.owner.text,
            "targets": sorted(each.text for each in targets),
            "repairs": [record(leg.owner, "PTR", host, fixer)],
        }
        zone = leg.zone.name.text
        yield Finding("reverse-cname-multiple", severity, fixer, details, zone)


def aliases_at_odds(path: Path) -> Iterator[tuple[Leg, tuple[DomainName, ...]]]:
    """The legs at whose owner one server holds several aliases, and where those lead."""
    for leg in path.legs:
        several = (
            targets
            for reply in leg.zone.replies
            if reply.kind in {Kind.ALIAS, Kind.ANSWER} and len(targets := alias_targets(reply)) > 1
        )
        yield from ((leg, targets) for targets in itertools.islice(several, 1))
