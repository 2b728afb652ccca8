"""What a host name says by itself: `dynamic`, `static-generic`, `mail-host` or `other-host`.

Owns the rules and the vocabulary behind that judgement, and the question whether a provider made a
name from the address. Pure, and free of DNS: the name is read, never looked up.
"""

from gotrdns.classification.classes import Classification, HostClass, Reason, ReasonKind
from gotrdns.classification.spellings import carries_address
from gotrdns.names import Address, DomainName

__all__ = ["Classification", "HostClass", "Reason", "ReasonKind", "carries_address", "classify"]


def classify(address: Address, name: DomainName) -> Classification:
    """What the name says of the host at the address. Nothing is looked up, and any name will do."""
    # Late: most programs only want to know whether a name carries the address.
    from gotrdns.classification import rules  # noqa: PLC0415

    return rules.classify(address, name)
