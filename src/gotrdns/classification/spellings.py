"""How machines write an address into a name.

Owns the encodings, of the whole address and of parts of it. Whole parts of the name are compared,
never substrings: `mail10.example.com` says nothing about 10.0.0.1. Knows no words.
"""

import functools
import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from gotrdns.classification.classes import ReasonKind
from gotrdns.names import Address, DomainName, InvalidAddress


class Spelling(NamedTuple):
    """``octets`` is how many of four are told: 4 for the whole address, also for a whole IPv6 one.

    ``text`` is where, with hyphens for whatever separates the parts.
    """

    kind: ReasonKind
    text: str
    octets: int


# Fewer digits than this agree with an address too easily by chance: 1.2.3.4 and `mail1234`.
_FEWEST_DIGITS: Final = 6
_MOST_PARTS: Final = 4
_LONGEST_OCTET: Final = 5  # digits, zeros in front included: `190-104-26-00114`
# If both are smaller, two numbers beside one another are often counters: `web1-2`.
_LEAST_TELLING: Final = 20

# The orders in which providers write octets together: as they are, reversed, the last one in front
# (`host250.21067181`), the halves exchanged (`host72-162.pool8249`).
_ORDERS: Final = ((0, 1, 2, 3), (3, 2, 1, 0), (3, 0, 1, 2), (3, 2, 0, 1))
# Which three they write where one is left out or masked (`216-217-xxx-158`).
_THREE: Final = ((0, 1, 2), (1, 2, 3), (2, 1, 0), (3, 2, 1), (0, 1, 3), (3, 1, 0))

_NUMBER: Final = re.compile(r"[0-9]+")
_LAST_NUMBER: Final = re.compile(r"[0-9]{4,}(?![0-9a-z])")  # of a part: not `vms173005pub`
_PREFIXED: Final = re.compile(r"(?:0x|[a-z]+)[0-9a-f]{8}")  # ip5f5bf48a, 0x5f5bf48a
_HALF: Final = re.compile(r"[a-z]*?[0-9a-f]{4,5}")  # node1f6f6
_SEPARATORS_OUT: Final = str.maketrans("", "", ".-_")
_DOTS: Final = str.maketrans("-_", "..")


def carries_address(address: Address, name: DomainName) -> bool:
    """Whether the name spells the whole address, in any of the usual forms.

    Such a name was made by whoever numbers the addresses, so its forward zone is theirs too. The
    domain counts as well: hosters own some like `ip-51-75-18.eu`, for the host `63`.
    """
    return find_whole(address, name) is not None


# Whoever asks for a name's class asks about the findings too, several of which want to know this.
@functools.lru_cache(maxsize=64)
def find_whole(address: Address, name: DomainName) -> Spelling | None:
    """Where the name, its last label aside, spells the whole address."""
    text = b".".join(name.labels[:-1]).decode("latin-1")
    if len(address) == 16:
        return _all_groups(address, text)
    numbers = _NUMBER.findall(text)
    return _octets(numbers, address) or _joined(numbers, address) or _hexadecimal(text, address)


def find_part(address: Address, text: str) -> Spelling | None:
    """Where ``text``, labels joined by dots, spells a part of the address; the largest first."""
    if len(address) == 16:
        return _some_groups(address, text)
    numbers = _NUMBER.findall(text)
    return (
        _three_octets(numbers, address)
        or _last_two(numbers, address)
        or _last_two_joined(text, address)
        or _last_two_in_hexadecimal(text, address)
        or _last_octet(numbers, address)
    )


def _octets(numbers: Sequence[str], address: Address) -> Spelling | None:
    """Four numbers beside one another that are the octets, in whatever order."""
    if len(numbers) < 4:
        return None
    values = [int(number) if len(number) <= _LONGEST_OCTET else -1 for number in numbers]
    octets = list(address)
    in_order = sorted(octets)
    for start in range(len(values) - 3):
        window = values[start : start + 4]
        if sorted(window) == in_order:
            kind = ReasonKind.OCTETS_PERMUTED
            if window == octets:
                kind = ReasonKind.OCTETS
            elif window[::-1] == octets:
                kind = ReasonKind.OCTETS_REVERSED
            return Spelling(kind, "-".join(numbers[start : start + 4]), 4)
    return None


def _joined(numbers: Sequence[str], address: Address) -> Spelling | None:
    """Whole numbers beside one another that, written together, are the address."""
    if sum(map(len, numbers)) < _FEWEST_DIGITS or max(map(len, numbers)) <= 3:
        return None
    forms = _decimal_forms(address)
    integer = str(int.from_bytes(address))
    for count in range(1, _MOST_PARTS + 1):
        for window in _windows(numbers, count):
            text = "".join(window)
            if len(text) >= _FEWEST_DIGITS:
                if text in forms:
                    return Spelling(ReasonKind.OCTETS_JOINED, "-".join(window), 4)
                if text == integer:
                    return Spelling(ReasonKind.INTEGER, "-".join(window), 4)
    return None


def _decimal_forms(address: Address) -> frozenset[str]:
    plain = [str(octet) for octet in address]
    padded = [octet.zfill(3) for octet in plain]
    network, host = "".join(padded[:3]), plain[3]
    return frozenset({host + network, network + host}).union(  # `12.net061198034`
        texts[i] + texts[j] + texts[k] + texts[m]
        for texts in (plain, padded)
        for i, j, k, m in _ORDERS
    )


def _hexadecimal(text: str, address: Address) -> Spelling | None:
    """Whole parts beside one another that, written together, are the address in hexadecimal."""
    forms = (address.hex(), address[::-1].hex())
    together = text.translate(_SEPARATORS_OUT)
    if forms[0] not in together and forms[1] not in together:
        return None
    parts = text.translate(_DOTS).split(".")
    for start, part in enumerate(parts):
        if len(part) > 8:
            if part[-8:] in forms and _PREFIXED.fullmatch(part):
                return Spelling(ReasonKind.HEXADECIMAL, part[-8:], 4)
        elif part and (forms[0].startswith(part) or forms[1].startswith(part)):
            beside = parts[start : start + _MOST_PARTS]
            for count in range(1, _MOST_PARTS + 1):
                if "".join(beside[:count]) in forms:
                    return Spelling(ReasonKind.HEXADECIMAL, "-".join(beside[:count]), 4)
    return None


def _three_octets(numbers: Sequence[str], address: Address) -> Spelling | None:
    for window in _windows(numbers, 3):
        if all(len(number) <= 3 for number in window):
            values = tuple(map(int, window))
            if any(values == (address[i], address[j], address[k]) for i, j, k in _THREE):
                return Spelling(ReasonKind.THREE_OCTETS, "-".join(window), 3)
    return None


def _last_two(numbers: Sequence[str], address: Address) -> Spelling | None:
    pair = {address[2], address[3]}
    if max(pair) >= _LEAST_TELLING:
        for window in _windows(numbers, 2):
            if all(len(number) <= 3 for number in window) and set(map(int, window)) == pair:
                return Spelling(ReasonKind.LAST_TWO_OCTETS, "-".join(window), 2)
    return None


def _last_two_joined(text: str, address: Address) -> Spelling | None:
    third, fourth = address[2], address[3]
    for number in _LAST_NUMBER.findall(text):
        if number in {
            f"{third}{fourth}",
            f"{fourth}{third}",
            f"{third}{fourth:03d}",
            f"{third:03d}{fourth:03d}",
            f"{fourth:03d}{third:03d}",
        }:
            return Spelling(ReasonKind.LAST_TWO_OCTETS, number, 2)
    return None


def _last_two_in_hexadecimal(text: str, address: Address) -> Spelling | None:
    half = address[2:].hex()
    if half in text:
        for part in text.translate(_DOTS).split("."):
            if part.endswith(half) and _HALF.fullmatch(part):
                return Spelling(ReasonKind.LAST_TWO_OCTETS, part, 2)
    return None


def _last_octet(numbers: Sequence[str], address: Address) -> Spelling | None:
    forms = (str(address[3]), f"{address[3]:03d}")
    for number in numbers:
        if number in forms:
            return Spelling(ReasonKind.LAST_OCTET, number, 1)
    return None


def _all_groups(address: Address, text: str) -> Spelling | None:
    digits = address.hex()
    labels = text.replace("_", "-").split(".")
    parts = [part for label in labels for part in label.split("-")]
    for window in _windows(parts, 32):
        nibbles = "".join(window)
        if nibbles in {digits, digits[::-1]}:
            return Spelling(ReasonKind.NIBBLES, "-".join(window), 4)
    for part in parts:
        if part[-32:] == digits:
            return Spelling(ReasonKind.HEXADECIMAL, digits, 4)
    for window in _windows(parts, 8):
        if _groups_are(address, window):
            return Spelling(ReasonKind.GROUPS, "-".join(window), 4)
    for label in labels:
        if _is_compressed_in(address, label):
            return Spelling(ReasonKind.GROUPS, label, 4)
    return None


def _is_compressed_in(address: Address, label: str) -> bool:
    """``ip-2001-db8--25``: hyphens for colons, perhaps after a word or two."""
    groups = label.split("-")
    # The shortest text of an IPv6 address has two colons.
    return any(_groups_are(address, groups[words:]) for words in range(min(3, len(groups) - 2)))


def _groups_are(address: Address, groups: Sequence[str]) -> bool:
    try:
        return Address.parse(":".join(groups)) == address
    except InvalidAddress:
        return False


def _some_groups(address: Address, text: str) -> Spelling | None:
    """The network's or the interface's half of an IPv6 address, or its last two groups."""
    digits = address.hex()
    padded = "".join(part.zfill(4) for part in text.translate(_DOTS).split("."))
    for piece, octets in ((digits[:16], 3), (digits[16:], 3), (digits[-8:], 2)):
        if piece in padded and len(set(piece)) > 2:
            return Spelling(ReasonKind.SOME_GROUPS, piece, octets)
    return None


def _windows(parts: Sequence[str], length: int) -> Iterator[Sequence[str]]:
    return (parts[start : start + length] for start in range(len(parts) - length + 1))
