"""Watches for visitors: who shares one, how many there are, and that nothing is left of any."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.explaining.awaiting import Look, Pace
from gotrdns.explaining.explanation import Explanation
from gotrdns.names import Address
from gotrdns.web.limits import TooMany
from gotrdns.web.settings import PageSettings
from gotrdns.web.walks import Walks
from tests.unit.web.measured_experts import PLENTY, VISITOR, Expert, run, target, turns

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
