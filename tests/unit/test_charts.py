"""Charts: everything in its place and in its box, whatever was counted."""

import itertools
import re
from collections.abc import Iterable
from xml.etree import ElementTree

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.reports import chart_ticks
from gotrdns.reports.charts import (
    NARROW,
    WIDE,
    Chart,
    Layout,
    Series,
    Texture,
    draw_chart,
    lay_out,
)

NOON = 1_800_014_400
WIDTHS = st.sampled_from([NARROW, WIDE, 250])
COUNTS = st.one_of(st.integers(0, 20), st.integers(0, 2**70), st.just(0))
LABEL = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=20)


@st.composite
def charts(draw: st.DrawFn) -> Chart:
    steps = draw(st.integers(0, 40))
    counted = tuple(draw(st.lists(st.booleans(), min_size=steps, max_size=steps)))
    values = st.tuples(*(COUNTS if each else st.just(0) for each in counted))
    series = st.builds(Series, LABEL, st.sampled_from(Texture), values)
    return Chart(
        name="one",
        title=draw(LABEL),
        began=draw(st.integers(0, 4_000_000)) * 300,
        step=draw(st.sampled_from([300, 900, 3600, 7200, 28_800, 86_400, 604_800])),
        series=tuple(draw(st.lists(series, max_size=8))),
        counted=counted,
        unfinished=draw(st.booleans()),
    )


def chart(*values: int, step: int = 900, counted: Iterable[bool] | None = None) -> Chart:
    series = Series("refused", Texture.RISING, values)
    present = tuple(counted) if counted is not None else (True,) * len(values)
    return Chart("one", "What became of mail", NOON, step, (series,), present)


def points(layout: Layout) -> list[tuple[float, float]]:
    """Every corner of every area."""
    found = []
    for area in layout.areas:
        x, y = 0.0, 0.0
        for command, numbers in re.findall(r"([MHV])([-0-9. ]+)", area.path):
            values = [float(each) for each in numbers.split()]
            x = values[0] if command in "MH" else x
            y = values[-1] if command in "MV" else y
            found.append((x, y))
        assert re.fullmatch(r"M[\d.]+ [\d.]+([HV][\d.]+)+Z", area.path)
    return found


def overlap(spans: list[tuple[float, float]]) -> bool:
    spans = sorted(spans)
    return any(left[1] > right[0] for left, right in itertools.pairwise(spans))


@given(drawn=charts(), width=WIDTHS)
def test_nothing_is_drawn_outside_its_box(drawn: Chart, width: int) -> None:
    layout = lay_out(drawn, width)
    assert 0 < layout.left < layout.right < layout.width == width
    assert 0 < layout.top < layout.bottom < layout.height
    for x, y in points(layout):
        assert layout.left <= x <= layout.right
        assert layout.top <= y <= layout.bottom
    for band in (*layout.gaps, *([layout.veil] if layout.veil else [])):
        assert layout.left <= band.left <= band.right <= layout.right


@given(drawn=charts(), width=WIDTHS)
def test_labels_neither_overlap_nor_stand_outside(drawn: Chart, width: int) -> None:
    layout = lay_out(drawn, width)
    halves = [(each.at, chart_ticks.width_of(each.text) / 2) for each in layout.columns]
    spans = [(at - half, at + half) for at, half in halves]
    assert not overlap(spans)
    assert all(left >= 0 and right <= width for left, right in spans)
    assert not overlap([(each.at - 7, each.at + 7) for each in layout.rows])
    for each in layout.rows:
        assert layout.left - layout.beside - chart_ticks.width_of(each.text) >= -0.1
        assert 7 <= each.at <= layout.height - 7


@given(drawn=charts())
def test_every_chart_is_well_formed_and_says_all_that_was_counted(drawn: Chart) -> None:
    root = ElementTree.fromstring(draw_chart(drawn))
    assert root.tag == "figure"
    pictures = root.findall("svg")
    assert len(pictures) == 2
    identifiers = [each.get("id") for each in root.iter() if each.get("id")]
    assert len(set(identifiers)) == len(identifiers)
    shown = [each for each in drawn.series if each.total]
    for picture in pictures:
        named = (picture.get("aria-labelledby") or "").split()
        assert len(named) == 2 and set(named) <= set(identifiers)
        for each in shown:
            assert f"{each.label} {each.total:,}" in (picture.findtext("desc") or "")
    used = set(re.findall(r"url\(#([^)]+)\)", str(draw_chart(drawn))))
    assert used <= set(identifiers)
    assert len(root.findall("details/div/table/tbody/tr")) == (len(drawn.counted) if shown else 0)


@given(most=st.integers(0, 10**40))
def test_the_axis_reaches_beyond_the_most_in_few_round_steps(most: int) -> None:
    rows = chart_ticks.of_counts(most)
    assert rows[0] == 0 and rows[-1] >= most
    assert 2 <= len(rows) <= 6
    [step] = {high - low for low, high in itertools.pairwise(rows)}
    assert re.fullmatch("[125]0*", str(step))
    if most:
        assert rows[-2] < most


@given(began=st.integers(0, 2**32), steps=st.integers(1, 400), unit=st.floats(1e-5, 1e-1))
def test_ticks_of_time_are_at_round_moments_within_the_time(
    began: int, steps: int, unit: float
) -> None:
    ended = began + steps * 900
    moments = list(chart_ticks.of_time(began, ended, unit))
    assert all(began <= each <= ended and each % 900 == 0 for each in moments)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0"),
        (9_999, "9,999"),
        (10_000, "10 k"),
        (2_500_000, "2.5 M"),
        (1_000_000, "1 M"),
        (5 * 10**14, "500 T"),
        (2 * 10**20, "2.0e+20"),
        (10**400, "1.0e+400"),
    ],
)
def test_labels_of_counts_are_short_and_exact(count: int, text: str) -> None:
    assert chart_ticks.compact(count) == text


def test_where_nobody_counted_there_is_a_gap_and_no_area() -> None:
    layout = lay_out(chart(5, 5, 9, 5, counted=[True, False, False, True]), WIDE)
    [gap] = layout.gaps
    assert len(layout.areas) == 2
    assert not any(gap.left < x < gap.right for x, _ in points(layout))
    said = str(draw_chart(chart(5, 0, 5, counted=[True, False, True])))
    assert "no count kept" in said
    assert "no count kept" not in str(draw_chart(chart(5, 0, 5)))


def test_a_step_of_nothing_is_no_gap() -> None:
    layout = lay_out(chart(0, 0, 0), WIDE)
    assert (layout.gaps, layout.areas) == ((), ())
    assert [each.text for each in layout.rows] == ["0", "1"]


def test_one_point_fills_the_width() -> None:
    layout = lay_out(chart(7), WIDE)
    assert {x for x, _ in points(layout)} == {layout.left, layout.right}


def test_series_stand_upon_one_another() -> None:
    lower = Series("refused", Texture.RISING, (2, 4))
    upper = Series("let in", Texture.PLAIN, (8, 6))
    both = Chart("one", "", NOON, 900, (lower, upper), (True, True))
    layout = lay_out(both, WIDE)
    assert [each.texture for each in layout.areas] == [Texture.RISING, Texture.PLAIN]
    below, above = (
        {y for _, y in points(msgspec.structs.replace(layout, areas=(area,)))}
        for area in layout.areas
    )
    assert max(below) == layout.bottom
    assert min(above) == layout.top  # 10 is the highest tick
    assert min(below) in above


def test_days_are_named_where_they_begin_and_times_in_between() -> None:
    day = lay_out(chart(*range(96), step=900), WIDE)
    texts = [each.text for each in day.columns]
    assert "16 Jan" in texts and "18:00" in texts
    month = lay_out(chart(*range(90), step=28_800), NARROW)
    assert all(re.fullmatch(r"\d+ (Jan|Feb)", each.text) for each in month.columns)


def test_months_begin_where_they_begin_and_years_have_their_number() -> None:
    years = lay_out(chart(*range(104), step=604_800), WIDE)
    texts = [each.text for each in years.columns]
    months = ["1 Mar", "1 May", "1 Jul", "1 Sep", "1 Nov"]
    assert texts == [*months, "2028", *months, "2029"]


def test_the_year_is_told_where_there_are_several() -> None:
    page = str(draw_chart(chart(*range(1, 54), step=604_800)))
    assert "From 15 Jan 2027 to 21 Jan 2028 UTC: refused 1,431." in page
    assert "At most 53 in a week, from 14 Jan 2028 UTC." in page
    assert "2027" not in str(draw_chart(chart(1, 2, step=86_400)))


def test_the_last_step_is_veiled_while_it_is_not_over() -> None:
    unfinished = Chart("one", "", NOON, 900, (), (True, True), unfinished=True)
    layout = lay_out(unfinished, WIDE)
    assert layout.veil is not None and layout.veil.right == layout.right
    assert lay_out(chart(1, 2), WIDE).veil is None


def test_the_chart_is_told_in_words_and_figures() -> None:
    page = str(draw_chart(chart(3, 1_200, 4)))
    assert "From 15 Jan, 12:00 to 15 Jan, 12:45 UTC: refused 1,207." in page
    assert "At most 1,200 in 15 minutes, from 15 Jan, 12:15 UTC." in page
    assert '<td class="number">1,200</td>' in page
    assert "UTC: nothing." in str(draw_chart(chart(0)))


@pytest.mark.parametrize(
    ("step", "said"),
    [(3600, "in an hour"), (7200, "in 2 hours"), (86_400, "in a day"), (172_800, "in 2 days")],
)
def test_the_time_that_counts_are_of_is_told(step: int, said: str) -> None:
    assert said in str(draw_chart(chart(1, step=step)))


def test_series_are_told_apart_without_colours() -> None:
    marks = set()
    for texture in Texture:
        drawn = Chart("one", "", NOON, 900, (Series("a", texture, (1,)),), (True,))
        root = ElementTree.fromstring(draw_chart(drawn))
        pattern = next(root.iter("pattern"))
        marks.add(tuple(each.get("d") for each in pattern.iter("path")))
    assert len(marks) == len(Texture)


def test_there_is_nothing_that_a_strict_policy_forbids() -> None:
    hostile = Chart("one", "<script>", NOON, 900, (Series("<b>", Texture.PLAIN, (1,)),), (True,))
    page = str(draw_chart(hostile))
    assert "style=" not in page and "<script" not in page and "<b>" not in page
