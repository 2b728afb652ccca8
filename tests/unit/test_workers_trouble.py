"""A supervisor whose workers hang, or which is stopped, or finds no room for another worker."""

import asyncio
import errno
import os
import re
import resource
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from gotrdns.daemon.workers import crew
from gotrdns.daemon.workers.acceptor import Acceptor
from gotrdns.daemon.workers.crew import Crew
from gotrdns.names import Address
from tests.unit.daemon_process import (
    REFUSED,
    NameServer,
    daemon_in,
    read_reply,
    request,
)
from tests.unit.event_loops import LOOPS, runner_in
from tests.unit.running_service import Running

HANGS_AFTER = 6  # pings
PINGED_EVERY = 0.2  # seconds


@contextmanager
def impatience() -> Iterator[None]:
    """Not while workers start: that may take longer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crew, "_HANGS_AFTER", HANGS_AFTER)
        patch.setattr(crew, "_PINGED_EVERY", PINGED_EVERY)
        yield


Check = Callable[[Running, Crew], Coroutine[Any, Any, None]]


def supervise(
    directory: Path, name_server: NameServer, check: Check, loop: str = "asyncio"
) -> None:
    """Have two workers, supervised by this process."""
    more = (
        '[control]\nsocket = ""\n[verification]\ndeadline = 1.0\n'
        f'[resolver]\nservers = ["127.0.0.1:{name_server.port}"]\n'
    )

    async def run() -> None:
        async with Running(directory, more, workers=2) as daemon:
            staff = daemon.service._staff
            assert isinstance(staff, Crew)
            await check(daemon, staff)

    runner_in(loop)(run())


async def is_answered(daemon: Running) -> bool:
    peer = await daemon.connect()
    try:
        reply = await peer.ask(Address.parse(REFUSED))
    finally:
        await peer.close()
    return reply.startswith(b"action=550")


@pytest.mark.parametrize("loop", LOOPS)
def test_a_worker_that_hangs_is_killed_and_replaced(
    tmp_path: Path, name_server: NameServer, loop: str
) -> None:
    async def check(daemon: Running, staff: Crew) -> None:
        hung, sound = (each.pid for each in staff.members)
        os.kill(hung, signal.SIGSTOP)
        with impatience():
            await daemon.until(lambda: "event=worker-hangs" in daemon.log)
        await daemon.until(lambda: f"event=worker-ended pid={hung} status=-9" in daemon.log)
        assert f"event=worker-hangs pid={hung}" in daemon.log
        await daemon.until(lambda: sum(each.is_ready for each in staff.members) == 2)
        assert sound in {each.pid for each in staff.members}
        assert staff.ended == 1
        for _ in range(4):
            assert await is_answered(daemon)

    supervise(tmp_path, name_server, check, loop)


@pytest.mark.parametrize("loop", LOOPS)
def test_a_supervisor_that_was_stopped_does_not_take_it_for_its_workers_silence(
    tmp_path: Path, name_server: NameServer, loop: str
) -> None:
    async def check(daemon: Running, staff: Crew) -> None:
        pids = {each.pid for each in staff.members}
        with impatience():
            for _ in range(3):
                time.sleep(2 * HANGS_AFTER * PINGED_EVERY)  # noqa: ASYNC251 - all is to stand
                await asyncio.sleep(2 * PINGED_EVERY)
        assert {each.pid for each in staff.members} == pids
        assert "worker-" not in daemon.log
        assert await is_answered(daemon)

    supervise(tmp_path, name_server, check, loop)


def test_where_there_is_no_room_for_another_worker_it_is_tried_again(
    tmp_path: Path, name_server: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = subprocess.Popen
    attempts = []

    def start_later(*arguments: Any, **options: Any) -> Any:
        attempts.append(arguments)
        if len(attempts) <= 3:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        return start(*arguments, **options)

    async def check(daemon: Running, staff: Crew) -> None:
        monkeypatch.setattr(crew, "_RESPAWN_PAUSE", 0.1)
        monkeypatch.setattr(subprocess, "Popen", start_later)
        killed = staff.members[0].pid
        os.kill(killed, signal.SIGKILL)
        await daemon.until(lambda: daemon.log.count("event=worker-not-started") == 3)
        assert await is_answered(daemon)
        await daemon.until(lambda: sum(each.is_ready for each in staff.members) == 2)
        assert "event=fault" not in daemon.log

    supervise(tmp_path, name_server, check)


def test_a_supervisor_without_descriptors_waits_instead_of_spinning() -> None:
    attempts: list[None] = []
    taken: list[socket.socket] = []

    class Exhausted(socket.socket):
        def accept(self) -> Any:
            attempts.append(None)
            if len(attempts) < 3:
                raise OSError(errno.EMFILE, "Too many open files")
            return super().accept()

    async def run() -> None:
        listening = Exhausted()
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.setblocking(False)
        acceptor = Acceptor(listening, taken.append, lambda _: None)
        with socket.create_connection(listening.getsockname()):
            for number in (1, 2):
                acceptor.resume()
                await asyncio.sleep(0.1)
                assert len(attempts) == number
            acceptor.resume()
            await asyncio.sleep(0.1)
            assert len(taken) == 1
        taken[0].close()
        acceptor.close()

    asyncio.run(run())


def test_each_worker_may_have_a_descriptor_for_every_connection_of_its_share(
    tmp_path: Path, name_server: NameServer
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with daemon_in(tmp_path, name_server) as daemon:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
        try:
            daemon.start(workers=2)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        daemon.until(lambda: "event=started" in daemon.log)
        for each in daemon.status.workers:
            limits = Path(f"/proc/{each.pid}/limits").read_text()
            found = re.search(r"^Max open files +(\d+)", limits, re.MULTILINE)
            assert found is not None
            assert int(found[1]) >= 2000


def test_however_many_come_while_no_worker_takes_any_all_are_answered(
    tmp_path: Path, name_server: NameServer
) -> None:
    with daemon_in(tmp_path, name_server) as daemon, ExitStack() as stack:
        daemon.start(workers=2)
        daemon.until(lambda: "event=started" in daemon.log)
        pids = [each.pid for each in daemon.status.workers]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        peers = [stack.enter_context(daemon.connect()) for _ in range(900)]
        for peer in peers:
            peer.sendall(request(REFUSED))
        time.sleep(0.2)  # until the supervisor has handed over what it can
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
        assert all(read_reply(peer).startswith("action=550") for peer in peers)
        daemon.until(lambda: sum(each.count for each in daemon.status.since_start.decisions) == 900)
        assert daemon.end() == 0
    assert "refused-full" not in daemon.log
