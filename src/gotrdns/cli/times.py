"""How people write moments and spans of time on the command line.

Owns both spellings. Moments are seconds since 1970; what says no time zone is local time.
"""

import re
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final

import click

_UNITS: Final = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_SPAN: Final = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)([smhdw]?)", re.ASCII)

Callback = Callable[[click.Context, click.Parameter, str | None], float | None]


def read_span(text: str) -> float:
    """Seconds: ``90``, ``10m``, ``2h``, ``3d``, ``2w``. Raises ValueError."""
    if not (match := _SPAN.fullmatch(text)):
        raise ValueError(text)
    return float(match[1]) * _UNITS[match[2]]


def read_moment(text: str, now: float, *, end_of_day: bool) -> float:
    """A date, a date and time, or a span before now. Raises ValueError.

    A date by itself is the beginning of that day, or its end.
    """
    if _is_a_span(text):
        # Through a date, for there is an earliest.
        return datetime.fromtimestamp(now - read_span(text)).timestamp()
    moment = datetime.fromisoformat(text)
    if _is_a_date(text) and end_of_day:
        moment += timedelta(days=1)  # in local time: the day may have 23 or 25 hours
    return moment.timestamp()


def read_end(text: str, now: float) -> float:
    """As ``read_moment``, but a span reaches into the future, and whole days end with a day."""
    if not _is_a_span(text):
        return read_moment(text, now, end_of_day=True)
    end = datetime.fromtimestamp(now + read_span(text))
    if text[-1] in "dw":
        return read_moment(f"{end:%Y-%m-%d}", now, end_of_day=True)
    return end.timestamp()


def _is_a_span(text: str) -> bool:
    return text[-1:].isalpha() and text[-1:] in _UNITS


def _is_a_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def parse_moment(*, end_of_day: bool = False) -> Callback:
    """A callback for an option about the past."""

    def read(text: str, now: float) -> float:
        return read_moment(text, now, end_of_day=end_of_day)

    return _callback(read, "2h for two hours ago")


def parse_end() -> Callback:
    """A callback for an option about the future."""
    return _callback(read_end, "30d for in 30 days")


def _callback(read: Callable[[str, float], float], example: str) -> Callback:
    def parse(
        _context: click.Context, _parameter: click.Parameter, text: str | None
    ) -> float | None:
        if text is None:
            return None
        try:
            return read(text, time.time())
        except (ValueError, OverflowError, OSError):
            raise click.BadParameter(
                f"{text!r} is no time: write 2026-05-31, 2026-05-31T14:30, or {example}"
            ) from None

    return parse
