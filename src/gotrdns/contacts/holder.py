"""Who holds an address block, and whom to write to there.

Owns the types, which import nothing heavy: who explains an address needs them even where RDAP is
not installed.
"""

import enum

import msgspec


class Role(enum.StrEnum):
    """What a contact is for (RFC 9083 section 10.2.4), in the order in which to write to them.

    Reverse zones are kept by the technical people; abuse desks look after complaints.
    """

    TECHNICAL = "technical"
    NOC = "noc"
    ADMINISTRATIVE = "administrative"
    REGISTRANT = "registrant"
    ABUSE = "abuse"


class Contact(msgspec.Struct, frozen=True):
    """A person, or a desk, that can be written to. ``name`` may be empty."""

    role: Role
    name: str
    email: str


class Holder(msgspec.Struct, frozen=True):
    """Who holds a block, as the registry has it; what it does not say is empty.

    ``network`` is a prefix, or ``FIRST - LAST`` where the block is none. ``registry`` is a short
    name such as ``ripe`` or ``arin``, else the server's name. ``contacts`` are the best first, each
    mail address once.
    """

    network: str
    name: str
    handle: str
    country: str
    registry: str
    contacts: tuple[Contact, ...] = ()


class NoRdap(Exception):
    """The holder could not be found out; ``reason`` says why in plain words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
