"""At most so many beginnings a second, evenly spread.

Owns when the next one may begin. Knows nothing of what begins.
"""

import asyncio
from typing import Final

# A loop's timers are late by a millisecond or so. This much may be caught up with, in seconds, and
# no more: after a pause nothing comes in a burst.
_CAUGHT_UP: Final = 0.01


class Turns:
    """Gives turns in the order in which they are asked for, ``rate`` a second at most."""

    def __init__(self, rate: float) -> None:
        self._interval = 1 / rate
        self._loop = asyncio.get_running_loop()
        self._next_at = self._loop.time()
        self._first = asyncio.Lock()

    async def take(self) -> None:
        """Return when it is the caller's turn."""
        async with self._first:
            wait = self._next_at - self._loop.time()
            if wait > 0:
                await asyncio.sleep(wait)
            earliest = self._loop.time() - _CAUGHT_UP
            self._next_at = max(self._next_at, earliest) + self._interval
