"""The page that looks up what was decided, and that of one decision."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode

import msgspec

from gotrdns.reports import english_admin as words
from gotrdns.reports.past import Past
from gotrdns.reports.site.admin_decisions import Now, columns_of, now_of, record_of, row_of
from gotrdns.reports.site.admin_layout import Frame, Section, compose_admin_page

PATH: Final = Section.LOOK_UP.path


class Asked(msgspec.Struct, frozen=True):
    """What somebody typed."""

    subject: str = ""
    since: str = ""
    until: str = ""

    @property
    def query(self) -> dict[str, str]:
        """As a link to the same search has it."""
        given = {"q": self.subject, "since": self.since, "until": self.until}
        return {key: text for key, text in given.items() if text}


class Found(msgspec.Struct, frozen=True):
    """What there is, the latest first.

    ``later`` says that this is not the beginning, and ``rest_from`` where the rest begins, None
    where there is none. ``nothing`` is said where nothing was found, and ``objection`` where the
    question made no sense, at the field ``wrong``. ``too_slow`` when DNS did not say in time what
    it says now.
    """

    pasts: Sequence[Past] = ()
    later: bool = False
    rest_from: float | None = None
    nothing: str = ""
    objection: str = ""
    wrong: str = ""
    too_slow: bool = False


def compose_look_up(frame: Frame, asked: Asked, found: Found) -> str:
    only = found.pasts[0] if len(found.pasts) == 1 and asked.subject and not found.later else None
    rows = [row_of(each.decision) for each in found.pasts]
    return compose_admin_page(
        "admin_look_up.html",
        frame,
        title=words.LOOK_UP,
        asked=asked,
        found=found,
        record=record_of(only) if only is not None else None,
        rows=rows,
        columns=columns_of(rows),
        now=_now(found.pasts),
        rest=None if found.rest_from is None else _link(asked, found.rest_from),
        latest=_link(asked, None) if found.later else None,
    )


def compose_decision(frame: Frame, past: Past, *, public_url: str, too_slow: bool) -> str:
    """The page of one decision."""
    return compose_admin_page(
        "admin_decision.html",
        frame,
        title=words.FOUND_ONE.format(incident=past.decision.id),
        record=record_of(past),
        public_url=public_url,
        too_slow=too_slow,
    )


def _now(pasts: Sequence[Past]) -> list[Now]:
    """Of each client that was asked about, beside the latest decision about it."""
    told: dict[str, Now] = {}
    for each in pasts:
        if each.recheck is not None and each.decision.address not in told:
            told[each.decision.address] = now_of(each.decision, each.recheck)
    return list(told.values())


def _link(asked: Asked, latest: float | None) -> str:
    query = asked.query if latest is None else {**asked.query, "latest": repr(latest)}
    return f"{PATH}?{urlencode(query)}" if query else PATH
