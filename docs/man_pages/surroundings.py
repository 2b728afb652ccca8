"""Files and variables that verbs heed, and which verbs do.

Owns that table. The places themselves are the code's own defaults.
"""

from collections.abc import Collection, Iterator
from typing import Final

from docs.man_pages import roff
from gotrdns.cli.options import DEFAULT_SETTINGS
from gotrdns.servers.settings import PostfixSettings
from gotrdns.settings import ControlSettings
from gotrdns.store.settings import StoreSettings, sqlite_path

# What a daemon heeds whether it has such an option or not.
DAEMON: Final = frozenset({"--settings", "--store", "--socket", "--resolver", "listen"})

# By the option that a verb has if it heeds them; without one they are for the program's page alone.
_FILES: Final = (
    ("--settings", DEFAULT_SETTINGS, "The settings; see `gotrdns.toml`(5)."),
    (
        "--store",
        str(sqlite_path(StoreSettings().url)),
        "The store: decisions, clients' pasts and exceptions.",
    ),
    ("--socket", str(ControlSettings().path), "Where `gotrdns status` asks."),
    ("listen", PostfixSettings().listen[0].removeprefix("unix:"), "Where Postfix asks."),
    ("--resolver", "/etc/resolv.conf", "The resolvers, where nothing else names any."),
    (
        "--rdap",
        "~/.cache/gotrdns",
        "What registries answered lately; below $XDG_CACHE_HOME where that is set.",
    ),
)
_VARIABLES: Final = (
    (None, "NO_COLOR", "If set, there are no colours, on a terminal either."),
    ("--author", "SUDO_USER", "Who makes an exception, unless `--author` names somebody."),
)


def files(options: Collection[str] | None) -> Iterator[str]:
    """Those that a verb with these options heeds; all of them for None."""
    for option, path, text in _FILES:
        if options is None or option in options:
            yield roff.item(roff.italic(path), text)


def variables(options: Collection[str] | None) -> Iterator[str]:
    """Those that a verb with these options heeds; all of them for None."""
    for option, name, text in _VARIABLES:
        if options is None or option in options:
            yield roff.item(roff.bold(name), text)
