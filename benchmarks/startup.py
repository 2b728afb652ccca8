"""Owns the start-up benchmark: what one short command costs, from its start to its end.

    python -m benchmarks.startup --runs 30

`gotrdns --version` and `gotrdns check` of one address that confirms (two questions), beside
`dig -x` of the same address (one question) and a Python that does nothing, all against the same
NSD on loopback, taking turns on one core while the NSD has the other."""

from __future__ import annotations

import argparse
import json
import sys
import sysconfig
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import measure, world

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True, slots=True)
class Question:
    """The address asked about, and where."""

    address: str
    server: str
    port: int


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    argv: Callable[[Question], list[str]]


@dataclass(frozen=True, slots=True)
class Figure:
    """One run. Seconds."""

    command: str
    run: int
    wall: float
    user: float
    system: float
    peak_kib: int

    @property
    def cpu(self) -> float:
        return self.user + self.system


def gotrdns() -> list[str]:
    """The installed script, as people run it; else the module."""
    script = Path(sysconfig.get_path("scripts")) / "gotrdns"
    return [str(script)] if script.exists() else [sys.executable, "-m", "gotrdns"]


def check(question: Question) -> list[str]:
    resolver = f"{question.server}:{question.port}"
    return [*gotrdns(), "check", question.address, "--resolver", resolver]


def dig(question: Question) -> list[str]:
    return ["dig", "-x", question.address, f"@{question.server}", "-p", str(question.port)]


COMMANDS = (
    Command("gotrdns --version", lambda _: [*gotrdns(), "--version"]),
    Command("gotrdns check", check),
    Command("dig -x", dig),
    Command("python -c pass", lambda _: [sys.executable, "-c", "pass"]),
)


def confirmed_address(made: world.World) -> str:
    with made.expected_file.open() as lines:
        for line in lines:
            address, cause, _ = line.split("\t")
            if cause == world.CONFIRMED:
                return address
    raise LookupError("no address of this world confirms")


def compete(commands: Sequence[Command], runs: int) -> list[Figure]:
    cores = measure.choose_cores()
    figures = []
    with tempfile.TemporaryDirectory(prefix="startup-benchmark-") as name:
        made = world.make_world(Path(name), 100)
        with world.serve(made, core=cores.server) as server:
            question = Question(confirmed_address(made), server.address, server.port)
            # Run 0 finds files uncached and bytecode unwritten, and is not counted.
            for number in range(runs + 1):
                for command in commands:
                    ran = measure.run(command.argv(question), core=cores.client, deadline=60.0)
                    if number:
                        figures.append(
                            Figure(
                                command.name, number, ran.wall, ran.user, ran.system, ran.peak_kib
                            )
                        )
    return figures


def report(figures: Sequence[Figure]) -> str:
    groups: dict[str, list[Figure]] = {}
    for figure in figures:
        groups.setdefault(figure.command, []).append(figure)
    lines = []
    for name, runs in groups.items():
        for what, values in (("cpu", [run.cpu for run in runs]), ("wall", [r.wall for r in runs])):
            listed = " ".join(f"{value * 1000:.1f}" for value in values)
            lines.append(f"{name}, {what} ms of each run: {listed}")
    headings = (
        "medians",
        "wall ms",
        "cpu ms",
        "user",
        "sys",
        "least cpu ms",
        "most cpu ms",
        "runs",
    )
    rows = [
        (
            name,
            f"{measure.median([run.wall for run in runs]) * 1000:.1f}",
            f"{measure.median([run.cpu for run in runs]) * 1000:.1f}",
            f"{measure.median([run.user for run in runs]) * 1000:.1f}",
            f"{measure.median([run.system for run in runs]) * 1000:.1f}",
            f"{min(run.cpu for run in runs) * 1000:.1f}",
            f"{max(run.cpu for run in runs) * 1000:.1f}",
            str(len(runs)),
        )
        for name, runs in groups.items()
    ]
    lines += ["", measure.table(headings, rows), ""]
    cost = {name: measure.median([run.cpu for run in runs]) for name, runs in groups.items()}
    lines += [
        f"CPU {name} / dig -x: {spent / cost['dig -x']:.1f}"
        for name, spent in cost.items()
        if name != "dig -x" and "dig -x" in cost
    ]
    return "\n".join(lines)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.startup", description=(__doc__ or "").partition("\n\n")[0]
    )
    names = [command.name for command in COMMANDS]
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--only", help=f"commands, comma-separated, of {', '.join(names)}")
    parser.add_argument("--record", type=Path, help="write every figure here as JSON lines")
    parser.add_argument("--quick", action="store_true", help="five runs")
    options = parser.parse_args()
    if options.quick:
        options.runs = 5
    options.only = options.only.split(",") if options.only else names
    if unknown := set(options.only) - set(names):
        parser.error(f"no such command: {', '.join(sorted(unknown))}")
    return options


def main() -> int:
    measure.end_in_order()
    options = read_options()
    measure.compile_package("gotrdns")
    print("\n".join(measure.describe_machine()))
    print(
        f"nsd: {measure.program_version('nsd', '-v')}; dig: {measure.program_version('dig', '-v')};"
        f" gotrdns: {measure.distribution_version('gotrdns')} as {' '.join(gotrdns())}"
    )
    try:
        chosen = [command for command in COMMANDS if command.name in options.only]
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
