"""The chart of a log: steps that suit its length, and nothing lost in folding."""

from collections.abc import Mapping

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.reports.charts import draw_chart
from gotrdns.reports.logs import english as words
from gotrdns.reports.logs import english_page as page_words
from gotrdns.reports.logs.chart import chart_grounds
from gotrdns.reports.logs.report import Ground, LogReport
from tests.unit.log_reports import NOON, REPORT

HOUR = 3600
DAY = 24 * HOUR


def lasting(
    seconds: float, hours: Mapping[tuple[int, Ground], int] | None = None, first: float = NOON
) -> LogReport:
    counted = {(int(first) // HOUR, Ground.NO_PTR): 1} if hours is None else hours
    return msgspec.structs.replace(
        REPORT, first_at=first, last_at=first + seconds, hours=dict(counted)
    )


@st.composite
def reports(draw: st.DrawFn) -> LogReport:
    length = draw(st.integers(2, 20_000) | st.integers(2, 200))
    start = draw(st.integers(0, 600_000))
    keys = st.tuples(st.integers(start, start + length - 1), st.sampled_from(Ground))
    hours = draw(st.dictionaries(keys, st.integers(1, 999), min_size=1, max_size=30))
    return lasting((length - 1) * HOUR + 1800, hours, start * HOUR + 60)


@given(reports())
def test_all_that_was_counted_is_in_the_chart(report: LogReport) -> None:
    chart = chart_grounds(report)
    assert chart is not None
    assert sum(each.total for each in chart.series) == sum(report.hours.values())
    assert len(chart.counted) <= 102
    assert report.first_at is not None and report.last_at is not None
    assert chart.began <= report.first_at < chart.began + chart.step
    assert chart.ended - chart.step <= report.last_at < chart.ended
    assert len({each.texture for each in chart.series}) == len(chart.series)
    told = {each.label: each.values for each in chart.series}
    for (hour, ground), count in report.hours.items():
        values = told.get(words.GROUNDS[ground], told[page_words.OTHER_GROUNDS])
        assert values[(hour * HOUR - chart.began) // chart.step] >= count


@pytest.mark.parametrize(
    ("days", "step"),
    [
        (1, HOUR),
        (2, HOUR),
        (4, HOUR),
        (7, 6 * HOUR),
        (21, 6 * HOUR),
        (30, DAY),
        (90, DAY),
        (365, 7 * DAY),
        (3 * 365, 14 * DAY),
    ],
)
def test_steps_suit_the_length_of_the_log(days: int, step: int) -> None:
    chart = chart_grounds(lasting(days * DAY))
    assert chart is not None
    assert chart.step == step


def test_weeks_begin_on_mondays_and_days_at_midnight() -> None:
    weeks, days = chart_grounds(lasting(365 * DAY)), chart_grounds(lasting(60 * DAY))
    assert weeks is not None and days is not None
    # 25 November 2026 is a Wednesday.
    assert "From 23 Nov 2026 to 29 Nov 2027 UTC" in draw_chart(weeks)
    assert "From 25 Nov 2026 to 25 Jan 2027 UTC" in draw_chart(days)


def test_where_there_is_no_course_of_time_there_is_no_chart() -> None:
    assert chart_grounds(lasting(1800)) is None
    assert chart_grounds(lasting(7 * DAY, {})) is None
    nothing = msgspec.structs.replace(REPORT, first_at=None, last_at=None)
    assert chart_grounds(nothing) is None


@pytest.mark.parametrize(("first", "last"), [(-62_135_596_800.0, 0.0), (0.0, 253_402_300_799.0)])
def test_years_that_no_log_is_from_do_no_harm(first: float, last: float) -> None:
    chart = chart_grounds(lasting(last - first, first=first))
    assert chart is None or "UTC" in draw_chart(chart)


def test_the_rarest_causes_are_together() -> None:
    hours = {(NOON // HOUR, each): 50 - place for place, each in enumerate(Ground)}
    chart = chart_grounds(lasting(DAY, {(int(hour), each): n for (hour, each), n in hours.items()}))
    assert chart is not None
    labels = [each.label for each in chart.series]
    assert labels == [*(words.GROUNDS[each] for each in list(Ground)[:6]), "other causes"]
    assert chart.series[-1].total == sum(50 - place for place in range(6, len(Ground)))
