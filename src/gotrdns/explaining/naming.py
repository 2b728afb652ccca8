"""Which name the host is to have, where nobody says it.

Owns the order of preference. Asks nothing: what it weighs has been asked before.
"""

from collections.abc import Iterable, Mapping, Sequence

from gotrdns.classification import carries_address
from gotrdns.diagnosis.findings import EXAMPLE_HOST, Finding
from gotrdns.diagnosis.helo import Helo, HeloEvidence
from gotrdns.explaining.explanation import Choice, HostName
from gotrdns.names import Address, DomainName, is_host_name
from gotrdns.verification import Verdict

_MAIL = DomainName.parse("mail")


def choose_host(
    verdict: Verdict,
    *,
    meant: Sequence[DomainName],
    pointed_to: Sequence[DomainName],
    given: DomainName | None,
    helo: Helo | None,
    helo_domain: DomainName | None,
) -> HostName:
    """The name for the pair of records.

    ``meant`` are those in records that only miss their place or their dot; ``pointed_to`` are the
    PTR names of all servers, which may differ from what our resolver heard; ``helo_domain`` is the
    zone that encloses the HELO name.
    """
    candidates: Iterable[tuple[DomainName | None, Choice]] = (
        (given, Choice.GIVEN),
        (next(iter(verdict.confirmed), None), Choice.CONFIRMED),
        (_resolving_helo(verdict.address, helo), Choice.HELO),
        (_own_name(verdict.address, meant), Choice.MEANT),
        (_own_name(verdict.address, pointed_to), Choice.PTR),
        (_mail_in(helo_domain), Choice.DOMAIN),
    )
    for name, choice in candidates:
        if name is not None:
            return HostName(name, choice)
    return HostName(EXAMPLE_HOST, Choice.EXAMPLE)


def meant_names(findings: Iterable[Finding]) -> tuple[DomainName, ...]:
    """The names that PTR records without their last dot were meant to hold."""
    return tuple(
        DomainName.parse(text)
        for finding in findings
        if finding.code == "ptr-missing-dot"
        for text in _texts(finding.details)
    )


def _texts(details: Mapping[str, object]) -> list[str]:
    meant = details.get("meant", [])
    return [each for each in meant if isinstance(each, str)] if isinstance(meant, list) else []


def names_a_host_of_its_own(client: Address, name: DomainName) -> bool:
    """Whether a name can be the sender's: it is not made from the address, and has a domain."""
    return len(name.labels) > 1 and is_host_name(name) and not carries_address(client, name)


def _resolving_helo(client: Address, helo: Helo | None) -> DomainName | None:
    resolves = isinstance(helo, HeloEvidence) and client in helo.addresses
    return helo.name if isinstance(helo, HeloEvidence) and resolves else None


def _own_name(client: Address, names: Iterable[DomainName]) -> DomainName | None:
    return next((each for each in names if names_a_host_of_its_own(client, each)), None)


def _mail_in(domain: DomainName | None) -> DomainName | None:
    # In a domain of one label, a registry's, nobody has a host.
    if domain is None or len(domain.labels) < 2:
        return None
    name = DomainName(_MAIL[:-1] + domain)
    return name if is_host_name(name) else None
