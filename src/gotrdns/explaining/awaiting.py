"""Waiting for a repair: looks at the servers, again and again, until all of them have it.

Owns when to look, and how closely. While the servers say nothing new they alone are asked; what is
new calls for a walk from the root, and so does time, since a delegation may have changed further
up. Our resolver is not asked before the end: it would take up the old answer anew.
"""

import math
import time
from asyncio import sleep as sleep_for
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Protocol

import msgspec

from gotrdns.evidence import Walk
from gotrdns.explaining.explanation import Explanation
from gotrdns.explaining.standing import Keeper, Progress, keepers, read_progress, sayings
from gotrdns.names import Address, DomainName
from gotrdns.verification import Result


class Eyes(Protocol):
    """Who looks, at one client; each look has limits of its own."""

    async def look(self) -> Walk: ...
    async def look_again(self, walk: Walk, /) -> Walk: ...
    async def explain(self) -> Explanation: ...


class Pace(msgspec.Struct, frozen=True):
    """Seconds: between two looks, for the whole wait, and between two walks from the root.

    ``doubt`` is how long the servers' word is not put to the test again that an explanation has
    just not borne out.
    """

    interval: float = 15.0
    patience: float = 600.0
    afresh: float = 300.0
    doubt: float = 60.0


class Look(msgspec.Struct, frozen=True):
    """One look of a wait. Only the last has an ``explanation``.

    ``elapsed`` are the seconds since the wait began, ``pause`` those until the next look.
    """

    number: int
    elapsed: float
    progress: Progress
    pause: float = 0.0
    explanation: Explanation | None = None


async def await_repair(
    eyes: Eyes,
    client: Address,
    *,
    name: DomainName | None = None,
    pace: Pace,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[None]] = sleep_for,
) -> AsyncGenerator[Look, None]:
    """Look until every server has the change, or the patience is over.

    ``name`` is the name awaited; without one any that leads back will do. The last look is a whole
    explanation, which may take its own time beyond the patience.
    """
    watch = _Watch(eyes, client, name, pace, clock)
    began = clock()
    number = 0
    while True:
        number += 1
        over = clock() - began >= pace.patience
        progress = None if over else await watch.look()
        if progress is None or progress.everywhere:
            explanation, progress = await watch.explain()
            if over or progress.everywhere:
                elapsed = clock() - began
                yield Look(number, elapsed, progress, explanation=explanation)
                return
        elapsed = clock() - began
        pause = max(0.0, min(pace.interval, pace.patience - elapsed))
        yield Look(number, elapsed, progress, pause)
        await sleep(pause)


class _Watch:
    """What the looks so far have shown."""

    def __init__(
        self,
        eyes: Eyes,
        client: Address,
        name: DomainName | None,
        pace: Pace,
        clock: Callable[[], float],
    ) -> None:
        self._eyes = eyes
        self._client = client
        self._name = name
        self._pace = pace
        self._clock = clock
        self._walk: Walk | None = None
        self._walked_at = 0.0
        self._said: frozenset[object] = frozenset()
        self._served: frozenset[Keeper] = frozenset()
        self._doubtful_until = -math.inf
        self._bogus = False

    async def look(self) -> Progress:
        progress = self._read(await self._walk_somehow())
        if progress.everywhere and self._clock() < self._doubtful_until:
            return self._doubted(progress)
        return progress

    async def explain(self) -> tuple[Explanation, Progress]:
        """The last word, which asks our resolver as well: it may find signatures broken."""
        explanation = await self._eyes.explain()
        self._bogus = explanation.is_bogus
        progress = self._read(explanation.walk)
        if self._bogus and progress.everywhere:
            progress = self._doubted(progress)
        if not progress.everywhere:
            self._doubtful_until = self._clock() + self._pace.doubt
        return explanation, progress

    def _doubted(self, progress: Progress) -> Progress:
        return msgspec.structs.replace(progress, result=Result.TEMPERROR, bogus=self._bogus)

    async def _walk_somehow(self) -> Walk:
        if self._walk is not None and self._clock() - self._walked_at < self._pace.afresh:
            walk = await self._eyes.look_again(self._walk)
            news = sayings(walk) - self._said
            self._said |= news
            if not news:
                return walk
        self._walked_at = self._clock()
        return await self._eyes.look()

    def _read(self, walk: Walk | None) -> Progress:
        progress = read_progress(self._client, walk, name=self._name, served=self._served)
        if walk is not None and walk.egress:
            self._walk = walk
            self._said |= sayings(walk)
            self._served |= frozenset(keepers(walk))
        return progress
