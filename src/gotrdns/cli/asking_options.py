"""The options of verbs that ask DNS about the clients of a log.

Owns how they are spelt, and what of the settings they stand for.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import click

from gotrdns.cli.options import resolver_option, timeout_option

if TYPE_CHECKING:
    from gotrdns.resolution.settings import ResolverSettings

_RATE: Final = 50  # clients a second, a few questions each
_HIGHEST_RATE: Final = 1000

rate_option: Final = click.option(
    "--rate",
    metavar="N",
    type=click.IntRange(1, _HIGHEST_RATE),
    default=_RATE,
    show_default=True,
    help=f"Ask about so many clients a second at most; up to {_HIGHEST_RATE}.",
)


def asking_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Whom to ask, how patiently, and how fast."""
    for option in (rate_option, timeout_option, resolver_option):
        command = option(command)
    return command


def choose_resolver(settings: "ResolverSettings", options: Mapping[str, Any]) -> "ResolverSettings":
    """The resolvers and the patience that the options name, and all else as in the settings."""
    import msgspec  # noqa: PLC0415 - not for those who only ask for help

    servers = tuple(options["resolvers"]) or settings.servers
    return msgspec.structs.replace(settings, servers=servers, timeout=options["timeout"])
