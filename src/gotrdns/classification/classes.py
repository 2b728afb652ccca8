"""What the room answers: a class, how sure it is, and the reasons. Nothing here is wording."""

import enum

import msgspec


class HostClass(enum.Enum):
    """What kind of host a name says it is."""

    __hash__ = object.__hash__  # Enum would hash the name, in Python, every time.

    DYNAMIC = "dynamic"
    STATIC_GENERIC = "static-generic"
    MAIL_HOST = "mail-host"
    OTHER_HOST = "other-host"


class ReasonKind(enum.Enum):
    """What was found in a name."""

    __hash__ = object.__hash__  # as above

    # The address, in one of the ways in which machines write it.
    OCTETS = "octets"
    OCTETS_REVERSED = "octets-reversed"
    OCTETS_PERMUTED = "octets-permuted"
    OCTETS_JOINED = "octets-joined"
    HEXADECIMAL = "hexadecimal"
    INTEGER = "integer"
    GROUPS = "groups"
    NIBBLES = "nibbles"
    # A part of it.
    THREE_OCTETS = "three-octets"
    LAST_TWO_OCTETS = "last-two-octets"
    LAST_OCTET = "last-octet"
    SOME_GROUPS = "some-groups"
    # Made by a machine, though not from the address.
    SERIAL_NUMBER = "serial-number"
    PLACEHOLDER = "placeholder"

    DYNAMIC_WORD = "dynamic-word"
    ACCESS_WORD = "access-word"
    CUSTOMER_WORD = "customer-word"
    NEUTRAL_WORD = "neutral-word"
    STATIC_WORD = "static-word"
    BUSINESS_WORD = "business-word"
    SERVER_WORD = "server-word"
    ROLE_WORD = "role-word"
    MAIL_WORD = "mail-word"

    HOSTING_PLATFORM = "hosting-platform"
    MAIL_PLATFORM = "mail-platform"
    BUSINESS_DOMAIN = "business-domain"

    NOTHING_GENERIC = "nothing-generic"


class Reason(msgspec.Struct, frozen=True):
    """``what`` is the part of the name in which it was found."""

    kind: ReasonKind
    what: str


class Classification(msgspec.Struct, frozen=True):
    """``confidence`` is between 0 and 1. The reasons speak for the class; there is at least one."""

    host_class: HostClass
    confidence: float
    reasons: tuple[Reason, ...]
