"""What the pages work with: given to them by whoever starts them, so that tests can give others."""

import asyncio
import time
from collections.abc import Callable

import msgspec

from gotrdns.explaining.expert import Expert
from gotrdns.store.settings import StoreSettings
from gotrdns.web.settings import AdminSettings, PageSettings


class NoDaemon(Exception):
    """No daemon answers; said in words."""


def _raise(error: Exception) -> None:
    raise error


class Means(msgspec.Struct, frozen=True):
    """``ask_daemon`` puts a question to the daemon's control socket and raises NoDaemon; it blocks.

    ``clock`` gives seconds since 1970. ``ending`` is set when the process is to end: what visitors
    watch ends then. ``tell_fault`` is given what nobody expected, for the log.
    """

    page: PageSettings
    admin: AdminSettings
    store: StoreSettings
    expert: Expert
    ask_daemon: Callable[[bytes], bytes]
    clock: Callable[[], float] = time.time
    tell_fault: Callable[[Exception], None] = _raise
    ending: asyncio.Event = msgspec.field(default_factory=asyncio.Event)
