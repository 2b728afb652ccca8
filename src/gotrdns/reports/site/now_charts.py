"""The charts of the now page: what was counted, put in order to be drawn.

Owns how long the steps are, and what is stacked upon what.
"""

import enum
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

from gotrdns.policy.tallies import Outcome, Tally, outcome_of
from gotrdns.reports import english_now as words
from gotrdns.reports.charts import Chart, Series, Texture
from gotrdns.reports.stacking import stack_most
from gotrdns.verification import Result

Key = TypeVar("Key")

# From below: what an administrator looks for stands on the axis.
_OUTCOMES: Final = {
    Outcome.REFUSED: Texture.RISING,
    Outcome.WOULD_REFUSE: Texture.CROSSED,
    Outcome.DEFERRED: Texture.FALLING,
    Outcome.WOULD_DEFER: Texture.CHECKED,
    Outcome.UNDETERMINED: Texture.LEVEL,
    Outcome.MARKED: Texture.DOTTED,
    Outcome.PASSED: Texture.PLAIN,
}
_FAILURES: Final = frozenset({Result.FAIL.value, Result.PERMERROR.value, Result.TEMPERROR.value})


class Range(enum.Enum):
    """How far back the charts go; the values are what links say."""

    DAY = "24h"
    WEEK = "7d"
    MONTH = "30d"

    @property
    def step(self) -> int:
        """Seconds."""
        return _STEPS[self]

    @property
    def label(self) -> str:
        return words.RANGES[self.value]

    def beginnings(self, now: float) -> range:
        """When each step began; the last is not over."""
        end = (int(now) // self.step + 1) * self.step
        return range(end - _LENGTHS[self], end, self.step)


_STEPS: Final = {Range.DAY: 900, Range.WEEK: 7200, Range.MONTH: 8 * 3600}
_LENGTHS: Final = {Range.DAY: 86_400, Range.WEEK: 7 * 86_400, Range.MONTH: 30 * 86_400}


def chart_outcomes(tallies: Sequence[Tally], shown: Range, now: float) -> Chart:
    """What became of mail."""
    counts = _count(tallies, outcome_of)
    beginnings = shown.beginnings(now)
    series = [
        Series(words.OUTCOMES[outcome], texture, _values(counts, outcome, beginnings))
        for outcome, texture in _OUTCOMES.items()
    ]
    return _chart("outcomes", words.OUTCOMES_TITLE, tallies, series, beginnings)


def chart_failures(tallies: Sequence[Tally], shown: Range, now: float) -> Chart:
    """Why clients were not confirmed: the causes seen most, and the others together."""
    beginnings = shown.beginnings(now)
    series = stack_most(_count(tallies, _cause_of), beginnings, others=words.OTHER_CAUSES)
    return _chart("failures", words.FAILURES_TITLE, tallies, series, beginnings)


def _cause_of(tally: Tally) -> str | None:
    return tally.reason if tally.result in _FAILURES else None


def _count(
    tallies: Iterable[Tally], key_of: Callable[[Tally], Key | None]
) -> Counter[tuple[int, Key]]:
    counts: Counter[tuple[int, Key]] = Counter()
    for each in tallies:
        key = key_of(each)
        if key is not None:
            counts[each.began, key] += each.count
    return counts


def _values(counts: Counter[tuple[int, Key]], key: Key, beginnings: range) -> tuple[int, ...]:
    return tuple(counts[began, key] for began in beginnings)


def _chart(
    name: str, title: str, tallies: Iterable[Tally], series: Sequence[Series], beginnings: range
) -> Chart:
    present = {each.began for each in tallies}
    return Chart(
        name=name,
        title=title,
        began=beginnings.start,
        step=beginnings.step,
        series=tuple(series),
        counted=tuple(began in present for began in beginnings),
        unfinished=True,
    )
