"""What an explanation is: the verdict, what the walk found, who acts, and what they publish.

Owns the types that ``reports`` puts into words. Times are seconds.
"""

import enum
from typing import Final

import msgspec

from gotrdns.contacts.holder import Holder
from gotrdns.contacts.mailbox import Mailbox
from gotrdns.diagnosis.findings import Finding, Fixer
from gotrdns.evidence import Walk
from gotrdns.names import DomainName
from gotrdns.receivers import Prediction
from gotrdns.verification import Verdict

# Every server gives it, and resolvers that validate pass it on to nobody.
_BOGUS: Final = frozenset({"reverse-dnssec-bogus", "forward-dnssec-bogus"})


class Choice(enum.Enum):
    """How the host's name was come by; all but the first are proposals."""

    GIVEN = "given"  # by the person who asks
    CONFIRMED = "confirmed"  # a PTR name that leads back already
    HELO = "helo"  # resolves to the address
    PTR = "ptr"  # the name in the PTR record
    MEANT = "meant"  # in a PTR record that misses its place, or its last dot
    DOMAIN = "domain"  # "mail" in the domain of the HELO name
    EXAMPLE = "example"  # nothing tells


class HostName(msgspec.Struct, frozen=True):
    """The name that the pair of records is to have."""

    name: DomainName
    choice: Choice


class Publication(msgspec.Struct, frozen=True):
    """One record to publish, in the order to publish them: the forward record comes first.

    ``owner`` is absolute; ``relative`` is how it is written within ``zone`` ("@" for the zone's own
    name), None where the zone is not known. ``wait`` is how long resolvers that asked before may
    still hold what was there, None where that was not seen.
    """

    owner: DomainName
    type: str
    data: str
    fixer: Fixer
    zone: DomainName | None = None
    relative: str | None = None
    wait: int | None = None

    @property
    def zone_file(self) -> str:
        """The record with its absolute owner, right in any zone file."""
        return f"{self.owner}. IN {self.type} {self.data}"


class Responsible(msgspec.Struct, frozen=True):
    """Who keeps a zone in which something has to change.

    ``mailbox`` is the contact in the zone's SOA. ``holder`` is who holds the address block, where
    RDAP was asked about it.
    """

    fixer: Fixer
    zone: DomainName | None
    servers: tuple[DomainName, ...] = ()
    mailbox: Mailbox | None = None
    holder: Holder | None = None


class Explanation(msgspec.Struct, frozen=True):
    """All there is to say about one address.

    ``findings`` are the causes first. ``walk`` is None where the servers outside could not be
    asked. ``resolvers`` are those the verdict came through: none where it is a remembered one, and
    nobody was asked. ``no_rdap`` says in plain words why the address block's holder is not known
    although it was asked for. ``predictions`` are what other receivers conclude.
    """

    verdict: Verdict
    findings: tuple[Finding, ...]
    walk: Walk | None
    host: HostName
    records: tuple[Publication, ...]
    responsible: tuple[Responsible, ...]
    resolvers: tuple[str, ...]
    elapsed: float
    no_rdap: str | None = None
    predictions: tuple[Prediction, ...] = ()

    @property
    def is_bogus(self) -> bool:
        """Whether our resolver finds the signatures broken of what the servers give."""
        return any(each.code in _BOGUS for each in self.findings)
