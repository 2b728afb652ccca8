"""Past decisions as a table for people.

Owns which columns there are, and what is said once because it is the same for all.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from gotrdns.policy.recorded import RecordedDecision
from gotrdns.reports import english_past as words
from gotrdns.reports import moments
from gotrdns.reports.columns import Column, table
from gotrdns.reports.layout import paragraph
from gotrdns.reports.past import Recheck
from gotrdns.reports.past_text import (
    STYLE_OF_ACTION,
    comparison,
    conclusion,
    done_in_short,
    vouched_in_short,
)
from gotrdns.reports.smtp import shorten_name
from gotrdns.reports.text import Paint, Style, plain

Cell = Callable[[RecordedDecision], str]


def _without_year(moment: str, _width: int) -> str:
    return moment.partition("-")[2]


_CELLS: Final[Mapping[str, Cell]] = {
    "last": lambda each: moments.short(each.last_at),
    "count": lambda each: str(each.count),
    "address": lambda each: each.address or words.NO_ADDRESS_IN_SHORT,
    "name": lambda each: each.host_name,
    "sender": lambda each: each.sender,
    "recipient": lambda each: each.recipient,
    "vouched": lambda each: vouched_in_short(each.vouched),
    "done": done_in_short,
    "reason": lambda each: each.reason,
    "incident": lambda each: each.id,
}
# How narrow those may become that are read and not copied, and which are left out first.
_LEAST: Final = {
    "last": 11,
    "address": 15,
    "name": 20,
    "sender": 16,
    "recipient": 16,
    "vouched": 20,
}
_WIDE: Final = 1000  # where there is no terminal to fit
_SPARE: Final = {"recipient": 5, "count": 4, "sender": 3, "vouched": 2, "name": 1}
# Of interest where it is what all have in common: among those to follow up.
_ALL_OR_NONE: Final = frozenset({"vouched"})


def decisions_table(
    decisions: Sequence[RecordedDecision],
    *,
    width: int | None = None,
    is_all: bool = True,
    paint: Paint = plain,
) -> str:
    """One line each, every line ended; what is the same for all stands above."""
    cells = {key: [cell(each) for each in decisions] for key, cell in _CELLS.items()}
    same = _the_same(cells) if len(decisions) > 1 else {}
    columns = [
        _column(key, texts, decisions)
        for key, texts in cells.items()
        if key not in same and (all if key in _ALL_OR_NONE else any)(texts)
    ]
    return "".join(f"{line}\n" for line in _lines(columns, same, decisions, width, is_all, paint))


def _lines(
    columns: Sequence[Column],
    same: Mapping[str, str],
    decisions: Sequence[RecordedDecision],
    width: int | None,
    is_all: bool,
    paint: Paint,
) -> Iterator[str]:
    if same:
        facts = ", ".join(words.SAME_FACTS[key].format(value=text) for key, text in same.items())
        text = words.ALL_THE_SAME.format(facts=facts)
        for line in paragraph(text, "", "  ", width=width or _WIDE):
            yield paint(line, Style.HEADING)
    yield from table(columns, width, paint)
    yield ""
    yield (words.FOUND if is_all else words.FOUND_MOST).format(count=len(decisions))


def _the_same(cells: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {
        key: texts[0]
        for key, texts in cells.items()
        if key in words.SAME_FACTS and texts[0] and len(set(texts)) == 1
    }


def _column(key: str, texts: Sequence[str], decisions: Sequence[RecordedDecision]) -> Column:
    return Column(
        words.HEADINGS[key],
        texts,
        least=_LEAST.get(key),
        spare=_SPARE.get(key, 0),
        right=key == "count",
        shorten=_without_year if key == "last" else shorten_name,
        styles=[STYLE_OF_ACTION[each.wanted] for each in decisions] if key == "done" else (),
    )


def now_lines(
    latest: Mapping[str, tuple[RecordedDecision, Recheck]], width: int | None, paint: Paint
) -> str:
    """What DNS says now of each client, beside the latest decision about it."""
    lines = [paint(words.NOW, Style.HEADING)]
    for address, (decision, recheck) in latest.items():
        said = f"{comparison(decision, recheck.verdict)} {conclusion(decision, recheck)}"
        text = words.NOW_OF.format(address=address, said=said)
        lines += paragraph(text, "  ", "    ", width=width or _WIDE)
    return "".join(f"{line}\n" for line in lines)
