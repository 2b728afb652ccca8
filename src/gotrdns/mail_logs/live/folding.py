"""What a client has happen to it again and again: told once, and then how often.

Owns when the same is told again. Knows no clock: the time is given to it.
"""

from collections.abc import Iterator
from typing import Final

import msgspec

from gotrdns.names import Address
from gotrdns.reports.logs.report import Ground, TurnedAway

APART: Final = 60.0  # seconds


class _Repeated(msgspec.Struct, gc=False):
    told: TurnedAway
    since: float
    times: int = 0  # after the one that was told


class Folding:
    """Remembers what was told within the last ``APART`` seconds, by client, cause and fate."""

    def __init__(self) -> None:
        # The oldest first.
        self._repeated: dict[tuple[Address, Ground, str], _Repeated] = {}

    def __len__(self) -> int:
        return len(self._repeated)

    def is_news(self, turned_away: TurnedAway, now: float) -> bool:
        """Whether to tell it now. What is due comes before it."""
        key = (turned_away.address, turned_away.ground, turned_away.fate)
        repeated = self._repeated.get(key)
        if repeated is None:
            self._repeated[key] = _Repeated(turned_away, now)
            return True
        repeated.times += 1
        return False

    def due(self, now: float) -> Iterator[tuple[TurnedAway, int]]:
        """What was told, and how many times more it has happened, where it is time to tell that."""
        while self._repeated:
            key, oldest = next(iter(self._repeated.items()))
            if now - oldest.since < APART:
                return
            del self._repeated[key]
            if oldest.times:
                yield oldest.told, oldest.times
