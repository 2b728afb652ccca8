"""Owns the milter benchmark: messages a second, latency and CPU time of the milter's door.

    python -m benchmarks.milter --rounds 3

A message is one client's whole session: connect, HELO, sender, one recipient, twelve header fields,
of which one is forged, and its end, with the macros that gotrdns asks for. Its clients are 200, all
confirmed, and seen before the clock starts. Everything runs in namespaces of its own, whose only
name server is an NSD; the daemon has one core, the mail server the other.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks import measure, policy, policy_contestants, world

CLIENTS = 200
WORLD_CLIENTS = 400
GOAL = 4_000  # messages a second of one process that has a core for itself
SETTINGS = """\
[policy]
mode = "strict"

[resolver]
servers = ["{resolver}"]

[postfix]
listen = []

[milter]
listen = ["unix:{socket}"]

[control]
socket = ""

[store]
url = "{store}"
"""
HEADERS = (
    "Received\0from mail.sender.example (mail.sender.example [192.0.2.1])\n\tby mx.example.org; x",
    "Authentication-Results\0mx.example.org; iprev=pass",
    "From\0Someone <someone@sender.example>",
    "To\0Somebody Else <somebody@example.org>",
    "Subject\0The minutes of last Tuesday's meeting, with corrections",
    "Date\0Sat, 28 Nov 2026 10:00:00 +0000",
    "Message-ID\0<20261128100000.1234@mail.sender.example>",
    "MIME-Version\x001.0",
    "Content-Type\0text/plain; charset=utf-8",
    "Content-Transfer-Encoding\x008bit",
    "List-Unsubscribe\0<https://sender.example/unsubscribe/1234567890>",
    "DKIM-Signature\0v=1; a=rsa-sha256; d=sender.example; s=key;\n\tbh=x; b=" + "x" * 300,
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One run. `server_cpu` is the daemon's, in seconds, while the clock ran."""

    kind: str
    connections: int
    round: int
    server_cpu: float
    resident_kib: int
    messages: int
    seconds: float
    load_cpu: float
    p50_us: float
    p99_us: float

    @property
    def rate(self) -> float:
        return self.messages / self.seconds

    @property
    def rate_per_cpu(self) -> float:
        return self.messages / self.server_cpu

    def __str__(self) -> str:
        return (
            f"round {self.round}  {self.kind:<15} {self.connections:>3} connections"
            f"  {self.messages:>7,} messages in {self.seconds:.2f} s = {self.rate:>7,.0f}/s"
            f"  daemon {self.server_cpu:.2f} cpu s = {self.rate_per_cpu:>7,.0f}/cpu s"
            f" = {self.server_cpu / self.messages * 1e6:.0f} us each"
            f"  p50 {self.p50_us:,.0f} us p99 {self.p99_us:,.0f} us"
            f"  load {self.load_cpu / self.seconds:.0%} of its core"
            f"  {self.resident_kib / 1024:.0f} MiB"
        )


def packet(command: str, fields: str = "") -> str:
    octets = command.encode() + fields.encode()
    return (len(octets).to_bytes(4) + octets).hex()


def session(number: int, address: str, name: str) -> tuple[list[str], list[str]]:
    """What Postfix says up to the recipient, and after it."""
    family = "6" if ":" in address else "4"
    before = [
        packet("D", "Cj\0mx.example.org\0"),
        packet("C", f"{name}\0{family}\x10\x22{address}\0"),
        packet("H", f"{name}\0"),
        packet("M", f"<someone{number}@sender.example>\0SIZE=4000\0BODY=8BITMIME\0"),
        packet("R", "<somebody@example.org>\0"),
    ]
    after = [*[packet("L", f"{field}\0") for field in HEADERS], packet("E")]
    return before, after


def write_sessions(made: world.World, path: Path) -> None:
    lines = (line.split("\t") for line in made.expected_file.read_text().splitlines())
    confirmed = [(address, name) for address, cause, name in lines if cause == world.CONFIRMED]
    with path.open("w") as sessions:
        for number, (address, name) in enumerate(confirmed[:CLIENTS]):
            sessions.write(json.dumps(session(number, address, name)) + "\n")


def measure_once(
    directory: Path, cores: measure.Cores, kind: str, connections: int, options: argparse.Namespace
) -> dict[str, float]:
    with tempfile.TemporaryDirectory(dir=directory) as name:
        socket = Path(name) / "milter.sock"
        settings = Path(name) / "gotrdns.toml"
        store = f"sqlite:///{name}/store.sqlite3" if options.store else "none"
        settings.write_text(SETTINGS.format(resolver=policy.RESOLVER, socket=socket, store=store))
        place = policy_contestants.Place(
            directory=Path(name), socket=socket, resolver=policy.RESOLVER, peers=directory,
            core=cores.server, cached=True, connections=connections, database="",
        )  # fmt: skip

        def start(place: policy_contestants.Place) -> int:
            command = policy_contestants.gotrdns_command(settings)
            with measure.pinned(place.core), (place.directory / "log").open("wb") as log:
                return subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT).pid

        daemon = policy_contestants.PolicyServer(
            "gotrdns", start, lambda: "", lambda: True, "the milter's door"
        )
        command = [
            *(sys.executable, "-m", "benchmarks.milter_load", str(socket), str(connections)),
            *(str(options.seconds), str(directory / "sessions"), *kind.split("-")),
        ]
        with policy_contestants.running(daemon, place) as pid:
            with measure.pinned(cores.client):
                load = subprocess.Popen(
                    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
                )
            with load:
                assert load.stdin is not None
                assert load.stdout is not None
                if load.stdout.readline() != "ready\n":
                    said = (place.directory / "log").read_text(errors="replace")
                    raise measure.ContestantError(command, "fails in the warm-up", said)
                before = measure.family_cpu(pid)
                load.stdin.write("\n")
                load.stdin.flush()
                measured: dict[str, float] = json.loads(load.stdout.readline())
                measured["server_cpu"] = measure.family_cpu(pid) - before
                measured["resident_kib"] = measure.family_memory(pid).resident_kib
    return measured


def compete(options: argparse.Namespace) -> list[Figure]:
    figures = []
    cores = measure.choose_cores()
    with tempfile.TemporaryDirectory(prefix="milter-") as name:
        directory = Path(name)
        made = world.make_world(directory / "world", WORLD_CLIENTS)
        write_sessions(made, directory / "sessions")
        with world.serve(made, core=cores.client, address=policy.RESOLVER, port=53):
            for number in range(1, options.rounds + 1):
                for kind in options.kinds:
                    for connections in options.connections:
                        measured = measure_once(directory, cores, kind, connections, options)
                        figure = Figure(kind, connections, number, **measured)  # type: ignore[arg-type]
                        figures.append(figure)
                        print(figure, flush=True)
    return figures


def summary(figures: list[Figure]) -> str:
    groups: dict[tuple[str, int], list[Figure]] = {}
    for figure in figures:
        groups.setdefault((figure.kind, figure.connections), []).append(figure)
    lines = [
        f"{kind}, {connections} connections: medians {rate:,.0f} messages a second and"
        f" {per_cpu:,.0f} a CPU second of the daemon, which"
        f" {'reaches' if per_cpu >= GOAL else 'misses'} the goal of {GOAL:,}"
        for (kind, connections), runs in groups.items()
        for rate in [measure.median([each.rate for each in runs])]
        for per_cpu in [measure.median([each.rate_per_cpu for each in runs])]
    ]
    return "\n".join(["", *lines])


def main() -> int:
    measure.end_in_order()
    kinds = ["kept-gathered", "kept-apart", "fresh-gathered", "fresh-apart"]
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.milter", description=(__doc__ or "").partition("\n\n")[0]
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each run lasts")
    parser.add_argument("--kinds", nargs="+", choices=kinds, default=kinds)
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 50])
    parser.add_argument("--store", action="store_true", help="with a store in SQLite")
    parser.add_argument("--quick", action="store_true", help="one round of a second each")
    parser.add_argument(policy.INSIDE, action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds = 1, 1.0
    if not options.inside:
        return policy.isolate("benchmarks.milter")
    print("\n".join(measure.describe_machine()))
    with tempfile.TemporaryDirectory(prefix="milter-") as name:
        policy.furnish(Path(name))
        figures = compete(options)
    print(summary(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
