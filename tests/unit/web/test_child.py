"""The pages' process as the daemon knows it."""

import asyncio
import os
import signal
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
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        await asyncio.sleep(0.01)


def test_pages_that_hang_are_killed_and_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "gotrdns.toml"
    path.write_text(SETTINGS.format(directory=tmp_path))
    log = tmp_path / "log"

    async def run() -> None:
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT)
        child = PageChild(path, Journal(descriptor, Level.INFO), InheritedSockets())
        await child.follow(read_settings(path))
        await until((tmp_path / "page").exists)
        first = child.pid
        assert first is not None
        # It says that it lives: else this would be too short.
        monkeypatch.setattr("gotrdns.daemon.page_child._HANGS_AFTER", 3.0)
        await asyncio.sleep(5)
        assert child.pid == first
        os.kill(first, signal.SIGSTOP)
        await until(lambda: child.pid not in {first, None})
        assert child.ended == 1
        await child.stop()
        await until(lambda: child.pid is None)
        os.close(descriptor)

    asyncio.run(run())
    assert "event=pages-hang" in log.read_text()
    assert f"status={-signal.SIGKILL}" in log.read_text()
