"""The daemon at one moment, and what is wrong with it.

Owns what counts as wrong, and what of that keeps the daemon from doing its work. The parts are
those in use now; reading them changes nothing.
"""

from collections.abc import Iterator

from msgspec import Struct

from gotrdns.daemon.advice import Advice
from gotrdns.daemon.doors import Doors
from gotrdns.daemon.listeners import Listeners
from gotrdns.daemon.page_child import PageChild
from gotrdns.daemon.serving import Servers
from gotrdns.daemon.watch import Watch
from gotrdns.daemon.workers.crew import Crew
from gotrdns.daemon.workers.member import Member
from gotrdns.daemon.workers.messages import Counted
from gotrdns.policy import Trust
from gotrdns.reports.status import Remark, Trouble
from gotrdns.resolution.client import Client
from gotrdns.resolution.upstream import Health
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
    staff: Servers | Crew
    listeners: dict[str, Listeners]
    pages: PageChild


def members(vitals: Vitals) -> tuple[Member, ...]:
    """The workers, where there are any."""
    return vitals.staff.members if isinstance(vitals.staff, Crew) else ()


def counted(vitals: Vitals) -> tuple[Counted, ...]:
    """What each worker has told of itself."""
    return tuple(each.counted for each in members(vitals) if each.counted is not None)


def health(vitals: Vitals) -> tuple[Health, ...]:
    """How each resolver does, for this process and for its workers together."""
    found: dict[str, Health] = {}
    for part in (vitals.resolver.health, *(each.health for each in counted(vitals))):
        for each in part:
            known = found.get(each.server)
            found[each.server] = each if known is None else known.plus(each)
    return tuple(found.values())


def cache_use(vitals: Vitals) -> tuple[int, int]:
    """How many answers are remembered, and how many can be."""
    told = counted(vitals)
    if told:
        return sum(each.cache_entries for each in told), sum(each.cache_capacity for each in told)
    kept = vitals.resolver.cache
    return (0, 0) if kept is None else (len(kept), kept.capacity)


def confirmations_held(vitals: Vitals) -> int:
    """How many clients pass now because their repair was seen, whatever the resolver says."""
    counsel = vitals.advice.counsel
    return counsel.memory.confirmations.count(counsel.clock())


def losses(vitals: Vitals) -> int:
    """How many writes were dropped on their way to the store."""
    return vitals.advice.memory.losses + sum(each.lost for each in counted(vitals))


def hindrances(vitals: Vitals) -> Iterator[Remark]:
    """What keeps the daemon from answering mail servers as it should."""
    if vitals.stopping:
        yield Remark(Trouble.STOPPING)
    elif not vitals.doors.endpoints:
        yield Remark(Trouble.NOT_LISTENING)
    if vitals.staff.is_stuck:
        yield Remark(Trouble.NOT_ANSWERING)
    if not vitals.resolver.reachable:
        yield Remark(Trouble.RESOLVER_UNREACHABLE, " ".join(vitals.resolver.servers))


def warnings(vitals: Vitals) -> Iterator[Remark]:
    """What else is wrong; mail is answered all the same."""
    for listeners in vitals.listeners.values():
        for missing in listeners.missing:
            yield Remark(Trouble.CANNOT_LISTEN, missing.reason)
    codes = {_OF_TRUST.get(vitals.advice.sentinel.trust)}
    codes.update(Trouble(alarm.value) for alarm in vitals.watch.alarms)
    # An alarm outlasts what it is about, so that it need not be raised again and again.
    hindering = {each.trouble for each in hindrances(vitals)}
    for trouble in Trouble:
        if trouble in codes - hindering:
            yield Remark(trouble)
    yield from _store_warnings(vitals)
    if vitals.pages.is_missing:
        yield Remark(Trouble.PAGES_ENDED)


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
