"""Owns the benchmark of asking what DNS says today of a log's clients: how fast, and how much.

    tests/live/enter .venv/bin/python -m benchmarks.log_today --rate 1000

Thousands of clients on the private Internet of the live tests are asked about through Unbound,
which remembers nothing at the start of each run and has one core with the name servers, while we
have the other. Each client makes one claim, of a HELO name and a sender domain that nobody else
names. The last run has clients in it that no name server answers about; they are asked about twice.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from benchmarks import measure
from gotrdns.deciding import VerificationSettings
from gotrdns.mail_logs.today.asking import Claim, Enquiry, ask_today, open_means
from gotrdns.names import Address
from gotrdns.resolution.client import Client
from gotrdns.resolution.settings import ResolverSettings
from tests.live.crowd import crowd
from tests.live.internet import Internet
from tests.live.resolver import ADDRESS, Resolver

SETTLED = (
    "confirmed",
    "forward-mismatch",
    "forward-nodata",
    "forward-nxdomain",
    "no-ptr",
    "ptr-unusable",
)
CASES = {
    "verdicts alone": (SETTLED, False),
    "and vouchers": (SETTLED, True),
    "and trouble": (tuple(crowd()), True),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One run. ``wall`` and ``cpu`` are seconds."""

    case: str
    clients: int
    wall: float
    cpu: float
    questions: int
    retries: int


def enquiries(causes: tuple[str, ...], *, claims: bool, most: int, seed: int) -> list[Enquiry]:
    addresses = [each for cause in causes for each in crowd()[cause]]
    random.Random(seed).shuffle(addresses)
    return [
        Enquiry(
            Address.parse(str(each)),
            (Claim(f"host-{number}.example.net", f"firm-{number}.business.example"),)
            if claims
            else (),
        )
        for number, each in enumerate(addresses[:most])
    ]


async def ask(case: str, asked: list[Enquiry], rate: int) -> Figure:
    settings = ResolverSettings(servers=(ADDRESS,))
    with open_means(settings, VerificationSettings()) as means:
        wall, cpu = time.perf_counter(), time.process_time()
        found = await ask_today(means, asked, rate=rate, on_told=lambda _count: None)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        causes = Counter(each.verdict.cause.value for each in found.values())
        print(f"{case}: {', '.join(f'{cause} {count}' for cause, count in sorted(causes.items()))}")
        assert isinstance(means.resolver, Client)
        counters = means.resolver.counters
        return Figure(case, len(asked), wall, cpu, counters.questions, counters.retries)


def main() -> int:
    measure.end_in_order()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=1000)
    parser.add_argument("--clients", type=int, default=20_000, help="the most of each run")
    parser.add_argument("--seed", type=int, default=25)
    options = parser.parse_args()
    if "GOTRDNS_LIVE" not in os.environ:
        parser.error("run it on a network of its own: tests/live/enter .venv/bin/python -m ...")
    print("\n".join(measure.describe_machine()))
    cores = measure.choose_cores()
    figures = []
    with tempfile.TemporaryDirectory(dir=os.environ["GOTRDNS_LIVE"]) as directory:
        with measure.pinned(cores.server):
            internet = Internet(Path(directory) / "internet")
            resolver = Resolver(Path(directory) / "resolver", root_hints=internet.root_hints)
            internet.start()
        try:
            with measure.pinned(cores.server):
                resolver.start()
            for case, (causes, claims) in CASES.items():
                resolver.flush()
                asked = enquiries(causes, claims=claims, most=options.clients, seed=options.seed)
                with measure.pinned(cores.client):
                    figures.append(asyncio.run(ask(case, asked, options.rate)))
        finally:
            resolver.stop()
            internet.stop()
    headings = ("case", "clients", "wall s", "clients/s", "questions/client", "retries", "cpu us")
    rows = [
        (
            each.case,
            str(each.clients),
            f"{each.wall:.1f}",
            f"{each.clients / each.wall:.0f}",
            f"{each.questions / each.clients:.2f}",
            str(each.retries),
            f"{each.cpu / each.clients * 1e6:.0f}",
        )
        for each in figures
    ]
    print(measure.table(headings, rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
