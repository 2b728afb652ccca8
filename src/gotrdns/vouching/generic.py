"""Which names say nothing of who uses them, because a provider made one for every line."""

from typing import Final

from gotrdns.classification import HostClass, classify
from gotrdns.names import Address, DomainName

_GENERIC: Final = frozenset({HostClass.DYNAMIC, HostClass.STATIC_GENERIC})


def is_generic(address: Address, name: DomainName) -> bool:
    """Whether a machine made the name: every zombie has one of those, and can give it."""
    return classify(address, name).host_class in _GENERIC
