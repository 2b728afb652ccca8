"""PTR records at the wrong owner name, and owner names that are cut off from above.

Owns the findings made from questions beside the walk: the record is there, and not where anybody
looks for it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from gotrdns.diagnosis.classless import answers_here_only
from gotrdns.diagnosis.findings import Details, Finding, Fixer, Severity
from gotrdns.diagnosis.repairs import record
from gotrdns.evidence import Kind, Path, Probe, Purpose
from gotrdns.names import Address, DomainName, is_host_name


def reversed_octets(
    no_ptr: Finding,
    path: Path,
    probes: Sequence[Probe],
    resolves_to_client: Mapping[DomainName, bool | None],
) -> Iterator[Finding]:
    """The PTR record sits under the octets in another order, and its name leads to the client.

    Without that last proof it may well be the record of the address that it stands under.
    """

    def leads_here(target: DomainName) -> bool:
        return resolves_to_client.get(target) is True

    for probe in probes:
        beside = probe.beside
        is_wildcard = beside is not None and beside.kind is Kind.ANSWER
        if probe.purpose is Purpose.OCTETS_REVERSED and not is_wildcard:
            yield from _misplaced("ptr-octets-reversed", no_ptr, path, probe, leads_here)


def doubled_owner(no_ptr: Finding, path: Path, probes: Sequence[Probe]) -> Iterator[Finding]:
    """The owner was written in full without its dot, so the zone's name was added to it."""
    for probe in probes:
        if probe.purpose is Purpose.OWNER_DOUBLED and answers_here_only(probe):
            yield from _misplaced("ptr-owner-doubled", no_ptr, path, probe, is_host_name)


def _misplaced(
    code: str,
    no_ptr: Finding,
    path: Path,
    probe: Probe,
    is_meant: Callable[[DomainName], bool],
) -> Iterator[Finding]:
    owner, found_at = path.last.owner, probe.reply.question.name
    targets = [each.target for each in probe.reply.answers if each.target and is_meant(each.target)]
    # Where the octets read alike from both ends, the other order is the right owner.
    if probe.reply.kind is not Kind.ANSWER or not targets or found_at == owner:
        return
    fixer = Fixer.ADDRESS_OWNER
    details: Details = {
        **no_ptr.details,
        "found_at": found_at.text,
        "names": [each.text for each in targets],
        "repairs": [record(owner, "PTR", each, fixer) for each in targets],
    }
    yield Finding(code, Severity.ERROR, fixer, details, path.last.zone.name.text)


def cut_from_above(path: Path, probes: Sequence[Probe], client: Address) -> Iterator[Finding]:
    """A name on the way is said not to exist, so nothing below it can (RFC 8020); but it does."""
    if not any(reply.kind is Kind.ANSWER for reply in path.last.zone.replies):
        return
    owners = {leg.owner for leg in path.legs} | {client.reverse_name}
    for probe in probes:
        denied = probe.reply.question.name
        between = any(owner.is_under(denied) and owner != denied for owner in owners)
        if probe.purpose is Purpose.BETWEEN and probe.reply.kind is Kind.NXDOMAIN and between:
            details: Details = {
                "owner": path.last.owner.text,
                "denied": denied.text,
                "servers": [f"{probe.reply.server.name} ({probe.reply.server.address})"],
            }
            fixer = Fixer.ADDRESS_OWNER
            zone = probe.zone.text
            yield Finding("reverse-cut-nxdomain", Severity.WARNING, fixer, details, zone)
            return
