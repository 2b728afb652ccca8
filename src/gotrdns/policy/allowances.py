"""Exceptions that an administrator makes: whom they let through, and until when.

Owns what an exception matches; what one may be made for is in ``targets``. Whatever the other side
can forge matches only where DNS bears it out. Pure: the time is passed in, in seconds since 1970.
"""

import enum
from collections.abc import Iterable
from typing import Final

import msgspec

from gotrdns.names import Address, DomainName, Network

DEFAULT_DAYS: Final = 30
SEEN_FIXED: Final = "seen-fixed"  # the note of an exception that ended by itself


class AllowanceKind(enum.Enum):
    """What an exception is for. Codes are permanent."""

    ADDRESS = "address"
    NETWORK = "network"
    NAME = "name"  # a host name and all below it
    SENDER_DOMAIN = "sender-domain"


class Allowance(msgspec.Struct, frozen=True):
    """One exception.

    ``ends`` is None for one that lasts for ever. ``note`` says why it ended early, if it did.
    """

    number: int
    kind: AllowanceKind
    value: str
    reason: str
    author: str
    created: float
    ends: float | None
    hits: int = 0
    hit_at: float | None = None
    note: str = ""

    def holds(self, now: float) -> bool:
        return self.ends is None or now < self.ends


class Claims(msgspec.Struct, frozen=True):
    """What DNS bears out about a client.

    ``names`` are those that confirm, and the HELO name where it resolves to the client.
    ``sender_domain`` is None unless its SPF or MX covers the client.
    """

    address: Address
    names: tuple[DomainName, ...] = ()
    sender_domain: DomainName | None = None


class Allowances:
    """All exceptions, found by what a client can prove; the narrowest is preferred."""

    __slots__ = ("_addresses", "_domains", "_names", "_networks", "all")

    def __init__(self, allowances: Iterable[Allowance] = ()) -> None:
        self.all = tuple(allowances)
        self._addresses: dict[Address, list[Allowance]] = {}
        self._networks: list[tuple[Network, Allowance]] = []
        self._names: dict[DomainName, list[Allowance]] = {}
        self._domains: dict[DomainName, list[Allowance]] = {}
        for each in self.all:
            if each.kind is AllowanceKind.ADDRESS:
                self._addresses.setdefault(Address.parse(each.value), []).append(each)
            elif each.kind is AllowanceKind.NETWORK:
                self._networks.append((Network(each.value), each))
            elif each.kind is AllowanceKind.NAME:
                self._names.setdefault(DomainName.parse(each.value), []).append(each)
            else:
                self._domains.setdefault(DomainName.parse(each.value), []).append(each)

    def __bool__(self) -> bool:
        return bool(self.all)

    @property
    def need_names(self) -> bool:
        """Whether any rests on what has to be asked about first."""
        return bool(self._names or self._domains)

    def find(self, claims: Claims, now: float) -> Allowance | None:
        """One that lets this client through now, if there is any."""
        return next((each for each in self.matching(claims) if each.holds(now)), None)

    def matching(self, claims: Claims) -> list[Allowance]:
        """All that are for this client, the narrowest first, whether or not they hold."""
        return [
            *self._addresses.get(claims.address, ()),
            *(each for network, each in self._networks if claims.address in network),
            *(each for name in claims.names for each in _at_or_above(name, self._names)),
            *(_at_or_above(claims.sender_domain, self._domains) if claims.sender_domain else ()),
        ]


def _at_or_above(name: DomainName, kept: dict[DomainName, list[Allowance]]) -> Iterable[Allowance]:
    while len(name) > 1:
        yield from kept.get(name, ())
        name = DomainName(name[1 + name[0] :])
