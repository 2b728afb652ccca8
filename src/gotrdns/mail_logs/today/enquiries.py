"""Whom to ask about, and what was told of them, as compactly as half a million clients need it.

Knows nothing of asking.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec

from gotrdns.names import Address
from gotrdns.policy import Vouched
from gotrdns.verification import CheckedName, Verdict


class Claim(NamedTuple):
    """The HELO name and the domain of the sender; either may be empty."""

    helo: str
    sender: str


class Enquiry(msgspec.Struct, frozen=True, gc=False):
    """A client to ask about. Without claims no vouchers are asked.

    Nor are they about a client that is confirmed, unless it ``was_wrong`` before.
    """

    address: Address
    claims: tuple[Claim, ...] = ()
    was_wrong: bool = False


class Today(msgspec.Struct, frozen=True, gc=False):
    """What DNS says of a client; ``verdict`` is kept without the answers that led to it.

    ``vouched`` is empty where the verdict leaves nothing open for vouchers to say.
    """

    verdict: Verdict
    vouched: Mapping[Claim, Vouched]


class Voices(Mapping[Claim, Vouched]):
    """What vouchers say of a few claims, in a fifth of the memory that a dictionary takes.

    Both tuples are others' too: the claims the enquiry's, and what is said of them many clients'.
    """

    __slots__ = ("_claims", "_vouched")

    def __init__(self, claims: tuple[Claim, ...], vouched: tuple[Vouched, ...]) -> None:
        self._claims = claims
        self._vouched = vouched

    def __getitem__(self, claim: Claim) -> Vouched:
        try:
            return self._vouched[self._claims.index(claim)]
        except ValueError:
            raise KeyError(claim) from None

    def __iter__(self) -> Iterator[Claim]:
        return iter(self._claims)

    def __len__(self) -> int:
        return len(self._claims)

    def __repr__(self) -> str:
        return f"Voices({self._claims}, {self._vouched})"


def without_answers(verdict: Verdict) -> Verdict:
    """As much as decisions are made of: of half a million clients, the rest is too much to keep."""
    names = tuple(CheckedName(each.name, each.state) for each in verdict.names)
    return msgspec.structs.replace(verdict, names=names, reverse=None)
