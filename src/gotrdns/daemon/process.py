"""The process of the daemon: its event loop, its standard error, and what it was started with."""

import asyncio
import contextlib
import os
from pathlib import Path
from typing import Final

from gotrdns.daemon.inherited import InheritedSockets
from gotrdns.daemon.journal import Journal, Level
from gotrdns.daemon.manager import ServiceManager
from gotrdns.daemon.service import Service
from gotrdns.settings import read_settings

_STANDARD_ERROR: Final = 2


def serve(path: Path, workers: int = 0) -> None:
    """Serve until told to stop, in this process or with so many workers.

    Raises InvalidSettings; CannotListen, InvalidServer, NoServers or NoWorkers if it cannot start.
    """
    settings = read_settings(path)
    journal = open_journal()
    journal.follow(settings.log)
    with contextlib.closing(journal), asyncio.Runner(loop_factory=new_event_loop) as runner:
        service = Service(
            path,
            settings,
            journal,
            workers=workers,
            manager=ServiceManager.find(os.environ),
            inherited=InheritedSockets.receive(os.environ),
        )
        runner.run(service.run())


def open_journal() -> Journal:
    """The log on standard error."""
    _ensure_standard_error()
    return Journal(_STANDARD_ERROR, Level.INFO, stream=os.environ.get("JOURNAL_STREAM", ""))


def new_event_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop  # noqa: PLC0415 - it does not run everywhere
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def _ensure_standard_error() -> None:
    # Started without one, the next socket would get its number, and the log.
    try:
        os.fstat(_STANDARD_ERROR)
    except OSError:
        null = os.open(os.devnull, os.O_WRONLY)
        if null != _STANDARD_ERROR:
            os.dup2(null, _STANDARD_ERROR)
            os.close(null)
