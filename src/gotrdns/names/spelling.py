"""Addresses, host names and reverse names: one spelling each.

Owns parsing, canonical form and text of the two things the whole project is about. An address is
its bytes in network order, a domain name its lower-case wire form, both as subclasses of ``bytes``:
they compare, hash and travel in DNS messages as they are, which is what makes the verdict cheap.
Knows nothing of DNS messages, verdicts or policy.
"""

import enum
import functools
import re
from socket import AF_INET as _AF_INET
from socket import AF_INET6 as _AF_INET6
from socket import inet_ntop as _packed_to_text
from socket import inet_pton as _text_to_packed
from typing import Final, TypeGuard

LONGEST_NAME: Final = 255  # octets of wire form, RFC 1035 section 2.3.4
LONGEST_LABEL: Final = 63

_DOT: Final = ord(".")
_MAPPED_PREFIX: Final = bytes(10) + b"\xff\xff"
_IN_ADDR_ARPA: Final = b"\x07in-addr\x04arpa\x00"
_IP6_ARPA: Final = b"\x03ip6\x04arpa\x00"
_OCTET_LABELS: Final = tuple(bytes([len(str(octet))]) + b"%d" % octet for octet in range(256))


class InvalidAddress(ValueError):
    """The text is not an IPv4 or IPv6 address."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} is not an IPv4 or IPv6 address")
        self.text = text


class InvalidName(ValueError):
    """The text cannot be a domain name."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(f"{text!r} is not a domain name: {reason}")
        self.text = text
        self.reason = reason


class AmbiguousName(InvalidName):
    """The text stands for one name by the older rules of IDNA and for another by the newer."""

    def __init__(self, text: str) -> None:
        super().__init__(text, "it has a character that IDNA 2003 and 2008 write differently")


class Address(bytes):
    """An IPv4 (4 octets) or IPv6 (16 octets) address in network order."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Read dotted decimal or RFC 4291 text; ``::ffff:a.b.c.d`` is the IPv4 address a.b.c.d.

        Raises InvalidAddress, also for octets with leading zeros and for scoped addresses.
        """
        try:
            if ":" not in text:
                return cls(_text_to_packed(_AF_INET, text))
            packed = _text_to_packed(_AF_INET6, text)
        except (OSError, ValueError):
            raise InvalidAddress(text) from None
        return cls(packed[12:] if packed.startswith(_MAPPED_PREFIX) else packed)

    @classmethod
    def parse_literal(cls, text: str) -> "Address":
        """Read an address bare or in brackets, as in HELO or a URL; ``IPv6:`` may stand before it.

        RFC 5321 section 4.1.3. Raises InvalidAddress.
        """
        bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
        return cls.parse(bare[5:] if bare[:5].lower() == "ipv6:" else bare)

    @property
    def is_ipv6(self) -> bool:
        return len(self) == 16

    @property
    def text(self) -> str:
        """The canonical text: dotted decimal, or RFC 5952."""
        return _packed_to_text(_AF_INET if len(self) == 4 else _AF_INET6, self)

    @property
    def reverse_name(self) -> "DomainName":
        """The owner name of the PTR record: RFC 1035 section 3.5, RFC 3596 section 2.5."""
        if len(self) == 4:
            first, second, third, fourth = self
            labels = _OCTET_LABELS
            return DomainName(
                b"".join(
                    (labels[fourth], labels[third], labels[second], labels[first], _IN_ADDR_ARPA)
                )
            )
        nibbles = self.hex()[::-1].encode()
        return DomainName(b"\x01" + b"\x01".join(nibbles[i : i + 1] for i in range(32)) + _IP6_ARPA)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Address({self.text!r})"


class DomainName(bytes):
    """A domain name in canonical wire form: lower case, uncompressed (RFC 4034 section 6.2)."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> "DomainName":
        r"""Read presentation form, absolute with or without the last dot; ``\.`` and ``\DDD`` work.

        Names in other scripts are taken through IDNA. Raises InvalidName, and AmbiguousName where
        the versions of IDNA differ.
        """
        if not text.isascii():
            text = _to_ascii(text)
        if text in {".", ""}:
            return ROOT
        labels = _split_labels(text)
        wire = b"".join(bytes([len(label)]) + label for label in labels) + b"\x00"
        if len(wire) > LONGEST_NAME:
            raise InvalidName(text, f"it is longer than {LONGEST_NAME} octets")
        return cls(wire.lower())

    @property
    def labels(self) -> tuple[bytes, ...]:
        """The labels from left to right, without the root's empty one."""
        labels = []
        offset = 0
        while length := self[offset]:
            labels.append(self[offset + 1 : offset + 1 + length])
            offset += 1 + length
        return tuple(labels)

    @property
    def text(self) -> str:
        """Presentation form without the last dot, escaped as in zone files; the root is ``.``."""
        if len(self) == 1:
            return "."
        if not is_host_name(self):
            return ".".join(map(_label_text, self.labels))
        dotted = bytearray(self)
        offset = 0
        while length := self[offset]:
            dotted[offset] = _DOT
            offset += 1 + length
        return dotted[1:-1].decode("ascii")

    @property
    def canonical_key(self) -> tuple[bytes, ...]:
        """A key that sorts names in canonical order (RFC 4034 section 6.1)."""
        return self.labels[::-1]

    def is_under(self, ancestor: "DomainName") -> bool:
        """Whether the name is ``ancestor`` or below it."""
        return self.labels[-len(ancestor.labels) :] == ancestor.labels or len(ancestor) == 1

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"DomainName({self.text!r})"


class HostName(DomainName):
    """A domain name that can be a host's: see ``is_host_name``. Made by ``read_host_name``."""

    __slots__ = ()


ROOT: Final = DomainName(b"\x00")


def _labels_pattern(look_ahead: bytes = b"") -> bytes:
    # One branch a label length: the expression walks the wire form and judges the characters in a
    # single pass, twice as fast as a loop.
    return b"|".join(
        re.escape(bytes([n])) + look_ahead.replace(b"n", b"%d" % n) + b"[a-z0-9_-]{%d}" % n
        for n in range(1, LONGEST_LABEL + 1)
    )


# Nearly all names end in an octet that is no digit, and need no look at the last label.
_HOST_NAME: Final = re.compile(rb"(?:%b)++\x00(?<![0-9]\x00)" % _labels_pattern())


@functools.cache
def _judging_last_label() -> re.Pattern[bytes]:
    # Made when wanted: its look-ahead, which refuses a last label of digits only, is dear.
    return re.compile(rb"(?:%b)+\x00" % _labels_pattern(rb"(?![0-9]{n}\x00)"))


def _ends_in_a_digit_and_is_host_name(wire: bytes) -> bool:
    return wire[-2:-1].isdigit() and _judging_last_label().fullmatch(wire) is not None


def is_host_name(name: DomainName) -> TypeGuard[HostName]:
    """Whether a PTR's target can be a host: letters, digits, hyphen and underscore in each label.

    The last label must not be a number, which also refuses address literals. Underscores and a
    leading hyphen are tolerated, as most receivers do (RFC 1123 section 2.1 is stricter).
    """
    return (
        name.__class__ is HostName
        or _HOST_NAME.fullmatch(name) is not None
        or _ends_in_a_digit_and_is_host_name(name)
    )


def read_host_name(wire: bytes) -> HostName | None:
    """The host name in ``wire`` (lower case, uncompressed, nothing before or after), if it is one.

    One pass settles both that it is a name and that it can be a host's.
    """
    if _HOST_NAME.fullmatch(wire) is None and not _ends_in_a_digit_and_is_host_name(wire):
        return None
    return HostName(wire) if len(wire) <= LONGEST_NAME else None


class Flaw(enum.Enum):
    """Why a domain name cannot be a host name."""

    ROOT = "root"
    ADDRESS_LITERAL = "address-literal"
    NUMERIC_LAST_LABEL = "numeric-last-label"
    ESCAPED_DOT = "escaped-dot"
    BAD_CHARACTER = "bad-character"


def host_name_flaw(name: DomainName) -> Flaw | None:
    """The first reason why ``name`` cannot be a host name, or None when it can."""
    if is_host_name(name):
        return None
    labels = name.labels
    if not labels:
        return Flaw.ROOT
    if _is_address_literal(labels):
        return Flaw.ADDRESS_LITERAL
    if any(b"." in label for label in labels):
        return Flaw.ESCAPED_DOT
    if labels[-1].isdigit():
        return Flaw.NUMERIC_LAST_LABEL
    return Flaw.BAD_CHARACTER


def _is_address_literal(labels: tuple[bytes, ...]) -> bool:
    text = b".".join(labels).decode("latin-1")
    try:
        Address.parse(text.strip("[]").removeprefix("ipv6:"))
    except InvalidAddress:
        return False
    return True


# IDNA 2003, Python's codec, replaces or drops these, IDNA 2008 keeps them: two names in DNS,
# perhaps of two owners (RFC 5894 section 7.2). Of capital sharp s the former makes "ss" too.
_DEVIATIONS: Final = frozenset("\u00df\u1e9e\u03c2\u200c\u200d")


def _to_ascii(text: str) -> str:
    if not _DEVIATIONS.isdisjoint(text):
        raise AmbiguousName(text)
    try:
        return text.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise InvalidName(text, "it cannot be written in IDNA") from error


_ESCAPED: Final = re.compile(r"\\(\d{3}|\D)|([^\\.]+)|(\.)", re.DOTALL)
_ZONE_FILE_SPECIAL: Final = frozenset(b'"().;\\@$')


def _split_labels(text: str) -> list[bytes]:
    # Few names have anything escaped.
    labels = _split_escaped(text) if "\\" in text else text.encode("ascii").split(b".")
    if len(labels) > 1 and not labels[-1]:
        labels.pop()  # the last dot of an absolute name
    for label in labels:
        if not label:
            raise InvalidName(text, "it has an empty label")
        if len(label) > LONGEST_LABEL:
            raise InvalidName(text, f"a label is longer than {LONGEST_LABEL} octets")
    return labels


def _split_escaped(text: str) -> list[bytes]:
    labels = [bytearray()]
    offset = 0
    while offset < len(text):
        found = _ESCAPED.match(text, offset)
        if found is None or ((found[1] or "").isdecimal() and int(found[1]) > 255):
            raise InvalidName(text, "a backslash needs a character or three digits up to 255")
        offset = found.end()
        if found[3]:
            labels.append(bytearray())
        elif found[2]:
            labels[-1] += found[2].encode("ascii")
        else:
            labels[-1] += bytes([int(found[1])]) if found[1].isdecimal() else found[1].encode()
    return [bytes(label) for label in labels]


def _label_text(label: bytes) -> str:
    return "".join(
        f"\\{chr(octet)}"
        if octet in _ZONE_FILE_SPECIAL
        else chr(octet)
        if 0x20 < octet < 0x7F
        else f"\\{octet:03d}"
        for octet in label
    )
