"""The event loops that the daemon may run in, for tests that must hold in each."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import uvloop

Run = Callable[[Coroutine[Any, Any, None]], None]
LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


def runner_in(loop: str) -> Run:
    """Runs a coroutine in this kind of loop, for twenty seconds at most."""

    async def bounded(main: Coroutine[Any, Any, None]) -> None:
        async with asyncio.timeout(20):
            await main

    def run_one(main: Coroutine[Any, Any, None]) -> None:
        with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
            runner.run(bounded(main))

    return run_one
