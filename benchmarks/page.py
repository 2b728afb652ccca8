"""Owns the benchmark of the pages beside mail: what a thousand visitors cost the mail server.

    tests/live/enter .venv/bin/python -m benchmarks.page --rounds 3

A daemon answers policy requests, two hundred a second on ten lasting connections, as Postfix asks
them; half of the clients it knows, the others it sees for the first time in this round. Its pages
are a process beside it, on the same core. In turns nobody visits them, or a thousand visitors at
once do, each from a network of its own: they load the check page and its style sheet, and watch
checks, which walk to the name servers of the private Internet. Visitors, resolver, name servers and
those who ask have the other core. Printed are how long decisions took with and without visitors,
in the same run, and what the visitors got.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks import measure, served
from benchmarks.page_visitors import quantile
from tests.live.generated_zones import load_addresses
from tests.live.internet import Internet
from tests.live.process import wait_until
from tests.live.resolver import Resolver

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PAGE_PORT: Final = 10145
CONNECTIONS: Final = 10
INTERVAL: Final = CONNECTIONS / 200  # seconds between two requests on one connection
SETTLING: Final = 3.0  # seconds until the visitors are there
TARGETS: Final = 50
PAGES: Final = """
[page]
listen = ["inet:127.0.0.1:{port}"]
connections = {connections}
private-targets = true
root-hints = "{hints}"
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """One half of a round. CPU seconds are those of the daemon with its pages, while it lasted."""

    round: int
    visitors: int
    decisions: int
    seconds: float
    p50_ms: float
    p99_ms: float
    max_ms: float
    cpu: float
    resident_kib: int
    visits: dict[str, Any]


async def decide(place: Path, clients: Sequence[str], seconds: float) -> list[float]:
    """How long each decision took, asked at a steady rate."""
    took: list[float] = []

    async def ask(number: int) -> None:
        reader, writer = await asyncio.open_unix_connection(str(place))
        turn = number
        end = time.monotonic() + seconds
        while (began := time.monotonic()) < end:
            client = clients[turn % len(clients)]
            turn += CONNECTIONS
            writer.write(f"request=smtpd_access_policy\nclient_address={client}\n\n".encode())
            answer = await reader.readuntil(b"\n\n")
            if not answer.startswith(b"action="):
                raise measure.ContestantError(["gotrdns"], "answers", answer.decode())
            took.append(time.monotonic() - began)
            await asyncio.sleep(max(0.0, INTERVAL - took[-1]))
        writer.close()

    await asyncio.gather(*map(ask, range(CONNECTIONS)))
    return took


@contextlib.contextmanager
def visited(visitors: int, targets: Sequence[str], found: dict[str, Any]) -> Iterator[None]:
    """With so many visitors meanwhile; then ``found`` is what they say."""
    if not visitors:
        yield
        return
    argv = [sys.executable, "-m", "benchmarks.page_visitors", str(PAGE_PORT), str(visitors)]
    crowd = subprocess.Popen(
        [*argv, *targets], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        time.sleep(SETTLING)
        yield
        told, _ = crowd.communicate("\n", timeout=120)
        found.update(json.loads(told))
    finally:
        crowd.kill()
        crowd.wait()


def measure_once(
    daemon: served.Served, number: int, visitors: int, resolver: Resolver, seconds: float
) -> Figure:
    clients = [str(each) for each in load_addresses()]
    resolver.flush()
    visits: dict[str, Any] = {}
    with visited(visitors, clients[:TARGETS], visits):
        before, began = daemon.cpu(), time.monotonic()
        took = asyncio.run(decide(daemon.policy_socket, clients, seconds))
        lasted, cpu = time.monotonic() - began, daemon.cpu() - before
        resident = daemon.resident_kib()
    return Figure(
        round=number,
        visitors=visitors,
        decisions=len(took),
        seconds=lasted,
        p50_ms=quantile(took, 0.5) * 1e3,
        p99_ms=quantile(took, 0.99) * 1e3,
        max_ms=max(took) * 1e3,
        cpu=cpu,
        resident_kib=resident,
        visits=visits,
    )


def raw_line(figure: Figure) -> str:
    return (
        f"round {figure.round}  {figure.visitors:>5,} visitors  {figure.decisions:,} decisions in"
        f" {figure.seconds:.1f} s  p50 {figure.p50_ms:.2f} ms p99 {figure.p99_ms:.2f} ms"
        f" max {figure.max_ms:.1f} ms  cpu {figure.cpu:.1f} s"
        f" resident {figure.resident_kib / 1024:.0f} MiB  {json.dumps(figure.visits)}"
    )


def summary(figures: Sequence[Figure]) -> str:
    rows = []
    for visitors in dict.fromkeys(each.visitors for each in figures):
        runs = [each for each in figures if each.visitors == visitors]
        medians = (
            measure.median([getattr(each, name) for each in runs])
            for name in ("p50_ms", "p99_ms", "max_ms")
        )
        rows.append([f"{visitors:,}", *(f"{each:.2f}" for each in medians)])
    return measure.table(("visitors (medians)", "p50 ms", "p99 ms", "max ms"), rows)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.page", description=(__doc__ or "").partition("\n\n")[0]
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=20.0, help="of each half of a round")
    parser.add_argument("--visitors", type=int, default=1000)
    parser.add_argument("--record", type=Path, help="write every figure here as JSON lines")
    options = parser.parse_args()
    if "GOTRDNS_LIVE" not in os.environ:
        parser.error("run it on a network of its own: tests/live/enter .venv/bin/python -m ...")
    return options


def main() -> None:
    measure.end_in_order()
    options = read_options()
    measure.compile_package("gotrdns")
    print("\n".join(measure.describe_machine()), flush=True)
    cores = measure.choose_cores()
    figures = []
    with (
        tempfile.TemporaryDirectory(dir=os.environ["GOTRDNS_LIVE"]) as name,
        measure.pinned(cores.client),
        Internet(Path(name) / "internet") as internet,
        Resolver(Path(name) / "resolver", root_hints=internet.root_hints) as resolver,
    ):
        pages = PAGES.format(
            port=PAGE_PORT, hints=internet.root_hints, connections=options.visitors + 200
        )
        with contextlib.ExitStack() as stack:
            with measure.pinned(cores.server):
                daemon = stack.enter_context(
                    served.Served(Path(name) / "checker", "strict", more=pages)
                )
                wait_until(daemon.has_pages, "the pages")
            for number in range(1, options.rounds + 1):
                for visitors in (0, options.visitors):
                    figure = measure_once(daemon, number, visitors, resolver, options.seconds)
                    print(raw_line(figure), flush=True)
                    figures.append(figure)
    print(f"\n{summary(figures)}")
    if options.record:
        options.record.write_text("".join(f"{json.dumps(asdict(each))}\n" for each in figures))


if __name__ == "__main__":
    main()
