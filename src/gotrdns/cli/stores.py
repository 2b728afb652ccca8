"""The store as a verb opens it: where it is, and one clear line where it cannot be used.

Owns the way from ``--settings`` and ``--store`` to an open store.
"""

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import click

from gotrdns.cli import options
from gotrdns.cli.output import Failure, complain

if TYPE_CHECKING:
    from gotrdns.settings import Settings
    from gotrdns.store.queries import Store

_WRONG_SETTINGS: Final = 2

settings_option: Final = options.settings_option(
    "path", "The daemon's settings, which say where its store is."
)
store_option: Final = click.option(
    "--store",
    "url",
    metavar="URL",
    help="The store, whatever the settings say: sqlite:////path/to/file or "
    "postgresql://user@host/database.",
)


def store_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Both, in this order."""
    return settings_option(store_option(command))


def read_store_settings(path: Path, url: str | None) -> "Settings | None":
    """The settings, None where ``--store`` makes them unnecessary. Ends the verb if wrong."""
    from gotrdns.settings import InvalidSettings, read_settings  # noqa: PLC0415 - imports much

    if url is not None:
        return None
    if not path.exists():
        raise Failure(
            f"there are no settings at {path}: name the daemon's with --settings FILE, or its "
            "store with --store URL"
        )
    try:
        return read_settings(path)
    except InvalidSettings as error:
        for problem in error.problems:
            complain(str(problem))
        raise click.exceptions.Exit(_WRONG_SETTINGS) from None


def store_url(settings: "Settings | None", url: str | None) -> str:
    """Where the store is. Raises Failure for what cannot be one."""
    from gotrdns.policy import InvalidSetting  # noqa: PLC0415 - see above
    from gotrdns.store.settings import NOWHERE, StoreSettings  # noqa: PLC0415

    if settings is not None:
        url = settings.store.url
    try:
        place = StoreSettings(url=url or "").url
    except InvalidSetting as error:
        raise Failure(f"--store: {error}") from None
    if place == NOWHERE:
        raise Failure(
            'nothing is kept: the settings say [store] url = "none"'
            if settings is not None
            else '--store: in "none" nothing is kept'
        )
    return place


@contextlib.contextmanager
def opened(url: str) -> Iterator["Store"]:
    """The store, open. Raises Failure, also for trouble with it later."""
    from gotrdns.store.queries import Store  # noqa: PLC0415 - SQLAlchemy takes 200 ms
    from gotrdns.store.trouble import StoreUnavailable  # noqa: PLC0415

    _require_file(url)
    try:
        with Store(url) as store:
            yield store
    except StoreUnavailable as error:
        raise Failure(f"the store {shown(url)} cannot be used: {error}") from None


def shown(url: str) -> str:
    """The place without its password."""
    from gotrdns.store.settings import sqlite_path  # noqa: PLC0415

    path = sqlite_path(url)
    if path is not None:
        return str(path)
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user.partition(':')[0]}{at}{host}", query="").geturl()


def _require_file(url: str) -> None:
    """SQLite's own words for these say little. Raises Failure."""
    from gotrdns.store.settings import sqlite_path  # noqa: PLC0415

    path = sqlite_path(url)
    if path is None:
        return
    try:
        path.stat()
    except FileNotFoundError:
        raise Failure(
            f"there is no store at {path}: gotrdns serve makes it when it first starts"
        ) from None
    except OSError as error:
        raise Failure(f"the store {path} cannot be reached: {error.strerror}") from None
    # SQLite writes beside the file even to read it.
    if not os.access(path, os.R_OK | os.W_OK):
        raise Failure(
            f"the store {path} may not be used by this user: run this as root or as the daemon's "
            "user"
        )
