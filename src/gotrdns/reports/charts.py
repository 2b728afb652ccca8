"""Charts of counts over time: what is stacked upon what, in a picture, a key and a table.

Owns what a chart shows, and where in it everything stands; the drawing is ``templates/chart.html``,
the colours and textures ``templates/chart.css`` and ``templates/chart_textures.svg``. It brings
neither scripts nor styles. Each picture is drawn for a wide and for a narrow page, in which a unit
is about a pixel.
"""

import enum
import itertools
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
from markupsafe import Markup

from gotrdns.reports import chart_ticks as ticks
from gotrdns.reports import english_charts as words
from gotrdns.reports.templating import render

WIDE: Final = 960
NARROW: Final = 360
_HEIGHT: Final = 230
_TOP: Final = 14  # half a label, and some air
_BELOW: Final = 28
_RIGHT: Final = 10
_LABELS: Final = 36.0  # room for most, so that charts below one another are in line
_BESIDE: Final = 8  # between a label and the axis
_BASELINE: Final = 4  # how far below its middle a label stands
_DAY: Final = 86_400
_WEEK: Final = 7 * _DAY


class Texture(enum.Enum):
    """How a series looks, with and without colours; the values are names of style."""

    PLAIN = "plain"
    DOTTED = "dotted"
    RISING = "rising"
    FALLING = "falling"
    LEVEL = "level"
    UPRIGHT = "upright"
    CROSSED = "crossed"
    CHECKED = "checked"


class Series(msgspec.Struct, frozen=True):
    """How often something happened, step by step; never less than 0."""

    label: str
    texture: Texture
    values: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.values)


class Chart(msgspec.Struct, frozen=True):
    """``series`` are stacked from below, and all as long as ``counted``.

    ``name`` is its own within a page. The first step began at ``began`` (seconds since 1970); each
    lasts ``step`` seconds. ``counted`` is whether anybody was there to count in a step; where
    nobody was, all values are 0. ``unfinished`` when the last step is not over yet.
    """

    name: str
    title: str
    began: int
    step: int
    series: tuple[Series, ...]
    counted: tuple[bool, ...]
    unfinished: bool = False

    @property
    def ended(self) -> int:
        return self.began + self.step * len(self.counted)


class Area(msgspec.Struct, frozen=True):
    """The part of a series that is in one run of steps, as an SVG path."""

    texture: Texture
    path: str


class Band(msgspec.Struct, frozen=True):
    """From one side to the other, over the whole height."""

    left: float
    right: float


class Label(msgspec.Struct, frozen=True):
    """A text, at the place of its tick."""

    at: float
    text: str


class Layout(msgspec.Struct, frozen=True):
    """A picture with everything in its place. ``rows`` and ``columns`` are the axes' ticks."""

    width: int
    left: float
    right: float
    top: float
    bottom: float
    areas: tuple[Area, ...]
    gaps: tuple[Band, ...]
    rows: tuple[Label, ...]
    columns: tuple[Label, ...]
    veil: Band | None
    height: int = _HEIGHT
    beside: int = _BESIDE
    baseline: int = _BASELINE


class Row(msgspec.Struct, frozen=True):
    """A step in the table; no values where nobody counted."""

    label: str
    values: tuple[str, ...]


def draw_chart(chart: Chart) -> Markup:
    """A ``figure``, for a page that has ``chart.css``."""
    shown = _shown(chart)
    return render(
        "chart.html",
        words=words,
        chart=shown,
        said=_said(shown),
        span=_span(chart.step),
        layouts={"wide": lay_out(shown, WIDE), "narrow": lay_out(shown, NARROW)},
        rows=tuple(_rows(shown)),
        Texture=Texture,
    ).strip()


def _shown(chart: Chart) -> Chart:
    """Without series of which there is nothing."""
    series = tuple(each for each in chart.series if each.total)
    return msgspec.structs.replace(chart, series=series)


def lay_out(chart: Chart, width: int) -> Layout:
    """Where everything stands in a picture that is so wide."""
    most = max(_sums(chart), default=0)
    rows = ticks.of_counts(most)
    labels = max(map(ticks.width_of, map(ticks.compact, rows)))
    left = round(max(labels, _LABELS) + _BESIDE, 1)
    plot = _Plot(left, width - _RIGHT, _TOP, _HEIGHT - _BELOW, len(chart.counted), rows[-1])
    return Layout(
        width=width,
        left=plot.left,
        right=plot.right,
        top=plot.top,
        bottom=plot.bottom,
        areas=tuple(_areas(chart, plot)),
        gaps=tuple(Band(plot.x(a), plot.x(b)) for a, b in _runs(chart.counted, of=False)),
        rows=tuple(Label(plot.y(each), ticks.compact(each)) for each in rows),
        columns=tuple(_columns(chart, plot, width)),
        veil=_veil(chart, plot),
    )


class _Plot(msgspec.Struct, frozen=True):
    """The part of a picture between its axes."""

    left: float
    right: float
    top: float
    bottom: float
    steps: int
    highest: int

    def x(self, step: int) -> float:
        """Where a step begins."""
        return round(self.left + (self.right - self.left) * step / max(self.steps, 1), 1)

    def y(self, count: int) -> float:
        share = count / self.highest if self.highest else 0.0
        return round(self.bottom - (self.bottom - self.top) * share, 1)


def _areas(chart: Chart, plot: _Plot) -> Iterator[Area]:
    for first, end in _runs(chart.counted, of=True):
        below = [0] * (end - first)
        for series in chart.series:
            part = series.values[first:end]
            above = [low + value for low, value in zip(below, part, strict=True)]
            if any(part):
                yield Area(series.texture, _path(plot, first, below, above))
            below = above


def _path(plot: _Plot, first: int, below: Sequence[int], above: Sequence[int]) -> str:
    """Along the upper edge from left to right, and back along the lower."""
    steps = range(first, first + len(above))
    there = [f"V{plot.y(each)}H{plot.x(step + 1)}" for step, each in zip(steps, above, strict=True)]
    back = [f"V{plot.y(each)}H{plot.x(step)}" for step, each in zip(steps, below, strict=True)]
    start = f"M{plot.x(first)} {plot.y(below[0])}"
    return "".join((start, *there, *reversed(back), "Z"))


def _runs(counted: Sequence[bool], *, of: bool) -> Iterator[tuple[int, int]]:
    """The first of each run of steps that are so, and the one after the last."""
    at = 0
    for is_counted, run in itertools.groupby(counted):
        end = at + len(list(run))
        if is_counted is of:
            yield at, end
        at = end


def _columns(chart: Chart, plot: _Plot, width: int) -> Iterator[Label]:
    seconds = chart.ended - chart.began
    if not seconds:
        return
    unit = (plot.right - plot.left) / seconds
    for moment in ticks.of_time(chart.began, chart.ended, unit):
        at = round(plot.left + (moment - chart.began) * unit, 1)
        text = _tick(moment, chart)
        half = ticks.width_of(text) / 2
        if half <= at <= width - half:
            yield Label(at, text)


def _veil(chart: Chart, plot: _Plot) -> Band | None:
    """Over the step that is not over."""
    if not chart.unfinished or not chart.counted:
        return None
    return Band(plot.x(len(chart.counted) - 1), plot.right)


def _sums(chart: Chart) -> list[int]:
    """All series together, step by step."""
    values = (each.values for each in chart.series)
    return [sum(step) for step in zip(*values, strict=True)]


def _rows(chart: Chart) -> Iterator[Row]:
    for index, counted in enumerate(chart.counted):
        values = tuple(f"{each.values[index]:,}" for each in chart.series) if counted else ()
        yield Row(_moment(chart.began + index * chart.step, chart), values)


def _said(chart: Chart) -> str:
    """The chart in words."""
    first, last = _moment(chart.began, chart), _moment(chart.ended, chart)
    sums = _sums(chart)
    most = max(sums, default=0)
    if not most:
        return words.SAID_NOTHING.format(first=first, last=last)
    totals = (
        words.TOTAL_OF.format(label=each.label, count=f"{each.total:,}") for each in chart.series
    )
    return words.SAID.format(
        first=first,
        last=last,
        totals=", ".join(totals),
        most=f"{most:,}",
        span=_span(chart.step),
        at=_moment(chart.began + sums.index(most) * chart.step, chart),
    )


def _span(step: int) -> str:
    """In which time the counts are."""
    if step == _DAY:
        return words.SPAN_DAY
    if step == _WEEK:
        return words.SPAN_WEEK
    if step % _DAY == 0:
        return words.SPAN_DAYS.format(count=step // _DAY)
    if step == 3600:
        return words.SPAN_HOUR
    if step % 3600 == 0:
        return words.SPAN_HOURS.format(count=step // 3600)
    return words.SPAN_MINUTES.format(count=step // 60)


def _tick(moment: int, chart: Chart) -> str:
    """The day where one begins, else the time; the year where the years pass by."""
    if moment % _DAY:
        return _time(moment)
    at = ticks.utc(moment)
    if (at.day, at.month) == (1, 1) and chart.step >= _DAY:
        return words.YEAR.format(year=at.year)
    return words.DAY.format(day=at.day, month=words.MONTHS[at.month - 1])


def _moment(moment: int, chart: Chart) -> str:
    """As exactly as the chart's steps are long."""
    at = ticks.utc(moment)
    years = {ticks.utc(each).year for each in (chart.began, chart.ended)}
    template = words.DAY if len(years) == 1 else words.DAY_OF_YEAR
    day = template.format(day=at.day, month=words.MONTHS[at.month - 1], year=at.year)
    if chart.step % _DAY == 0:
        return day
    return words.DAY_AND_TIME.format(day=day, time=_time(moment))


def _time(moment: int) -> str:
    at = ticks.utc(moment)
    return words.TIME.format(hour=at.hour, minute=at.minute)
