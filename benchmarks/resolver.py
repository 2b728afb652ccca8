"""Owns the resolver benchmark: the same addresses, verified by each contestant against the same
NSD on loopback, with what every run cost. How a contestant does it is its own job's business.

    python -m benchmarks.resolver --addresses 200000 --rounds 5

The NSD has one core and the contestant the other, contestants take turns (A B C A B C ...), and
every answer is compared with the one the synthetic addresses were made to give. CPU seconds are
the client process's own, from its start to its end, reading and writing files included. dnsperf
only asks the questions: it reads the forward names from a file instead of from the answers,
compares nothing and writes nothing."""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import json
import re
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import measure, world

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# The module that does the whole job with gotrdns. It takes what every job takes:
# --server ADDRESS --port PORT --addresses FILE --output FILE --concurrency N [--json]
GOTRDNS_JOB = "benchmarks.gotrdns_job"
REFERENCE = "dnsperf"
JUST_ASKS = "questions only"


@dataclass(frozen=True, slots=True)
class Contestant:
    """A program that verifies every address of a file, or (dnsperf) asks the same questions.

    `module` is run with the arguments every job takes; `extra` follows them. `window` is the
    most questions it is allowed in flight, where fewer than --concurrency serve it better.
    `share` is the part of the addresses it is given; its figures are per address.
    """

    name: str
    module: str | None
    extra: tuple[str, ...] = ()
    window: int | None = None
    share: float = 1.0

    def command(self, setting: Setting, addresses: Path, output: Path) -> list[str]:
        window = min(setting.concurrency, self.window or setting.concurrency)
        if self.module is None:
            return [
                *("dnsperf", "-s", setting.server, "-p", str(setting.port), "-e", "-n", "1"),
                *("-d", str(setting.made.question_file), "-c", "1", "-T", "1"),
                # Lost replies would make it spin for five seconds: give it room for them all.
                *("-q", str(window), "-b", "4096", "-O", "suppress=timeout"),
            ]
        return [
            *(sys.executable, "-m", self.module),
            *("--server", setting.server, "--port", str(setting.port)),
            *("--addresses", str(addresses), "--output", str(output)),
            *("--concurrency", str(window), *self.extra),
        ]


# Windows: both c-ares libraries and dnspython slow down beyond about 256.
CONTESTANTS = (
    Contestant("gotrdns", GOTRDNS_JOB),
    Contestant("gotrdns-json", GOTRDNS_JOB, extra=("--json",)),
    Contestant("dnsperf", None),
    Contestant("pycares", "benchmarks.jobs.pycares_job", window=256),
    Contestant("aiodns", "benchmarks.jobs.aiodns_job", window=256),
    Contestant("dnspython", "benchmarks.jobs.dnspython_job", window=256, share=0.1),
)


@dataclass(frozen=True, slots=True)
class Setting:
    """The world, its server and the cap, the same for every contestant."""

    made: world.World
    server: str
    port: int
    concurrency: int


@dataclass(frozen=True, slots=True)
class Figure:
    """One run of one contestant. Times in seconds."""

    contestant: str
    round: int
    addresses: int
    wall: float
    user: float
    system: float
    server_cpu: float
    peak_kib: int
    right: int
    wrong: int
    undetermined: int
    missing: int
    example: str

    @property
    def cpu(self) -> float:
        return self.user + self.system

    @property
    def microseconds(self) -> float:
        """Client CPU microseconds an address."""
        return self.cpu / self.addresses * 1e6


def measure_once(
    contestant: Contestant,
    setting: Setting,
    server: world.Server,
    core: int,
    number: int,
) -> Figure:
    count = max(1, round(setting.made.addresses * contestant.share))
    addresses = address_file(setting.made, count)
    output = setting.made.directory / f"answers-{contestant.name}"
    before = server.cpu()
    ran = measure.run(contestant.command(setting, addresses, output), core=core)
    spent = server.cpu() - before
    if contestant.module is None:
        lost = lost_questions(ran.output)
        answers = world.Comparison(0, 0, lost, 0, "")
    else:
        answers = world.compare(setting.made, output, count)
        output.unlink()
    return Figure(
        contestant=contestant.name,
        round=number,
        addresses=count,
        wall=ran.wall,
        user=ran.user,
        system=ran.system,
        server_cpu=spent,
        peak_kib=ran.peak_kib,
        right=answers.right,
        wrong=answers.wrong,
        undetermined=answers.undetermined,
        missing=answers.missing,
        example=answers.example,
    )


def address_file(made: world.World, count: int) -> Path:
    """The first `count` addresses."""
    if count == made.addresses:
        return made.address_file
    part = made.directory / f"addresses-{count}.txt"
    if not part.exists():
        with made.address_file.open() as whole, part.open("w") as lines:
            lines.writelines(itertools.islice(whole, count))
    return part


def lost_questions(said: str) -> int:
    found = re.search(r"Queries lost:\s+(\d+)", said)
    if found is None:
        raise measure.ContestantError(["dnsperf"], "printed no statistics", said)
    return int(found[1])


def raw_line(figure: Figure) -> str:
    asked = JUST_ASKS if figure.contestant == REFERENCE else f"right {figure.right:,}"
    return (
        f"round {figure.round}  {figure.contestant:<13} {figure.addresses:>9,} addresses"
        f"  wall {figure.wall:7.3f}  cpu {figure.cpu:7.3f}"
        f" (user {figure.user:.3f} sys {figure.system:.3f})"
        f"  {figure.microseconds:6.1f} us/address  nsd cpu {figure.server_cpu:6.2f}"
        f"  peak {figure.peak_kib / 1024:6.1f} MiB  {asked}"
        f"  undetermined {figure.undetermined}  wrong {figure.wrong}  missing {figure.missing}"
        + (f"  ({figure.example})" if figure.example else "")
    )


def summary(figures: Mapping[str, Sequence[Figure]]) -> list[str]:
    headings = (
        "medians",
        "addresses",
        "wall s",
        "cpu s",
        "user",
        "sys",
        "us/address",
        "addresses/wall s",
        "nsd cpu s",
        "peak MiB",
        "undetermined",
    )
    rows = []
    for name, runs in figures.items():
        wall = measure.median([run.wall for run in runs])
        rows.append(
            (
                name,
                f"{runs[0].addresses:,}",
                f"{wall:.3f}",
                f"{measure.median([run.cpu for run in runs]):.3f}",
                f"{measure.median([run.user for run in runs]):.3f}",
                f"{measure.median([run.system for run in runs]):.3f}",
                f"{measure.median([run.microseconds for run in runs]):.1f}",
                f"{runs[0].addresses / wall:,.0f}",
                f"{measure.median([run.server_cpu for run in runs]):.2f}",
                f"{max(run.peak_kib for run in runs) / 1024:.1f}",
                f"{sum(run.undetermined for run in runs)}",
            )
        )
    lines = ["", measure.table(headings, rows), ""]
    each = {name: measure.median([run.microseconds for run in runs])
            for name, runs in figures.items()}  # fmt: skip
    if REFERENCE in each:
        lines += [
            f"CPU {ours} / {REFERENCE}: {each[ours] / each[REFERENCE]:.2f}"
            for ours in ("gotrdns", "gotrdns-json")
            if ours in each
        ]
    base = next((name for name in ("gotrdns", REFERENCE) if name in each), None)
    if base is not None:
        lines += [
            f"CPU {name} / {base}: {cost / each[base]:.1f}"
            for name, cost in each.items()
            if not name.startswith("gotrdns") and name != REFERENCE
        ]
    return lines


def versions() -> list[str]:
    # Loaded only to ask: it holds the c-ares it was built with.
    asked = "import pycares; print('c-ares', pycares.ARES_VERSION)"
    libraries = ("gotrdns", "pycares", "aiodns", "dnspython", "uvloop", "msgspec")
    return [
        f"server: {measure.program_version('nsd', '-v')}",
        f"dnsperf: {measure.program_version('dnsperf', '-h', pattern='^Version')}",
        "libraries: "
        + ", ".join(f"{name} {measure.distribution_version(name)}" for name in libraries)
        + f", {measure.program_version(sys.executable, '-c', asked)}",
    ]


def compete(contestants: Sequence[Contestant], options: argparse.Namespace) -> list[Figure]:
    figures: dict[str, list[Figure]] = {contestant.name: [] for contestant in contestants}
    cores = measure.choose_cores()
    with tempfile.TemporaryDirectory(prefix="resolver-benchmark-") as name:
        made = world.make_world(Path(name), options.addresses, ipv6=options.ipv6, seed=options.seed)
        print(
            f"world: {made.addresses:,} addresses (70 % confirm; mismatch, forward NXDOMAIN and"
            f" no PTR share the rest; IPv6 {options.ipv6:.0%}), {made.questions:,} questions;"
            f" at most {options.concurrency} in flight"
        )
        with world.serve(made, core=cores.server) as server:
            setting = Setting(made, server.address, server.port, options.concurrency)
            # The first run finds NSD's pages cold, and is not counted.
            warming = Contestant("warm-up", None)
            measure.run(
                warming.command(setting, made.address_file, made.directory), core=cores.client
            )
            for number in range(1, options.rounds + 1):
                for contestant in contestants:
                    figure = measure_once(contestant, setting, server, cores.client, number)
                    figures[contestant.name].append(figure)
                    print(raw_line(figure), flush=True)
    print("\n".join(summary(figures)))
    return [figure for runs in figures.values() for figure in runs]


def measure_memory(contestants: Sequence[Contestant], options: argparse.Namespace) -> list[Figure]:
    """The peak of gotrdns at two sizes: it should not grow with the number of addresses."""
    figures = []
    cores = measure.choose_cores()
    chosen = [contestant for contestant in contestants if contestant.module == GOTRDNS_JOB]
    print("\nmemory: peak resident size, one run each")
    for count in (options.addresses, options.addresses * 5):
        with tempfile.TemporaryDirectory(prefix="resolver-benchmark-") as name:
            made = world.make_world(Path(name), count, ipv6=options.ipv6, seed=options.seed)
            with world.serve(made, core=cores.server) as server:
                setting = Setting(made, server.address, server.port, options.concurrency)
                for contestant in chosen:
                    figures.append(measure_once(contestant, setting, server, cores.client, 0))
                    print(raw_line(figures[-1]), flush=True)
    return figures


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.resolver", description=__doc__.partition("\n")[0]
    )
    names = [contestant.name for contestant in CONTESTANTS]
    parser.add_argument("--addresses", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--concurrency", type=int, default=1024, help="questions in flight")
    parser.add_argument("--ipv6", type=float, default=0.0, help="the part that is IPv6, 0 to 1")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help=f"contestants, comma-separated, of {', '.join(names)}")
    parser.add_argument(
        "--memory", action="store_true", help="measure gotrdns at five times the addresses too"
    )
    parser.add_argument("--record", type=Path, help="write every figure here as JSON lines")
    parser.add_argument("--quick", action="store_true", help="20,000 addresses, one round")
    options = parser.parse_args()
    if options.quick:
        options.addresses, options.rounds = 20_000, 1
    options.only = options.only.split(",") if options.only else names
    if unknown := set(options.only) - set(names):
        parser.error(f"no such contestant: {', '.join(sorted(unknown))}")
    return options


def main() -> int:
    measure.end_in_order()
    options = read_options()
    contestants = [contestant for contestant in CONTESTANTS if contestant.name in options.only]
    for contestant in contestants:
        if contestant.module and importlib.util.find_spec(contestant.module) is None:
            print(
                f"{contestant.name}: there is no {contestant.module};"
                " leave it out with --only if that is meant",
                file=sys.stderr,
            )
            return 2
    measure.compile_package("gotrdns")
    print("\n".join([*measure.describe_machine(), *versions()]))
    figures = compete(contestants, options)
    if options.memory:
        figures += measure_memory(contestants, options)
    if options.record:
        with options.record.open("w") as lines:
            lines.writelines(f"{json.dumps(asdict(figure))}\n" for figure in figures)
    faulty = sorted({figure.contestant for figure in figures if figure.wrong or figure.missing})
    if faulty:
        print(f"wrong or missing answers: {', '.join(faulty)}", file=sys.stderr)
    return 1 if faulty else 0


if __name__ == "__main__":
    sys.exit(main())
