"""What the running daemon says of itself, for every page that shows some of it.

Owns how often it is asked, and that no page waits long for it.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Final

from gotrdns.reports.status import QUESTION, NotAStatus, Status, decode_status
from gotrdns.web.means import NoDaemon

_FRESH_FOR: Final = 2.0  # seconds
_PATIENCE: Final = 1.0


class Daemon:
    """``ask`` blocks and raises NoDaemon; it is called in a thread, and never twice at once."""

    def __init__(
        self,
        ask: Callable[[bytes], bytes],
        *,
        patience: float = _PATIENCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask = ask
        self._patience = patience
        self._clock = clock
        self._asking: asyncio.Task[None] | None = None
        self._heard: Status | None = None
        self._heard_at = float("-inf")

    async def status(self) -> Status | None:
        """At most some seconds old; None where no daemon answers soon."""
        if self._clock() - self._heard_at < _FRESH_FOR:
            return self._heard
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._listen())
        done, _ = await asyncio.wait({self._asking}, timeout=self._patience)
        return self._heard if done else None

    async def _listen(self) -> None:
        try:
            self._heard = decode_status(await asyncio.to_thread(self._ask, QUESTION))
        except (NoDaemon, NotAStatus):
            self._heard = None
        self._heard_at = self._clock()
