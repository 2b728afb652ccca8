"""Networks, and which of them are no part of the public Internet.

Owns IANA's registries of special addresses (RFC 6890), and what IPv6 addresses embed.
"""

import enum
import functools
from typing import Final

from gotrdns.names.spelling import Address, InvalidAddress


class SpecialUse(enum.Enum):
    """Blocks that no mail client on the public Internet can have (IANA registries, RFC 6890)."""

    PRIVATE = "private"
    LOOPBACK = "loopback"
    LINK_LOCAL = "link-local"
    SHARED = "shared"
    DOCUMENTATION = "documentation"
    BENCHMARKING = "benchmarking"
    MULTICAST = "multicast"
    RESERVED = "reserved"


_SPECIAL_BLOCKS: Final = (
    ("0.0.0.0/8", SpecialUse.RESERVED),
    ("10.0.0.0/8", SpecialUse.PRIVATE),
    ("100.64.0.0/10", SpecialUse.SHARED),
    ("127.0.0.0/8", SpecialUse.LOOPBACK),
    ("169.254.0.0/16", SpecialUse.LINK_LOCAL),
    ("172.16.0.0/12", SpecialUse.PRIVATE),
    ("192.0.0.0/24", SpecialUse.RESERVED),
    ("192.0.2.0/24", SpecialUse.DOCUMENTATION),
    ("192.168.0.0/16", SpecialUse.PRIVATE),
    ("198.18.0.0/15", SpecialUse.BENCHMARKING),
    ("198.51.100.0/24", SpecialUse.DOCUMENTATION),
    ("203.0.113.0/24", SpecialUse.DOCUMENTATION),
    ("224.0.0.0/4", SpecialUse.MULTICAST),
    ("240.0.0.0/4", SpecialUse.RESERVED),
    ("::/128", SpecialUse.RESERVED),
    ("::1/128", SpecialUse.LOOPBACK),
    ("64:ff9b:1::/48", SpecialUse.PRIVATE),
    ("100::/64", SpecialUse.RESERVED),
    ("2001:2::/48", SpecialUse.BENCHMARKING),
    ("2001::/23", SpecialUse.RESERVED),  # without Teredo, which is read apart
    ("2001:db8::/32", SpecialUse.DOCUMENTATION),
    ("3fff::/20", SpecialUse.DOCUMENTATION),
    ("fc00::/7", SpecialUse.PRIVATE),
    ("fe80::/10", SpecialUse.LINK_LOCAL),
    ("ff00::/8", SpecialUse.MULTICAST),
)


class Network:
    """A block of addresses, ``a.b.c.d/n`` or ``x::/n``; one address is a block of its own."""

    __slots__ = ("_bits", "_length", "_shift", "text")

    def __init__(self, text: str) -> None:
        """Raises InvalidAddress for bad text, and for an address with bits set after the prefix."""
        base, slash, prefix = text.partition("/")
        address = Address.parse(base)
        width = len(address) * 8
        if slash and not (prefix.isdecimal() and int(prefix) <= width):
            raise InvalidAddress(text)
        self._length = len(address)
        self._shift = width - int(prefix) if slash else 0
        self._bits = int.from_bytes(address) >> self._shift
        if self._bits << self._shift != int.from_bytes(address):
            raise InvalidAddress(text)
        self.text = text

    def __contains__(self, address: Address) -> bool:
        return len(address) == self._length and (
            int.from_bytes(address) >> self._shift == self._bits
        )

    def __repr__(self) -> str:
        return f"Network({self.text!r})"


def network_around(address: Address, prefix: int) -> Network:
    """The network of that size in which the address is."""
    rest = 8 * len(address) - prefix
    first = Address((int.from_bytes(address) >> rest << rest).to_bytes(len(address)))
    return Network(f"{first}/{prefix}")


@functools.cache
def _special_networks() -> dict[tuple[int, int], list[tuple[Network, SpecialUse]]]:
    """By the length and first octet of the addresses they hold, which few addresses share."""
    networks: dict[tuple[int, int], list[tuple[Network, SpecialUse]]] = {}
    for text, use in _SPECIAL_BLOCKS:
        network = Network(text)
        base, _, prefix = text.partition("/")
        first = Address.parse(base)
        for octet in range(first[0], first[0] + (1 << max(0, 8 - int(prefix)))):
            networks.setdefault((len(first), octet), []).append((network, use))
    return networks


def special_use(address: Address) -> SpecialUse | None:
    """What the address is reserved for, or None when it is an ordinary public one.

    An IPv6 address whose packets are sent on to IPv4 is reserved for what the one there is.
    """
    if len(address) == 16 and (inner := embedded(address)):
        return next(filter(None, map(special_use, inner)), None)
    for network, use in _special_networks().get((len(address), address[0]), ()):
        if address in network:
            return None if _is_served_to_all(address) else use
    if len(address) == 16 and address[0] >> 5 != _GLOBAL_UNICAST:
        return SpecialUse.RESERVED
    return None


def is_public(address: Address) -> bool:
    """Whether it is an ordinary address of the Internet."""
    return special_use(address) is None


_GLOBAL_UNICAST: Final = 0b001  # 2000::/3, the only space that is given out (RFC 4291, IANA)


# Within 2001::/23, by IANA's registry of special addresses: multicast relays (RFC 7450), AS112's
# name servers (RFC 7535), ORCHIDs (RFC 7343) and drones' identifiers (RFC 9374).
_SERVED_TO_ALL: Final = ("2001:3::/32", "2001:4:112::/48", "2001:20::/28", "2001:30::/28")


@functools.cache
def _served_to_all() -> tuple[Network, ...]:
    return tuple(map(Network, _SERVED_TO_ALL))


def _is_served_to_all(address: Address) -> bool:
    return address[:2] == b"\x20\x01" and any(address in each for each in _served_to_all())


@functools.cache
def _nat64() -> Network:
    return Network("64:ff9b::/96")  # RFC 6052


@functools.cache
def _teredo() -> Network:
    return Network("2001::/32")  # RFC 4380


def embedded(address: Address) -> tuple[Address, ...]:
    """The IPv4 addresses that packets to an IPv6 address are sent on to, by others on the way."""
    if address[:2] == b"\x20\x02":  # 6to4, RFC 3056
        return (Address(address[2:6]),)
    if address in _teredo():  # its server's, and the client's with all bits inverted
        return (Address(address[4:8]), Address(octet ^ 0xFF for octet in address[12:]))
    if address in _nat64():
        return (Address(address[12:]),)
    return ()
