"""The page of exceptions: those there are, and a form that makes one."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode

import msgspec
from markupsafe import Markup

from gotrdns.policy.allowances import Allowance, AllowanceKind
from gotrdns.reports import english_admin as words
from gotrdns.reports.allowance_text import whom, why_ended
from gotrdns.reports.past_text import target_text
from gotrdns.reports.site.admin_layout import Frame, Section, compose_admin_page
from gotrdns.reports.site.admin_times import last_day_or_minute, when

SHOWN: Final = 100
PATH: Final = Section.EXCEPTIONS.path


class Wish(msgspec.Struct, frozen=True):
    """What somebody typed to have an exception made."""

    target: str = ""
    kind: str = ""
    reason: str = ""
    until: str = ""
    lasting: bool = False


class View(msgspec.Struct, frozen=True):
    """Which exceptions are shown: the latest first, from ``below`` a number on if there is one."""

    ended: bool = False
    below: int | None = None


class Row(msgspec.Struct, frozen=True):
    """One exception in the table."""

    number: int
    target: str
    place: str
    until: Markup | str
    hits: int
    hit: Markup | str
    author: str
    reason: str
    ended: str


class Asked(msgspec.Struct, frozen=True):
    """What the form holds, and what is wrong with it."""

    wish: Wish
    objection: str = ""


def compose_exceptions(
    frame: Frame,
    allowances: Sequence[Allowance],
    view: View,
    asked: Asked,
    *,
    now: float,
    said: str = "",
) -> str:
    """``allowances`` are all there are, in the order in which they were made."""
    wanted = [
        each
        for each in reversed(allowances)
        if each.holds(now) is not view.ended and (view.below is None or each.number < view.below)
    ]
    shown = wanted[:SHOWN]
    return compose_admin_page(
        "admin_exceptions.html",
        frame,
        title=words.EXCEPTIONS,
        rows=[row_of(each, now) for each in shown],
        view=view,
        rest=_link(view.ended, shown[-1].number) if len(wanted) > SHOWN else None,
        latest=_link(view.ended, None) if view.below is not None else None,
        asked=asked,
        made_by=_made_by(frame.user),
        said=said,
    )


def author_of(user: str) -> str:
    """In whose name an exception is made."""
    return user or words.SOMEBODY


def _made_by(user: str) -> str:
    return words.MADE_BY.format(author=user) if user else words.MADE_BY_SOMEBODY


def outcome(code: str, allowance: Allowance, now: float) -> str:
    """What became of it, by a key of ``OUTCOMES``; empty for what did not become of it."""
    if (code == "ended") is allowance.holds(now):
        return ""
    wording = words.OUTCOMES.get(code, "")
    return wording.format(number=allowance.number, whom=whom(allowance))


def row_of(allowance: Allowance, now: float) -> Row:
    target = target_text(allowance)
    return Row(
        number=allowance.number,
        target=target,
        place=place_of(allowance, target),
        until=words.FOR_EVER if allowance.ends is None else last_day_or_minute(allowance.ends),
        hits=allowance.hits,
        hit="" if allowance.hit_at is None else when(allowance.hit_at),
        author=allowance.author,
        reason=allowance.reason,
        ended="" if allowance.holds(now) else why_ended(allowance.note),
    )


def place_of(allowance: Allowance, target: str) -> str:
    """The page about whom it is for."""
    if allowance.kind is AllowanceKind.ADDRESS:
        return f"/client/{allowance.value}"
    return f"{Section.LOOK_UP.path}?{urlencode({'q': target})}"


def _link(ended: bool, below: int | None) -> str:
    query = {"ended": "1"} if ended else {}
    if below is not None:
        query["below"] = str(below)
    return f"{PATH}?{urlencode(query)}" if query else PATH
