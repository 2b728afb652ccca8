"""What a service manager is told, and that telling it never makes the daemon wait."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gotrdns.daemon.manager import ServiceManager
from tests.unit.service_manager import Manager


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    address = str(tmp_path / "notify")
    if request.param == "abstract":
        address = f"@gotrdns-notify-{os.getpid()}"
    made = Manager(address)
    yield made
    made.close()


def test_a_manager_hears_of_the_daemons_life(manager: Manager) -> None:
    environment = {"NOTIFY_SOCKET": manager.address, "PATH": "/bin"}
    told = ServiceManager.find(environment)
    assert environment == {"PATH": "/bin"}
    told.ready("all is well")
    before = time.monotonic_ns() // 1000
    told.reloading()
    told.status("mode strict")
    told.stopping()
    told.ping()
    told.close()
    ready, reloading, status, stopping = manager.heard()
    assert ready == "READY=1\nSTATUS=all is well"
    word, _, moment = reloading.partition("\nMONOTONIC_USEC=")
    assert word == "RELOADING=1"
    assert before <= int(moment) <= time.monotonic_ns() // 1000
    assert status == "STATUS=mode strict"
    assert stopping == "STOPPING=1"


@pytest.mark.parametrize("pid", ["nobody", "own"])
def test_pings_come_often_enough_to_lose_one(manager: Manager, pid: str) -> None:
    environment = {"NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "30000000"}
    watched = str(os.getpid()) if pid == "own" else ""
    told = ServiceManager.find(environment | {"WATCHDOG_PID": watched})
    assert told.ping_interval == 10.0
    told.ping()
    told.close()
    assert manager.heard() == ["WATCHDOG=1"]


@pytest.mark.parametrize(
    "watchdog",
    [
        {},
        {"WATCHDOG_USEC": "0"},
        {"WATCHDOG_USEC": "soon"},
        {"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"},
    ],
)
def test_nobody_is_pinged_who_does_not_watch_this_process(
    manager: Manager, watchdog: dict[str, str]
) -> None:
    told = ServiceManager.find({"NOTIFY_SOCKET": manager.address} | watchdog)
    assert told.ping_interval is None
    told.ping()
    told.close()
    assert manager.heard() == []


def test_without_a_manager_nobody_is_told() -> None:
    told = ServiceManager.find({"WATCHDOG_USEC": "30000000"})
    told.ready("")
    told.ping()
    told.close()
    assert told.ping_interval is None


def test_a_manager_that_is_gone_stops_nothing(tmp_path: Path) -> None:
    told = ServiceManager(str(tmp_path / "absent"), 1.0)
    told.ready("")
    told.ping()
    told.close()


def test_what_a_busy_manager_did_not_take_is_told_later(manager: Manager) -> None:
    told = ServiceManager(manager.address)
    for number in range(2000):
        told.status(str(number))
    taken = len(manager.heard())
    assert 0 < taken < 2000
    told.ready("well")
    heard = manager.heard()
    told.stopping()
    heard += manager.heard()
    assert heard[-3:] == ["STATUS=1999", "READY=1\nSTATUS=well", "STOPPING=1"]
    assert len(heard) <= 17
    told.close()
