"""Moments on a page: in UTC, and marked so that a script can add the visitor's own time."""

from datetime import UTC, datetime
from types import ModuleType
from typing import Final

from markupsafe import Markup, escape

from gotrdns.reports import moments

_MARKED: Final = Markup('<time datetime="{exact}">{text}</time>')


def element(moment: float, text: str) -> Markup:
    """A moment in words, and as programs read it."""
    return _MARKED.format(exact=moments.utc(moment), text=text)


def marked(moment: float, words: ModuleType) -> Markup:
    """``words`` has MONTHS and MOMENT."""
    at = datetime.fromtimestamp(moment, UTC)
    text = words.MOMENT.format(
        day=at.day, month=words.MONTHS[at.month - 1], year=at.year, time=f"{at:%H:%M}"
    )
    return element(moment, text)


def with_moments(sentence: str, **values: Markup | str | int) -> Markup:
    """A sentence in which moments stand."""
    return escape(sentence).format(**values)
