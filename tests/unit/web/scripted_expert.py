"""An expert who knows some addresses and names by heart, for pages that are tested without DNS."""

import asyncio
from collections.abc import Iterable, Iterator

import msgspec

from gotrdns.checking.targets import Expansion
from gotrdns.evidence import Path, Reply
from gotrdns.explaining.awaiting import Eyes
from gotrdns.explaining.expert import NOTHING_ELSE, Asked, Expand, OnStep
from gotrdns.explaining.explanation import Explanation
from gotrdns.names import Address
from gotrdns.resolution.scripted import ScriptedResolver, World
from tests.unit import explanations


class ScriptedExpert:
    """``world`` holds the addresses of hosts. Whom it does not know it tells of the founding case.

    ``asked`` is every address that was explained, with what else was known. ``gate`` holds all
    explanations back until it is set.
    """

    def __init__(self, explained: Iterable[Explanation] = (), world: str = "") -> None:
        self.known = {each.verdict.address: each for each in explained}
        self.asked: list[tuple[Address, Asked]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.pause = 0.0
        self._resolver = ScriptedResolver(World.parse(world))

    async def expand(self, expand: Expand, target: str) -> Expansion:
        return await expand(self._resolver, target)

    async def explain(
        self, address: Address, asked: Asked = NOTHING_ELSE, *, on_step: OnStep | None = None
    ) -> Explanation:
        self.asked.append((address, asked))
        explanation = self.known.get(address) or _moved(explanations.founding(), address)
        for reply in replies_of(explanation):
            await asyncio.sleep(self.pause)
            if on_step is not None:
                on_step(reply)
        await self.gate.wait()
        return explanation

    def eyes(self, address: Address, asked: Asked = NOTHING_ELSE) -> Eyes:
        raise NotImplementedError


def replies_of(explanation: Explanation) -> Iterator[Reply]:
    walk = explanation.walk
    for path in (walk.reverse, *walk.forward) if walk is not None else ():
        yield from _replies_on(path)


def _replies_on(path: Path) -> Iterator[Reply]:
    for leg in path.legs:
        for zone in leg.zones:
            yield from zone.replies


def _moved(explanation: Explanation, address: Address) -> Explanation:
    verdict = msgspec.structs.replace(explanation.verdict, address=address)
    return msgspec.structs.replace(explanation, verdict=verdict)
