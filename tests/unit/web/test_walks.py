"""Walks for visitors: who shares one, who waits, who is told to come back, and what ends when."""

import asyncio
import contextlib
import gc
from collections.abc import AsyncGenerator, Coroutine
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.checking.targets import Expansion, Place, expand_host
from gotrdns.diagnosis.helo import MalformedHelo
from gotrdns.evidence import Reply, Walk
from gotrdns.explaining.awaiting import Eyes, Look, Pace
from gotrdns.explaining.expert import NOTHING_ELSE, Asked, Expand, OnStep
from gotrdns.explaining.explanation import Explanation
from gotrdns.names import Address, DomainName, read_host_name
from gotrdns.resolution.scripted import ScriptedResolver, World
from gotrdns.web.limits import TooMany
from gotrdns.web.private import PrivateTarget
from gotrdns.web.settings import PageSettings
from gotrdns.web.walks import Walks
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
        return _walk()

    async def look_again(self, _walk: Walk, /) -> Walk:
        return await self.look()

    async def explain(self) -> Explanation:
        await self._expert.work()
        return founding()


def _walk() -> Walk:
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


def test_those_who_ask_the_same_share_one_walk_and_hear_it_from_its_beginning() -> None:
    async def main() -> None:
        expert = Expert()
        walks = Walks(expert, PLENTY, keep=0.0)
        replies = _walk().reverse.legs[0].zones[0].replies
        first: list[Reply] = []
        late: list[Reply] = []
        one = asyncio.create_task(walks.explain(VISITOR, target(1), on_step=first.append))
        await turns()
        assert expert.tell is not None
        expert.tell(replies[0])
        two = asyncio.create_task(walks.explain(None, target(1), on_step=late.append))
        await turns()
        expert.tell(replies[0])
        expert.go.set()
        assert await one is await two
        assert first == late == [replies[0]] * 2
        assert len(expert.explained) == 1

    run(main())


def test_an_explanation_is_given_again_for_a_while_and_costs_nothing() -> None:
    async def main() -> None:
        expert = Expert(turns=1)
        page = msgspec.structs.replace(PLENTY, walks_a_minute=2)
        walks = Walks(expert, page, keep=0.05)
        for _ in range(10):
            await walks.explain(VISITOR, target(1))
        assert len(expert.explained) == 1
        await asyncio.sleep(0.1)
        await walks.explain(VISITOR, target(1))
        assert len(expert.explained) == 2
        with pytest.raises(TooMany) as caught:
            await walks.explain(VISITOR, target(2))
        assert caught.value.of_all

    run(main())


def test_what_else_was_asked_makes_another_walk() -> None:
    async def main() -> None:
        expert = Expert(turns=1)
        walks = Walks(expert, PLENTY)
        asked = Asked(name=DomainName.parse("mail.example.org"))
        await walks.explain(VISITOR, target(1))
        await walks.explain(VISITOR, target(1), asked)
        assert expert.explained == [(target(1), NOTHING_ELSE), (target(1), asked)]

    run(main())


def test_of_many_explanations_only_the_latest_are_kept() -> None:
    async def main() -> None:
        expert = Expert(turns=1)
        walks = Walks(expert, PLENTY)
        for number in range(100):
            await walks.explain(VISITOR, target(number))
        assert walks.kept <= 16
        await walks.explain(VISITOR, target(99))
        assert len(expert.explained) == 100

    run(main())


def test_one_who_leaves_takes_nothing_from_the_others_and_the_last_ends_the_walk() -> None:
    async def main() -> None:
        expert = Expert()
        walks = Walks(expert, PLENTY)
        visitors = [asyncio.create_task(walks.explain(VISITOR, target(1))) for _ in range(3)]
        await turns()
        visitors[0].cancel()
        visitors[1].cancel()
        await turns()
        assert expert.at_once == 1
        again = asyncio.create_task(walks.explain(VISITOR, target(1)))
        await turns()
        visitors[2].cancel()
        again.cancel()
        await turns()
        assert expert.at_once == 0
        assert len(expert.explained) == 1
        expert.go.set()
        await walks.explain(VISITOR, target(1))
        assert len(expert.explained) == 2

    run(main())


def test_a_full_queue_tells_others_to_come_back_and_takes_nothing_from_their_budget() -> None:
    async def main() -> None:
        expert = Expert()
        walks = Walks(expert, msgspec.structs.replace(PLENTY, walks_at_once=1))
        waiting = [asyncio.create_task(walks.explain(VISITOR, target(n))) for n in range(5)]
        await turns()
        with pytest.raises(TooMany) as caught:
            await walks.explain(VISITOR, target(9))
        assert caught.value.of_all
        expert.go.set()
        await asyncio.gather(*waiting)
        assert expert.most_at_once == 1
        await walks.explain(VISITOR, target(9))

    run(main())


def test_a_walk_without_end_is_ended_for_all_who_wait() -> None:
    async def main() -> None:
        walks = Walks(Expert(), PLENTY, patience=0.02)
        visitors = [walks.explain(VISITOR, target(1)) for _ in range(2)]
        for outcome in await asyncio.gather(*visitors, return_exceptions=True):
            assert isinstance(outcome, TooMany)

    run(main())


def test_a_fault_reaches_all_who_wait_and_is_not_kept() -> None:
    async def main() -> None:
        expert = Expert(turns=3)
        expert.error = RuntimeError("a fault")
        walks = Walks(expert, PLENTY)
        visitors = [walks.explain(VISITOR, target(1)) for _ in range(2)]
        for outcome in await asyncio.gather(*visitors, return_exceptions=True):
            assert outcome is expert.error
        expert.error = None
        await walks.explain(VISITOR, target(1))

    run(main())


def test_closing_ends_everything() -> None:
    async def main() -> None:
        expert = Expert()
        walks = Walks(expert, PLENTY)
        visitor = asyncio.create_task(walks.explain(VISITOR, target(1)))
        looks = asyncio.create_task(anext(walks.watch(VISITOR, target(2))))
        await turns()
        await walks.close()
        for outcome in await asyncio.gather(visitor, looks, return_exceptions=True):
            assert isinstance(outcome, TooMany)
        assert expert.at_once == 0

    run(main())


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("10.0.0.1", NOTHING_ELSE),
        ("64:ff9b::a00:1", NOTHING_ELSE),
        ("81.20.30.1", Asked(name=DomainName.parse("db.internal"))),
    ],
)
def test_private_targets_are_refused_unless_they_are_allowed(address: str, asked: Asked) -> None:
    async def main() -> None:
        expert = Expert(turns=1)
        walks = Walks(expert, PLENTY)
        private = Address.parse(address)
        with pytest.raises(PrivateTarget):
            await walks.explain(VISITOR, private, asked)
        with pytest.raises(PrivateTarget):
            await anext(walks.watch(VISITOR, private, asked))
        assert expert.ended == 0
        allowing = Walks(expert, msgspec.structs.replace(PLENTY, private_targets=True))
        assert await allowing.expand(VISITOR, expand_host, "mail.example") == Expansion(
            (Place(Address.parse("10.1.1.1"), DomainName.parse("mail.example")),)
        )

    run(main())


def test_a_private_helo_name_is_not_asked_about_and_a_malformed_one_is_kept() -> None:
    async def main() -> None:
        expert = Expert(turns=1)
        walks = Walks(expert, PLENTY)
        malformed = Asked(helo=MalformedHelo("x y"))
        for helo in (b"\x02pc\x05local\x00", b"\x02pc\x00"):
            await walks.explain(VISITOR, target(1), Asked(helo=read_host_name(helo)))
        await walks.explain(VISITOR, target(1), malformed)
        assert expert.explained == [(target(1), NOTHING_ELSE), (target(1), malformed)]

    run(main())


def test_looking_up_names_has_a_budget_of_its_own() -> None:
    async def main() -> None:
        walks = Walks(Expert(turns=1), PLENTY)
        with pytest.raises(TooMany):
            for _ in range(100):
                await walks.expand(VISITOR, expand_host, "mail.example")
        await walks.explain(VISITOR, target(1))
        await walks.expand(target(1), expand_host, "mail.example")

    run(main())


QUICK = Pace(interval=0.01, patience=0.1, afresh=300.0)


async def all_looks(looks: AsyncGenerator[Look, None]) -> list[Look]:
    async with contextlib.aclosing(looks):
        return [look async for look in looks]


def test_those_who_wait_for_the_same_repair_share_one_watch_and_all_hear_its_end() -> None:
    async def main() -> None:
        expert = Expert(turns=1)
        walks = Walks(expert, PLENTY, pace=QUICK)
        one, two = await asyncio.gather(
            *(all_looks(walks.watch(VISITOR, target(1))) for _ in range(2))
        )
        assert one[-1] is two[-1]
        assert one[-1].explanation is not None
        assert [each.number for each in one] == sorted({each.number for each in one})
        assert expert.looks == one[-1].number - 1
        assert walks.watches == 0

    run(main())


def test_a_watch_ends_with_its_last_visitor() -> None:
    async def main() -> None:
        expert = Expert(turns=1)
        walks = Walks(expert, PLENTY, pace=msgspec.structs.replace(QUICK, patience=60.0))
        one, two = (walks.watch(VISITOR, target(1)) for _ in range(2))
        await anext(one)
        await anext(two)
        await one.aclose()
        assert walks.watches == 1
        await anext(two)
        await two.aclose()
        await turns()
        assert walks.watches == 0

    run(main())


def test_few_watches_go_on_at_once_and_fewer_of_one_network() -> None:
    async def main() -> None:
        walks = Walks(Expert(), PLENTY)
        watches = [
            asyncio.create_task(anext(walks.watch(target(0), target(number))))
            for number in range(3)
        ]
        await turns()
        assert walks.watches == 2
        with pytest.raises(TooMany) as caught:
            await watches[2]
        assert not caught.value.of_all
        visitors = [Address(bytes([81, 20, 40 + number, 1])) for number in range(3)]
        more = [
            asyncio.create_task(anext(walks.watch(each, target(10 + each[2])))) for each in visitors
        ]
        await turns()
        assert walks.watches == 4
        with pytest.raises(TooMany) as caught:
            await more[2]
        assert caught.value.of_all
        await walks.close()
        await asyncio.gather(*watches, *more, return_exceptions=True)

    run(main())


def test_every_look_takes_from_the_budget_of_who_began_it() -> None:
    async def main() -> None:
        expert = Expert(turns=1)
        page = msgspec.structs.replace(PLENTY, walks_a_network=2)
        walks = Walks(expert, page, pace=msgspec.structs.replace(QUICK, patience=60.0))
        watch = walks.watch(VISITOR, target(1))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5), contextlib.aclosing(watch):
                async for _ in watch:
                    pass
        # Two walks' worth is one walk and four looks at the servers it found.
        assert expert.looks <= 5
        with pytest.raises(TooMany):
            await walks.explain(VISITOR, target(2))

    run(main())


class Visit(msgspec.Struct, frozen=True):
    """When it begins and when its visitor goes, in turns of the loop; whom it asks about."""

    begins: int
    stays: int
    number: int
    network: int
    watches: bool


visits = st.lists(
    st.builds(
        Visit,
        begins=st.integers(0, 25),
        stays=st.integers(0, 40),
        number=st.integers(0, 4),
        network=st.integers(0, 2),
        watches=st.booleans(),
    ),
    max_size=14,
)


@given(visits, st.integers(1, 3), st.integers(0, 12), st.booleans())
def test_whoever_comes_and_goes_there_are_never_too_many_and_nothing_is_left(
    plan: list[Visit], at_once: int, lasts: int, fails: bool
) -> None:
    async def main() -> None:
        expert = Expert(turns=lasts)
        expert.error = RuntimeError("a fault") if fails else None
        page = PageSettings(walks_at_once=at_once, walks_a_minute=12, walks_a_network=6)
        pace = Pace(interval=0.0, patience=0.0)
        walks = Walks(expert, page, pace=pace, keep=0.0)
        tasks = [asyncio.create_task(visit(walks, each)) for each in plan]
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            assert outcome is None or isinstance(outcome, TooMany) or outcome is expert.error
        assert expert.most_at_once <= at_once
        assert expert.at_once == 0
        await asyncio.sleep(0.001)
        await turns()
        assert (walks.kept, walks.watches) == (0, 0)
        await walks.close()

    run(main())


async def visit(walks: Walks, plan: Visit) -> None:
    """Goes when it has what it came for, or has waited long enough."""
    await turns(plan.begins)
    visitor = Address(bytes([192, 0, plan.network, 1]))
    if plan.watches:
        work = asyncio.create_task(_last_look(walks, visitor, target(plan.number)))
    else:
        work = asyncio.create_task(_explain(walks, visitor, target(plan.number)))
    for _ in range(plan.stays):
        if work.done():
            break
        await asyncio.sleep(0)
    work.cancel()
    try:
        await work
    except asyncio.CancelledError:
        assert work.cancelled()


async def _explain(walks: Walks, visitor: Address, address: Address) -> None:
    assert isinstance(await walks.explain(visitor, address), Explanation)


async def _last_look(walks: Walks, visitor: Address, address: Address) -> None:
    assert (await all_looks(walks.watch(visitor, address)))[-1].explanation
