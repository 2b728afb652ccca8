"""Decisions to follow up, gathered by the business that they are about.

Owns which belong together: one business has many incidents, and may send from several addresses.
"""

from collections.abc import Iterable

import msgspec

from gotrdns.names import Address
from gotrdns.policy.history import client_key
from gotrdns.policy.recorded import RecordedDecision
from gotrdns.vouching.reach import network_of


class Business(msgspec.Struct, frozen=True):
    """Its decisions, the latest first; there is at least one."""

    decisions: tuple[RecordedDecision, ...]

    @property
    def latest(self) -> RecordedDecision:
        return self.decisions[0]

    @property
    def mails(self) -> int:
        """How many decisions there were, with their repetitions."""
        return sum(each.count for each in self.decisions)

    @property
    def first_at(self) -> float:
        return min(each.first_at for each in self.decisions)

    @property
    def addresses(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.address for each in self.decisions))

    @property
    def domains(self) -> tuple[str, ...]:
        """Whose word was given for it."""
        return tuple(
            dict.fromkeys(domain for each in self.decisions for domain in each.vouched.domains)
        )


def gather(decisions: Iterable[RecordedDecision]) -> list[Business]:
    """In the order of the latest decision of each; ``decisions`` are the latest first."""
    found: dict[tuple[bytes, str], list[RecordedDecision]] = {}
    for each in decisions:
        found.setdefault(business_key(each), []).append(each)
    return [Business(tuple(each)) for each in found.values()]


def business_key(decision: RecordedDecision) -> tuple[bytes, str]:
    """The same for all of one business.

    Hosts of one name and network are one's; neighbours without a name may be anybody's. Whoever
    is to be followed up has an address: DNS was asked about it.
    """
    address = Address.parse(decision.address)
    if not decision.host_name:
        return client_key(address), ""
    return network_of(address), decision.host_name
