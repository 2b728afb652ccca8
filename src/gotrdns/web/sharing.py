"""Work that several visitors wait for together, and that ends when the last of them is gone.

Owns who waits, and what those who come later are told of what went before.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from typing import Generic, TypeVar

from gotrdns.evidence import Reply
from gotrdns.explaining.awaiting import Look
from gotrdns.explaining.expert import OnStep

_Outcome = TypeVar("_Outcome")


class Ended(Exception):
    """The work was ended before it was done, and not by who waits."""


class Shared(Generic[_Outcome]):
    """A task that visitors join. It begins with the first, and ends when none is left."""

    def __init__(
        self,
        work: Coroutine[object, object, _Outcome],
        *,
        at_end: "Callable[[Shared[_Outcome]], None]",
    ) -> None:
        self._visitors = 0
        self._abandoned = False
        self._at_end = at_end
        self._task = asyncio.create_task(work)
        self._task.add_done_callback(self._end)

    @property
    def is_open(self) -> bool:
        """Whether it may be joined still."""
        return not self._abandoned

    @property
    def is_done(self) -> bool:
        return self._task.done()

    @property
    def has_outcome(self) -> bool:
        task = self._task
        return task.done() and not task.cancelled() and task.exception() is None

    @contextlib.contextmanager
    def joined(self) -> Iterator[None]:
        self._visitors += 1
        try:
            yield
        finally:
            self._visitors -= 1
            if self._visitors == 0 and not self._task.done():
                self._abandon()

    async def end(self) -> None:
        """End it, whoever waits: they get Ended."""
        self._abandon()
        await asyncio.wait({self._task})

    async def outcome(self) -> _Outcome:
        """Raises what the work raised, and Ended."""
        await asyncio.wait({self._task})
        if self._task.cancelled():
            raise Ended
        return self._task.result()

    def _abandon(self) -> None:
        self._abandoned = True
        self._task.cancel()

    def _end(self, task: asyncio.Task[_Outcome]) -> None:
        if not task.cancelled():
            task.exception()  # It has been seen, even where nobody is left to see it.
        self._at_end(self)


class Steps:
    """The replies of a walk, told to all who listen, and at first what was before."""

    def __init__(self) -> None:
        self._said: list[Reply] = []
        self._listeners: list[OnStep] = []

    def hear(self, reply: Reply) -> None:
        self._said.append(reply)
        for tell in tuple(self._listeners):
            tell(reply)

    @contextlib.contextmanager
    def told_to(self, tell: OnStep | None) -> Iterator[None]:
        if tell is None:
            yield
            return
        for reply in tuple(self._said):
            tell(reply)
        self._listeners.append(tell)
        try:
            yield
        finally:
            self._listeners.remove(tell)


class News:
    """The latest look of a watch. Who is slow misses those between, and never the last."""

    def __init__(self) -> None:
        self._latest: Look | None = None
        self._changed = asyncio.Event()
        self._is_over = False

    def publish(self, look: Look) -> None:
        self._latest = look
        self._wake()

    def end(self) -> None:
        self._is_over = True
        self._wake()

    async def follow(self) -> AsyncGenerator[Look, None]:
        """Each new one, from the latest on, until the end."""
        told: Look | None = None
        while True:
            if self._latest is not None and self._latest is not told:
                told = self._latest
                yield told
            elif self._is_over:
                return
            else:
                await self._changed.wait()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
