"""Walks for visitors: a few at once, none twice for those who ask the same, and all within budgets.

Owns who waits for which walk. A walk ends when the last who wanted it is gone.
"""

import contextlib
import time
from collections.abc import AsyncGenerator, Callable
from typing import Final, Protocol

from starlette.requests import HTTPConnection

from gotrdns.checking.targets import Expansion
from gotrdns.explaining.awaiting import Eyes, Look, Pace, await_repair
from gotrdns.explaining.expert import NOTHING_ELSE, Asked, Expand, OnStep
from gotrdns.explaining.explanation import Explanation
from gotrdns.names import Address
from gotrdns.web.limits import Budget, Rate
from gotrdns.web.private import only_public, require_public
from gotrdns.web.settings import PageSettings

_Wanted = tuple[Address, Asked]
_REMEMBERED_FOR: Final = 30.0  # seconds
_MOST_REMEMBERED: Final = 32  # an explanation of hostile servers may be megabytes
_MOST_WAITING: Final = 4  # for each walk that may go on
_PATIENCE: Final = 60.0  # seconds for the queue, 20 of the walk, and those of resolver and RDAP
_LOOKS_A_WALK: Final = 4  # that look again at known servers cost about as much as one walk
_MOST_WATCHES: Final = 2  # for each walk that may go on
_PACE: Final = Pace(interval=20.0)
_LOOKUPS: Final = (Rate(60, 600.0), Rate(600, 60.0))


class Explainer(Protocol):
    """What of ``explaining.expert`` is needed here."""

    async def expand(self, expand: Expand, target: str) -> Expansion: ...
    async def explain(
        self, address: Address, asked: Asked = ..., *, on_step: OnStep | None = ...
    ) -> Explanation: ...
    def eyes(self, address: Address, asked: Asked = ...) -> Eyes: ...


class Walks:
    """All walks of the pages. Everything raises TooMany, and PrivateTarget where it takes one."""

    def __init__(
        self,
        expert: Explainer,
        page: PageSettings,
        *,
        pace: Pace = _PACE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._expert = expert
        self._page = page
        self._pace = pace
        self._clock = clock
        network = Rate(page.walks_a_network, 600.0)
        everybody = Rate(page.walks_a_minute, 60.0)
        self._walks = Budget(network, everybody, clock=clock)
        self._lookups = Budget(*_LOOKUPS, clock=clock)

    async def expand(self, visitor: Address | None, expand: Expand, target: str) -> Expansion:
        """The addresses of a target, public ones only: see ``Expert.expand``."""
        self._lookups.take(visitor)
        chosen = expand if self._page.private_targets else only_public(expand)
        return await self._expert.expand(chosen, target)

    async def explain(
        self,
        visitor: Address | None,
        address: Address,
        asked: Asked = NOTHING_ELSE,
        on_step: OnStep | None = None,
    ) -> Explanation:
        """Explain an address; ``on_step`` also hears what others' same walk has heard so far.

        It must neither block nor raise.
        """
        self._require_allowed(address)
        self._walks.take(visitor)
        return await self._expert.explain(address, asked, on_step=on_step)

    async def watch(
        self, visitor: Address | None, address: Address, asked: Asked = NOTHING_ELSE
    ) -> AsyncGenerator[Look, None]:
        """Look again and again until every server has the change: see ``await_repair``."""
        self._require_allowed(address)
        self._walks.take(visitor)
        eyes = self._expert.eyes(address, asked)
        looks = await_repair(eyes, address, name=asked.name, pace=self._pace)
        async with contextlib.aclosing(looks):
            async for look in looks:
                yield look

    async def close(self) -> None:
        """End all that goes on."""

    def _require_allowed(self, address: Address) -> None:
        if not self._page.private_targets:
            require_public(address)


def walks_of(request: HTTPConnection) -> Walks:
    walks: Walks = request.app.state.walks
    return walks
