"""Bars: how much there is of several things, each a row with its name, a bar and the figures.

Owns how long the bars are; the drawing is ``templates/bars.html`` and ``templates/bars.css``, the
textures are those of charts. It brings neither scripts nor styles, and is its own table: nobody who
cannot see the bars misses anything.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
from markupsafe import Markup

from gotrdns.reports.charts import Texture
from gotrdns.reports.templating import render

_SHORTEST: Final = 1 / 200  # of the longest bar: what there is can be seen


class Kind(msgspec.Struct, frozen=True):
    """What a part of every bar counts."""

    label: str
    texture: Texture


class Bar(msgspec.Struct, frozen=True):
    """A thing, and how much there is of each kind, never less than 0.

    ``label`` and ``hint``, which tells it from others of the same name, may be strangers' words.
    ``anchor`` is the id of what the page has on it elsewhere.
    """

    label: str
    values: tuple[int, ...]
    hint: str = ""
    anchor: str | None = None


class Bars(msgspec.Struct, frozen=True):
    """``name`` is its own within a page, ``things`` the heading of what the bars are of.

    ``of_data`` is false where the labels are words of ours.

    ``rest`` is what has no bar: its figures would dwarf the others.
    """

    name: str
    title: str
    things: str
    kinds: tuple[Kind, ...]
    bars: tuple[Bar, ...]
    rest: Bar | None = None
    of_data: bool = True


class Part(msgspec.Struct, frozen=True):
    """Where in its row a part of a bar is, in hundredths of the longest bar."""

    texture: Texture
    left: float
    width: float


def draw_bars(bars: Bars) -> Markup:
    """A ``figure``, for a page that has ``chart.css`` and ``bars.css``."""
    every = bars.bars if bars.rest is None else (*bars.bars, bars.rest)
    totals = [sum(each.values[index] for each in every) for index in range(len(bars.kinds))]
    rows = zip(bars.bars, lay_out_bars(bars), strict=True)
    return render("bars.html", bars=bars, rows=tuple(rows), totals=totals).strip()


def lay_out_bars(bars: Bars) -> list[tuple[Part, ...]]:
    """The parts of each bar that are not empty; the longest bar takes the whole width."""
    most = max((sum(each.values) for each in bars.bars), default=0)
    lengths = [[_length(value, most) for value in each.values] for each in bars.bars]
    longest = max(map(sum, lengths), default=0)
    return [tuple(_parts(bars.kinds, each, longest)) for each in lengths]


def _length(value: int, most: int) -> float:
    return max(value / most, _SHORTEST) if value else 0.0


def _parts(kinds: Sequence[Kind], lengths: Sequence[float], longest: float) -> Iterator[Part]:
    left = 0.0
    for kind, length in zip(kinds, lengths, strict=True):
        if length:
            width = 100 * length / longest
            yield Part(kind.texture, round(left, 2), round(width, 2))
            left += width
