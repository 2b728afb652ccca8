"""Addresses, host names and networks: one spelling each.

Owns nothing of its own: what others use of the room's files.
"""

from gotrdns.names.networks import (
    Network,
    SpecialUse,
    embedded,
    is_public,
    network_around,
    special_use,
)
from gotrdns.names.spelling import (
    LONGEST_LABEL,
    LONGEST_NAME,
    ROOT,
    Address,
    AmbiguousName,
    DomainName,
    Flaw,
    HostName,
    InvalidAddress,
    InvalidName,
    host_name_flaw,
    is_host_name,
    read_host_name,
)

__all__ = [
    "LONGEST_LABEL",
    "LONGEST_NAME",
    "ROOT",
    "Address",
    "AmbiguousName",
    "DomainName",
    "Flaw",
    "HostName",
    "InvalidAddress",
    "InvalidName",
    "Network",
    "SpecialUse",
    "embedded",
    "host_name_flaw",
    "is_host_name",
    "is_public",
    "network_around",
    "read_host_name",
    "special_use",
]
