"""What strangers send, as text that every database takes and that can be searched for.

Owns the spelling of stored texts. All of it is printable ASCII: a database may have been made with
any encoding, PostgreSQL takes no NUL, and nothing takes half a surrogate pair.
"""

import re
from typing import Final

from gotrdns.names import Address, DomainName, InvalidName, Network

LONGEST: Final = 320  # characters; RFC 5321 section 4.5.3.1 allows 64 + 1 + 255 in an address

_UNPRINTABLE: Final = re.compile(r"[^ -\[\]-~]")
_OF_NETWORKS: Final = {4: 3, 16: 6}  # octets of a /24 and a /48


def storable(text: str) -> str:
    r"""The text with ``\``, control characters and all beyond ASCII escaped, and not too long."""
    return _UNPRINTABLE.sub(_escape, text[:LONGEST])


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    if character == "\\":
        return "\\\\"
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{{{number:x}}}"


def domain_of(mailbox: str) -> str:
    """The domain of an envelope address as it is stored, empty where it has none."""
    _, at, domain = mailbox.rpartition("@")
    return domain_text(domain) if at else ""


def domain_text(domain: str) -> str:
    """One spelling of a domain: as DNS has it where it can be one, else escaped."""
    domain = domain.removesuffix(".").lower()
    if not domain:
        return ""
    try:
        return DomainName.parse(domain).text
    except InvalidName:
        return storable(domain)


def reversed_name(name: DomainName) -> str:
    """The labels from right to left, so that all names below one stand together in an index."""
    return ".".join(
        DomainName(bytes([len(each)]) + each + b"\0").text for each in name.labels[::-1]
    )


def packed(address: Address) -> bytes:
    """The address in an order where no IPv4 network has IPv6 addresses in its midst."""
    return (b"\x06" if address.is_ipv6 else b"\x04") + address


def packed_network(address: Address) -> bytes:
    """The /24 of an IPv4 address, or the /48 of an IPv6 one."""
    return packed(address)[: 1 + _OF_NETWORKS[len(address)]]


def network_key(network: Network) -> bytes:
    """What ``packed_network`` gives for all of the network, if it is a /24 or /48; else nothing."""
    first, last = packed_range(network)
    key = packed_network(Address(first[1:]))
    octets = len(first) - len(key)
    return key if first == key + bytes(octets) and last == key + b"\xff" * octets else b""


def packed_range(network: Network) -> tuple[bytes, bytes]:
    """The first and the last address of a network, as ``packed`` writes them."""
    base, slash, prefix = network.text.partition("/")
    first = Address.parse(base)
    width = len(first) * 8
    rest = width - int(prefix) if slash else 0
    last = int.from_bytes(first) | ((1 << rest) - 1)
    return packed(first), packed(Address(last.to_bytes(len(first))))
