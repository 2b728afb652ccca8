"""The walker: from the root to the zone that holds a name, and from there along its aliases.

Owns the order of things and the deadline. How a server is asked, what it meant and who is asked
again are the other files' business.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

from gotrdns.evidence import Ending, Kind, Leg, Path, Reply, Server, Zone
from gotrdns.lookup import Question
from gotrdns.names import Address, DomainName
from gotrdns.resolution.walk.budget import Budget, WalkSettings
from gotrdns.resolution.walk.delegations import FINAL, Atlas, Stage
from gotrdns.resolution.walk.descent import LONGEST_CHAIN, Descent, Trail, alias_target, together
from gotrdns.resolution.walk.exchange import Exchange
from gotrdns.resolution.walk.interpreting import Heard
from gotrdns.resolution.walk.sweeping import Sweeping

_CONCLUSIVE: Final = FINAL - {Kind.ALIAS}


@dataclass(slots=True)
class _Way:
    """A walk while it lasts: an owner name and its stages for each leg."""

    question: Question
    legs: list[tuple[DomainName, list[Stage]]] = field(default_factory=list)
    ending: Ending | None = None

    def freeze(self) -> Path:
        legs = tuple(
            Leg(owner, tuple(stage.freeze() for stage in stages)) for owner, stages in self.legs
        )
        return Path(self.question, legs, self.ending or self._ending_when_cut_short())

    def _ending_when_cut_short(self) -> Ending:
        """An answer stands, even where not every server could be asked whether it agrees."""
        last = self.legs[-1][1][-1]
        answered = any(each.kind in _CONCLUSIVE for each in last.heard)
        return Ending.ANSWERED if answered else Ending.CUT_SHORT


class Walker:
    """Walks for any number of questions, with one memory and one budget for them all.

    ``on_step`` is called with every reply, silence included, as it comes. ``ration`` says before
    each question whether its server may get one more; where not, the walks are cut short. All
    methods are for one event loop; none raises for DNS trouble.
    """

    def __init__(
        self,
        hints: Sequence[Server],
        settings: WalkSettings,
        *,
        on_step: Callable[[Reply], None] | None = None,
        ration: Callable[[Address], bool] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._budget = Budget(settings, clock, ration)
        self._exchange = Exchange(settings, self._budget, on_step)
        atlas = Atlas(hints, self._exchange, settings.unresolved_servers)
        self._descent = Descent(atlas, self._exchange)
        self._sweeping = Sweeping(self._exchange, self._descent)
        self._timeouts: set[asyncio.Timeout] = set()

    @property
    def questions(self) -> int:
        """How many messages were sent so far."""
        return self._budget.questions

    @property
    def cut_short(self) -> bool:
        """Whether time or questions ran out."""
        return self._budget.cut_short

    @property
    def egress(self) -> bool:
        """Whether any server answered anything at all."""
        return self._exchange.egress

    @property
    def elapsed(self) -> float:
        """Seconds since the first walk began."""
        return self._budget.elapsed

    async def walk(self, question: Question) -> Path:
        """Walk for one question, along its aliases, and sweep where the answer is.

        By the deadline it returns what was seen by then.
        """
        way = _Way(question)
        way.legs.append((question.name, self._descent.begin(question.name)))
        await self._in_time(self._walk(way))
        return way.freeze()

    async def ask_zone(self, zone: Zone, question: Question) -> tuple[Reply, ...]:
        """Ask one server of a zone that a walk met, the next on failure; the last reply counts."""
        heard: list[Heard] = []
        await self._in_time(self._sweeping.ask_one_healthy(zone, question, heard))
        return tuple(each.reply for each in heard)

    async def close(self) -> None:
        """End every walk now, as its deadline would."""
        self._budget.cut_short = True
        for timeout in self._timeouts:
            if not timeout.expired():
                timeout.reschedule(asyncio.get_running_loop().time())
        await asyncio.sleep(0)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _in_time(self, work: Coroutine[object, object, None]) -> None:
        self._budget.start()
        try:
            async with asyncio.timeout(self._budget.remaining) as timeout:
                self._timeouts.add(timeout)
                try:
                    await work
                finally:
                    self._timeouts.discard(timeout)
        except TimeoutError:
            self._budget.cut_short = True

    async def _walk(self, way: _Way) -> None:
        async with asyncio.TaskGroup() as asides:
            while True:
                owner, stages = way.legs[-1]
                question = Question(owner, way.question.type)
                alias = await self._walk_leg(stages, question, asides)
                if alias is None:
                    break
                target = alias_target(alias)
                if target is None or target in {each for each, _ in way.legs}:
                    way.ending = Ending.LOOP
                    return
                if len(way.legs) > LONGEST_CHAIN:
                    way.ending = Ending.CHAIN
                    return
                way.legs.append((target, self._descent.begin(target)))
        if not self._budget.cut_short:
            conclusive = any(each.kind in _CONCLUSIVE for each in stages[-1].heard)
            way.ending = Ending.ANSWERED if conclusive else Ending.BROKEN

    async def _walk_leg(
        self, stages: list[Stage], question: Question, asides: asyncio.TaskGroup
    ) -> Heard | None:
        """Go down, and look closely at where it ends; the alias, if it ends at one."""
        trail = Trail()
        ending = await self._descent.descend(stages, question, trail)
        while True:
            await self._descent.uncover(stages, question, ending)
            last = stages[-1]
            if ending is not None and ending.kind is Kind.ALIAS:
                asides.create_task(self._look_closely(stages, question, with_parent=False))
                return ending
            await self._look_closely(stages, question, with_parent=True)
            # What one server answered, another may have delegated.
            referral = next((each for each in last.heard if each.kind is Kind.REFERRAL), None)
            if referral is not None:
                self._descent.follow(stages, referral)
                ending = await self._descent.descend(stages, question, trail)
                continue
            if ending is not None:
                return None
            ending = next(last.useful(), None)
            if ending is None:
                return None

    async def _look_closely(
        self, stages: Sequence[Stage], question: Question, *, with_parent: bool
    ) -> None:
        """Sweep the last zone, and its parent where that is wanted, and learn more of the zone."""
        last = stages[-1]
        above = stages[-2] if len(stages) > 1 else None
        sweeps = [self._sweeping.sweep(last, question)]
        if above is not None and with_parent:
            sweeps.append(self._sweeping.sweep_parent(above, last.delegation, question))
        await together(*sweeps)
        lessons = [self._sweeping.learn_about(last.delegation)]
        if above is not None:
            lessons.append(self._sweeping.learn_signed(above.delegation, last.delegation))
        await together(*lessons)
