"""Records to publish, as findings made from a walk propose them."""

from gotrdns.diagnosis.findings import EXAMPLE_HOST, Fixer, Repair
from gotrdns.diagnosis.helo import Helo, HeloEvidence
from gotrdns.names import Address, DomainName


def record(owner: DomainName, record_type: str, target: DomainName, fixer: Fixer) -> Repair:
    """A record that holds a name."""
    data = f"{target}."
    return Repair(owner.text, record_type, data, f"{owner}. IN {record_type} {data}", fixer)


def host_to_name(client: Address, helo: Helo | None) -> DomainName:
    """What a PTR record should hold: the HELO name if it would make a pair."""
    if isinstance(helo, HeloEvidence) and client in helo.addresses:
        return helo.name
    return EXAMPLE_HOST
