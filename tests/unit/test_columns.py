"""Tables fit the terminal, and nothing that has to be copied is shortened."""

from gotrdns.reports.columns import Column, shorten_end, table
from gotrdns.reports.text import Style, plain

COLUMNS = (
    Column("ID", ["abcdefgh", "b"]),
    Column("NAME", ["a-very-long-host-name.example", "x.example"], least=10, spare=1),
    Column("COUNT", ["1", "100"], right=True, spare=2),
    Column("WHY", ["because it is so", "x"], least=6, shorten=shorten_end),
)


def lines(width: int | None) -> list[str]:
    return list(table(COLUMNS, width, plain))


def test_without_a_width_everything_is_shown() -> None:
    assert lines(None) == [
        "ID        NAME                           COUNT  WHY",
        "abcdefgh  a-very-long-host-name.example      1  because it is so",
        "b         x.example                        100  x",
    ]


def test_the_widest_gives_first() -> None:
    assert max(map(len, lines(50))) == 50


def test_what_is_least_telling_is_left_out_first() -> None:
    assert lines(34)[0].split() == ["ID", "NAME", "WHY"]
    assert lines(27)[0].split() == ["ID", "WHY"]
    assert lines(17)[1] == "abcdefgh  beca..."


def test_every_width_is_kept_down_to_what_must_be_shown() -> None:
    for width in range(16, 80):
        shown = lines(width)
        assert max(map(len, shown)) <= width
        assert shown[1].startswith("abcdefgh  ")


def test_less_than_what_must_be_shown_overflows() -> None:
    assert lines(5) == lines(16)


def test_a_style_colours_the_cell_and_not_its_margin() -> None:
    styled = Column("DONE", ["ok", "wrong"], styles=[Style.GOOD, None])
    last = Column("X", ["1", "2"])
    shown = list(table([styled, last], None, lambda text, style: f"<{style.value}:{text}>"))
    assert shown == ["<heading:DONE   X>", "<good:ok>     1", "wrong  2"]
