"""The way from the root to a name, one line a zone, and what each server of the last ones said.

Owns the layout of a walk for a terminal; what there is to lay out is `delegation_rows`'.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from gotrdns.evidence import Path
from gotrdns.reports import english
from gotrdns.reports.delegation_rows import ZoneRow, way_rows
from gotrdns.reports.layout import WIDTH, paragraph

_INDENT: Final = "    "
_DEEPER: Final = "      "
_DEEPEST: Final = "          "
_WIDEST_NAME: Final = 40


def way_lines(path: Path) -> Iterator[str]:
    """One line a zone cut, from the root on; an alias goes on where its way parts."""
    way = way_rows(path)
    for leg in way.legs:
        yield from paragraph(leg.alias, _INDENT)
        yield from _table(leg.zones)
    yield from paragraph(way.ending, _INDENT)


def _table(rows: Sequence[ZoneRow]) -> Iterator[str]:
    names = _width([row.zone for row in rows])
    counts = _width([row.count for row in rows])
    for row in rows:
        start = f"{_INDENT}{row.zone:<{names}}  {row.count:<{counts}}"
        yield from _line(start, row.said, _DEEPEST)
        yield from _server_table(row)


def _server_table(zone: ZoneRow) -> Iterator[str]:
    names = _width([row.name for row in zone.servers])
    addresses = _width([row.address for row in zone.servers])
    times = _width([row.time for row in zone.servers])
    for row in zone.servers:
        start = f"{_DEEPER}{row.name:<{names}}  {row.address:<{addresses}}  {row.time:>{times}}"
        yield from _line(start, row.said, _DEEPEST)
        for remark in row.remarks:
            yield from paragraph(remark, _DEEPEST)
    if zone.unshown:
        yield _DEEPER + english.MORE.format(count=zone.unshown)


def _width(texts: Sequence[str]) -> int:
    return max((len(text) for text in texts if len(text) <= _WIDEST_NAME), default=0)


def _line(start: str, end: str, indent: str) -> Iterator[str]:
    """Both in one line, or each in its own where that does not fit the screen."""
    line = f"{start}  {end}".rstrip()
    if len(line) <= WIDTH:
        yield line
        return
    if len(start.rstrip()) <= WIDTH:
        yield start.rstrip()
    else:
        # A name in one piece, however long.
        yield from paragraph(start, start[: len(start) - len(start.lstrip())], indent)
    if end:
        yield from paragraph(end, indent)
