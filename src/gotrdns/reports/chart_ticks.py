"""Where the ticks of a chart's axes are: at round numbers and times, and never too close.

Owns how much room a label needs.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

_MOST_ROWS: Final = 5
_CHARACTER: Final = 7.2  # units: the widest digits at 12 units, and some more
_APART: Final = 14.0  # units between two labels
_LONGEST_LABEL: Final = 6  # characters: "28 Nov"
_HOUR: Final = 3600
_DAY: Final = 24 * _HOUR
_TIMES: Final = (
    900,
    1800,
    _HOUR,
    2 * _HOUR,
    3 * _HOUR,
    6 * _HOUR,
    12 * _HOUR,
    _DAY,
    2 * _DAY,
    3 * _DAY,
    5 * _DAY,
    10 * _DAY,
    20 * _DAY,
)
_SHORTEST_MONTH: Final = 28 * _DAY
_UNITS: Final = ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k"))
_PLAIN: Final = 10_000
_TOO_LARGE: Final = 10**15


def of_counts(most: int) -> list[int]:
    """From 0 to at least ``most``, in steps of 1, 2 or 5 and noughts."""
    if most <= 0:
        return [0, 1]
    step = next(each for each in _round_numbers() if -(-most // each) < _MOST_ROWS)
    return list(range(0, -(-most // step) * step + 1, step))


def _round_numbers() -> Iterator[int]:
    power = 1
    while True:
        yield from (power, 2 * power, 5 * power)
        power *= 10


def of_time(began: int, ended: int, unit: float) -> Iterator[int]:
    """Moments between the two, where a second is so many units wide.

    Days and times where they are round, or the beginnings of months.
    """
    room = _LONGEST_LABEL * _CHARACTER + _APART
    step = next((each for each in _TIMES if each * unit >= room), None)
    if step is None:
        every = next(each for each in _months() if each * _SHORTEST_MONTH * unit >= room)
        yield from _beginnings_of_months(began, ended, every)
    else:
        first = -(-began // step) * step
        yield from range(first, ended + 1, step)


def _months() -> Iterator[int]:
    """How many, as divides a year, or as years make a round number."""
    yield from (1, 2, 3, 6)
    yield from (12 * each for each in _round_numbers())


def _beginnings_of_months(began: int, ended: int, every: int) -> Iterator[int]:
    """Every so many months, counted from January of the year 0."""
    first, last = (12 * at.year + at.month - 1 for at in map(utc, (began, ended)))
    for number in range(-(-first // every) * every, last + 1, every):
        moment = int(datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC).timestamp())
        if moment >= began:
            yield moment


def compact(count: int) -> str:
    """In few characters; exact for the ticks of an axis."""
    if count < _PLAIN:
        return f"{count:,}"
    if count >= _TOO_LARGE:
        return f"{Decimal(count):.1e}"
    size, suffix = next(each for each in _UNITS if count >= each[0])
    return f"{(Decimal(count) / size).normalize():f} {suffix}"


def width_of(text: str) -> float:
    """At most, in units."""
    return len(text) * _CHARACTER


def utc(moment: int) -> datetime:
    return datetime.fromtimestamp(moment, UTC)
