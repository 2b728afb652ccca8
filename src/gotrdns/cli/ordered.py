"""Work on many things at once whose results come out in the order in which the things went in.

Owns the two limits: how many are unfinished at once, and how many finished ones may wait for an
earlier one. Knows nothing of what the work is.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, TypeVar

Thing = TypeVar("Thing")
Outcome = TypeVar("Outcome")


async def work_in_order(
    things: AsyncIterator[Thing],
    work: Callable[[Thing], Coroutine[Any, Any, Outcome]],
    deliver: Callable[[Outcome], None],
    *,
    at_once: int,
    kept: int,
) -> None:
    """Deliver the outcome of each thing as soon as those before it are delivered.

    A thing is taken when fewer than ``at_once`` are unfinished and fewer than ``kept``, finished or
    not, are undelivered: a slow one holds up nothing but the delivery. Raises what ``things``
    raised, once the outcomes of those that came before it are delivered.
    """
    undelivered: asyncio.Queue[asyncio.Task[Outcome] | Exception | None] = asyncio.Queue(kept)
    slots = asyncio.Semaphore(at_once)
    unfinished: set[asyncio.Task[Outcome]] = set()

    def finished(task: asyncio.Task[Outcome]) -> None:
        unfinished.discard(task)
        slots.release()

    async def take_in() -> None:
        ending = None
        try:
            async for thing in things:
                await slots.acquire()
                task = asyncio.create_task(work(thing))
                unfinished.add(task)
                task.add_done_callback(finished)
                await undelivered.put(task)
        except Exception as error:
            ending = error
        await undelivered.put(ending)

    taking_in = asyncio.create_task(take_in())
    try:
        while isinstance(earliest := await undelivered.get(), asyncio.Task):
            deliver(await earliest)
    finally:
        taking_in.cancel()
        for task in unfinished:
            task.cancel()
    if earliest is not None:
        raise earliest
