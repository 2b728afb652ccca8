"""The options of ``gotrdns explain``, in groups, and what their values may be.

Owns how they are spelt and which of them go together. What they mean is others' business.
"""

import enum
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import click

from gotrdns.cli.options import LONGEST_TIMEOUT, parse_seconds, resolver_option, timeout_option
from gotrdns.cli.times import read_span

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

_WAIT: Final = "10m"
_LONGEST_WAIT: Final = 7 * 86400
_INTERVAL: Final = "15"
_SHORTEST_INTERVAL: Final = 5
_LONGEST_INTERVAL: Final = 86400


class Format(enum.Enum):
    """What is printed about an address; the value is the flag's name."""

    TEXT = ""
    JSON = "json"
    LETTER = "letter"
    MARKDOWN = "markdown"
    HTML = "html"


def choose_format(options: Mapping[str, Any]) -> Format:
    """The one format that the flags ask for. Raises UsageError where there are several."""
    chosen = [each for each in Format if each is not Format.TEXT and options[each.value]]
    if len(chosen) > 1:
        *first, last = (f"--{each.value}" for each in chosen)
        raise click.UsageError(f"{', '.join(first)} and {last} cannot go together")
    return chosen[0] if chosen else Format.TEXT


def read_waiting(options: Mapping[str, Any]) -> tuple[float, float] | None:
    """How long to wait and how long between two looks, in seconds; None where nobody waits.

    Raises UsageError.
    """
    patience, interval = options["patience"], options["interval"]
    if not options["wait"] and patience is None:
        if interval is not None:
            raise click.UsageError("--interval is for --wait")
        return None
    return patience or read_span(_WAIT), interval or read_span(_INTERVAL)


def _parse_duration(
    least: float, most: float, bounds: str
) -> Callable[[click.Context, click.Parameter, str | None], float | None]:
    def parse(
        _context: click.Context, _parameter: click.Parameter, text: str | None
    ) -> float | None:
        if text is None:
            return None
        try:
            seconds = read_span(text)
        except ValueError:
            seconds = -1.0
        if not least <= seconds <= most:
            raise click.BadParameter(f"{text!r} is not a time such as 90, 10m or 2h ({bounds})")
        return seconds

    return parse


def _parse_url(
    _context: click.Context, _parameter: click.Parameter, text: str | None
) -> str | None:
    if text is None:
        return None
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"https", "http"} and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable:
        raise click.BadParameter(f"{text!r} is not the URL of a web server")
    return text if text.endswith("/") else f"{text}/"


def grouped(*options: Decorator) -> Decorator:
    """Options that ``--help`` lists in this order."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


name_option: Final = click.option(
    "--name",
    metavar="NAME",
    help="The name that the host is to have; else one is proposed.",
)

subject_options: Final = grouped(
    click.option("--helo", metavar="NAME", help="The name the client gave in HELO or EHLO."),
    name_option,
    click.option("--mx", "exchanges", is_flag=True, help="TARGETs are domains: their MX hosts."),
)

format_options: Final = grouped(
    click.option("--json", is_flag=True, help="Print one JSON object a line."),
    click.option("--markdown", is_flag=True, help="Print Markdown, for a ticket."),
    click.option("--html", is_flag=True, help="Print one page of HTML about all addresses."),
    click.option("--letter", is_flag=True, help="Write the letters to send, not a report."),
    click.option(
        "--lang", "language", metavar="LANGUAGE", default="en", help="The letters' language: en."
    ),
)

wait_options: Final = grouped(
    click.option(
        "--wait",
        is_flag=True,
        help="After a repair: look again until every name server has it, then explain.",
    ),
    click.option(
        "--wait-for",
        "patience",
        metavar="TIME",
        callback=_parse_duration(1, _LONGEST_WAIT, "at least 1 second, at most 7d"),
        help=f"Wait so long at most: 90, {_WAIT} (the default) or 2h. Implies --wait.",
    ),
    click.option(
        "--interval",
        metavar="TIME",
        callback=_parse_duration(
            _SHORTEST_INTERVAL, _LONGEST_INTERVAL, f"at least {_SHORTEST_INTERVAL}, at most 1d"
        ),
        help=f"From one look to the next, {_INTERVAL} seconds by default; at least "
        f"{_SHORTEST_INTERVAL}.",
    ),
)

registry_options: Final = grouped(
    click.option("--rdap", is_flag=True, help="Ask RDAP who holds the address block."),
    click.option(
        "--rdap-bootstrap",
        metavar="URL",
        callback=_parse_url,
        help="Where RDAP begins instead of IANA's list. Implies --rdap.",
    ),
)

asking_options: Final = grouped(
    resolver_option,
    click.option(
        "--root-hints",
        "hints",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Begin at the root servers named here, in zone-file form.",
    ),
    click.option(
        "--private-servers",
        is_flag=True,
        help="Also ask name servers at private addresses: for intranets.",
    ),
    timeout_option,
    click.option(
        "--deadline",
        metavar="SECONDS",
        default="20",
        show_default=True,
        callback=parse_seconds,
        help=f"How long to ask the servers outside about an address; at most {LONGEST_TIMEOUT}.",
    ),
)
