"""The chart of a mail log: who was turned away for reverse DNS, by cause, from beginning to end.

Owns how long a step is: short enough to tell a day's course, long enough to be seen.
"""

from collections import Counter
from typing import Final

from gotrdns.reports.charts import Chart
from gotrdns.reports.logs import english as words
from gotrdns.reports.logs import english_page as page_words
from gotrdns.reports.logs.report import LogReport
from gotrdns.reports.logs.span import find_span
from gotrdns.reports.stacking import stack_most

_HOUR: Final = 3600
_DAY: Final = 24 * _HOUR
_WEEK: Final = 7 * _DAY
_STEPS: Final = (_HOUR, 6 * _HOUR, _DAY, _WEEK)
_MOST_STEPS: Final = 100
_DATES: Final = range(-62_135_596_800, 253_402_300_800)  # the years 1 to 9999
# 1970 began on a Thursday, and weeks begin on Mondays.
_FIRST_MONDAY: Final = 4 * _DAY


def chart_grounds(report: LogReport) -> Chart | None:
    """None where there is no course of time to show: nobody was turned away, or all in an hour."""
    span = find_span(report)
    if span is None or not report.hours:
        return None
    beginnings = _beginnings(span.first, span.last)
    if len(beginnings) == 1 or not _can_be_dated(beginnings):
        return None
    counts: Counter[tuple[int, str]] = Counter()
    for (hour, ground), count in report.hours.items():
        if not span.holds(hour):
            continue
        step = (hour * _HOUR - beginnings.start) // beginnings.step
        counts[beginnings[step], words.GROUNDS[ground]] += count
    return Chart(
        name="grounds",
        title=page_words.GROUNDS_OVER_TIME,
        began=beginnings.start,
        step=beginnings.step,
        series=stack_most(counts, beginnings, others=page_words.OTHER_GROUNDS),
        counted=(True,) * len(beginnings),
        unfinished=True,
    )


def _beginnings(first: float, last: float) -> range:
    """When each step begins; the last holds the last moment, and is hardly ever full."""
    step = _step(last - first)
    origin = _FIRST_MONDAY if step % _WEEK == 0 else 0
    start = (int(first) - origin) // step * step + origin
    return range(start, int(last) + 1, step)


def _can_be_dated(beginnings: range) -> bool:
    """A damaged line may have any year; with a step of years the end may be in none."""
    return beginnings.start in _DATES and beginnings[-1] + beginnings.step in _DATES


def _step(seconds: float) -> int:
    for step in _STEPS:
        if seconds <= step * _MOST_STEPS:
            return step
    step = _WEEK
    while seconds > step * _MOST_STEPS:
        step *= 2
    return step
