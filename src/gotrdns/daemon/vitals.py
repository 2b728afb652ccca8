"""The daemon at one moment, and what is wrong with it.

Owns what counts as wrong, and what of that keeps the daemon from doing its work. The parts are
those in use now; reading them changes nothing.
"""

from collections.abc import Iterator

from msgspec import Struct

from gotrdns.daemon.advice import Advice
from gotrdns.daemon.doors import Doors
from gotrdns.daemon.listeners import Listeners
from gotrdns.daemon.watch import Watch
from gotrdns.policy import Trust
from gotrdns.reports.status import Remark, Trouble
from gotrdns.resolution.client import Client
from gotrdns.settings import Settings

_OF_TRUST = {Trust.SUSPECT: Trouble.RESOLVER_SUSPECT, Trust.LYING: Trouble.RESOLVER_LIES}


class Vitals(Struct, frozen=True):
    """``started_at`` is seconds since 1970. ``listeners`` are by their purpose."""

    settings: Settings
    started_at: float
    uptime: float
    stopping: bool
    watch: Watch
    advice: Advice
    resolver: Client
    doors: Doors
    listeners: dict[str, Listeners]


def hindrances(vitals: Vitals) -> Iterator[Remark]:
    """What keeps the daemon from answering mail servers as it should."""
    if vitals.stopping:
        yield Remark(Trouble.STOPPING)
    elif not vitals.doors.endpoints:
        yield Remark(Trouble.NOT_LISTENING)
    if vitals.doors.is_stuck:
        yield Remark(Trouble.NOT_ANSWERING)
    if not vitals.resolver.reachable:
        yield Remark(Trouble.RESOLVER_UNREACHABLE, " ".join(vitals.resolver.servers))


def warnings(vitals: Vitals) -> Iterator[Remark]:
    """What else is wrong; mail is answered all the same."""
    for listeners in vitals.listeners.values():
        for missing in listeners.missing:
            yield Remark(Trouble.CANNOT_LISTEN, missing.reason)
    codes = {_OF_TRUST.get(vitals.advice.counsel.sentinel.trust)}
    codes.update(Trouble(alarm.value) for alarm in vitals.watch.alarms)
    # An alarm outlasts what it is about, so that it need not be raised again and again.
    hindering = {each.trouble for each in hindrances(vitals)}
    for trouble in Trouble:
        if trouble in codes - hindering:
            yield Remark(trouble)
    yield from _store_warnings(vitals)


def ills(vitals: Vitals) -> tuple[Remark, ...]:
    """What a daemon that is started anew might be free of."""
    curable = (Trouble.NOT_LISTENING, Trouble.NOT_ANSWERING)
    return tuple(each for each in hindrances(vitals) if each.trouble in curable)


def wrong(vitals: Vitals) -> tuple[Remark, ...]:
    """Everything that is wrong, the worst first."""
    return (*hindrances(vitals), *warnings(vitals))


def _store_warnings(vitals: Vitals) -> Iterator[Remark]:
    memory = vitals.advice.memory
    if memory.in_trouble:
        yield Remark(Trouble.STORE_FAILED, vitals.watch.store_problem or "")
    if vitals.advice.lacks_store:
        yield Remark(Trouble.WITHOUT_STORE)
    if not memory.allowances_known:
        yield Remark(Trouble.EXCEPTIONS_UNKNOWN)
