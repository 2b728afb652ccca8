"""Owns the benchmark of `gotrdns explain`: what explaining one healthy address costs.

    tests/live/enter .venv/bin/python -m benchmarks.explain --runs 20

`gotrdns explain` of an address that confirms walks down to its PTR record and to its name's
address, and asks every server of the last zones. Beside it stand `dig +trace -x ADDRESS` and `dig
+trace NAME`, which ask one server a zone, and `gotrdns check`, which asks the resolver alone. All
run against the private Internet of the live tests, taking turns on one core while its servers and
its resolver have the other. Nothing there is far away: elsewhere each question costs a round trip
more, so the questions sent are counted as well.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import measure
from benchmarks.startup import gotrdns
from tests.live.healthy import HEALTHY
from tests.live.internet import Internet
from tests.live.resolver import Resolver

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

EXPLAIN = "gotrdns explain"
DIG = "dig +trace, both"


@dataclass(frozen=True, slots=True)
class Case:
    """The address to explain, the name it has, and the file that names the private root."""

    address: str
    name: str
    hints: Path


@dataclass(frozen=True, slots=True)
class Contestant:
    """One or several commands, one after the other, and what each must print."""

    name: str
    commands: Callable[[Case], list[list[str]]]
    proofs: Callable[[Case], list[str]]


@dataclass(frozen=True, slots=True)
class Figure:
    """One run. Seconds; ``questions`` are all those sent, the resolver's own among them."""

    contestant: str
    run: int
    wall: float
    user: float
    system: float
    peak_kib: int
    questions: int

    @property
    def cpu(self) -> float:
        return self.user + self.system


def explain(case: Case) -> list[list[str]]:
    options = ["--root-hints", str(case.hints), "--private-servers"]
    return [[*gotrdns(), "explain", *options, case.address]]


def check(case: Case) -> list[list[str]]:
    return [[*gotrdns(), "check", case.address]]


def trace_address(case: Case) -> list[list[str]]:
    return [["dig", "+trace", "-x", case.address]]


def trace_both(case: Case) -> list[list[str]]:
    return [*trace_address(case), ["dig", "+trace", case.name, "A"]]


CONTESTANTS = (
    Contestant(EXPLAIN, explain, lambda _: ["PASS"]),
    Contestant("gotrdns check", check, lambda _: ["PASS"]),
    Contestant("dig +trace -x", trace_address, lambda case: [case.name]),
    Contestant(DIG, trace_both, lambda case: [case.name, f"A\t{case.address}"]),
)


def questions_sent() -> int:
    """All questions ever sent on this network, where every question is answered once."""
    counters = {}
    lines = Path("/proc/net/snmp").read_text().splitlines()
    for names, values in zip(lines[::2], lines[1::2], strict=True):
        kind, _, rest = names.partition(":")
        counters[kind] = dict(zip(rest.split(), values.split()[1:], strict=True))
    datagrams = int(counters["Udp"]["OutDatagrams"])
    for line in Path("/proc/net/snmp6").read_text().splitlines():
        name, value = line.split()
        if name == "Udp6OutDatagrams":
            datagrams += int(value)
    return datagrams // 2 + int(counters["Tcp"]["ActiveOpens"])


def contend(contestant: Contestant, case: Case, number: int, core: int) -> Figure:
    before = questions_sent()
    runs = []
    for argv, proof in zip(contestant.commands(case), contestant.proofs(case), strict=True):
        ran = measure.run(argv, core=core, deadline=60.0)
        if proof not in ran.output:
            raise measure.ContestantError(argv, f"printed no {proof!r}", ran.output)
        runs.append(ran)
    return Figure(
        contestant.name,
        number,
        sum(ran.wall for ran in runs),
        sum(ran.user for ran in runs),
        sum(ran.system for ran in runs),
        max(ran.peak_kib for ran in runs),
        questions_sent() - before,
    )


def compete(contestants: Sequence[Contestant], runs: int) -> list[Figure]:
    cores = measure.choose_cores()
    figures = []
    healthy = next(each for each in HEALTHY if each.title.startswith("plain,"))
    domain = next(each for each in healthy.zones if not each.endswith(".arpa."))
    with tempfile.TemporaryDirectory(dir=os.environ["GOTRDNS_LIVE"]) as directory:
        with measure.pinned(cores.server):
            internet = Internet(Path(directory) / "internet")
            resolver = Resolver(Path(directory) / "resolver", root_hints=internet.root_hints)
            internet.start()
        try:
            with measure.pinned(cores.server):
                resolver.start()
            case = Case(healthy.client, f"mail.{domain}", internet.root_hints)
            # Run 0 finds files and the resolver's cache cold, and is not counted.
            for number in range(runs + 1):
                taken = [contend(each, case, number, cores.client) for each in contestants]
                figures += taken if number else []
        finally:
            resolver.stop()
            internet.stop()
    return figures


def report(figures: Sequence[Figure]) -> str:
    groups: dict[str, list[Figure]] = {}
    for figure in figures:
        groups.setdefault(figure.contestant, []).append(figure)
    lines = []
    for name, runs in groups.items():
        for what, values in (("cpu", [run.cpu for run in runs]), ("wall", [r.wall for r in runs])):
            listed = " ".join(f"{value * 1000:.1f}" for value in values)
            lines.append(f"{name}, {what} ms of each run: {listed}")
        lines.append(f"{name}, questions of each run: {' '.join(str(r.questions) for r in runs)}")
    headings = ("medians", "wall ms", "cpu ms", "user", "sys", "questions", "runs")
    rows = [
        (
            name,
            f"{measure.median([run.wall for run in runs]) * 1000:.1f}",
            f"{measure.median([run.cpu for run in runs]) * 1000:.1f}",
            f"{measure.median([run.user for run in runs]) * 1000:.1f}",
            f"{measure.median([run.system for run in runs]) * 1000:.1f}",
            f"{measure.median([run.questions for run in runs]):.0f}",
            str(len(runs)),
        )
        for name, runs in groups.items()
    ]
    lines += ["", measure.table(headings, rows)]
    if EXPLAIN in groups and DIG in groups:
        for what in ("wall", "cpu", "questions"):
            ours, theirs = (
                measure.median([getattr(run, what) for run in groups[name]])
                for name in (EXPLAIN, DIG)
            )
            lines.append(f"{what} of {EXPLAIN} / {DIG}: {ours / theirs:.1f}")
    return "\n".join(lines)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.explain", description=(__doc__ or "").partition("\n\n")[0]
    )
    names = [contestant.name for contestant in CONTESTANTS]
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--only", action="append", choices=names, help="may be given repeatedly")
    parser.add_argument("--record", type=Path, help="write every figure here as JSON lines")
    parser.add_argument("--quick", action="store_true", help="three runs")
    options = parser.parse_args()
    if options.quick:
        options.runs = 3
    if "GOTRDNS_LIVE" not in os.environ:
        parser.error("run it on a network of its own: tests/live/enter .venv/bin/python -m ...")
    return options


def main() -> int:
    measure.end_in_order()
    options = read_options()
    print("\n".join(measure.describe_machine()))
    print(
        f"nsd: {measure.program_version('nsd', '-v')};"
        f" unbound: {measure.program_version('unbound', '-V')};"
        f" dig: {measure.program_version('dig', '-v')};"
        f" gotrdns: {measure.distribution_version('gotrdns')} as {' '.join(gotrdns())}"
    )
    try:
        chosen = [each for each in CONTESTANTS if not options.only or each.name in options.only]
        figures = compete(chosen, options.runs)
    except measure.ContestantError as problem:
        print(f"{problem}\n(leave it out with --only if that is meant)", file=sys.stderr)
        return 2
    print(report(figures))
    if options.record:
        with options.record.open("w") as lines:
            lines.writelines(f"{json.dumps(asdict(figure))}\n" for figure in figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
