"""The store as the pages ask it: in threads, a few at a time, and for each question anew.

Owns that neither a slow database nor a dead one keeps a page waiting for long. SQLAlchemy is
imported when the first question is asked.
"""

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

from gotrdns.store.trouble import StoreUnavailable

if TYPE_CHECKING:
    from gotrdns.store.queries import Store

_AT_ONCE: Final = 4
_PATIENCE: Final = 10.0  # seconds, until it is this question's turn

T = TypeVar("T")


class StoreDesk:
    """Where the pages put their questions to one store. ``clock`` gives seconds since 1970."""

    def __init__(
        self,
        url: str,
        *,
        clock: Callable[[], float] = time.time,
        patience: float = _PATIENCE,
    ) -> None:
        self._url = url
        self._clock = clock
        self._patience = patience
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def ask(self, question: Callable[["Store"], T]) -> T:
        """Raises StoreUnavailable, also where it is not this question's turn in time."""
        try:
            await asyncio.wait_for(self._turns.acquire(), self._patience)
        except TimeoutError:
            raise StoreUnavailable("too many questions wait for it") from None
        work = asyncio.ensure_future(asyncio.to_thread(self._ask, question))
        # A visitor who goes away leaves the thread behind, which is at work until it ends.
        work.add_done_callback(self._end)
        return await asyncio.shield(work)

    def _end(self, work: "asyncio.Future[T]") -> None:
        self._turns.release()
        if not work.cancelled():
            work.exception()  # has been seen, also where nobody waits for it any more

    def _ask(self, question: Callable[["Store"], T]) -> T:
        from gotrdns.store.queries import Store  # noqa: PLC0415 - see the module

        with Store(self._url, clock=self._clock) as store:
            return question(store)
