"""What in a log comes nearest to somebody who is not in it: a name misheard, a neighbour's address.

Owns the likeness. No more is kept than is told.
"""

import difflib
from collections.abc import Iterator
from typing import Final

from gotrdns.mail_logs.clients.signs import registered_domain
from gotrdns.mail_logs.complaints.whom import sender_of
from gotrdns.mail_logs.conclusions import claimed_name
from gotrdns.mail_logs.facts import Acceptance, Arrival, Fact, Rejection
from gotrdns.mail_logs.sessions import Noted
from gotrdns.mail_logs.texts import address_in, text_in
from gotrdns.names import Address
from gotrdns.reports.logs.report import Ground

_TOLD: Final = 3
_ALIKE: Final = 0.75  # of 1: one letter wrong in four, or one too many
_NEIGHBOURS: Final = 16  # leading bits that an IPv4 neighbour has in common; twice as many of IPv6
_REMEMBERED: Final = 100_000  # names that were looked at, which takes some time
_NOTHING_NOTED: Final = Noted(None, is_whole=False)


class Nearest:
    """Listens to a log; ``all`` are the nearest, the nearest first, as people write them."""

    def __init__(self, wanted: "Address | str", *, remembered: int = _REMEMBERED) -> None:
        likeness = _LikeAddress(wanted) if isinstance(wanted, Address) else _LikeName(wanted)
        self._likeness: _LikeAddress | _LikeName = likeness
        self._seen: set[bytes] = set()
        self._remembered = remembered
        self._best: list[tuple[float, str]] = []

    def arrived(self, arrival: Arrival) -> None:
        self._look_at(arrival, _NOTHING_NOTED)

    def rejected(self, rejection: Rejection, _ground: Ground | None, noted: Noted) -> None:
        self._look_at(rejection, noted)

    def taken_in(self, acceptance: Acceptance, noted: Noted) -> None:
        self._look_at(acceptance, noted)

    def submitted(self, acceptance: Acceptance) -> None:
        self._look_at(acceptance, _NOTHING_NOTED)

    def all(self) -> tuple[str, ...]:
        return tuple(text for _, text in self._best)

    def _look_at(self, fact: Fact, noted: Noted) -> None:
        for octets in self._likeness.names_of(fact, noted):
            name = octets.lower()
            if not name or name in self._seen:
                continue
            if len(self._seen) >= self._remembered:
                self._seen.clear()
            self._seen.add(name)
            self._compare(name)

    def _compare(self, name: bytes) -> None:
        likeness = self._likeness.of(name)
        found = (likeness, text_in(name))
        if likeness > 0 and found not in self._best:
            self._best = sorted([*self._best, found], key=lambda each: -each[0])[:_TOLD]


class _LikeAddress:
    def __init__(self, wanted: Address) -> None:
        self._wanted = wanted

    def names_of(self, fact: Fact, _noted: Noted) -> Iterator[bytes]:
        yield fact.client

    def of(self, client: bytes) -> float:
        """How many leading bits are the same, from as many on as make a neighbour."""
        address = address_in(client)
        if address is None or len(address) != len(self._wanted):
            return 0
        different = int.from_bytes(address) ^ int.from_bytes(self._wanted)
        same = len(address) * 8 - different.bit_length()
        return same if same >= _NEIGHBOURS * (2 if address.is_ipv6 else 1) else 0


class _LikeName:
    def __init__(self, wanted: str) -> None:
        self._wanted = wanted
        self._domain = registered_domain(wanted.encode())
        self._matcher = difflib.SequenceMatcher(b=wanted, autojunk=False)

    def names_of(self, fact: Fact, noted: Noted) -> Iterator[bytes]:
        yield fact.name or b""
        yield sender_of(fact).rpartition(b"@")[2]
        if isinstance(fact, Rejection):
            yield claimed_name(fact, noted.doubt)
        if isinstance(fact, Rejection | Acceptance):
            yield fact.helo

    def of(self, name: bytes) -> float:
        """Names in one registered domain are alike, and so are those of about the same letters."""
        domain = registered_domain(name)
        if domain is None:
            return 0
        if domain == self._domain:
            return 1
        # Of a host's name the domain may be misheard, with the host's own label before it or not.
        return max(self._ratio(name.decode("ascii")), self._ratio(domain))

    def _ratio(self, text: str) -> float:
        matcher = self._matcher
        matcher.set_seq1(text)
        # These cost less, and are never less than the ratio.
        if matcher.real_quick_ratio() < _ALIKE or matcher.quick_ratio() < _ALIKE:
            return 0
        ratio = matcher.ratio()
        return ratio if ratio >= _ALIKE else 0
