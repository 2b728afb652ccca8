"""What a host name says by itself: `dynamic`, `static-generic`, `mail-host` or `other-host`.

Owns the rules and the vocabulary behind that judgement, and the question whether a provider made a
name from the address. Pure, and free of DNS: the name is read, never looked up.
"""

from gotrdns.classification.classes import Classification, HostClass, Reason, ReasonKind
from gotrdns.classification.rules import classify
from gotrdns.classification.spellings import carries_address

__all__ = ["Classification", "HostClass", "Reason", "ReasonKind", "carries_address", "classify"]
