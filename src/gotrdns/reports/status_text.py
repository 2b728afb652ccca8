"""How a daemon does, for people: what is wrong first, then the figures.

Owns the layout for a terminal of 80 columns; what stands in it is ``status_rows``'s.
"""

from collections.abc import Iterable, Iterator

from gotrdns.reports import english_status as words
from gotrdns.reports.layout import paragraph
from gotrdns.reports.readiness_text import remark_text
from gotrdns.reports.status import Status
from gotrdns.reports.status_rows import (
    Row,
    alarm_lines,
    cache_line,
    decision_rows,
    duration,
    listener_rows,
    pages_row,
    repairs_line,
    resolver_lines,
    resolver_rows,
    store_lines,
    waiting_line,
    worker_rows,
)
from gotrdns.reports.text import Paint, Style, plain


def compose_status(status: Status, paint: Paint = plain) -> str:
    """The whole text, every line ended."""
    title = words.TITLE.format(
        version=status.version,
        mode=status.mode,
        uptime=duration(status.uptime_seconds),
        pid=status.pid,
        memory=round(status.memory_octets / (1 << 20)),
    )
    lines = [paint(title, Style.HEADING), "", *_condition(status, paint)]
    for heading, section in (
        (words.DECISIONS, _decisions(status)),
        (words.LISTENING, _table(listener_rows(status))),
        *([(words.WORKERS, _table(worker_rows(status)))] if status.workers else []),
        *([(words.PAGES, _table([pages_row(status.pages)]))] if status.pages else []),
        (words.RESOLVER, _resolver(status)),
        (words.CACHE, _indented([cache_line(status)])),
        (words.STORE, _indented(store_lines(status))),
    ):
        lines += ["", paint(f"  {heading}", Style.HEADING), *section]
    return "".join(f"{line}\n" for line in lines)


def _condition(status: Status, paint: Paint) -> Iterator[str]:
    if not status.wrong:
        yield paint(f"  {words.ALL_IS_WELL}", Style.GOOD)
        return
    yield paint(f"  {words.WRONG}", Style.BAD)
    for remark in status.wrong:
        yield from paragraph(remark_text(remark), "  - ", "    ")
    for line in alarm_lines(status):
        yield f"    ({line})"


def _decisions(status: Status) -> Iterator[str]:
    if not status.since_start.decisions:
        yield f"    {words.NO_DECISIONS}"
        return
    yield from _table(decision_rows(status), figures=2)
    if waiting := waiting_line(status):
        yield f"    {waiting}"
    if repairs := repairs_line(status):
        yield from paragraph(repairs, "    ", "    ")


def _resolver(status: Status) -> Iterator[str]:
    yield from _table(resolver_rows(status))
    yield from _indented(resolver_lines(status))


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"    {line}" for line in lines)


def _table(rows: Iterable[Row], figures: int = 0) -> Iterator[str]:
    """Columns as wide as they need be; the last ``figures`` of them are set right."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            text.rjust(width) if position >= len(row) - figures else text.ljust(width)
            for position, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield f"    {'  '.join(cells)}".rstrip()
