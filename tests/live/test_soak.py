"""A fiftieth of the soak, and of the benchmark inside Postfix: counts, never how long they took."""

from pathlib import Path

import pytest

from benchmarks import postfix as inside_postfix
from benchmarks.measure import choose_cores
from benchmarks.served import Served
from benchmarks.soak import PATIENCE, Soak, miscounts
from benchmarks.soak_load import FREQUENCIES, SILENT
from tests.live.resolver import Resolver

REQUESTS = 20_000
MESSAGES = 4_000
DELIVERIES = 40
CHECKS = (inside_postfix.NONE, inside_postfix.BUILT_IN, *inside_postfix.OURS)


@pytest.fixture
def directory(live_directory: Path, request: pytest.FixtureRequest) -> Path:
    """Short, for unix sockets, and such that Postfix can enter it."""
    directory: Path = live_directory / request.node.name[:30]
    directory.mkdir()
    directory.chmod(0o711)
    return directory


def test_whatever_goes_wrong_every_request_is_answered_and_counted_and_nothing_stays_open(
    directory: Path, resolver: Resolver
) -> None:
    with Served(directory / "gotrdns", "protect", patience=PATIENCE) as daemon:
        soaked = Soak(daemon, resolver, seed=1, tell=lambda _: None).run(REQUESTS, MESSAGES)
    assert soaked.ledger.messages == MESSAGES
    assert soaked.ledger.answered >= REQUESTS + MESSAGES
    assert miscounts(soaked) == []
    assert set(soaked.end.counts.causes) >= {*FREQUENCIES, *SILENT}


def test_postfix_asks_about_every_message_and_accepts_it_with_each_way_of_checking(
    directory: Path, resolver: Resolver
) -> None:
    load = inside_postfix.Load(DELIVERIES, at_once=10, core=choose_cores().client)
    with inside_postfix.bench_beside(resolver, directory, workers=None) as bench:
        figures = list(inside_postfix.compete(bench, CHECKS, load, rounds=1))
    accepted = [(each.check, each.accepted) for each in figures]
    assert accepted == [(check, DELIVERIES) for check in CHECKS]
