"""Bars: in proportion, all of them visible, and nothing of a label becomes markup."""

import re
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from gotrdns.reports.bars import Bar, Bars, Kind, draw_bars, lay_out_bars
from gotrdns.reports.charts import Texture
from tests.unit import hostile_explanations

KINDS = (Kind("turned away", Texture.RISING), Kind("taken in", Texture.PLAIN))
COUNTS = st.one_of(st.integers(0, 9), st.integers(0, 2**70), st.just(0))


@st.composite
def several_bars(draw: st.DrawFn) -> Bars:
    bars = st.builds(Bar, st.text(max_size=9), st.tuples(COUNTS, COUNTS))
    return Bars("one", "Volume", "Sender", KINDS, tuple(draw(st.lists(bars, max_size=9))))


def bars(*values: tuple[int, int], rest: tuple[int, int] | None = None) -> Bars:
    return Bars(
        name="one",
        title="Volume",
        things="Sender",
        kinds=KINDS,
        bars=tuple(Bar(f"bar{number}", each) for number, each in enumerate(values)),
        rest=None if rest is None else Bar("3 more", rest),
    )


@given(several_bars())
def test_every_part_that_is_not_empty_can_be_seen_within_the_row(drawn: Bars) -> None:
    for bar, parts in zip(drawn.bars, lay_out_bars(drawn), strict=True):
        assert len(parts) == sum(1 for value in bar.values if value)
        ends = [0.0]
        for part in parts:
            assert abs(part.left - ends[-1]) <= 0.02
            assert part.width >= 0.4
            ends.append(part.left + part.width)
        assert ends[-1] <= 100.02


@given(several_bars())
def test_the_longest_bar_takes_the_whole_width(drawn: Bars) -> None:
    ends = [parts[-1].left + parts[-1].width for parts in lay_out_bars(drawn) if parts]
    assert not ends or abs(max(ends) - 100) <= 0.02


def test_bars_are_in_proportion() -> None:
    first, second, third = lay_out_bars(bars((60, 40), (50, 0), (0, 25)))
    assert [(each.left, each.width) for each in first] == [(0.0, 60.0), (60.0, 40.0)]
    assert [(each.left, each.width) for each in second] == [(0.0, 50.0)]
    assert [(each.texture, each.width) for each in third] == [(Texture.PLAIN, 25.0)]


def test_what_has_no_bar_is_told_and_counted_but_sets_no_scale() -> None:
    drawn = bars((6, 4), rest=(9_000, 1))
    assert lay_out_bars(drawn) == lay_out_bars(bars((6, 4)))
    root = ElementTree.fromstring(draw_bars(drawn))
    last = root.findall("table/tbody/tr")[-1]
    assert [each.text for each in last.iter() if each.text] == ["3 more", "9,000", "1"]
    assert last.find(".//svg") is None
    key = ["".join(each.itertext()).split() for each in root.findall("ul/li")]
    assert key == [["turned", "away", "9,006"], ["taken", "in", "5"]]


def test_a_bar_leads_to_what_is_told_elsewhere_of_it() -> None:
    drawn = Bars("one", "", "", KINDS, (Bar("a", (1, 1), hint="h", anchor="there"),))
    row = ElementTree.fromstring(draw_bars(drawn)).find("table/tbody/tr/th")
    assert row is not None
    assert [(each.tag, each.get("href"), each.text) for each in row] == [
        ("a", "#there", "a"),
        ("span", None, "h"),
    ]


@given(several_bars())
def test_the_figures_of_every_bar_stand_beside_it(drawn: Bars) -> None:
    root = ElementTree.fromstring(_printable(draw_bars(drawn)))
    rows = root.findall("table/tbody/tr")
    figures = [[each.text for each in row.findall("td")[1:]] for row in rows]
    assert figures == [[f"{value:,}" for value in each.values] for each in drawn.bars]
    defined = {each.get("id") for each in root.iter("pattern")}
    used = re.findall(r"url\(#([^)]+)\)", draw_bars(drawn))
    assert set(used) == defined


@given(hostile_explanations.texts)
def test_nothing_of_a_label_becomes_markup(text: str) -> None:
    drawn = Bars("one", "", "", KINDS, (Bar(text, (1, 2), hint=f"x{text}"),))
    plain = Bars("one", "", "", KINDS, (Bar("x", (1, 2), hint="x"),))
    there, here = (ElementTree.fromstring(_printable(draw_bars(each))) for each in (drawn, plain))
    assert [each.tag for each in there.iter()] == [each.tag for each in here.iter()]


def _printable(page: str) -> str:
    """Without the characters that XML has no way to write, and HTML just shows."""
    return "".join(each if each.isprintable() or each == "\n" else " " for each in page)
