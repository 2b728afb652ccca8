"""Whose turn it is: a few at once, a few in a queue, and the others are told to come back.

Owns the queue.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from gotrdns.web.limits import TooMany

_AGAIN: float = 10.0  # seconds: about what one explanation takes


class Turns:
    """At most ``at_once`` together, and ``most_waiting`` more in the queue."""

    def __init__(self, at_once: int, most_waiting: int) -> None:
        self._slots = asyncio.Semaphore(at_once)
        self._most_waiting = most_waiting
        self._waiting = 0

    def require_room(self) -> None:
        """Raises TooMany."""
        if self._slots.locked() and self._waiting >= self._most_waiting:
            raise TooMany(_AGAIN, of_all=True)

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Raises TooMany where the queue is full."""
        self.require_room()
        self._waiting += 1
        try:
            await self._slots.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._slots.release()
