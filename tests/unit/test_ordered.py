"""Outcomes in the order of what they came from, whatever takes how long."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from gotrdns.cli.ordered import work_in_order
from tests.unit.loopback import run


class Works:
    """Work on numbers: each is finished when the test says so."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.delivered: list[int] = []
        self._gates: dict[int, asyncio.Event] = {}

    async def things(self, count: int) -> AsyncIterator[int]:
        for number in range(count):
            yield number

    def gate(self, number: int) -> asyncio.Event:
        return self._gates.setdefault(number, asyncio.Event())

    async def work(self, number: int) -> int:
        self.begun.append(number)
        await self.gate(number).wait()
        return number


async def settle() -> None:
    for _ in range(500):
        await asyncio.sleep(0)


def with_works(
    count: int, at_once: int, kept: int, script: Callable[[Works], AsyncIterator[None]]
) -> None:
    """Run ``script`` beside the work; the loop settles wherever it yields."""

    async def main() -> None:
        works = Works()
        working = asyncio.create_task(
            work_in_order(
                works.things(count), works.work, works.delivered.append, at_once=at_once, kept=kept
            )
        )
        await settle()
        async for _ in script(works):
            await settle()
        await working
        assert works.delivered == list(range(count))

    run(main())


def test_a_slow_one_holds_up_the_delivery_and_nothing_else() -> None:
    async def script(works: Works) -> AsyncIterator[None]:
        assert works.begun == [0, 1, 2]
        for number in range(1, 20):
            works.gate(number).set()
        yield
        assert works.begun == list(range(20))
        assert works.delivered == []
        works.gate(0).set()
        yield
        assert works.delivered == list(range(20))

    with_works(20, 3, 100, script)


def test_what_is_finished_and_undelivered_is_bounded() -> None:
    async def script(works: Works) -> AsyncIterator[None]:
        for number in range(1, 100):
            works.gate(number).set()
        yield
        assert (
            len(works.begun) <= 10 + 2
        )  # that delivered next, and that for which there is no room
        works.gate(0).set()
        yield
        assert len(works.begun) == 100

    with_works(100, 3, 10, script)


def test_each_is_delivered_as_soon_as_those_before_it_are() -> None:
    async def script(works: Works) -> AsyncIterator[None]:
        works.gate(1).set()
        yield
        assert works.delivered == []
        works.gate(0).set()
        yield
        assert works.delivered == [0, 1]
        works.gate(2).set()

    with_works(3, 3, 3, script)


def test_what_was_taken_before_the_input_failed_is_delivered() -> None:
    async def things() -> AsyncIterator[int]:
        yield 0
        yield 1
        raise OSError("gone")

    async def main() -> None:
        works = Works()
        works.gate(0).set()
        works.gate(1).set()
        with pytest.raises(OSError, match="gone"):
            await work_in_order(things(), works.work, works.delivered.append, at_once=2, kept=9)
        assert works.delivered == [0, 1]

    run(main())


def test_where_nothing_can_be_delivered_nothing_goes_on() -> None:
    def refuse(_number: int) -> None:
        raise OSError("no reader")

    async def main() -> None:
        works = Works()
        works.gate(0).set()
        with pytest.raises(OSError, match="no reader"):
            await work_in_order(works.things(100), works.work, refuse, at_once=5, kept=9)
        await settle()
        assert len(asyncio.all_tasks()) == 1

    run(main())
