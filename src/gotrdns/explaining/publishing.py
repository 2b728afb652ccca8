"""What to publish, in which zone, and who keeps that zone.

Owns the step from what was found to records and to the people who can write them.
"""

from collections.abc import Iterable, Iterator, Sequence

from gotrdns.classification import carries_address
from gotrdns.contacts.holder import Holder
from gotrdns.contacts.mailbox import mailbox_of
from gotrdns.diagnosis.classless import aliases_at_odds, keeper_of_leg
from gotrdns.diagnosis.findings import Finding, Fixer, Severity
from gotrdns.diagnosis.registries import is_registrys
from gotrdns.evidence import DENIALS, Ending, Leg, Path, Purpose, Soa, Walk, Zone
from gotrdns.explaining.explanation import Choice, HostName, Publication, Responsible
from gotrdns.names import Address, DomainName
from gotrdns.verification import Result, Verdict

_SETTLED = frozenset({Choice.CONFIRMED, Choice.HELO})  # these lead to the address already


def records_to_publish(
    verdict: Verdict,
    findings: Sequence[Finding],
    walk: Walk | None,
    host: HostName,
    *,
    host_resolves: bool,
) -> tuple[Publication, ...]:
    """The forward record first, then the PTR: the other way round the pair is wrong for longer.

    Nothing where the records cannot be the trouble, or are right as they are.
    """
    right_by_now = any(each.code == "cache-stale" for each in findings)
    # Our resolver may fail where the servers themselves say what is wrong.
    is_known = walk is not None and any(each.severity is Severity.ERROR for each in findings)
    if right_by_now or (verdict.result is Result.TEMPERROR and not is_known):
        return ()
    wanted_anew = host.choice is Choice.GIVEN and host.name not in verdict.confirmed
    if verdict.result is Result.PASS and not wanted_anew:
        return ()
    records: list[Publication] = []
    if host.choice not in _SETTLED and not host_resolves:
        records.append(_forward_record(verdict.address, walk, host.name))
    if _pointed_to(verdict, walk) != {host.name}:
        records.append(_reverse_record(verdict, walk, host.name))
    return tuple(records)


def _pointed_to(verdict: Verdict, walk: Walk | None) -> set[DomainName]:
    """The names in the PTR records; where our resolver was told none, those of every server."""
    heard = {each.name for each in verdict.names}
    replies = walk.reverse.last.zone.replies if walk else ()
    if heard or any(each.kind in DENIALS for each in replies):
        return heard
    targets = (record.target for reply in replies for record in reply.answers)
    return {each for each in targets if each is not None}


def path_of(walk: Walk | None, name: DomainName) -> Path | None:
    """The walk for a name's addresses, if there was one."""
    paths = walk.forward if walk else ()
    return next((path for path in paths if path.question.name == name), None)


def _forward_record(client: Address, walk: Walk | None, name: DomainName) -> Publication:
    path = path_of(walk, name)
    # A CNAME tolerates no other record beside it, so the address belongs where the chain ends.
    owner = path.last.owner if path else name
    fixer = Fixer.ADDRESS_OWNER if carries_address(client, name) else Fixer.DOMAIN_OWNER
    record_type = "AAAA" if client.is_ipv6 else "A"
    return _publication(owner, record_type, client.text, fixer, _zone_reached(path))


def _reverse_record(verdict: Verdict, walk: Walk | None, host: DomainName) -> Publication:
    data = f"{host}."
    if walk is None:
        return _reverse_record_unwalked(verdict, data)
    path = walk.reverse
    child_owner = _owner_in_child_zone(walk)
    if child_owner is not None:  # the PTR is there, and only the way to it is missing
        owner, fixer = verdict.address.reverse_name, Fixer.ADDRESS_OWNER
        return _publication(owner, "CNAME", f"{child_owner}.", fixer, _zone_reached(path))
    leg = _leg_of_aliases_that_have_to_go(path)
    if leg is not None:
        return _publication(leg.owner, "PTR", data, keeper_of_leg(path, leg), leg.zone)
    fixer = keeper_of_leg(path, path.last)
    return _publication(path.last.owner, "PTR", data, fixer, _zone_reached(path))


def _leg_of_aliases_that_have_to_go(path: Path) -> Leg | None:
    """Where aliases lead nowhere, or several are at one name."""
    if path.ending in {Ending.LOOP, Ending.CHAIN}:
        return path.legs[0]
    return next((leg for leg, _ in aliases_at_odds(path)), None)


def _zone_reached(path: Path | None) -> Zone | None:
    """The zone that encloses the final owner; None where the way ended above it.

    A registry's zone is where the way ends for a block that was never delegated: nobody who is
    asked to publish a record writes there.
    """
    if path is None or path.ending is not Ending.ANSWERED or is_registrys(path.last.zone):
        return None
    return path.last.zone


def _reverse_record_unwalked(verdict: Verdict, data: str) -> Publication:
    reverse = verdict.reverse
    aliases = reverse.aliases if reverse else ()
    owner = aliases[-1] if aliases else verdict.address.reverse_name
    fixer = Fixer.DELEGATE if aliases else Fixer.ADDRESS_OWNER
    zone = reverse.zone if reverse else None
    return Publication(owner, "PTR", data, fixer, zone, _relative(owner, zone))


def _owner_in_child_zone(walk: Walk) -> DomainName | None:
    for probe in walk.probes:
        found = probe.purpose is Purpose.CLASSLESS and bool(probe.reply.answers)
        if found and not (probe.beside and probe.beside.answers):
            return probe.reply.question.name
    return None


def _publication(
    owner: DomainName, record_type: str, data: str, fixer: Fixer, zone: Zone | None
) -> Publication:
    if zone is None:
        return Publication(owner, record_type, data, fixer)
    relative = _relative(owner, zone.name)
    return Publication(
        owner, record_type, data, fixer, zone.name, relative, _wait(zone, owner, record_type)
    )


def _relative(owner: DomainName, zone: DomainName | None) -> str | None:
    if zone is None or not owner.endswith(zone):
        return None
    if owner == zone:
        return "@"
    return DomainName(owner[: -len(zone)] + b"\x00").text


def _wait(zone: Zone, owner: DomainName, record_type: str) -> int | None:
    """The longest that a resolver may hold what these servers answered."""
    ttls = [
        record.ttl
        for reply in zone.replies
        for record in reply.records
        if record.owner == owner and record.type in {record_type, "CNAME"}
    ]
    ttls += [soa.negative_ttl for soa in _denials(zone)]
    return max(ttls, default=None)


def _denials(zone: Zone) -> Iterator[Soa]:
    return (reply.soa for reply in zone.replies if reply.kind in DENIALS and reply.soa)


def find_responsible(
    findings: Sequence[Finding],
    records: Sequence[Publication],
    walk: Walk | None,
    holder: Holder | None,
) -> tuple[Responsible, ...]:
    """Whoever has to change something, once each, those who publish records first."""
    needed: dict[tuple[Fixer, DomainName | None], None] = {}
    for record in records:
        needed[record.fixer, record.zone] = None
    fixers = {fixer for fixer, _ in needed}
    for finding in findings:
        grave = finding.severity in {Severity.ERROR, Severity.TEMPORARY}
        if grave and finding.fixer not in fixers and (not records or finding.zone):
            zone = DomainName.parse(finding.zone) if finding.zone else None
            needed[finding.fixer, zone] = None
    return tuple(_responsible(fixer, zone, walk, holder) for fixer, zone in needed)


def _responsible(
    fixer: Fixer, name: DomainName | None, walk: Walk | None, holder: Holder | None
) -> Responsible:
    zone = next((each for each in _zones(walk) if each.name == name), None)
    soa = zone.soa or next(_denials(zone), None) if zone else None
    return Responsible(
        fixer,
        name,
        (zone.claims or zone.delegated_to) if zone else (),
        mailbox_of(soa.contact) if soa else None,
        holder if fixer is Fixer.ADDRESS_OWNER else None,
    )


def _zones(walk: Walk | None) -> Iterator[Zone]:
    """The lowest first: a parent knows less of a zone than the zone itself."""
    if walk is None:
        return
    paths: Iterable[Path] = (walk.reverse, *walk.forward)
    for path in paths:
        for leg in reversed(path.legs):
            yield from reversed(leg.zones)
