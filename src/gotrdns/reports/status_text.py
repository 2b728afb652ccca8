"""How a daemon does, for people: what is wrong first, then the figures.

Owns the layout for a terminal of 80 columns; the words are in ``english_status``.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from gotrdns.policy import Trust
from gotrdns.reports import english_status as words
from gotrdns.reports.layout import paragraph
from gotrdns.reports.readiness_text import remark_text
from gotrdns.reports.status import Decided, Pages, Period, Server, Status
from gotrdns.reports.text import Paint, Style, plain

_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86_400
# Who connects there is no mail server, and stays for one question.
_NO_DOORS: Final = frozenset({"metrics", "control"})

# What was decided alike, by result, cause, action and what was withheld.
_Alike = tuple[str, str, str, str]


def compose_status(status: Status, paint: Paint = plain) -> str:
    """The whole text, every line ended."""
    title = words.TITLE.format(
        version=status.version,
        mode=status.mode,
        uptime=_duration(status.uptime_seconds),
        pid=status.pid,
        memory=round(status.memory_octets / (1 << 20)),
    )
    lines = [paint(title, Style.HEADING), "", *_condition(status, paint)]
    for heading, section in (
        (words.DECISIONS, _decisions(status)),
        (words.LISTENING, _listeners(status)),
        *([(words.WORKERS, _workers(status))] if status.workers else []),
        *([(words.PAGES, _pages(status.pages))] if status.pages else []),
        (words.RESOLVER, _resolver(status)),
        (words.CACHE, _cache(status)),
        (words.STORE, _store(status)),
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
    for alarm, seconds in status.alarms.items():
        yield f"    ({words.ALARM_SINCE.format(alarm=alarm, duration=_duration(seconds))})"


def _decisions(status: Status) -> Iterator[str]:
    if not status.since_start.decisions:
        yield f"    {words.NO_DECISIONS}"
        return
    lately = words.LATELY.format(duration=_duration(status.lately.seconds))
    rows = [("", "", lately, words.SINCE_START)]
    recent = {_alike(each): each.count for each in status.lately.decisions}
    for each in status.since_start.decisions:
        said = " ".join(filter(None, (each.result, each.cause))) or words.EXEMPT
        done = words.WITHHELD[each.withheld] if each.withheld else words.ACTIONS[each.action]
        count = recent.get(_alike(each), 0)
        rows.append((said, done, _rate(count, status.lately), f"{each.count:,}"))
    total = sum(each.count for each in status.since_start.decisions)
    rows.append((words.TOTAL, "", _rate(sum(recent.values()), status.lately), f"{total:,}"))
    yield from _table(rows, figures=2)
    yield from _waiting(status)
    yield from _repairs(status)


def _alike(decided: Decided) -> _Alike:
    return decided.result, decided.cause, decided.action, decided.withheld


def _rate(count: int, period: Period) -> str:
    minutes = max(period.seconds / _MINUTE, 1 / _MINUTE)
    return words.RATE.format(count=f"{count:,}", rate=f"{count / minutes:,.1f}")


def _waiting(status: Status) -> Iterator[str]:
    waiting = status.waiting
    if waiting.count:
        mean = _short(waiting.mean_seconds)
        text = words.LOOKUPS.format(count=f"{waiting.count:,}", mean=mean)
        if waiting.within_seconds_95 is not None:
            text += words.WITHIN.format(bound=_short(waiting.within_seconds_95))
        yield f"    {text}"


def _repairs(status: Status) -> Iterator[str]:
    repairs = status.repairs
    if repairs.held or repairs.passes:
        held, passes = f"{repairs.held:,}", f"{repairs.passes:,}"
        yield from paragraph(words.REPAIRS.format(held=held, passes=passes), "    ", "    ")


def _listeners(status: Status) -> Iterator[str]:
    rows = []
    for each in status.listeners:
        text = _connections(each.connections)
        rows.append((each.purpose, each.place, "" if each.purpose in _NO_DOORS else text))
    yield from _table(rows)


def _workers(status: Status) -> Iterator[str]:
    rows = [
        (
            words.WORKER.format(pid=each.pid),
            words.WORKER_READY if each.ready else words.WORKER_STARTS,
            _connections(each.connections),
            words.MEMORY.format(memory=round(each.memory_octets / (1 << 20))),
        )
        for each in status.workers
    ]
    yield from _table(rows)


def _pages(pages: Pages) -> Iterator[str]:
    runs = words.PAGES_DO_NOT_RUN if pages.pid is None else words.PAGES_RUN.format(pid=pages.pid)
    ended = words.PAGES_ENDED.format(count=f"{pages.ended:,}")
    yield from _table([(runs, ended) if pages.ended else (runs,)])


def _connections(count: int) -> str:
    return words.ONE_CONNECTION if count == 1 else words.CONNECTIONS.format(count=count)


def _resolver(status: Status) -> Iterator[str]:
    resolver = status.resolver
    rows = [
        (
            each.address,
            _state(each, reachable=resolver.reachable),
            words.SERVER_FIGURES.format(
                questions=f"{each.questions:,}",
                answers=f"{each.answers:,}",
                timeouts=f"{each.timeouts:,}",
            ),
        )
        for each in resolver.servers
    ]
    yield from _table(rows)
    errors = [
        words.ERROR.format(count=f"{count:,}", kind=kind)
        for kind, count in resolver.errors.items()
        if count
    ]
    if errors:
        yield f"    {words.ERRORS.format(errors=', '.join(errors))}"
    if resolver.forged or resolver.malformed:
        yield "    " + words.FORGED.format(
            forged=f"{resolver.forged:,}", malformed=f"{resolver.malformed:,}"
        )
    breaker = status.breaker
    trust = words.BREAKER.format(
        trust=words.TRUST[resolver.trust],
        troubled=breaker.networks_troubled,
        seen=breaker.networks_seen,
    )
    asked = breaker.alarming or resolver.trust != Trust.SOUND.value
    yield f"    {trust}{words.BREAKER_ALARMING if asked else ''}"


def _state(server: Server, *, reachable: bool) -> str:
    if not reachable:
        return words.SERVER_UNREACHABLE
    return words.SERVER_SUSPECT if server.suspect else words.SERVER_ANSWERS


def _cache(status: Status) -> Iterator[str]:
    cache = status.cache
    if not cache.capacity:
        yield f"    {words.NO_CACHE}"
        return
    asked = cache.hits + cache.misses
    text = words.CACHE_USE.format(
        entries=f"{cache.entries:,}",
        capacity=f"{cache.capacity:,}",
        share=f"{cache.hits / max(asked, 1):.0%}".replace("%", " %"),
    )
    yield f"    {text}"


def _store(status: Status) -> Iterator[str]:
    store = status.store
    if not store.place:
        yield f"    {words.NO_STORE}"
        return
    yield f"    {store.place}"
    yield "    " + words.STORE_FIGURES.format(
        state=words.STORE_FAILS if store.in_trouble else words.STORE_WORKS,
        written=f"{store.written:,}",
        queue=f"{store.queue:,}",
        lost=f"{store.lost:,}",
    )


def _table(rows: Iterable[tuple[str, ...]], figures: int = 0) -> Iterator[str]:
    """Columns as wide as they need be; the last ``figures`` of them are set right."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            text.rjust(width) if position >= len(row) - figures else text.ljust(width)
            for position, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield f"    {'  '.join(cells)}".rstrip()


def _duration(seconds: float) -> str:
    whole = round(seconds)
    if whole < _MINUTE:
        return words.SECONDS.format(seconds=whole)
    if whole < _HOUR:
        return words.MINUTES.format(minutes=whole // _MINUTE)
    if whole < _DAY:
        return words.HOURS.format(hours=whole // _HOUR, minutes=whole % _HOUR // _MINUTE)
    return words.DAYS.format(days=whole // _DAY, hours=whole % _DAY // _HOUR)


def _short(seconds: float) -> str:
    if seconds < 1:
        return words.MILLISECONDS.format(milliseconds=f"{seconds * 1000:.3g}")
    return words.SECONDS.format(seconds=f"{seconds:.3g}")
