"""What a daemon tells of itself, in rows and sentences: for the terminal and for pages.

Owns which figures stand side by side; the words are in ``english_status``.
"""

from collections.abc import Iterator
from typing import Final

from gotrdns.policy import Trust
from gotrdns.reports import english_status as words
from gotrdns.reports.status import Decided, Pages, Period, Server, Status

_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86_400
# Who connects there is no mail server, and stays for one question.
_NO_DOORS: Final = frozenset({"metrics", "control"})

# What was decided alike, by result, cause, action and what was withheld.
_Alike = tuple[str, str, str, str]
Row = tuple[str, ...]


def alarm_lines(status: Status) -> Iterator[str]:
    """Which alarms are on, and since when."""
    for alarm, seconds in status.alarms.items():
        yield words.ALARM_SINCE.format(alarm=alarm, duration=duration(seconds))


def decision_rows(status: Status) -> list[Row]:
    """A heading, a row for each kind, and the sums; the last two columns are figures."""
    lately = words.LATELY.format(duration=duration(status.lately.seconds))
    rows: list[Row] = [("", "", lately, words.SINCE_START)]
    recent = {_alike(each): each.count for each in status.lately.decisions}
    for each in status.since_start.decisions:
        said = " ".join(filter(None, (each.result, each.cause))) or words.EXEMPT
        done = words.WITHHELD[each.withheld] if each.withheld else words.ACTIONS[each.action]
        count = recent.get(_alike(each), 0)
        rows.append((said, done, _rate(count, status.lately), f"{each.count:,}"))
    total = sum(each.count for each in status.since_start.decisions)
    rows.append((words.TOTAL, "", _rate(sum(recent.values()), status.lately), f"{total:,}"))
    return rows


def _alike(decided: Decided) -> _Alike:
    return decided.result, decided.cause, decided.action, decided.withheld


def _rate(count: int, period: Period) -> str:
    return words.RATE.format(count=f"{count:,}", rate=f"{a_minute(count, period):,.1f}")


def a_minute(count: int, period: Period) -> float:
    return count / max(period.seconds / _MINUTE, 1 / _MINUTE)


def waiting_line(status: Status) -> str:
    """How long look-ups took; empty where nothing had to wait."""
    waiting = status.waiting
    if not waiting.count:
        return ""
    mean = short_duration(waiting.mean_seconds)
    text = words.LOOKUPS.format(count=f"{waiting.count:,}", mean=mean)
    if waiting.within_seconds_95 is not None:
        text += words.WITHIN.format(bound=short_duration(waiting.within_seconds_95))
    return text


def repairs_line(status: Status) -> str:
    """Empty where none was seen."""
    repairs = status.repairs
    if not (repairs.held or repairs.passes):
        return ""
    return words.REPAIRS.format(held=f"{repairs.held:,}", passes=f"{repairs.passes:,}")


def listener_rows(status: Status) -> list[Row]:
    rows: list[Row] = []
    for each in status.listeners:
        text = _connections(each.connections)
        rows.append((each.purpose, each.place, "" if each.purpose in _NO_DOORS else text))
    return rows


def worker_rows(status: Status) -> list[Row]:
    return [
        (
            words.WORKER.format(pid=each.pid),
            words.WORKER_READY if each.ready else words.WORKER_STARTS,
            _connections(each.connections),
            memory(each.memory_octets),
        )
        for each in status.workers
    ]


def memory(octets: int) -> str:
    return words.MEMORY.format(memory=round(octets / (1 << 20)))


def mail_connections(status: Status) -> int:
    return sum(each.connections for each in status.listeners if each.purpose not in _NO_DOORS)


def _connections(count: int) -> str:
    return words.ONE_CONNECTION if count == 1 else words.CONNECTIONS.format(count=count)


def resolver_rows(status: Status) -> list[Row]:
    resolver = status.resolver
    return [
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


def resolver_lines(status: Status) -> Iterator[str]:
    """What went wrong with them, and how far they are believed."""
    resolver = status.resolver
    errors = [
        words.ERROR.format(count=f"{count:,}", kind=kind)
        for kind, count in resolver.errors.items()
        if count
    ]
    if errors:
        yield words.ERRORS.format(errors=", ".join(errors))
    if resolver.forged or resolver.malformed:
        yield words.FORGED.format(
            forged=f"{resolver.forged:,}", malformed=f"{resolver.malformed:,}"
        )
    breaker = status.breaker
    trust = words.BREAKER.format(
        trust=words.TRUST[resolver.trust],
        troubled=breaker.networks_troubled,
        seen=breaker.networks_seen,
    )
    asked = breaker.alarming or resolver.trust != Trust.SOUND.value
    yield f"{trust}{words.BREAKER_ALARMING if asked else ''}"


def _state(server: Server, *, reachable: bool) -> str:
    if not reachable:
        return words.SERVER_UNREACHABLE
    return words.SERVER_SUSPECT if server.suspect else words.SERVER_ANSWERS


def cache_line(status: Status) -> str:
    cache = status.cache
    if not cache.capacity:
        return words.NO_CACHE
    asked = cache.hits + cache.misses
    return words.CACHE_USE.format(
        entries=f"{cache.entries:,}",
        capacity=f"{cache.capacity:,}",
        share=f"{cache.hits / max(asked, 1):.0%}".replace("%", " %"),
    )


def store_lines(status: Status) -> Iterator[str]:
    store = status.store
    if not store.place:
        yield words.NO_STORE
        return
    yield store.place
    yield words.STORE_FIGURES.format(
        state=words.STORE_FAILS if store.in_trouble else words.STORE_WORKS,
        written=f"{store.written:,}",
        queue=f"{store.queue:,}",
        lost=f"{store.lost:,}",
    )


def pages_row(pages: Pages) -> Row:
    runs = words.PAGES_DO_NOT_RUN if pages.pid is None else words.PAGES_RUN.format(pid=pages.pid)
    ended = words.PAGES_ENDED.format(count=f"{pages.ended:,}")
    return (runs, ended) if pages.ended else (runs,)


def duration(seconds: float) -> str:
    whole = round(seconds)
    if whole < _MINUTE:
        return words.SECONDS.format(seconds=whole)
    if whole < _HOUR:
        return words.MINUTES.format(minutes=whole // _MINUTE)
    if whole < _DAY:
        return words.HOURS.format(hours=whole // _HOUR, minutes=whole % _HOUR // _MINUTE)
    return words.DAYS.format(days=whole // _DAY, hours=whole % _DAY // _HOUR)


def short_duration(seconds: float) -> str:
    if seconds < 1:
        return words.MILLISECONDS.format(milliseconds=f"{seconds * 1000:.3g}")
    return words.SECONDS.format(seconds=f"{seconds:.3g}")
