"""The store, as the pages ask it: in a thread, few at once.

Owns that nobody's question to a slow database holds up another page.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from gotrdns.store.queries import Store

_AT_ONCE: Final = 4
_Found = TypeVar("_Found")


class Archive:
    """Opened anew for every question: whoever replaces the file need not tell anybody."""

    def __init__(self, url: str, clock: Callable[[], float]) -> None:
        self._url = url
        self._clock = clock
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def ask(self, question: "Callable[[Store], _Found]") -> _Found:
        """What the question finds. Raises StoreUnavailable."""
        async with self._slots:
            return await asyncio.to_thread(self._answer, question)

    def _answer(self, question: "Callable[[Store], _Found]") -> _Found:
        from gotrdns.store.queries import Store  # noqa: PLC0415 - SQLAlchemy takes 200 ms

        with Store(self._url, clock=self._clock) as store:
            return question(store)
