"""What the name that a client gives for itself says about it.

Owns the rules for HELO and EHLO. They give advice only: RFC 5321 section 4.1.4 forbids refusing
mail for a HELO name that does not lead to the client.
"""

from collections.abc import Iterator
from typing import TypeAlias

import msgspec

from gotrdns.diagnosis.findings import Details, Finding, Fixer, Severity
from gotrdns.lookup import TEMPORARY, Answer
from gotrdns.names import Address, DomainName


class HeloEvidence(msgspec.Struct, frozen=True):
    """The name a client gave in HELO, and the answers to its A and AAAA questions."""

    name: DomainName
    answers: tuple[Answer, ...]

    @property
    def known(self) -> bool:
        """False if an answer is missing, so that nothing can be said about the name."""
        return not any(answer.outcome in TEMPORARY for answer in self.answers)

    @property
    def addresses(self) -> tuple[Address, ...]:
        return tuple(address for answer in self.answers for address in answer.addresses)


class MalformedHelo(msgspec.Struct, frozen=True):
    """What a client gave in HELO is neither a host name nor an address literal."""

    text: str


Helo: TypeAlias = HeloEvidence | MalformedHelo


def helo_findings(client: Address, helo: Helo | None) -> Iterator[Finding]:
    """What there is to say; nothing about an address literal, which is no name."""
    match helo:
        case None:
            return
        case MalformedHelo():
            details: Details = {"helo": helo.text}
            yield Finding("helo-bad-syntax", Severity.INFO, Fixer.DOMAIN_OWNER, details)
        case HeloEvidence():
            if not helo.known or client in helo.addresses:
                return
            addresses = [address.text for address in helo.addresses]
            details = {"helo": helo.name.text, "addresses": addresses}
            code = "helo-differs" if addresses else "helo-unresolvable"
            yield Finding(code, Severity.INFO, Fixer.DOMAIN_OWNER, details)
