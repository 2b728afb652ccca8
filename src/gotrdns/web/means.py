"""What the pages work with: given to them by whoever starts them, so that tests can give others."""

import asyncio
import enum
import time
from collections.abc import Awaitable, Callable

import msgspec

from gotrdns.explaining.expert import Expert
from gotrdns.store.settings import StoreSettings
from gotrdns.web.settings import AdminSettings, PageSettings


class NoDaemon(Exception):
    """No daemon answers; said in words."""


class Trouble(enum.Enum):
    """What whoever keeps the log should read. Codes are permanent."""

    PASSWORDS_UNUSABLE = "passwords-unusable"
    LOGIN_REFUSED = "login-refused"
    STORE_UNAVAILABLE = "store-unavailable"


def _pay_no_heed(_trouble: Trouble, _about: str) -> None:
    pass


def _raise(error: Exception) -> None:
    raise error


class Means(msgspec.Struct, frozen=True):
    """``ask_daemon`` puts a question to the daemon's control socket and raises NoDaemon; it blocks.

    ``clock`` gives seconds since 1970, ``pause`` lets some go by. ``ending`` is set when the
    process is to end: what visitors watch ends then. ``tell_fault`` is given what nobody expected,
    for the log, and ``tell_trouble`` what can be expected: with the visitor it is about, or what is
    wrong in words.
    """

    page: PageSettings
    admin: AdminSettings
    store: StoreSettings
    expert: Expert
    ask_daemon: Callable[[bytes], bytes]
    clock: Callable[[], float] = time.time
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    tell_fault: Callable[[Exception], None] = _raise
    tell_trouble: Callable[[Trouble, str], None] = _pay_no_heed
    ending: asyncio.Event = msgspec.field(default_factory=asyncio.Event)
