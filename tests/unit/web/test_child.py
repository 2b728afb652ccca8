"""The pages' process as the daemon knows it."""

import asyncio
import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gotrdns.daemon.inherited import InheritedSockets
from gotrdns.daemon.journal import Journal, Level
from gotrdns.daemon.page_child import PageChild
from gotrdns.settings import read_settings

SETTINGS = """\
[policy]
mode = "strict"
[store]
url = "none"
[control]
socket = ""
[page]
listen = ["unix:{directory}/page"]
"""


async def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        await asyncio.sleep(0.01)


class Hanging(PageChild):
    """Its first process hangs after four signs of life, and is not waited for long."""

    signs = 0
    hung = 0

    def __init__(self, path: Path, journal: Journal, hangs_after: Callable[[float], None]) -> None:
        super().__init__(path, journal, InheritedSockets())
        self._wait_for_signs = hangs_after

    async def _hear(self, line: socket.socket) -> bytes:
        try:
            sign = await super()._hear(line)
        except TimeoutError:
            self._wait_for_signs(60.0)
            raise
        self.signs += 1
        if self.signs == 4 and self.pid is not None:
            self.hung = self.pid
            os.kill(self.hung, signal.SIGSTOP)
            self._wait_for_signs(1.0)
        return sign


def test_pages_that_hang_are_killed_and_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "gotrdns.toml"
    path.write_text(SETTINGS.format(directory=tmp_path))
    log = tmp_path / "log"

    def hangs_after(seconds: float) -> None:
        monkeypatch.setattr("gotrdns.daemon.page_child._HANGS_AFTER", seconds)

    async def run() -> None:
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT)
        child = Hanging(path, Journal(descriptor, Level.INFO), hangs_after)
        await child.follow(read_settings(path))
        await until((tmp_path / "page").exists)
        first = child.pid
        await until(lambda: child.ended == 1 and child.pid is not None)
        assert child.hung == first
        assert child.pid != first
        await child.stop()
        assert child.pid is None
        os.close(descriptor)

    asyncio.run(run())
    assert "event=pages-hang" in log.read_text()
    assert f"status={-signal.SIGKILL}" in log.read_text()
