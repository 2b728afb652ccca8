"""Owns the benchmark of gotrdns inside Postfix: what checking its clients costs a mail server.

    tests/live/enter .venv/bin/python -m benchmarks.postfix --rounds 5

2,000 connections with one message each, ten at a time, come to a real Postfix. It checks clients
not at all, by its own `reject_unknown_client_hostname`, by our policy service, by our milter, or
asks a milter that looks at nothing, which tells what Postfix's own part in a milter costs; all take
turns. The clients are confirmed ones, and every cache is warm: what is compared is the checking
itself. Messages are delivered to nowhere, and every file is in memory. The load generator is
pinned to one core; Postfix, the resolver and the checker have both. Before each run the resolver
forgets everything, checker and Postfix are started anew, and each client is seen once.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from benchmarks import measure, served
from tests.live.daemon import accepts
from tests.live.generated_zones import LOAD_CLIENTS
from tests.live.internet import Internet
from tests.live.port_numbers import Port
from tests.live.postfix import Postfix, Service
from tests.live.process import NotReady, Process, wait_until
from tests.live.resolver import Resolver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

NONE: Final = "no check"
BUILT_IN: Final = "built-in"
POLICY: Final = "policy service"
MILTER: Final = "milter"
IDLE: Final = "idle milter"
PORTS: Final = {
    NONE: Port.INSIDE_NO_CHECK.value,
    BUILT_IN: Port.INSIDE_BUILT_IN.value,
    POLICY: Port.INSIDE_POLICY.value,
    MILTER: Port.INSIDE_MILTER.value,
    IDLE: Port.INSIDE_IDLE_MILTER.value,
}
OURS: Final = (POLICY, MILTER)
BARS: Final = {POLICY: 1.15, MILTER: 1.4}
"""How many times as long as with the built-in check it may take."""

RESTRICTIONS: Final = "smtpd_client_restrictions"


@dataclass(frozen=True, slots=True)
class Figure:
    """One run. CPU seconds are those of all processes of each kind, while the messages came."""

    check: str
    round: int
    accepted: int
    seconds: float
    p50_ms: float
    p99_ms: float
    load_cpu: float
    postfix_cpu: float
    checker_cpu: float
    resolver_cpu: float

    @property
    def cpu(self) -> float:
        """Of everything but the load generator."""
        return self.postfix_cpu + self.checker_cpu + self.resolver_cpu


@dataclass(frozen=True, slots=True)
class Load:
    """What is sent in each run, and from which core."""

    messages: int
    at_once: int
    core: int


@dataclass(frozen=True, slots=True)
class Bench:
    """The mail server, its resolver, and where there is room for whom it asks."""

    directory: Path
    postfix: Postfix
    resolver: Resolver
    workers: int | None


class Idle:
    """The milter that looks at nothing."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir()
        directory.chmod(0o711)
        self._socket = directory / "milter"
        program = measure.compiled(Path(__file__).with_name("milter_idle.c"), directory)
        self._process = Process("milter_idle", [program, self._socket], output=directory / "output")

    def __enter__(self) -> Idle:
        self._process.start(ready=lambda: accepts(self._socket))
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()

    def cpu(self) -> float:
        return measure.family_cpu(self._process.pid)


Checker: TypeAlias = served.Served | Idle


def services(directory: Path) -> list[Service]:
    """As documentation advises, each on a port of its own."""
    policy = f"unix:{directory}/policy, timeout=15s, try_limit=1, default_action=DUNNO"
    milter = f"unix:{directory}/milter, default_action=accept, command_timeout=15s"
    return [
        Service(PORTS[NONE]),
        Service(PORTS[BUILT_IN], {RESTRICTIONS: "reject_unknown_client_hostname"}),
        Service(PORTS[POLICY], {RESTRICTIONS: f"check_policy_service {{ {policy} }}"}),
        Service(PORTS[MILTER], {"smtpd_milters": f"{{ {milter} }}"}),
        Service(PORTS[IDLE], {"smtpd_milters": f"{{ {milter} }}"}),
    ]


@contextlib.contextmanager
def checker_for(check: str, bench: Bench) -> Iterator[Checker | None]:
    """Whom Postfix asks, if anybody, where it expects that."""
    place = bench.directory / "checker"
    try:
        if check in OURS:
            with served.Served(place, "strict", workers=bench.workers) as daemon:
                yield daemon
        elif check == IDLE:
            with Idle(place) as idle:
                yield idle
        else:
            yield None
    finally:
        shutil.rmtree(place, ignore_errors=True)


def measure_once(check: str, bench: Bench, load: Load, number: int) -> Figure:
    bench.resolver.flush()
    with checker_for(check, bench) as checker:
        # A connection kept to the checker of a former run would fail at its first request.
        bench.postfix.restart()
        deliver(check, bench, load, LOAD_CLIENTS)
        await_decisions(checker, LOAD_CLIENTS)
        before = cpu_of(bench, checker)
        said = deliver(check, bench, load, load.messages)
        after = cpu_of(bench, checker)
        await_decisions(checker, LOAD_CLIENTS + load.messages)
    return Figure(
        check=check,
        round=number,
        **{name: after[name] - before[name] for name in after},
        **said,
    )


def await_decisions(checker: Checker | None, expected: int) -> None:
    """Postfix would let the mail in without asking: only then is it known what was measured.

    NotReady unless there are so many; several workers' metrics come together within a second.
    """
    if isinstance(checker, served.Served):
        daemon = checker
        wait_until(lambda: daemon.counts().decisions == expected, f"{expected} decisions")


def cpu_of(bench: Bench, checker: Checker | None) -> dict[str, Any]:
    """CPU seconds since each was started, with all its processes that have ended."""
    return {
        "postfix_cpu": measure.family_cpu(bench.postfix.pid),
        "checker_cpu": checker.cpu() if checker else 0.0,
        "resolver_cpu": measure.family_cpu(bench.resolver.pid),
    }


def deliver(check: str, bench: Bench, load: Load, messages: int) -> dict[str, Any]:
    """Sends so many, and waits until Postfix has nothing left to do."""
    argv = [sys.executable, "-m", "benchmarks.smtp_load"]
    argv += [str(PORTS[check]), str(messages), str(load.at_once)]
    said: dict[str, Any] = json.loads(measure.run(argv, core=load.core).output)
    if said["accepted"] != messages:
        raise measure.ContestantError(argv, f"{said['accepted']} messages accepted")
    wait_until(lambda: not bench.postfix.queued(), "everything delivered", seconds=60)
    return said


@contextlib.contextmanager
def bench_beside(resolver: Resolver, directory: Path, workers: int | None) -> Iterator[Bench]:
    """A Postfix of its own, which resolves through the resolver that runs already."""
    server = Postfix(
        directory / "postfix",
        services=services(directory / "checker"),
        parameters={"virtual_transport": "discard"},
    )
    with server:
        yield Bench(directory, server, resolver, workers)


def compete(bench: Bench, checks: Sequence[str], load: Load, rounds: int) -> Iterator[Figure]:
    for number in range(1, rounds + 1):
        for check in checks:
            yield measure_once(check, bench, load, number)


def raw_line(figure: Figure) -> str:
    def each(cpu: float) -> str:
        return f"{cpu / figure.accepted * 1e3:.2f}"

    return (
        f"round {figure.round}  {figure.check:<14}  {figure.accepted:,} accepted"
        f" in {figure.seconds:6.2f} s = {figure.accepted / figure.seconds:6.1f}/s"
        f"  p50 {figure.p50_ms:5.1f} ms p99 {figure.p99_ms:5.1f} ms"
        f"  cpu ms a message: postfix {each(figure.postfix_cpu)}"
        f" checker {each(figure.checker_cpu)} resolver {each(figure.resolver_cpu)}"
        f" load {each(figure.load_cpu)}"
    )


def summary(figures: Sequence[Figure]) -> str:
    runs: dict[str, list[Figure]] = {}
    for figure in figures:
        runs.setdefault(figure.check, []).append(figure)
    headings = (
        *("medians", "seconds", "messages/s", "p50 ms", "p99 ms"),
        *("postfix cpu ms", "checker", "resolver", "load", "all"),
    )
    rows = [(check, *_medians(of_check)) for check, of_check in runs.items()]
    lines = ["", measure.table(headings, rows), ""]
    if BUILT_IN in runs:
        others = [check for check in runs if check != BUILT_IN]
        lines += [_compare(check, runs[check], runs[BUILT_IN]) for check in others]
    return "\n".join(lines)


def _medians(runs: Sequence[Figure]) -> list[str]:
    seconds = measure.median([run.seconds for run in runs])

    def cpu(of: Callable[[Figure], float]) -> str:
        return f"{measure.median([of(run) / run.accepted for run in runs]) * 1e3:.2f}"

    return [
        f"{seconds:.2f}",
        f"{runs[0].accepted / seconds:.0f}",
        f"{measure.median([run.p50_ms for run in runs]):.1f}",
        f"{measure.median([run.p99_ms for run in runs]):.1f}",
        cpu(lambda run: run.postfix_cpu),
        cpu(lambda run: run.checker_cpu),
        cpu(lambda run: run.resolver_cpu),
        cpu(lambda run: run.load_cpu),
        cpu(lambda run: run.cpu),
    ]


def _compare(check: str, runs: Sequence[Figure], built_in: Sequence[Figure]) -> str:
    """How many times as long it took, in all and in each round, and the CPU time likewise."""
    told = [f"{check} / {BUILT_IN}:"]
    of_all = {}
    for what in ("seconds", "cpu"):
        ours, theirs = ([getattr(run, what) for run in each] for each in (runs, built_in))
        ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
        of_all[what] = measure.median(ours) / measure.median(theirs)
        told.append(f"{of_all[what]:.3f} ({min(ratios):.3f} to {max(ratios):.3f}) in {what},")
    if check in BARS:
        bar = BARS[check]
        told.append(f"goal at most {bar}: {'reached' if of_all['seconds'] <= bar else 'MISSED'}")
    return " ".join(told).removesuffix(",")


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.postfix", description=(__doc__ or "").partition("\n\n")[0]
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--messages", type=int, default=2000, help="in each run")
    parser.add_argument("--at-once", type=int, default=10, help="connections at a time")
    parser.add_argument("--only", action="append", choices=PORTS, help="may be given repeatedly")
    parser.add_argument("--workers", type=int, help="passed on to gotrdns serve")
    parser.add_argument(
        "--queue-in",
        type=Path,
        default=os.environ.get("GOTRDNS_LIVE"),
        metavar="DIRECTORY",
        help="where Postfix's queue and all else is; in memory unless this names a disk's",
    )
    parser.add_argument("--record", type=Path, help="write every figure here as JSON lines")
    parser.add_argument("--quick", action="store_true", help="one round of 200 messages")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.messages = 1, 200
    if "GOTRDNS_LIVE" not in os.environ:
        parser.error("run it on a network of its own: tests/live/enter .venv/bin/python -m ...")
    return options


def main() -> int:
    measure.end_in_order()
    options = read_options()
    measure.compile_package("gotrdns")
    print("\n".join(measure.describe_machine()))
    print(
        f"postfix: {measure.program_version('postconf', '-d', 'mail_version')};"
        f" unbound: {measure.program_version('unbound', '-V')};"
        f" gotrdns: {measure.distribution_version('gotrdns')}"
    )
    load = Load(options.messages, options.at_once, measure.choose_cores().client)
    figures = []
    with tempfile.TemporaryDirectory(dir=options.queue_in) as name:
        directory = Path(name)
        directory.chmod(0o711)  # Postfix runs as other users
        with (
            Internet(directory / "internet") as internet,
            Resolver(directory / "resolver", root_hints=internet.root_hints) as resolver,
            bench_beside(resolver, directory, options.workers) as bench,
        ):
            try:
                for figure in compete(bench, options.only or list(PORTS), load, options.rounds):
                    print(raw_line(figure), flush=True)
                    figures.append(figure)
            except (measure.ContestantError, NotReady) as problem:
                print(problem, file=sys.stderr)
                return 2
    print(summary(figures))
    if options.record:
        with options.record.open("w") as lines:
            lines.writelines(f"{json.dumps(asdict(figure))}\n" for figure in figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
