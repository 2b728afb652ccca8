"""Walks for visitors: a few at once, none twice for those who ask the same, all within a budget.

Owns what a walk costs, who waits for which, and how long its outcome is kept.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from typing import Final, Protocol, TypeVar

from starlette.requests import HTTPConnection

from gotrdns.checking.targets import Expansion
from gotrdns.evidence import Walk
from gotrdns.explaining.awaiting import Eyes, Look, Pace, await_repair
from gotrdns.explaining.expert import NOTHING_ELSE, Asked, Expand, OnStep
from gotrdns.explaining.explanation import Explanation
from gotrdns.names import Address
from gotrdns.web.limits import Budget, Rate, TooMany, network_of
from gotrdns.web.private import only_public, only_public_subject, require_public_answers
from gotrdns.web.settings import PageSettings
from gotrdns.web.sharing import Ended, News, Shared, Steps
from gotrdns.web.turns import Turns

_Outcome = TypeVar("_Outcome")
_Wanted = tuple[Address, Asked]

_WAITING_A_TURN: Final = 4  # in the queue, for each walk that may go on
_WATCHES_A_TURN: Final = 2
_WATCHES_A_NETWORK: Final = 2
_KEPT: Final = 16  # explanations: of hostile servers one may be megabytes
_PATIENCE: Final = 60.0  # seconds: for the queue, 20 of the walk, and those of resolver and RDAP
_LEEWAY: Final = 120.0  # seconds that a watch may last beyond its patience, for its last look
_AGAIN: Final = 10.0  # seconds after which there may be room again
# To look again at servers that are known costs them a few questions each, a walk up to 600.
_A_LOOK: Final = 1
_A_WALK: Final = 4
_PACE: Final = Pace(interval=20.0)
_LOOKUPS: Final = Rate(60, 600.0), Rate(600, 60.0)


class Expert(Protocol):
    """What of ``explaining.expert`` is needed here."""

    async def expand(self, expand: Expand, target: str, /) -> Expansion: ...
    async def explain(
        self, address: Address, asked: Asked, /, *, on_step: OnStep | None
    ) -> Explanation: ...
    def eyes(self, address: Address, asked: Asked, /) -> Eyes: ...


class Walks:
    """All walks of the pages, for one event loop.

    Its methods raise TooMany, also where it is closed or time is over, and PrivateTarget.
    """

    def __init__(
        self,
        expert: Expert,
        page: PageSettings,
        *,
        pace: Pace = _PACE,
        keep: float = 30.0,
        patience: float = _PATIENCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``keep`` is how long an explanation is given again, in seconds."""
        self._expert = expert
        self._page = page
        self._pace = pace
        self._keep = keep
        self._patience = patience
        self._turns = Turns(page.walks_at_once, _WAITING_A_TURN * page.walks_at_once)
        self._most_watches = _WATCHES_A_TURN * page.walks_at_once
        network = Rate(page.walks_a_network * _A_WALK, 600.0)
        everybody = Rate(page.walks_a_minute * _A_WALK, 60.0)
        self._budget = Budget(network, everybody, clock=clock)
        self._lookups = Budget(*_LOOKUPS, clock=clock)
        self._explanations: dict[_Wanted, tuple[Shared[Explanation], Steps]] = {}
        self._watches: dict[_Wanted, tuple[Shared[None], News, bytes]] = {}

    @property
    def kept(self) -> int:
        """How many explanations are being made, or kept."""
        return len(self._explanations)

    @property
    def watches(self) -> int:
        return len(self._watches)

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
        """Explain an address, or give the explanation that others wait for or have just got.

        ``on_step`` first hears what was heard already. It must neither wait nor raise.
        """
        wanted = self._allow(address, asked)
        shared, steps = self._explanation(visitor, wanted)
        with shared.joined(), steps.told_to(on_step), _ended_is_too_many():
            return await shared.outcome()

    async def watch(
        self, visitor: Address | None, address: Address, asked: Asked = NOTHING_ELSE
    ) -> AsyncGenerator[Look, None]:
        """Look until every server has the change (see ``await_repair``), with others who do.

        Close it, as with ``contextlib.aclosing``: it goes on while it has visitors.
        """
        wanted = self._allow(address, asked)
        shared, news = self._watch(visitor, wanted)
        with shared.joined(), _ended_is_too_many():
            async with contextlib.aclosing(news.follow()) as looks:
                async for look in looks:
                    yield look
            await shared.outcome()

    async def close(self) -> None:
        """End all that goes on."""
        await asyncio.gather(
            *(shared.end() for shared, _ in self._explanations.values()),
            *(shared.end() for shared, _, _ in self._watches.values()),
        )
        self._explanations.clear()

    def _allow(self, address: Address, asked: Asked) -> _Wanted:
        if not self._page.private_targets:
            asked = only_public_subject(address, asked)
        return address, asked

    def _explanation(
        self, visitor: Address | None, wanted: _Wanted
    ) -> tuple[Shared[Explanation], Steps]:
        known = self._explanations.get(wanted)
        if known is not None and known[0].is_open:
            return known
        self._turns.require_room()
        self._budget.take(visitor, _A_WALK)
        steps = Steps()
        work = self._explain(wanted, steps)
        shared = Shared(work, at_end=lambda shared: self._keep_explanation(wanted, shared))
        self._explanations[wanted] = shared, steps
        return shared, steps

    async def _explain(self, wanted: _Wanted, steps: Steps) -> Explanation:
        address, asked = wanted
        async with _limited_to(self._patience), self._turns.turn():
            explanation = await self._expert.explain(address, asked, on_step=steps.hear)
        return self._judged(explanation)

    def _judged(self, explanation: Explanation) -> Explanation:
        if not self._page.private_targets:
            require_public_answers(explanation)
        return explanation

    def _keep_explanation(self, wanted: _Wanted, shared: Shared[Explanation]) -> None:
        if not shared.has_outcome:
            self._forget(wanted, shared)
            return
        asyncio.get_running_loop().call_later(self._keep, self._forget, wanted, shared)
        done = [key for key, (each, _) in self._explanations.items() if each.is_done]
        for key in done[:-_KEPT]:
            del self._explanations[key]

    def _forget(self, wanted: _Wanted, shared: Shared[Explanation]) -> None:
        known = self._explanations.get(wanted)
        if known is not None and known[0] is shared:
            del self._explanations[wanted]

    def _watch(self, visitor: Address | None, wanted: _Wanted) -> tuple[Shared[None], News]:
        known = self._watches.get(wanted)
        if known is not None and known[0].is_open:
            return known[:2]
        network = network_of(visitor)
        own = sum(each == network for _, _, each in self._watches.values())
        if own >= _WATCHES_A_NETWORK:
            raise TooMany(_AGAIN, of_all=False)
        if len(self._watches) >= self._most_watches:
            raise TooMany(_AGAIN, of_all=True)
        self._budget.require(visitor, _A_WALK)
        news = News()

        def end(shared: Shared[None]) -> None:
            news.end()
            known = self._watches.get(wanted)
            if known is not None and known[0] is shared:
                del self._watches[wanted]

        shared = Shared(self._look_often(visitor, wanted, news), at_end=end)
        self._watches[wanted] = shared, news, network
        return shared, news

    async def _look_often(self, visitor: Address | None, wanted: _Wanted, news: News) -> None:
        address, asked = wanted
        eyes = _Measured(self._expert.eyes(address, asked), visitor, self._budget, self._turns)
        looks = await_repair(eyes, address, name=asked.name, pace=self._pace)
        async with _limited_to(self._pace.patience + _LEEWAY), contextlib.aclosing(looks):
            async for look in looks:
                if look.explanation is not None:
                    self._judged(look.explanation)
                news.publish(look)


class _Measured:
    """Eyes that wait for their turn, and until the budget of who began to look has enough."""

    def __init__(self, eyes: Eyes, visitor: Address | None, budget: Budget, turns: Turns) -> None:
        self._eyes = eyes
        self._visitor = visitor
        self._budget = budget
        self._turns = turns

    async def look(self) -> Walk:
        return await self._measured(_A_WALK, self._eyes.look)

    async def look_again(self, walk: Walk) -> Walk:
        return await self._measured(_A_LOOK, lambda: self._eyes.look_again(walk))

    async def explain(self) -> Explanation:
        return await self._measured(_A_WALK, self._eyes.explain)

    async def _measured(self, cost: int, look: Callable[[], Awaitable[_Outcome]]) -> _Outcome:
        while True:
            try:
                self._turns.require_room()
                self._budget.take(self._visitor, cost)
                break
            except TooMany as error:
                await asyncio.sleep(error.seconds)
        async with self._turns.turn():
            return await look()


@contextlib.asynccontextmanager
async def _limited_to(seconds: float) -> AsyncGenerator[None, None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise TooMany(_AGAIN, of_all=True) from None


@contextlib.contextmanager
def _ended_is_too_many() -> Generator[None, None, None]:
    try:
        yield
    except Ended:
        raise TooMany(_AGAIN, of_all=True) from None


def walks_of(request: HTTPConnection) -> Walks:
    walks: Walks = request.app.state.walks
    return walks
