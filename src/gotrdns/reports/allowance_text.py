"""Exceptions as text for people.

Owns their table, and what is said when one is made, prolonged or ended.
"""

from collections.abc import Sequence

from gotrdns.policy.allowances import SEEN_FIXED, Allowance, AllowanceKind
from gotrdns.reports import english_allowances as words
from gotrdns.reports import moments
from gotrdns.reports.columns import Column, shorten_end, table
from gotrdns.reports.layout import paragraph
from gotrdns.reports.past_text import target_text
from gotrdns.reports.text import Paint, plain


def granted(allowance: Allowance, before: Allowance | None) -> str:
    """What became of a wish for an exception; ``before`` is the one that held already."""
    if before is None:
        wording = words.MADE
    else:
        wording = words.HELD_ALREADY if before.ends == allowance.ends else words.PROLONGED
    said = wording.format(
        number=allowance.number,
        whom=whom(allowance),
        until=_until(allowance),
        before=_until(before) if before else "",
    )
    if allowance.kind is AllowanceKind.ADDRESS:
        said = f"{said} {words.ENDS_BY_ITSELF}"
    return _lines(said)


def removed(allowance: Allowance) -> str:
    return _lines(words.REMOVED.format(number=allowance.number, whom=whom(allowance)))


def _lines(text: str) -> str:
    return "".join(f"{line}\n" for line in paragraph(text, "", "  "))


def whom(allowance: Allowance) -> str:
    """Whom it lets in, in words."""
    return words.WHOM[allowance.kind].format(value=allowance.value)


def _until(allowance: Allowance) -> str:
    if allowance.ends is None:
        return words.FOR_EVER
    return words.UNTIL.format(moment=moments.last_day_or_minute(allowance.ends))


def allowances_table(
    allowances: Sequence[Allowance], now: float, *, width: int | None = None, paint: Paint = plain
) -> str:
    """One line each, every line ended."""
    cells = [_cells(each, now) for each in allowances]
    columns = [
        Column(
            heading,
            [each[key] for each in cells],
            least=_LEAST.get(key),
            spare=_SPARE.get(key, 0),
            right=key in {"number", "hits"},
            shorten=shorten_end,
        )
        for key, heading in words.HEADINGS.items()
        if any(each[key] for each in cells)
    ]
    return "".join(f"{line}\n" for line in table(columns, width, paint))


_LEAST = {"target": 18, "reason": 12, "author": 6, "ended": 12}
_SPARE = {"last_hit": 1}


def _cells(allowance: Allowance, now: float) -> dict[str, str]:
    ends, hit_at = allowance.ends, allowance.hit_at
    return {
        "number": str(allowance.number),
        "target": target_text(allowance),
        "until": words.LASTING if ends is None else moments.last_day_or_minute(ends),
        "hits": str(allowance.hits),
        "last_hit": words.NEVER_HIT if hit_at is None else moments.short(hit_at),
        "author": allowance.author,
        "reason": allowance.reason,
        "ended": "" if allowance.holds(now) else why_ended(allowance.note),
    }


def why_ended(note: str) -> str:
    """In words, by the note it was kept with."""
    if note == SEEN_FIXED:
        return words.SEEN_FIXED
    return note or words.TIME_IS_UP
