"""Options that several verbs have, so that they are spelt and read alike."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import click

LONGEST_TIMEOUT: Final = 30  # seconds
DEFAULT_SETTINGS: Final = "/etc/gotrdns/gotrdns.toml"

Decorated = TypeVar("Decorated", bound=Callable[..., Any] | click.Command)


def parse_seconds(_context: click.Context, _parameter: click.Parameter, text: str) -> float:
    """An option's callback. Raises BadParameter."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= LONGEST_TIMEOUT:  # nor is a NaN
        raise click.BadParameter(
            f"{text!r} is not a number of seconds (above 0, at most {LONGEST_TIMEOUT})"
        )
    return seconds


def settings_option(name: str, told: str) -> Callable[[Decorated], Decorated]:
    """Where the settings are, for the parameter ``name``."""
    return click.option(
        "--settings",
        name,
        type=click.Path(path_type=Path),
        default=DEFAULT_SETTINGS,
        show_default=True,
        metavar="FILE",
        help=told,
    )


targets_argument: Final = click.argument("targets", metavar="TARGET...", nargs=-1)
resolver_option: Final = click.option(
    "--resolver",
    "resolvers",
    metavar="ADDRESS[:PORT]",
    multiple=True,
    help="Ask this resolver, not those of /etc/resolv.conf. May be repeated.",
)
timeout_option: Final = click.option(
    "--timeout",
    metavar="SECONDS",
    default="5",
    show_default=True,
    callback=parse_seconds,
    help="How long one question to the resolver may take, retries included; at most "
    f"{LONGEST_TIMEOUT}.",
)


def require_targets(targets: Sequence[str]) -> None:
    """Raises UsageError where there are none."""
    if not targets:
        raise click.UsageError('no target: write addresses or names, or "-" for standard input')
