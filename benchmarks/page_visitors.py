"""Owns the visitors of the benchmark of the pages: so many at once, until told to stop.

    python -m benchmarks.page_visitors PORT VISITORS TARGET...

Each comes from a network of its own, again and again: for the check page, for its style sheet, and
for a check whose events it reads to the end. A line on standard input ends them, and they print one
JSON object: how many answers of which kind there were, and how long pages and checks took.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import sys
import time
from collections import Counter
from typing import Final

from gotrdns.reports.site.stylesheet import stylesheet_address

HOST: Final = "127.0.0.1"
STEPS: Final = ("page", "style", "check")
PATHS: Final = {"page": "/", "style": stylesheet_address(), "check": "/check/events?q={target}"}
LOWEST: Final = 19
PATIENCE: Final = 60.0


class Tally:
    """What came of it."""

    def __init__(self) -> None:
        self.answers: Counter[str] = Counter()
        self.seconds: dict[str, list[float]] = {step: [] for step in STEPS}

    def note(self, step: str, outcome: str, seconds: float) -> None:
        self.answers[f"{step} {outcome}"] += 1
        if outcome == "200":
            self.seconds[step].append(seconds)

    def told(self) -> str:
        return json.dumps(
            {
                "answers": dict(self.answers),
                **{
                    f"{step}_ms": {
                        "p50": quantile(each, 0.5) * 1e3,
                        "p99": quantile(each, 0.99) * 1e3,
                    }
                    for step, each in self.seconds.items()
                },
            }
        )


def quantile(seconds: list[float], share: float) -> float:
    found = sorted(seconds)
    return found[min(int(share * len(found)), len(found) - 1)] if found else float("nan")


async def ask(port: int, source: str, path: str) -> str:
    """The status of the answer, which is read to its end."""
    async with asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_connection(HOST, port, local_addr=(source, 0))
        try:
            head = f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n"
            writer.write(head.encode())
            status = (await reader.readline()).split()
            while await reader.read(65_536):
                pass
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
    return status[1].decode() if status else "closed"


async def visit(port: int, number: int, targets: list[str], tally: Tally) -> None:
    source = f"127.{10 + number // 250}.{number % 250}.1"
    choice = random.Random(number)
    while True:
        for step in STEPS:
            began = time.monotonic()
            try:
                outcome = await ask(port, source, PATHS[step].format(target=choice.choice(targets)))
            except TimeoutError:
                outcome = "time-out"
            except OSError as error:
                outcome = type(error).__name__
            tally.note(step, outcome, time.monotonic() - began)
            # So long as somebody reads at least; a second of a thousand visitors is no pause.
            await asyncio.sleep(choice.uniform(0.5, 1.5))


async def main(port: int, visitors: int, targets: list[str]) -> None:
    os.nice(LOWEST)
    tally = Tally()
    tasks = [asyncio.create_task(visit(port, each, targets, tally)) for each in range(visitors)]
    await asyncio.to_thread(sys.stdin.readline)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    print(tally.told())


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]))
