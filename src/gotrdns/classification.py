"""What a host name says by itself.

Owns the question whether a provider made a name from the address; pure, and free of DNS. Whole
parts are compared, never substrings: `mail10.example.com` says nothing about 10.0.0.1.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from gotrdns.names import Address, DomainName, InvalidAddress

# Fewer digits than this agree with an address too easily by chance: 1.2.3.4 and `mail1234`.
_FEWEST_DIGITS: Final = 6
_MOST_PARTS: Final = 4

# The orders in which providers write the octets: as they are, reversed, and the last one in front.
_ORDERS: Final = ((0, 1, 2, 3), (3, 2, 1, 0), (3, 0, 1, 2))

_NUMBER: Final = re.compile(r"[0-9]+")
_PREFIXED: Final = r"(?:0x|[a-z]+)[0-9a-f]{8}"  # ip5f5bf48a, 0x5f5bf48a; seldom asked about


def carries_address(address: Address, name: DomainName) -> bool:
    """Whether the name spells the whole address, in any of the usual forms.

    Such a name was made by whoever numbers the addresses, so its forward zone is theirs too. The
    domain counts as well: hosters own some like `ip-51-75-18.eu`, for the host `63`.
    """
    labels = [label.decode("latin-1") for label in name.labels[:-1]]
    if len(address) == 4:
        return _carries_ipv4(address, ".".join(labels))
    return _carries_ipv6(address, labels)


def _carries_ipv4(address: Address, text: str) -> bool:
    numbers = _NUMBER.findall(text)
    return (
        (len(numbers) >= 4 and _has_octets(numbers, address))
        or (len("".join(numbers)) >= _FEWEST_DIGITS and _has_decimal(numbers, address))
        or _has_hexadecimal(text.replace("_", ".").replace("-", ".").split("."), address)
    )


def _has_octets(numbers: Sequence[str], address: Address) -> bool:
    """Four numbers beside one another that are the octets, in whatever order."""
    octets = sorted(address)
    return any(
        sorted(map(int, window)) == octets
        for window in _windows(numbers, 4)
        if all(len(number) <= 3 for number in window)
    )


def _has_decimal(numbers: Sequence[str], address: Address) -> bool:
    """Whole numbers beside one another that, written together, are the address."""
    forms = _decimal_forms(address)
    return any(
        len(text) >= _FEWEST_DIGITS and text in forms
        for count in range(1, _MOST_PARTS + 1)
        for text in map("".join, _windows(numbers, count))
    )


def _decimal_forms(address: Address) -> frozenset[str]:
    ordered = [[address[position] for position in order] for order in _ORDERS]
    return frozenset(
        ["".join(map(str, octets)) for octets in ordered]
        + ["".join(f"{octet:03d}" for octet in octets) for octets in ordered]
        + [str(int.from_bytes(address))]
    )


def _has_hexadecimal(parts: Sequence[str], address: Address) -> bool:
    """Whole parts beside one another that, written together, are the address in hexadecimal."""
    forms = (address.hex(), address[::-1].hex())
    for start, part in enumerate(parts):
        if len(part) > 8:
            if part[-8:] in forms and re.fullmatch(_PREFIXED, part):
                return True
        elif part and (forms[0].startswith(part) or forms[1].startswith(part)):
            beside = parts[start : start + _MOST_PARTS]
            if any("".join(beside[:count]) in forms for count in range(1, _MOST_PARTS + 1)):
                return True
    return False


def _carries_ipv6(address: Address, labels: Sequence[str]) -> bool:
    digits = address.hex()
    parts = [part for label in labels for part in label.replace("_", "-").split("-")]
    nibbles = map("".join, _windows(parts, 32))
    return (
        any(text in {digits, digits[::-1]} for text in nibbles)
        or any(digits == part[-32:] for part in parts)
        or any(_groups_are(address, window) for window in _windows(parts, 8))
        or any(_is_compressed_in(address, label) for label in labels)
    )


def _is_compressed_in(address: Address, label: str) -> bool:
    """``ip-2001-db8--25``: hyphens for colons, perhaps after a word or two."""
    groups = label.replace("_", "-").split("-")
    # The shortest text of an IPv6 address has two colons.
    return any(_groups_are(address, groups[words:]) for words in range(min(3, len(groups) - 2)))


def _groups_are(address: Address, groups: Sequence[str]) -> bool:
    try:
        return Address.parse(":".join(groups)) == address
    except InvalidAddress:
        return False


def _windows(parts: Sequence[str], length: int) -> Iterator[Sequence[str]]:
    return (parts[start : start + length] for start in range(len(parts) - length + 1))
