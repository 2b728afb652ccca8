"""An expert whose explanations and looks begin and end when a test says so."""

import asyncio
import gc
from collections.abc import Coroutine
from typing import Any

from gotrdns.checking.targets import Expansion
from gotrdns.evidence import Walk
from gotrdns.explaining.awaiting import Eyes
from gotrdns.explaining.expert import Asked, Expand, OnStep
from gotrdns.explaining.explanation import Explanation
from gotrdns.names import Address
from gotrdns.resolution.scripted import ScriptedResolver, World
from gotrdns.web.settings import PageSettings
from tests.unit.explanations import founding

VISITOR = Address.parse("192.0.2.1")
PLENTY = PageSettings(walks_at_once=2, walks_a_minute=10_000, walks_a_network=10_000)


def target(number: int) -> Address:
    return Address(bytes([81, 20, 30, number]))


class Expert:
    """Explains when it is told to, or after so many turns of the loop."""

    def __init__(self, turns: int | None = None) -> None:
        self.explained: list[tuple[Address, Asked]] = []
        self.at_once = 0
        self.most_at_once = 0
        self.ended = 0
        self.error: Exception | None = None
        self.go = asyncio.Event()
        self.tell: OnStep | None = None
        self.turns = turns
        self.looks = 0

    async def expand(self, expand: Expand, text: str, /) -> Expansion:
        return await expand(ScriptedResolver(World.parse("mail.example. 60 IN A 10.1.1.1")), text)

    async def explain(
        self, address: Address, asked: Asked, /, *, on_step: OnStep | None
    ) -> Explanation:
        self.explained.append((address, asked))
        self.tell = on_step
        await self.work()
        return founding()

    def eyes(self, _address: Address, _asked: Asked, /) -> Eyes:
        return _Eyes(self)

    async def work(self) -> None:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if self.turns is None:
                await self.go.wait()
            for _ in range(self.turns or 0):
                await asyncio.sleep(0)
            if self.error is not None:
                raise self.error
        finally:
            self.at_once -= 1
            self.ended += 1


class _Eyes:
    def __init__(self, expert: Expert) -> None:
        self._expert = expert

    async def look(self) -> Walk:
        self._expert.looks += 1
        await self._expert.work()
        return sighted_walk()

    async def look_again(self, _walk: Walk, /) -> Walk:
        return await self.look()

    async def explain(self) -> Explanation:
        await self._expert.work()
        return founding()


def sighted_walk() -> Walk:
    walk = founding().walk
    assert walk is not None
    return walk


def run(main: Coroutine[Any, Any, None]) -> None:
    async def in_time() -> None:
        async with asyncio.timeout(20):
            await main
        await turns()  # in which what was cancelled ends
        others = asyncio.all_tasks() - {asyncio.current_task()}
        assert not others

    asyncio.run(in_time())
    gc.collect()  # What was never awaited or retrieved warns, and warnings are errors.


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)
