"""The watchdog: pinged by a daemon that does its work, and by no other."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gotrdns.daemon.manager import ServiceManager
from gotrdns.daemon.serving import Servers
from gotrdns.deciding import Decider
from tests.unit.daemon_process import request
from tests.unit.running_service import Running
from tests.unit.service_manager import Manager

PING = "WATCHDOG=1"
WATCHDOG = 0.15  # seconds


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    made = Manager(str(tmp_path / "notify"))
    yield made
    made.close()


def running(directory: Path, manager: Manager) -> Running:
    return Running(directory, manager=ServiceManager(manager.address, WATCHDOG))


async def hear(manager: Manager, seconds: float = 3 * WATCHDOG) -> list[str]:
    """What is told within that time."""
    manager.heard()
    await asyncio.sleep(seconds)
    return manager.heard()


def test_a_daemon_at_work_is_ready_and_pings_and_tells_how_it_does(
    tmp_path: Path, manager: Manager
) -> None:
    async def run() -> None:
        async with running(tmp_path, manager) as daemon:
            ready, *_ = manager.heard()
            assert ready == "READY=1\nSTATUS=mode strict, 0 connections; all is well"
            assert set(await hear(manager)) == {PING}
            peer = await daemon.connect()
            [status] = set(await hear(manager)) - {PING}
            assert status == "STATUS=mode strict, 1 connection; all is well"
            await peer.close()

    asyncio.run(run())


def test_an_event_loop_that_hangs_pings_nobody(tmp_path: Path, manager: Manager) -> None:
    async def run() -> None:
        async with running(tmp_path, manager):
            await hear(manager)
            time.sleep(3 * WATCHDOG)  # noqa: ASYNC251 - that is what hanging is
            assert manager.heard() == []
            assert PING in await hear(manager)

    asyncio.run(run())


def test_a_daemon_whose_answers_are_long_due_pings_nobody_and_says_why(
    tmp_path: Path, manager: Manager, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never_decide(*_: object) -> None: ...

    async def run() -> None:
        async with running(tmp_path, manager) as daemon:
            staff = daemon.service._staff
            assert isinstance(staff, Servers)
            server = staff.by_name["postfix"]
            monkeypatch.setattr(Decider, "look_up", never_decide)
            peer = await daemon.connect()
            peer.send(request("85.105.64.87"))
            assert PING in await hear(manager)
            clock, ahead = server.clock, server.clock() + 14.0
            server.clock = lambda: ahead
            told = await hear(manager)
            assert set(told) == {"STATUS=mode strict, 1 connection; wrong: not-answering"}
            assert daemon.log.count("event=does-not-answer trouble=not-answering") == 1
            server.clock = clock
            assert PING in await hear(manager)
            for connection in list(server._connections):
                connection.abort()
            await peer.close()

    asyncio.run(run())


def test_a_daemon_that_listens_nowhere_pings_nobody(tmp_path: Path, manager: Manager) -> None:
    async def run() -> None:
        async with running(tmp_path, manager) as daemon:
            daemon.service._doors.close()
            await hear(manager)
            assert await hear(manager) == []
            assert "event=does-not-answer trouble=not-listening" in daemon.log

    asyncio.run(run())
