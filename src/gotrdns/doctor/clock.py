"""This host's clock, judged by what is here: exceptions end, and clients come back, by it.

Owns what is possible for a clock that is right. No time server is asked.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from gotrdns.doctor.circumstances import Circumstances
from gotrdns.doctor.host import Host
from gotrdns.reports.examination import Check, Fault, Finding, Obstacle, Unmade, Well, Wrong
from gotrdns.store.inspecting import StoreCondition
from gotrdns.store.settings import sqlite_path

_EARLIEST: Final = datetime(2026, 1, 1, tzinfo=UTC).timestamp()  # before this program was
_LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC).timestamp()
_LEEWAY: Final = 300.0  # seconds; other mail hosts may share the store, with clocks of their own


def examine_clock(
    host: Host, around: Circumstances, store: StoreCondition | None
) -> Iterator[Finding]:
    now = host.now()
    if not _EARLIEST < now < _LATEST:
        yield Wrong(Fault.CLOCK_ABSURD, {"now": _text(now)})
    else:
        newest, where = max(_times(host, around, store), default=(now, ""))
        if newest > now + _LEEWAY:
            details = {"now": _text(now), "newest": _text(newest), "where": where}
            yield Wrong(Fault.CLOCK_BEHIND, details)
        else:
            yield Well(Check.CLOCK_RIGHT, {"now": _text(now)})
    match host.clock_is_synchronised():
        case True:
            yield Well(Check.CLOCK_SYNCHRONISED)
        case False:
            yield Wrong(Fault.CLOCK_UNSYNCHRONISED)
        case None:
            yield Unmade(Check.CLOCK_SYNCHRONISED, Obstacle.NOT_TOLD)


def _times(
    host: Host, around: Circumstances, store: StoreCondition | None
) -> Iterator[tuple[float, str]]:
    """When things were written here, and what."""
    url = around.store.url
    if store is not None and store.newest is not None:
        yield store.newest, around.store.place
    path = sqlite_path(url)
    for each in (*around.mail_logs, around.wishes.settings, *((path,) if path else ())):
        changed = _changed_at(host, each)
        if changed is not None:
            yield changed, str(each)


def _changed_at(host: Host, path: Path) -> float | None:
    try:
        return host.look_at(path).changed_at
    except OSError:
        return None


def _text(moment: float) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M:%S} UTC"
