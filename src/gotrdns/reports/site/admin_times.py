"""Moments on pages: in UTC, as people read them, with what programs read beside it."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from markupsafe import Markup

from gotrdns.reports import moments
from gotrdns.reports.site.times import element

_MINUTE: Final = 60.0
_DAY: Final = 86_400.0
_SHORT: Final = len("2026-05-31T14:30")


def when(moment: float) -> Markup:
    """To the minute."""
    return element(moment, moments.utc(moment)[:_SHORT].replace("T", " "))


def last_day_or_minute(moment: float) -> Markup:
    """When something ends: the last day of it where it ends with a day."""
    if moment % _DAY:
        return when(moment)
    return element(moment, moments.utc(moment - _MINUTE)[: len("2026-05-31")])


def day(moment: float) -> str:
    """As a form's field for a date has it."""
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d}"


def begin_of_day(text: str) -> float:
    """Raises ValueError and OverflowError."""
    found = date.fromisoformat(text)
    return datetime(found.year, found.month, found.day, tzinfo=UTC).timestamp()


def end_of_day(text: str) -> float:
    """Raises ValueError and OverflowError."""
    return begin_of_day((date.fromisoformat(text) + timedelta(days=1)).isoformat())
