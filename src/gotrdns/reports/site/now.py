"""The now page: how the daemon does, what became of mail lately, and what was refused last.

Owns what stands on it. Its content is a part of its own, for the script that refreshes it.
"""

import itertools
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
from markupsafe import Markup

from gotrdns.policy import Action
from gotrdns.policy.recorded import RecordedDecision
from gotrdns.policy.tallies import Tally
from gotrdns.reports import english_admin, moments, status_rows
from gotrdns.reports import english_now as words
from gotrdns.reports.charts import draw_chart
from gotrdns.reports.readiness_text import remark_text
from gotrdns.reports.site.admin_decisions import Row, columns_of, row_of
from gotrdns.reports.site.admin_layout import Frame, compose_admin_page
from gotrdns.reports.site.now_charts import Range, chart_failures, chart_outcomes
from gotrdns.reports.status import Status
from gotrdns.reports.templating import render

REFUSALS_SHOWN: Final = 10
_LEFT_OUT: Final = ("done", "count", "recipient")


class Kept(msgspec.Struct, frozen=True):
    """What the store has: what was counted in the time shown, and the latest decisions."""

    tallies: Sequence[Tally] = ()
    decisions: Sequence[RecordedDecision] = ()


class Now(msgspec.Struct, frozen=True):
    """``status`` is None where no daemon answers.

    ``kept`` is None where the store cannot be read, for the reason in ``problem``; that is empty
    where there is no store.
    """

    now: float
    shown: Range
    status: Status | None
    kept: Kept | None
    problem: str = ""


class Wrong(msgspec.Struct, frozen=True):
    """What is wrong, and what to do."""

    said: str
    remedy: str


class Figure(msgspec.Struct, frozen=True):
    """A number that is read from afar."""

    number: str
    label: str


def compose_now(frame: Frame, told: Now) -> str:
    return compose_admin_page(
        "now.html",
        frame,
        title=words.TITLE,
        now=words,
        content=compose_now_content(told),
        shown=told.shown,
    )


def compose_now_content(told: Now) -> Markup:
    """All of the page that changes by itself."""
    status, kept = told.status, told.kept
    refusals = _refusals(kept)
    return render(
        "site/now_content.html",
        now=words,
        admin=english_admin,
        told=told,
        time=moments.time_of_day(told.now),
        machine_time=moments.utc(told.now),
        ranges=tuple(Range),
        troubles=() if status is None else tuple(_wrong(status)),
        alarms=() if status is None else tuple(status_rows.alarm_lines(status)),
        figures=() if status is None else tuple(_figures(status)),
        lately="" if status is None else status_rows.duration(status.lately.seconds),
        charts=() if kept is None else _charts(told, kept),
        rates=() if status is None else status_rows.decision_rows(status),
        facts=() if status is None else tuple(_facts(status)),
        rows=status_rows,
        refusals=refusals,
        columns=columns_of(refusals, _LEFT_OUT),
    )


def _wrong(status: Status) -> Iterator[Wrong]:
    for remark in status.wrong:
        yield Wrong(remark_text(remark), words.REMEDIES[remark.trouble])


def _figures(status: Status) -> Iterator[Figure]:
    def rate(actions: set[str], *, withheld: bool = False) -> str:
        count = sum(
            each.count
            for each in status.lately.decisions
            if (each.withheld if withheld else each.action) in actions
        )
        return f"{status_rows.a_minute(count, status.lately):,.1f}"

    refuse, defer = Action.REFUSE.value, Action.DEFER.value
    yield Figure(rate({each.value for each in Action}), words.A_MINUTE)
    yield Figure(rate({refuse}), words.REFUSED_A_MINUTE)
    yield Figure(rate({defer}), words.DEFERRED_A_MINUTE)
    if any(each.withheld for each in status.since_start.decisions):
        yield Figure(rate({refuse, defer}, withheld=True), words.WITHHELD_A_MINUTE)
    yield Figure(f"{status_rows.mail_connections(status):,}", words.CONNECTIONS)
    yield Figure(status_rows.duration(status.uptime_seconds), words.UP)


def _charts(told: Now, kept: Kept) -> tuple[Markup, ...]:
    return tuple(
        draw_chart(make(kept.tallies, told.shown, told.now))
        for make in (chart_outcomes, chart_failures)
    )


def _facts(status: Status) -> Iterator[tuple[str, tuple[str, ...]]]:
    """By heading, in lines; those that say nothing are left out."""
    facts = (
        (words.VERSION, (status.version,)),
        (words.PROCESS, (str(status.pid),)),
        (words.MEMORY, (status_rows.memory(status.memory_octets),)),
        (words.LOOKUPS, (status_rows.waiting_line(status),)),
        (words.REPAIRS, (status_rows.repairs_line(status),)),
        (words.CACHE, (status_rows.cache_line(status),)),
        (words.STORE, tuple(status_rows.store_lines(status))),
        (words.PAGES, () if status.pages is None else status_rows.pages_row(status.pages)),
    )
    return ((heading, lines) for heading, lines in facts if any(lines))


def _refusals(kept: Kept | None) -> list[Row]:
    if kept is None:
        return []
    refused = (each for each in kept.decisions if each.action is Action.REFUSE)
    return [row_of(each) for each in itertools.islice(refused, REFUSALS_SHOWN)]
