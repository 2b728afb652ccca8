"""The pages about businesses to follow up: all of them, and one with its letters.

Owns which letters there are for a business, and what is said of it in short.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
from markupsafe import Markup

from gotrdns.explaining.explanation import Explanation
from gotrdns.reports import english_admin as words
from gotrdns.reports.site.admin_layout import Frame, Section, compose_admin_page

PATH: Final = Section.FOLLOW_UP.path
SHOWN: Final = 25
_INCIDENTS_SHOWN: Final = 100
_LISTED: Final = 5  # addresses, names, senders


class Brief(msgspec.Struct, frozen=True):
    """A business in short. ``client`` is its name, or its address where it has none."""

    incident: str
    client: str
    addresses: tuple[str, ...]
    more_addresses: int
    cause: str
    reason: str
    mails: int
    first: Markup
    last: Markup
    vouched: str
    fates: tuple[tuple[str, str], ...]


class Letters(msgspec.Struct, frozen=True):
    """What there is to send. ``explanation`` is None where nothing is known to explain."""

    explanation: Explanation | None
    cause: str


class Outcome(msgspec.Struct, frozen=True):
    """What was just done about a business; ``undo`` is the incident to reopen, if it can be."""

    said: str = ""
    undo: str = ""


def compose_follow_up(
    frame: Frame,
    briefs: Sequence[Brief],
    *,
    start: int,
    more: bool,
    most_read: int | None,
    outcome: Outcome,
) -> str:
    """``most_read`` is how many decisions were read, where there are more than that."""
    return compose_admin_page(
        "admin_follow_up.html",
        frame,
        title=words.FOLLOW_UP,
        briefs=briefs,
        outcome=outcome,
        most_read=most_read,
        rest=f"{PATH}?from={start + SHOWN}" if more else None,
        latest=PATH if start else None,
    )
