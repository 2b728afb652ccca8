"""The process of the pages: its event loop, and what it was started with."""

import asyncio
import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from gotrdns.daemon.inherited import InheritedSockets
from gotrdns.daemon.journal import Journal, Level
from gotrdns.daemon.manager import ServiceManager
from gotrdns.daemon.pages_service import NowhereToListen, Order, PagesService
from gotrdns.daemon.process import new_event_loop, open_journal
from gotrdns.daemon.sockets import CannotListen
from gotrdns.resolution.servers import InvalidServer, NoServers
from gotrdns.resolution.walk import InvalidHints
from gotrdns.settings import InvalidSettings, Settings, read_settings

CANNOT_START: Final = (
    InvalidSettings,
    CannotListen,
    InvalidServer,
    NoServers,
    InvalidHints,
    NowhereToListen,
)


def serve_pages(path: Path) -> None:
    """Serve until told to stop. Raises what is in CANNOT_START."""
    settings = read_settings(path)
    with contextlib.closing(open_journal()) as journal:
        service = PagesService(
            path,
            settings,
            journal,
            manager=ServiceManager.find(os.environ),
            inherited=InheritedSockets.receive(os.environ),
        )
        _run(service, settings, journal)


def serve_pages_beside(
    path: Path, inherited: InheritedSockets, take_orders: Callable[[Order, Order], None]
) -> None:
    """Serve beside a daemon; ``take_orders`` is for ``PagesService``.

    Raises what is in CANNOT_START, which is told in the log.
    """
    with contextlib.closing(open_journal()) as journal:
        try:
            settings = read_settings(path)
            service = PagesService(
                path, settings, journal, inherited=inherited, take_orders=take_orders
            )
            _run(service, settings, journal)
        except CANNOT_START as error:
            journal.write(Level.ERROR, "pages-cannot-start", problem=str(error))
            raise


def _run(service: PagesService, settings: Settings, journal: Journal) -> None:
    journal.follow(settings.log)
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(service.run())
