"""What a chart of a log is of: all of it, but for the few dates that are far from the others."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.reports.charts import draw_chart
from gotrdns.reports.logs.chart import chart_grounds
from gotrdns.reports.logs.html import compose_log_report_page
from gotrdns.reports.logs.report import Ground, LogReport
from gotrdns.reports.logs.span import find_span
from tests.unit.log_reports import NOON, REPORT, changed

HOUR = 3600
DAY = 24 * HOUR
FUTURE = datetime(2062, 11, 25, tzinfo=UTC).timestamp()


def week(*damaged: float, clients: int = 50) -> LogReport:
    """Of clients that are seen all week; each damaged date is of one reply."""
    start = NOON - 7 * DAY
    hours = {(int(start) // HOUR + 5 * n, Ground.NO_PTR): 2 for n in range(30)}
    hours |= {(int(at) // HOUR, Ground.NO_PTR): 1 for at in damaged}
    days: dict[int, int] = {}
    for at in (*(start,) * clients, *(NOON,) * clients, *damaged):
        days[int(at) // DAY] = days.get(int(at) // DAY, 0) + 1
    first, last = min((start, *damaged)), max((NOON, *damaged))
    return changed(REPORT, first_at=first, last_at=last, hours=hours, days=days)


def said_of(report: LogReport) -> str:
    return compose_log_report_page(report, top=9, generated="today")


@pytest.mark.parametrize(
    "damaged",
    [(0.0,), (FUTURE,), (0.0, FUTURE), (NOON + 365 * DAY,), (NOON - 372 * DAY, 0.0)],
    ids=["1970", "2062", "both", "next-year", "last-year-and-1970"],
)
def test_a_damaged_date_does_not_stretch_the_chart(damaged: tuple[float, ...]) -> None:
    report = week(*damaged)
    chart = chart_grounds(report)
    assert chart is not None
    assert chart.step == 6 * HOUR
    assert chart.ended - chart.began <= 9 * DAY
    assert sum(each.total for each in chart.series) == 60
    span = find_span(report)
    assert span is not None
    assert (span.left_out, span.is_cut) == (len(damaged), True)
    left_out = (
        "one reply in them is" if len(damaged) == 1 else f"{len(damaged)} replies in them are"
    )
    assert f"{left_out} not in the chart." in said_of(report)
    assert "From 1" in draw_chart(chart)


def test_nothing_is_said_of_a_chart_of_all() -> None:
    assert "not in the chart" not in said_of(week())


def test_a_damaged_date_in_a_log_of_two_clients_is_known_too() -> None:
    span = find_span(week(0.0, clients=2))
    assert span is not None and span.is_cut


@pytest.mark.parametrize("count", [6, 50])
def test_an_old_log_among_newer_ones_is_drawn(count: int) -> None:
    old = NOON - 900 * DAY
    span = find_span(week(*[old] * count))
    assert span is not None
    assert (span.first, span.is_cut) == (old, False)


def test_a_pause_of_half_a_year_is_drawn() -> None:
    span = find_span(week(NOON - 190 * DAY))
    assert span is not None and not span.is_cut


@given(st.dictionaries(st.integers(-700_000, 2_900_000), st.integers(1, 30), min_size=1))
def test_nearly_all_clients_are_within_whatever_the_dates(days: dict[int, int]) -> None:
    first, last = min(days) * DAY, max(days) * DAY + 5
    hours = {(day * 24, Ground.NO_PTR): 1 for day in days}
    report = changed(REPORT, first_at=first, last_at=last, days=days, hours=hours)
    span = find_span(report)
    assert span is not None
    assert first <= span.first <= span.last <= last
    within = sum(count for day, count in days.items() if span.holds(day * 24))
    total = sum(days.values())
    assert total - within <= 2 * max(1, total // 20)
    assert span.left_out == sum(not span.holds(day * 24) for day in days)
