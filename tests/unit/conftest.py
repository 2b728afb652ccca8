"""What every unit test lives with: generated cases that repeat, and no network but loopback."""

import gc
import ipaddress
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.unit.daemon_process import Daemon, NameServer, daemon_in, running_name_server
from tests.unit.event_loops import LOOPS, Run, runner_in

settings.register_profile("gotrdns", derandomize=True, deadline=None)
settings.load_profile("gotrdns")


class NetworkIsBlocked(AssertionError):
    """A unit test tried to reach another machine."""


def _refuse_other_machines(event: str, arguments: tuple[object, ...]) -> None:
    if event not in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        return
    address = arguments[1]
    if isinstance(address, tuple) and not ipaddress.ip_address(address[0]).is_loopback:
        raise NetworkIsBlocked(f"{event} to {address}")


sys.addaudithook(_refuse_other_machines)


def pytest_collection_finish() -> None:
    """Thousands of tests stay to the end: no collection of garbage has to look through them."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Local time is UTC, here and in the programs that are started."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(params=sorted(LOOPS))
def run(request: pytest.FixtureRequest) -> Run:
    """Runs a coroutine; the test is done once for each kind of event loop."""
    return runner_in(request.param)


@pytest.fixture(scope="module")
def name_server() -> Iterator[NameServer]:
    with running_name_server() as server:
        yield server


@pytest.fixture
def daemon(tmp_path: Path, name_server: NameServer) -> Iterator[Daemon]:
    with daemon_in(tmp_path, name_server) as each:
        yield each
