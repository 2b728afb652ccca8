"""Answers remembered for as long as their TTL allows, in bounded memory.

Owns keeping and forgetting (RFC 2308 for negative answers). Asks nothing.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from gotrdns.lookup import TEMPORARY, Answer, Outcome

# RFC 2308 section 7 lets failures be remembered for five minutes; for mail, five seconds do.
_LONGEST_TROUBLE: Final = 5
# A resolver that strips the SOA gives no TTL for "there is none".
_NEGATIVE_WITHOUT_SOA: Final = 60


# An entry is meant to hold no more than this; a larger answer takes the place of several.
_RECORDS_AN_ENTRY: Final = 8
_TEXT_AN_ENTRY: Final = 512  # octets of TXT


class Cache:
    """The answers to the questions asked last. Times are in seconds, by ``clock``.

    Strangers choose how large their answers are, so ``entries`` counts what answers weigh: one for
    most, more for one of many records.
    """

    def __init__(
        self,
        entries: int,
        *,
        ceiling: int,
        negative_ceiling: int,
        floor: int,
        clock: Callable[[], float],
    ) -> None:
        self.capacity = entries
        self._ceiling = ceiling
        self._negative_ceiling = negative_ceiling
        self._floor = floor
        self._clock = clock
        self._kept: OrderedDict[bytes, tuple[float, Answer]] = OrderedDict()

        self._weight = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: bytes) -> Answer | None:
        found = self._kept.get(key)
        if found is None:
            return None
        if found[0] <= self._clock():
            self._forget(key)
            return None
        self._kept.move_to_end(key)
        return found[1]

    def put(self, key: bytes, answer: Answer) -> None:
        lifetime = self._lifetime(answer)
        if lifetime <= 0:
            return
        if key in self._kept:
            self._forget(key)
        self._kept[key] = (self._clock() + lifetime, answer)
        self._weight += _weigh(answer)
        while self._weight > self.capacity:
            self._forget(next(iter(self._kept)))

    def _forget(self, key: bytes) -> None:
        _, answer = self._kept.pop(key)
        self._weight -= _weigh(answer)

    def _lifetime(self, answer: Answer) -> int:
        if answer.outcome is Outcome.UNREACHABLE:
            return 0
        if answer.outcome in TEMPORARY:
            return _LONGEST_TROUBLE
        if answer.outcome is Outcome.FOUND:
            return max(self._floor, min(answer.ttl, self._ceiling))
        ttl = answer.ttl if answer.zone is not None else _NEGATIVE_WITHOUT_SOA
        return max(self._floor, min(ttl, self._ceiling, self._negative_ceiling))


def _weigh(answer: Answer) -> int:
    records = (
        len(answer.names) + len(answer.addresses) + len(answer.exchanges) + len(answer.aliases)
    )
    text = sum(map(len, answer.texts))
    return 1 + max(0, records - 1) // _RECORDS_AN_ENTRY + text // _TEXT_AN_ENTRY
