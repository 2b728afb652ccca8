"""How reports on logs spell for programs what they have in common.

Owns the keys about what was read, and the manners of CSV. Times are RFC 3339, in UTC.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from gotrdns.reports import moments
from gotrdns.reports.logs.report import Read

# How a spreadsheet tells a formula from a text.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def spell_read(read: Read) -> dict[str, Any]:
    """What was read, and of which time."""
    return {
        "logs": read.logs,
        "lines": read.lines,
        "facts": read.facts,
        "unread": read.unread,
        "damaged": read.damaged,
        "first": spell_moment(read.first_at),
        "last": spell_moment(read.last_at),
    }


def spell_moment(at: float | None) -> str | None:
    return None if at is None else moments.utc(at)


def spell_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """A heading, and a line for each row; several values have spaces between."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row[column]) for column in columns])
    return text.getvalue()


def _cell(value: Any) -> Any:
    """As it is, unless a spreadsheet would take a stranger's words for a formula."""
    if isinstance(value, list | tuple | dict):
        value = " ".join(value)
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
