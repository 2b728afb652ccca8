"""Confirmations: clients whose repair was seen at every authoritative server.

Owns how long one holds, and what it makes of a verdict that rests on what a resolver remembers of
before. Pure: the time is passed in, in seconds since 1970.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from gotrdns.names import Address, DomainName
from gotrdns.verification import Cause, CheckedName, NameState, Verdict

# Unbound remembers a "no" for an hour at most (cache-max-negative-ttl), and RFC 2308 section 5
# finds one to three sensible. By then our resolver speaks for itself, or somebody looks again.
LONGEST: Final = 3600.0
_NOT_OVERRULED: Final = frozenset({Cause.CONFIRMED, Cause.RESOLVER_UNREACHABLE})


class Confirmation(msgspec.Struct, frozen=True):
    """All the servers responsible led from the address to the name and back, at ``confirmed_at``.

    For this very address, also where it is an IPv6 one: its neighbours have records of their own.
    """

    address: Address
    host_name: DomainName
    confirmed_at: float
    ends: float

    def holds(self, now: float) -> bool:
        return now < self.ends


class Confirmations:
    """All that are known, found by address."""

    __slots__ = ("_by_address", "all")

    def __init__(self, confirmations: Iterable[Confirmation] = ()) -> None:
        self.all = tuple(confirmations)
        self._by_address = {each.address: each for each in self.all}

    def __bool__(self) -> bool:
        return bool(self.all)

    def find(self, address: Address, now: float) -> Confirmation | None:
        """The one that holds for this very address now, if there is any."""
        found = self._by_address.get(address)
        return found if found is not None and found.holds(now) else None

    def count(self, now: float) -> int:
        """How many hold now."""
        return sum(each.holds(now) for each in self.all)

    def apply(self, verdict: Verdict, now: float) -> Verdict:
        """The verdict or, where a confirmation holds that it contradicts, the confirmed one.

        What comes of a resolver that answers nobody is not about the client, and stays.
        """
        if verdict.cause in _NOT_OVERRULED:
            return verdict
        found = self.find(verdict.address, now)
        return verdict if found is None else overrule(verdict, found.host_name)


def overrule(verdict: Verdict, name: DomainName) -> Verdict:
    """The client is confirmed by this name, whatever our resolver remembers."""
    names = (CheckedName(name, NameState.CONFIRMED),)
    return Verdict(
        verdict.address, Cause.CONFIRMED, names, reverse=None, secure=False, overruled=verdict
    )
