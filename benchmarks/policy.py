"""Owns the policy benchmark: requests a second, latency, CPU time and memory of policy servers
under one and fifty lasting connections, with clients they know and clients they do not.

    python -m benchmarks.policy --rounds 5

Everything runs in a network, mount and process namespace of its own, whose only name server is an
NSD on its loopback; nothing outlives it. The policy server has one core, the NSD and the load
generator the other. A server is started anew for every run. "Known" repeats 200 clients, seen
before the clock starts; "new" never repeats one."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import measure, policy_contestants, policy_requests, world
from tests.support import postgresql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from benchmarks.policy_contestants import PolicyServer

RESOLVER = "127.0.0.1"
KNOWN, NEW = "known", "new"
KNOWN_CLIENTS = 200
WARM_UP = 200
HERE = Path(__file__).parent
INSIDE = "--inside"


@dataclass(frozen=True, slots=True)
class Figure:
    """One run. `server_cpu` is of the whole family of server processes, while the clock ran."""

    server: str
    connections: int
    clients: str
    round: int
    requests: int
    seconds: float
    server_cpu: float
    load_cpu: float
    resolver_cpu: float
    p50_us: float
    p99_us: float
    max_us: float
    processes: int
    resident_kib: int
    proportional_kib: int
    used_up: bool
    replies: dict[str, int]

    @property
    def rate(self) -> float:
        return self.requests / self.seconds

    @property
    def rate_per_cpu(self) -> float:
        return self.requests / self.server_cpu if self.server_cpu else float("inf")

    @property
    def cpu_us(self) -> float:
        """Server CPU microseconds a request."""
        return self.server_cpu / self.requests * 1e6


@dataclass(frozen=True, slots=True)
class Bench:
    """What every run needs: programs, requests, name server, cores."""

    directory: Path
    load: Path
    peers: Path
    known: Path
    new: Path
    resolver: world.Server
    database: str
    cores: measure.Cores
    seconds: float


def measure_once(
    server: PolicyServer, bench: Bench, connections: int, cached: bool, number: int
) -> Figure:
    with tempfile.TemporaryDirectory(dir=bench.directory) as name:
        place = policy_contestants.Place(
            directory=Path(name),
            socket=Path(name) / "policy.sock",
            resolver=RESOLVER,
            peers=bench.peers,
            core=bench.cores.server,
            cached=cached,
            connections=connections,
            database=bench.database,
        )
        requests, rule = (bench.known, "wrap") if cached else (bench.new, "once")
        command = [
            *(str(bench.load), str(place.socket), str(connections), str(bench.seconds)),
            *(str(requests), str(WARM_UP), rule),
        ]
        with policy_contestants.running(server, place) as pid:
            with measure.pinned(bench.cores.client):
                load = subprocess.Popen(
                    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
                )
            with load:
                assert load.stdin is not None
                assert load.stdout is not None
                if load.stdout.readline() != "ready\n":
                    said = (place.directory / "log").read_text(errors="replace")
                    raise measure.ContestantError([server.name], "fails in the warm-up", said)
                server_before = measure.family_cpu(pid)
                resolver_before = bench.resolver.cpu()
                load.stdin.write("\n")
                load.stdin.flush()
                line = load.stdout.readline()
                server_after = measure.family_cpu(pid)
                resolver_after = bench.resolver.cpu()
                memory = measure.family_memory(pid)
            if not line:
                said = (place.directory / "log").read_text(errors="replace")
                raise measure.ContestantError([server.name], "fails under load", said)
    return Figure(
        server=server.name,
        connections=connections,
        clients=KNOWN if cached else NEW,
        round=number,
        server_cpu=server_after - server_before,
        resolver_cpu=resolver_after - resolver_before,
        processes=memory.processes,
        resident_kib=memory.resident_kib,
        proportional_kib=memory.proportional_kib,
        **json.loads(line),
    )


def raw_line(figure: Figure) -> str:
    replies = ", ".join(f"{word} {count}" for word, count in sorted(figure.replies.items()))
    return (
        f"round {figure.round}  {figure.server:<26} {figure.connections:>2} connections"
        f" {figure.clients:<5}  {figure.requests:>8,} requests in {figure.seconds:.2f} s"
        f" = {figure.rate:>9,.0f}/s  server cpu {figure.server_cpu:5.2f} s"
        f" = {figure.rate_per_cpu:>9,.0f}/cpu s"
        f"  p50 {figure.p50_us:,.0f} us p99 {figure.p99_us:,.0f} us"
        f"  load {figure.load_cpu / figure.seconds:.0%} nsd"
        f" {figure.resolver_cpu / figure.seconds:.0%} of their core"
        f"  {figure.processes} processes, {figure.proportional_kib / 1024:.0f} MiB"
        f"  [{replies}]" + ("  (requests used up)" if figure.used_up else "")
    )


def summary(figures: Sequence[Figure]) -> str:
    groups: dict[tuple[str, int, str], list[Figure]] = {}
    for figure in figures:
        groups.setdefault((figure.clients, figure.connections, figure.server), []).append(figure)
    headings = (
        *("medians", "connections", "clients", "requests/s", "requests/cpu s", "cpu us/request"),
        *("p50 us", "p99 us", "server cpu %", "load cpu %", "nsd cpu %", "processes"),
        *("MiB shared out", "MiB resident"),
    )
    rows = [
        (
            server,
            str(connections),
            clients,
            f"{_median(runs, lambda run: run.rate):,.0f}",
            f"{_median(runs, lambda run: run.rate_per_cpu):,.0f}",
            f"{_median(runs, lambda run: run.cpu_us):.1f}",
            f"{_median(runs, lambda run: run.p50_us):,.0f}",
            f"{_median(runs, lambda run: run.p99_us):,.0f}",
            f"{_median(runs, lambda run: run.server_cpu / run.seconds) * 100:.0f}",
            f"{_median(runs, lambda run: run.load_cpu / run.seconds) * 100:.0f}",
            f"{_median(runs, lambda run: run.resolver_cpu / run.seconds) * 100:.0f}",
            f"{max(run.processes for run in runs)}",
            f"{max(run.proportional_kib for run in runs) / 1024:.0f}",
            f"{max(run.resident_kib for run in runs) / 1024:.0f}",
        )
        for (clients, connections, server), runs in groups.items()
    ]
    rates = {key: _median(runs, lambda run: run.rate_per_cpu) for key, runs in groups.items()}
    return "\n".join(["", measure.table(headings, rows), "", *ratios(rates)])


OURS = (
    "gotrdns",
    "gotrdns-quiet",
    "gotrdns-protect",
    "gotrdns-workers",
    "gotrdns-protect-workers",
    policy_contestants.PROTECT_POSTGRESQL,
)


def ratios(rates: Mapping[tuple[str, int, str], float]) -> list[str]:
    servers = dict.fromkeys(server for _, _, server in rates)
    peers = [each for each in servers if each not in {*OURS, policy_contestants.ECHO.name}]
    return [
        f"requests a CPU second, {ours} / {server},"
        f" {connections} connections, {clients} clients: {our_rate / rate:.1f}"
        for (clients, connections, ours), our_rate in rates.items()
        for server in peers
        if ours in OURS and (rate := rates.get((clients, connections, server)))
    ]


def _median(runs: Sequence[Figure], of: Callable[[Figure], float]) -> float:
    return measure.median([of(run) for run in runs])


def compete(servers: Sequence[PolicyServer], options: argparse.Namespace) -> list[Figure]:
    figures = []
    cores = measure.choose_cores()
    with tempfile.TemporaryDirectory(prefix="policy-") as name:
        directory = Path(name)
        made = world.make_world(directory / "world", options.clients)
        known, new = directory / "known", directory / "new"
        policy_requests.write_requests(made, known, KNOWN_CLIENTS)
        policy_requests.write_requests(made, new, options.clients)
        with (
            world.serve(made, core=cores.client, address=RESOLVER, port=53) as resolver,
            database_for(servers) as database,
        ):
            bench = Bench(
                directory=directory,
                load=measure.compiled(HERE / "policy_load.c", directory),
                peers=measure.compiled(HERE / "policy_peers.c", directory),
                known=known,
                new=new,
                resolver=resolver,
                database=database,
                cores=cores,
                seconds=options.seconds,
            )
            for number in range(1, options.rounds + 1):
                for cached in (kind == KNOWN for kind in options.kinds):
                    for connections in options.connections:
                        for server in servers:
                            figure = measure_once(server, bench, connections, cached, number)
                            figures.append(figure)
                            print(raw_line(figure), flush=True)
    print(summary(figures))
    return figures


@contextlib.contextmanager
def database_for(servers: Sequence[PolicyServer]) -> Iterator[str]:
    """The URL of a PostgreSQL, if one of them wants it."""
    programs = postgresql.find_programs()
    if programs is None or all(
        each.name != policy_contestants.PROTECT_POSTGRESQL for each in servers
    ):
        yield ""
        return
    with postgresql.serve(programs) as server:
        yield server.url


def isolate(module: str = "benchmarks.policy") -> int:
    """Run this again in namespaces of its own; all that runs in them ends with it."""
    rights = [] if os.geteuid() == 0 else ["--map-root-user"]
    room = ["unshare", "--net", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"]
    command = [*room, *rights, sys.executable, "-m", module, INSIDE, *sys.argv[1:]]
    # Inside, an end by signal is at once: the files are removed from out here.
    with tempfile.TemporaryDirectory(prefix="policy-benchmark-") as directory:
        Path(directory).chmod(0o711)  # PostgreSQL runs as another user
        environment = os.environ | {"TMPDIR": directory}
        return subprocess.run(command, check=False, env=environment).returncode


def furnish(directory: Path) -> None:
    """Inside: loopback up, and a resolv.conf that names nothing else."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    resolv = directory / "resolv.conf"
    resolv.write_text(f"nameserver {RESOLVER}\n")
    subprocess.run(["mount", "--bind", str(resolv), "/etc/resolv.conf"], check=True)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.policy", description=(__doc__ or "").partition("\n\n")[0]
    )
    names = [server.name for server in policy_contestants.SERVERS]
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each run lasts")
    parser.add_argument("--clients", type=int, default=100_000, help="how many new ones there are")
    parser.add_argument(
        "--kinds", nargs="+", choices=(KNOWN, NEW), default=[KNOWN, NEW], help="kinds of clients"
    )
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 50])
    parser.add_argument("--only", help=f"servers, comma-separated, of {', '.join(names)}")
    parser.add_argument("--record", type=Path, help="write every figure here as JSON lines")
    parser.add_argument("--quick", action="store_true", help="one round of half a second each")
    parser.add_argument(INSIDE, action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds, options.clients = 1, 0.5, 20_000
    options.only = options.only.split(",") if options.only else names
    if unknown := set(options.only) - set(names):
        parser.error(f"no such server: {', '.join(sorted(unknown))}")
    return options


def main() -> int:
    measure.end_in_order()
    options = read_options()
    chosen = [server for server in policy_contestants.SERVERS if server.name in options.only]
    for server in chosen:
        if not server.available():
            print(
                f"{server.name}: not there to be measured;"
                " leave it out with --only if that is meant",
                file=sys.stderr,
            )
            return 2
    if not options.inside:
        return isolate()
    servers = [policy_contestants.ECHO, *chosen]
    print("\n".join(measure.describe_machine()))
    print(f"name server: {measure.program_version('nsd', '-v')}")
    for server in servers:
        print(f"{server.name}: {server.version()}; {server.note}")
    with tempfile.TemporaryDirectory(prefix="policy-") as name:
        furnish(Path(name))
        figures = compete(servers, options)
    if options.record:
        with options.record.open("w") as lines:
            lines.writelines(f"{json.dumps(asdict(figure))}\n" for figure in figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
