"""What is wrong with this host: every check, made at once, within bounded time.

Owns the order of subjects and the time they have. A check that cannot be made says so: it is never
right for want of evidence, and nothing that a check meets ends the examination.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Final

from gotrdns.doctor.circumstances import Absent, Circumstances, Wishes, look_around
from gotrdns.doctor.clients import examine_clients
from gotrdns.doctor.clock import examine_clock
from gotrdns.doctor.configuration import examine_settings
from gotrdns.doctor.daemon import examine_daemon
from gotrdns.doctor.disk import examine_disk
from gotrdns.doctor.host import Host
from gotrdns.doctor.postfix import examine_postfix
from gotrdns.doctor.resolver import examine_resolvers
from gotrdns.doctor.sending import examine_sending
from gotrdns.doctor.sockets import examine_sockets
from gotrdns.doctor.store import examine_store, see_store
from gotrdns.reports.examination import Check, Finding, Obstacle, Subject
from gotrdns.store.inspecting import StoreCondition

__all__ = ["Wishes", "examine"]

PATIENCE: Final = 8.0  # seconds a subject, after at most 7 to read what all of them need

Examiner = Callable[[Host, Circumstances], AsyncIterator[Finding]]


async def _of_files(host: Host, around: Circumstances) -> AsyncIterator[Finding]:
    for find in (
        examine_settings(around),
        examine_daemon(host, around),
        examine_postfix(host, around),
    ):
        for found in find:
            yield found


async def _of_disk(host: Host, around: Circumstances) -> AsyncIterator[Finding]:
    for found in examine_disk(host, around):
        yield found


async def _of_store(host: Host, around: Circumstances) -> AsyncIterator[Finding]:
    """The store, and what is told by it as well."""
    seen = await see_store(host, around)
    condition = seen if isinstance(seen, StoreCondition) else None
    for found in examine_store(around, seen):
        yield found
    yield examine_clients(host, around, condition)
    for found in examine_clock(host, around, condition):
        yield found


_SOCKETS: Final = frozenset({Check.SOCKET_ANSWERS, Check.SOCKET_PERMITTED})


def _about(*subjects: Subject) -> frozenset[Check]:
    return frozenset(each for each in Check if each.subject in subjects) - _SOCKETS


# Who finds out about what: every check exactly once.
EXAMINERS: Final[Sequence[tuple[Examiner, frozenset[Check]]]] = (
    (_of_files, _about(Subject.SETTINGS, Subject.DAEMON, Subject.POSTFIX)),
    (examine_sockets, _SOCKETS),
    (examine_resolvers, _about(Subject.RESOLVER)),
    (examine_sending, _about(Subject.SENDING)),
    (_of_store, _about(Subject.STORE, Subject.CLIENTS, Subject.CLOCK)),
    (_of_disk, _about(Subject.DISK)),
)
_PLACES: Final = {check: place for place, check in enumerate(Check)}


async def examine(host: Host, wishes: Wishes, wanted: Iterable[Check] = Check) -> list[Finding]:
    """Make the wanted checks; what was found, in the order of checks."""
    wanted = frozenset(wanted)
    around = await look_around(host, wishes)
    examinations = (
        _examine(host, around, examiner, checks)
        for examiner, checks in EXAMINERS
        if checks & wanted
    )
    found = [each for part in await asyncio.gather(*examinations) for each in part]
    found = [each for each in found if each.check in wanted]
    return sorted(found, key=lambda each: _PLACES[each.check])


async def _examine(
    host: Host, around: Circumstances, examiner: Examiner, checks: frozenset[Check]
) -> list[Finding]:
    found: list[Finding] = []
    obstacle = Absent(Obstacle.TIMED_OUT, {"seconds": f"{PATIENCE:g}"})
    try:
        async with asyncio.timeout(PATIENCE):
            async for each in examiner(host, around):
                found.append(each)  # noqa: PERF401 - what was found before a time-out counts
    except TimeoutError:
        pass
    except Exception as error:  # an examination goes on, whatever one of its parts meets
        obstacle = Absent(Obstacle.FAULTY, {"error": f"{type(error).__name__}: {error}"})
    else:
        return found
    unmade = sorted(checks - {each.check for each in found}, key=_PLACES.__getitem__)
    return [*found, *(obstacle.hinders(each) for each in unmade)]
