"""Thousands of clients of every cause: 81.24.0.0/16 and `crowd.example.net`, for soaks.

Owns who they are and the records that make them so. Knows neither servers nor files.
"""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address
from typing import Final

REVERSE_ORIGIN: Final = "24.81.in-addr.arpa."
FORWARD_ORIGIN: Final = "crowd.example.net."
_NETWORK: Final = IPv4Address("81.24.0.0")
_ELSEWHERE: Final = IPv4Address("81.24.255.1")
_HOSTS: Final = range(1, 251)

# Third octets, and the zone of the clients' names where it is one that fails.
_NETWORKS: Final = {
    "confirmed": range(16),
    "forward-mismatch": range(16, 20),
    "forward-nodata": range(20, 24),
    "forward-nxdomain": range(24, 28),
    "no-ptr": range(28, 32),
    "ptr-unusable": range(32, 33),
    "forward-servfail": range(33, 34),
    "forward-refused": range(34, 35),
    "forward-unproven": range(35, 36),
    "forward-timeout": range(36, 37),
}
_FAILING: Final = {
    "forward-servfail": "refused.example.",
    "forward-refused": "forbidden.example.",
    "forward-unproven": "lame.example.",
    "forward-timeout": "silent.example.",
}
# Whole reverse zones that fail, whatever is asked of them.
_REVERSE_FAILING: Final = {
    "reverse-servfail": IPv4Address("81.20.31.0"),
    "reverse-timeout": IPv4Address("81.20.32.0"),
    "reverse-unproven": IPv4Address("81.20.33.0"),
    "reverse-refused": IPv4Address("81.20.34.0"),
}


def crowd() -> Mapping[str, tuple[IPv4Address, ...]]:
    """The clients by their causes."""
    found = {cause: tuple(_addresses(octets)) for cause, octets in _NETWORKS.items()}
    for cause, network in _REVERSE_FAILING.items():
        found[cause] = tuple(network + host for host in _HOSTS)
    return found


def _addresses(third_octets: range) -> Iterator[IPv4Address]:
    return (_NETWORK + (third << 8) + host for third in third_octets for host in _HOSTS)


def crowd_name(address: IPv4Address) -> str:
    """The name of a host of the crowd, without the last dot."""
    return f"{_label(address)}.{FORWARD_ORIGIN}".rstrip(".")


def _label(address: IPv4Address) -> str:
    return f"mta-{int(address) - int(_NETWORK)}"


def reverse_records() -> Iterator[str]:
    for cause, octets in _NETWORKS.items():
        for address in _addresses(octets):
            name = f"{_label(address)}.{_FAILING.get(cause, FORWARD_ORIGIN)}"
            if cause == "ptr-unusable":
                name = f"{address}."
            if cause != "no-ptr":
                yield f"{address.reverse_pointer}. PTR {name}"


def forward_records() -> Iterator[str]:
    for address in _addresses(_NETWORKS["confirmed"]):
        yield f"{_label(address)} A {address}"
    for address in _addresses(_NETWORKS["forward-mismatch"]):
        yield f"{_label(address)} A {_ELSEWHERE}"
    for address in _addresses(_NETWORKS["forward-nodata"]):
        yield f'{_label(address)} TXT "no address"'
