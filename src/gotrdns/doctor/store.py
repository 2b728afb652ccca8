"""The store: it opens, its tables are this version's, it can be written and is sound inside.

Owns what its condition means. That it also serves other checks is their business.
"""

import asyncio
from collections.abc import Iterator
from typing import Final, TypeAlias

import msgspec

from gotrdns.doctor.circumstances import Absent, Circumstances
from gotrdns.doctor.host import Host
from gotrdns.reports.examination import Check, Fault, Finding, Obstacle, Unmade, Well, Wrong
from gotrdns.store.inspecting import Integrity, Schema, StoreCondition
from gotrdns.store.settings import NOWHERE, sqlite_path

_PATIENCE: Final = 7.0  # seconds; others wait to be told of it
_FURTHER: Final = (Check.STORE_SCHEMA, Check.STORE_WRITABLE, Check.STORE_INTACT)


class Missing(msgspec.Struct, frozen=True):
    """There is no such file."""


StoreSeen: TypeAlias = StoreCondition | Missing | Absent


async def see_store(host: Host, around: Circumstances) -> StoreSeen:
    """Look at it once, for all checks that want to know."""
    settings = around.store
    if settings.url == NOWHERE:
        return Absent(Obstacle.NOTHING_KEPT)
    path = sqlite_path(settings.url)
    try:
        async with asyncio.timeout(_PATIENCE):
            return await host.inspect_store(settings.url)
    except TimeoutError:
        return Absent(Obstacle.TIMED_OUT, {"seconds": f"{_PATIENCE:g}"})
    except FileNotFoundError:
        return Missing()
    except PermissionError:
        return Absent(Obstacle.NOT_PERMITTED, {"path": str(path)})
    except OSError as error:
        return StoreCondition(unusable=error.strerror or str(error))


def examine_store(around: Circumstances, seen: StoreSeen) -> Iterator[Finding]:
    place = {"place": around.store.place}
    obstacle = Absent(Obstacle.NO_STORE)
    match seen:
        case Absent():
            if seen.obstacle is Obstacle.NOTHING_KEPT:
                yield Wrong(Fault.STORE_NONE)
            else:
                yield seen.hinders(Check.STORE_OPENS)
            obstacle = seen
        case Missing():
            yield Wrong(Fault.STORE_MISSING, place)
        case StoreCondition():
            if not seen.unusable:
                yield Well(Check.STORE_OPENS, place)
                yield _schema(seen, place)
                yield _writable(seen, place)
                yield _intact(seen, place)
                return
            yield Wrong(Fault.STORE_UNUSABLE, {**place, "reason": seen.unusable})
    for check in _FURTHER:
        yield obstacle.hinders(check)


def _schema(seen: StoreCondition, place: dict[str, str]) -> Finding:
    details = {**place, "reason": seen.schema_words}
    match seen.schema:
        case Schema.CURRENT:
            return Well(Check.STORE_SCHEMA, place)
        case Schema.OLDER:
            return Wrong(Fault.STORE_OLDER, details)
        case Schema.NEWER:
            return Wrong(Fault.STORE_NEWER, details)


def _writable(seen: StoreCondition, place: dict[str, str]) -> Finding:
    check = Check.STORE_WRITABLE
    if seen.schema is not Schema.CURRENT or seen.integrity is Integrity.DAMAGED:
        return Unmade(check, Obstacle.NO_STORE)
    if "lock" in seen.refuses_writes:
        return Unmade(check, Obstacle.STORE_BUSY, {"reason": seen.refuses_writes})
    if seen.refuses_writes:
        return Wrong(Fault.STORE_READ_ONLY, {**place, "reason": seen.refuses_writes})
    return Well(check, place)


def _intact(seen: StoreCondition, place: dict[str, str]) -> Finding:
    check = Check.STORE_INTACT
    match seen.integrity:
        case Integrity.SOUND:
            return Well(check, place)
        case Integrity.ITS_OWN_BUSINESS:
            return Unmade(check, Obstacle.LOOKS_AFTER_ITSELF)
        case Integrity.UNKNOWN:
            return Unmade(check, Obstacle.TAKES_LONG)
        case Integrity.DAMAGED:
            return Wrong(Fault.STORE_DAMAGED, {**place, "damage": seen.damage})
