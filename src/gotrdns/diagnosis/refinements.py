"""Findings of the resolver's answers, made more exact by a walk.

Owns what a walk adds to them: the zone to change, the registry, the other family, and whether the
name before a forgotten dot is right.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from gotrdns.classification import carries_address
from gotrdns.diagnosis.findings import Details, Finding, Fixer, Severity
from gotrdns.diagnosis.registries import is_registrys, registry_of
from gotrdns.evidence import Ending, Kind, Path, Purpose, Walk, Zone
from gotrdns.names import Address, DomainName
from gotrdns.verification import Cause

# Mended by records in the name's zone, or by another PTR record, depending on who can do it.
_EITHER_WAY: Final = frozenset(
    {
        Cause.FORWARD_MISMATCH.value,
        Cause.FORWARD_NODATA.value,
        Cause.FORWARD_NXDOMAIN.value,
        "forward-other-family",
    }
)


def not_delegated(no_ptr: Finding, zone: Zone, client: Address) -> Finding:
    """The registry's own zone denies the name. What has to be changed has no zone yet."""
    details: Details = {
        **no_ptr.details,
        "zone": zone.name.text,
        "registry": registry_of(client),
        "name_servers": [each.text for each in zone.delegated_to or zone.claims or ()],
    }
    return Finding("reverse-not-delegated", Severity.ERROR, Fixer.ADDRESS_OWNER, details)


def other_family(no_data: Finding, walk: Walk) -> Finding | None:
    """The names have addresses, all of the other family; None unless that is so for each name."""
    addresses: dict[DomainName, list[str]] = {}
    for probe in walk.probes:
        found = [each.address.text for each in probe.reply.answers if each.address]
        if probe.purpose is Purpose.OTHER_FAMILY and probe.reply.kind is Kind.ANSWER and found:
            addresses[probe.reply.question.name] = found
    owners = [_end_of(walk, name) for name in _names(no_data)]
    if not all(owner in addresses for owner in owners):
        return None
    seen = {each for owner in owners if owner for each in addresses[owner]}
    details: Details = {**no_data.details, "addresses": sorted(seen)}
    return msgspec.structs.replace(no_data, code="forward-other-family", details=details)


def _end_of(walk: Walk, name: DomainName) -> DomainName | None:
    paths = (path for path in walk.forward if path.question.name == name)
    return next((path.last.owner for path in paths), None)


def say_what_was_meant(
    findings: Sequence[Finding], resolves_to_client: Mapping[DomainName, bool | None]
) -> Iterator[Finding]:
    """Adds to a forgotten dot whether the name before it leads to the client."""
    for finding in findings:
        meant = finding.details.get("meant")
        if finding.code == "ptr-missing-dot" and isinstance(meant, list):
            known = [resolves_to_client.get(DomainName.parse(each)) for each in meant]
            details: Details = {**finding.details, "meant_leads_here": known}
            yield msgspec.structs.replace(finding, details=details)
        else:
            yield finding


def with_zone(finding: Finding, walk: Walk, client: Address) -> Finding:
    """The same with the zone in which its fixer changes something, where the walk came so far."""
    if finding.zone is not None:
        return finding
    zone = _zone_to_change(finding, walk, client)
    return finding if zone is None else msgspec.structs.replace(finding, zone=zone.name.text)


def _zone_to_change(finding: Finding, walk: Walk, client: Address) -> Zone | None:
    code = finding.code
    if code.startswith("forward-") and not (
        code in _EITHER_WAY and finding.fixer is not Fixer.DOMAIN_OWNER
    ):
        return _forward_zone(finding, walk, client)
    if code.startswith(("no-ptr", "ptr-", "reverse-", "forward-")):
        # A trouble of servers is where the way ended; a record is nowhere unless that is known.
        endings = {Ending.ANSWERED, Ending.BROKEN}
        known = endings if code.startswith("reverse-") else {Ending.ANSWERED}
        zone = walk.reverse.last.zone
        return zone if walk.reverse.ending in known and not is_registrys(zone) else None
    return None


def _forward_zone(finding: Finding, walk: Walk, client: Address) -> Zone | None:
    for name in _names(finding):
        if finding.fixer is Fixer.DOMAIN_OWNER and carries_address(client, name):
            continue
        path = _known_path(walk, name)
        # A name that its registry denies has no zone of its own yet.
        if path and len(path.last.zone.name.labels) > 1:
            return path.last.zone
    return None


def _known_path(walk: Walk, name: DomainName) -> Path | None:
    known = {Ending.ANSWERED, Ending.BROKEN}
    paths = (each for each in walk.forward if each.question.name == name)
    return next((each for each in paths if each.ending in known), None)


def _names(finding: Finding) -> list[DomainName]:
    names = finding.details.get("names")
    if not isinstance(names, list):
        return []
    return [DomainName.parse(each) for each in names if isinstance(each, str)]
