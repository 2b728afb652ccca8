"""The process of the pages: its event loop, and what it was started with."""

import asyncio
import contextlib
import os
from pathlib import Path

from gotrdns.daemon.inherited import InheritedSockets
from gotrdns.daemon.manager import ServiceManager
from gotrdns.daemon.pages_service import PagesService
from gotrdns.daemon.process import new_event_loop, open_journal
from gotrdns.settings import read_settings


def serve_pages(path: Path) -> None:
    """Serve until told to stop.

    Raises InvalidSettings; CannotListen, InvalidServer, NoServers, InvalidHints or NowhereToListen
    if it cannot start.
    """
    settings = read_settings(path)
    with (
        contextlib.closing(open_journal()) as journal,
        asyncio.Runner(loop_factory=new_event_loop) as runner,
    ):
        journal.follow(settings.log)
        service = PagesService(
            path,
            settings,
            journal,
            manager=ServiceManager.find(os.environ),
            inherited=InheritedSockets.receive(os.environ),
        )
        runner.run(service.run())
