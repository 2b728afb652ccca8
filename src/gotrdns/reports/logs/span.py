"""From when to when a chart of a mail log is.

Owns which dates are too far from nearly all others to be drawn: a damaged line may have any.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Final

import msgspec

from gotrdns.reports.logs.report import LogReport

_HOUR: Final = 3600
_DAY: Final = 24 * _HOUR
_FEW: Final = 1 / 20  # of all clients: an old log among newer ones has more
_FAR: Final = 300  # days: a year that is wrong by one is farther, and most pauses are shorter
_TIMES_FARTHER: Final = 10  # than the others are from one another


class Span(msgspec.Struct, frozen=True):
    """In seconds since 1970. ``left_out`` are replies for reverse DNS that are dated elsewhere.

    ``is_cut`` says that the log has lines that are dated elsewhere.
    """

    first: float
    last: float
    left_out: int = 0
    is_cut: bool = False

    def holds(self, hour: int) -> bool:
        """Whether the hour (since 1970), or a part of it, is within."""
        return self.first < (hour + 1) * _HOUR and hour * _HOUR <= self.last


def find_span(report: LogReport) -> Span | None:
    """None where no client was seen."""
    if report.first_at is None or report.last_at is None:
        return None
    days = _near_ones(report.days)
    if not days:
        return Span(report.first_at, report.last_at)
    first = max(report.first_at, days[0] * _DAY)
    last = min(report.last_at, (days[-1] + 1) * _DAY - 1)
    span = Span(first, last, is_cut=(first, last) != (report.first_at, report.last_at))
    elsewhere = (count for (hour, _), count in report.hours.items() if not span.holds(hour))
    return msgspec.structs.replace(span, left_out=sum(elsewhere))


def _near_ones(counts: Mapping[int, int]) -> Sequence[int]:
    """The days without the few that are far before or after nearly all of them."""
    days = sorted(counts)
    few = max(1, int(sum(counts.values()) * _FEW))
    low = _beyond(few, [counts[day] for day in days])
    high = len(days) - 1 - _beyond(few, [counts[day] for day in reversed(days)])
    if low > high:  # so few that nothing is far from the others
        return days
    far = max(_FAR, _TIMES_FARTHER * (days[high] - days[low]))
    while low > 0 and days[low] - days[low - 1] <= far:
        low -= 1
    while high + 1 < len(days) and days[high + 1] - days[high] <= far:
        high += 1
    return days[low : high + 1]


def _beyond(few: int, counts: Sequence[int]) -> int:
    """Where there are more than ``few`` so far."""
    return next(
        (at for at, sum_so_far in enumerate(accumulate(counts)) if sum_so_far > few), len(counts)
    )
