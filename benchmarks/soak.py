"""Owns the soak: a million requests and 200,000 milter messages, with everything going wrong.

    tests/live/enter .venv/bin/python -m benchmarks.soak --requests 1000000 --messages 200000

Postfix's, Exim's and the milter's doors are used at once by thousands of clients of every cause,
in `protect` with a store. Peers send junk, hang up, stop half-way, are slow; the resolver is
restarted, killed, frozen. Prints a line for each tenth, and ends with status 1 if a bar is missed:
memory at the end within 5 % of that after the first tenth, no file descriptor left over, and
counts that add up.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import uvloop

from benchmarks import measure, served
from benchmarks.soak_load import Crowd, Ledger, Quota
from benchmarks.soak_milter import MilterVisitor
from benchmarks.soak_policy import PolicyVisitor
from tests.live.internet import Internet
from tests.live.process import NotReady, wait_until
from tests.live.resolver import Resolver

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TENTHS: Final = 10
WARM_UP: Final = 500  # requests before the first tenth
PATIENCE: Final = 3.0  # seconds a request may take, lest those who hold theirs take long
POLICY_VISITORS: Final = 40
MILTER_VISITORS: Final = 20
SILENT_CLIENTS: Final = 4  # of either kind, at either door, in a tenth that has them
MEMORY_BAR: Final = 1.05
RESOLVER_SOCKETS: Final = 16  # that a process keeps: 8 for clients' names, 8 for control questions
METRICS_LAG: Final = 1.5  # seconds within which several workers' metrics come together
SETTLED_WITHIN: Final = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Tenth:
    """What had been when it was over: all but ``trouble`` and ``seconds`` since the start."""

    trouble: str
    seconds: float
    answered: int
    messages: int
    faults: int
    cpu: float
    resident_kib: int
    descriptors: served.Descriptors
    counts: served.Counts


@dataclass(frozen=True, slots=True)
class Soaked:
    """How it went. ``descriptors_before`` is from before the first tenth; ``end`` is when
    everybody had left."""

    ledger: Ledger
    tenths: Sequence[Tenth]
    descriptors_before: served.Descriptors
    end: Tenth
    faults_logged: Sequence[str]


class Soak:
    """One run against a daemon and a resolver that run already."""

    def __init__(
        self, daemon: served.Served, resolver: Resolver, seed: int, tell: Callable[[Tenth], None]
    ) -> None:
        self._daemon = daemon
        self._resolver = resolver
        self._tell = tell
        self._ledger = Ledger()
        chance = random.Random(seed)
        self._crowd = Crowd(chance)
        arguments = (daemon, self._crowd, self._ledger, chance)
        self._policy = [PolicyVisitor(*arguments) for _ in range(POLICY_VISITORS)]
        self._milter = [MilterVisitor(*arguments) for _ in range(MILTER_VISITORS)]
        self._faults_logged: list[str] = []
        self._troubles = {
            "none": self._nothing,
            "resolver restarted": self._restart,
            "silent zones": self._ask_for_silent_ones,
            "resolver killed": self._kill,
            "resolver frozen": self._freeze,
        }

    def run(self, requests: int, messages: int) -> Soaked:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            # What the daemon opens at its first requests and keeps is not left over.
            runner.run(self._load(WARM_UP, 0))
            self._await_departures()
            before = self._daemon.descriptors()
            tenths = []
            for number in range(TENTHS):
                trouble = list(self._troubles)[number % len(self._troubles)]
                began = time.monotonic()
                runner.run(
                    self._spend_a_tenth(_share(requests, number), _share(messages, number), trouble)
                )
                tenths.append(self._look(trouble, time.monotonic() - began))
                self._tell(tenths[-1])
        began = time.monotonic()
        self._await_departures()
        self._await_descriptors(before)
        end = self._look("the end", time.monotonic() - began)
        self._tell(end)
        return Soaked(self._ledger, tenths, before, end, self._faults_logged)

    async def _spend_a_tenth(self, requests: int, messages: int, trouble: str) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._load(requests, messages))
            group.create_task(self._troubles[trouble]())

    async def _load(self, requests: int, messages: int) -> None:
        of_policy, of_milter = Quota(requests), Quota(messages)
        async with asyncio.TaskGroup() as group:
            for policy in self._policy:
                group.create_task(policy.run(of_policy))
            for milter in self._milter:
                group.create_task(milter.run(of_milter))

    async def _nothing(self) -> None:
        pass

    async def _restart(self) -> None:
        await asyncio.to_thread(self._resolver.stop)
        await asyncio.sleep(0.5)
        await asyncio.to_thread(self._resolver.start)

    async def _kill(self) -> None:
        await asyncio.to_thread(self._resolver.kill)
        await asyncio.sleep(0.5)
        await asyncio.to_thread(self._resolver.start)

    async def _freeze(self) -> None:
        self._resolver.freeze()
        try:
            await asyncio.sleep(1.5)
        finally:
            self._resolver.thaw()

    async def _ask_for_silent_ones(self) -> None:
        await asyncio.to_thread(self._resolver.flush)
        async with asyncio.TaskGroup() as group:
            for caller in self._crowd.silent(SILENT_CLIENTS):
                group.create_task(self._policy[0].ask(caller))
                group.create_task(self._milter[0].ask(caller))

    def _look(self, trouble: str, seconds: float) -> Tenth:
        self._faults_logged += [line for line in self._daemon.take_lines() if "event=fault" in line]
        ledger = self._ledger
        return Tenth(
            trouble=trouble,
            seconds=seconds,
            answered=ledger.answered,
            messages=ledger.messages,
            faults=ledger.faults.total(),
            cpu=self._daemon.cpu(),
            resident_kib=self._daemon.resident_kib(),
            descriptors=self._daemon.descriptors(),
            counts=self._daemon.counts(),
        )

    def _await_departures(self) -> None:
        """Everybody has left, and what some did not wait for has been decided."""

        def settled() -> bool:
            before = self._daemon.counts()
            time.sleep(METRICS_LAG)
            return before.connections == 0 and before == self._daemon.counts()

        wait_until(settled, "no connection left", seconds=SETTLED_WITHIN)

    def _await_descriptors(self, before: served.Descriptors) -> None:
        """Sockets close a little later than their connections end; what stays open is counted."""
        try:
            wait_until(
                lambda: not left_over(before, self._daemon.descriptors()),
                "descriptors closed",
                seconds=10,
            )
        except NotReady:
            return


def _share(amount: int, number: int) -> int:
    """That tenth's part, so that all of them together are the amount."""
    return amount * (number + 1) // TENTHS - amount * number // TENTHS


def left_over(before: served.Descriptors, after: served.Descriptors) -> bool:
    most = RESOLVER_SOCKETS * after.processes
    return after.others > before.others or after.to_resolver > most


def missed_bars(soaked: Soaked) -> list[str]:
    """What is not as it should be, in words."""
    found = []
    first, last = soaked.tenths[0].resident_kib, soaked.end.resident_kib
    if last > first * MEMORY_BAR:
        found.append(f"memory grew by {last / first - 1:.1%} since the first tenth")
    return found + miscounts(soaked)


def miscounts(soaked: Soaked) -> list[str]:
    ledger, counts = soaked.ledger, soaked.end.counts
    found = []
    if not ledger.answered <= counts.decisions <= ledger.answered + ledger.gone:
        found.append(
            f"{counts.decisions:,} decisions for {ledger.answered:,} answers and"
            f" {ledger.gone:,} requests whose sender was gone"
        )
    if counts.junk != ledger.junk:
        found.append(f"junk counted {dict(counts.junk)}, sent {dict(ledger.junk)}")
    if counts.closures != {"half-sent": ledger.half_sent}:
        found.append(f"closed {dict(counts.closures)}, held half-sent {ledger.half_sent}")
    if left_over(soaked.descriptors_before, soaked.end.descriptors):
        found.append(f"open {soaked.end.descriptors}, before {soaked.descriptors_before}")
    found += [f"fault: {line}" for line in soaked.faults_logged]
    return found


HEADINGS: Final = (
    *("after", "seconds", "answers", "messages", "answers/s", "cpu s", "faults"),
    *("decisions", "junk", "half-sent", "descriptors", "MiB"),
)


def row(name: str, now: Tenth, before: Tenth | None) -> tuple[str, ...]:
    """Seconds, answers, messages and CPU seconds are that tenth's own; the rest is in all."""
    answered, messages, cpu = now.answered, now.messages, now.cpu
    if before is not None:
        answered -= before.answered
        messages -= before.messages
        cpu -= before.cpu
    return (
        name,
        f"{now.seconds:.1f}",
        f"{answered:,}",
        f"{messages:,}",
        f"{answered / now.seconds:,.0f}",
        f"{cpu:.1f}",
        f"{now.faults:,}",
        f"{now.counts.decisions:,}",
        f"{now.counts.junk.total():,}",
        f"{now.counts.closures.total():,}",
        f"{now.descriptors.others} + {now.descriptors.to_resolver}",
        f"{now.resident_kib / 1024:.1f}",
    )


def report(soaked: Soaked) -> str:
    ledger = soaked.ledger
    everything = [*soaked.tenths, soaked.end]
    names = [f"{number}: {each.trouble}" for number, each in enumerate(soaked.tenths, start=1)]
    names.append("everybody left")
    rows = [
        row(name, now, before)
        for name, now, before in zip(names, everything, [None, *everything], strict=False)
    ]
    faults = ", ".join(f"{what} {count:,}" for what, count in sorted(ledger.faults.items()))
    causes = soaked.end.counts.causes
    return "\n".join(
        [
            "",
            measure.table(HEADINGS, rows),
            "",
            f"faults: {faults}",
            "causes: " + ", ".join(f"{cause or 'none'} {n:,}" for cause, n in causes.most_common()),
            f"answers {ledger.answered:,}, gone before the answer {ledger.gone:,},"
            f" decisions {soaked.end.counts.decisions:,}",
            f"before: {soaked.descriptors_before}",
            f"after: {soaked.end.descriptors}",
        ]
    )


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.soak", description=(__doc__ or "").partition("\n\n")[0]
    )
    parser.add_argument("--requests", type=int, default=1_000_000, help="Postfix's and Exim's")
    parser.add_argument("--messages", type=int, default=200_000, help="through the milter")
    parser.add_argument("--mode", choices=("observe", "strict", "protect"), default="protect")
    parser.add_argument("--workers", type=int, help="passed on to gotrdns serve")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if "GOTRDNS_LIVE" not in os.environ:
        parser.error("run it on a network of its own: tests/live/enter .venv/bin/python -m ...")
    return options


def tell(tenth: Tenth) -> None:
    print(
        f"{tenth.trouble}: {tenth.seconds:.1f} s, {tenth.answered:,} answers in all,"
        f" {tenth.resident_kib / 1024:.1f} MiB, {tenth.descriptors.others} descriptors",
        flush=True,
    )


def main() -> int:
    measure.end_in_order()
    options = read_options()
    measure.compile_package("gotrdns")
    print("\n".join(measure.describe_machine()))
    with tempfile.TemporaryDirectory(dir=os.environ["GOTRDNS_LIVE"]) as name:
        directory = Path(name)
        with (
            Internet(directory / "internet") as internet,
            Resolver(directory / "resolver", root_hints=internet.root_hints) as resolver,
            served.Served(
                directory / "gotrdns", options.mode, workers=options.workers, patience=PATIENCE
            ) as daemon,
        ):
            soaked = Soak(daemon, resolver, options.seed, tell).run(
                options.requests, options.messages
            )
    print(report(soaked))
    missed = missed_bars(soaked)
    print("\n".join(f"MISSED: {each}" for each in missed) or "all bars reached")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
