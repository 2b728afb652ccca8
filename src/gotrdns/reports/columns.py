"""Tables that fit a terminal: what does not fit is left out or shortened, the least telling first.

Owns the widths, and knows nothing of what the cells say.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import msgspec

from gotrdns.reports.smtp import shorten_name
from gotrdns.reports.text import Paint, Style

_GAP: Final = "  "
_ELLIPSIS: Final = "..."


def shorten_end(text: str, width: int) -> str:
    """A sentence that fits: its beginning."""
    return text if len(text) <= width else text[: width - len(_ELLIPSIS)] + _ELLIPSIS


class Column(msgspec.Struct, frozen=True):
    """Cells under a heading.

    ``least`` is how narrow it may become, None where nothing may be lacking. ``spare`` columns are
    left out where there is no room, the highest number first; 0 never is. ``styles`` are the
    cells', if they have any.
    """

    heading: str
    cells: Sequence[str]
    least: int | None = None
    spare: int = 0
    right: bool = False
    shorten: Callable[[str, int], str] = shorten_name
    styles: Sequence[Style | None] = ()

    @property
    def natural(self) -> int:
        return max(len(self.heading), *map(len, self.cells))

    @property
    def narrowest(self) -> int:
        return self.natural if self.least is None else min(self.natural, self.least)


def table(columns: Sequence[Column], width: int | None, paint: Paint) -> Iterator[str]:
    """The lines, the headings first. Without a width nothing is left out or shortened."""
    chosen = list(columns)
    if width is not None:
        while _taken(chosen) > width and (spare := max(chosen, key=_spare)).spare:
            chosen.remove(spare)
    widths = [each.natural for each in chosen]
    if width is not None:
        _narrow(chosen, widths, width)
    headings = [_fill(each, each.heading, room) for each, room in zip(chosen, widths, strict=True)]
    yield paint(_GAP.join(headings).rstrip(), Style.HEADING)
    for row in range(len(chosen[0].cells)):
        cells = (_cell(each, row, room, paint) for each, room in zip(chosen, widths, strict=True))
        yield _GAP.join(cells).rstrip()


def _spare(column: Column) -> int:
    return column.spare


def _taken(columns: Sequence[Column]) -> int:
    return sum(each.narrowest for each in columns) + len(_GAP) * (len(columns) - 1)


def _narrow(columns: Sequence[Column], widths: list[int], width: int) -> None:
    """Take from the widest until all fit, first from those that could be left out."""
    excess = sum(widths) + len(_GAP) * (len(widths) - 1) - width
    while excess > 0:
        giving = [at for at, each in enumerate(columns) if widths[at] > each.narrowest]
        if not giving:
            return
        widest = max(giving, key=lambda at: (columns[at].spare > 0, widths[at]))
        widths[widest] -= 1
        excess -= 1


def _cell(column: Column, row: int, width: int, paint: Paint) -> str:
    text = column.cells[row]
    if len(text) > width:
        text = column.shorten(text, width)
    style = column.styles[row] if column.styles else None
    filled = _fill(column, text, width)
    return filled if style is None else filled.replace(text, paint(text, style), 1)


def _fill(column: Column, text: str, width: int) -> str:
    return text.rjust(width) if column.right else text.ljust(width)
