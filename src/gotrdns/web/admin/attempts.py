"""How often somebody may try to log in: pauses that grow with every wrong password.

Owns counting, for each network of visitors (/24, /48).
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

import msgspec

from gotrdns.names import Address
from gotrdns.web.limits import network_of

_FREE: Final = 5  # wrong ones before the first pause: people mistype
_SHORTEST: Final = 2.0  # seconds; each is twice the one before
_LONGEST: Final = 900.0
_FORGOTTEN_AFTER: Final = 3600.0
_MOST_NETWORKS: Final = 10_000


class _Tried(msgspec.Struct):
    count: int
    at: float
    until: float


class Attempts:
    """An attempt counts as a wrong one from its beginning, until it is known to be right."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tried: OrderedDict[bytes, _Tried] = OrderedDict()

    def __len__(self) -> int:
        """How many networks are remembered."""
        return len(self._tried)

    def begin(self, visitor: Address | None) -> float:
        """Zero, and the attempt counts; or the seconds until another may be made."""
        now = self._clock()
        key = network_of(visitor)
        tried = self._tried.get(key)
        if tried is None or now - tried.at > _FORGOTTEN_AFTER:
            tried = self._tried[key] = _Tried(0, now, now)
        if now < tried.until:
            return tried.until - now
        tried.count += 1
        tried.at = now
        tried.until = now + _pause_after(tried.count)
        self._tried.move_to_end(key)
        if len(self._tried) > _MOST_NETWORKS:
            self._tried.popitem(last=False)
        return 0.0

    def forget(self, visitor: Address | None) -> None:
        """The password was right."""
        self._tried.pop(network_of(visitor), None)


def _pause_after(count: int) -> float:
    over = count - _FREE
    return 0.0 if over < 0 else min(_LONGEST, _SHORTEST * 2.0 ** min(over, 20))
