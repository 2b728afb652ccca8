"""The daemon's account of itself: its vitals as a ``Status``."""

import os
import platform
import resource
import sys
from collections import Counter
from pathlib import Path
from typing import Final

from gotrdns import __version__
from gotrdns.daemon.tally import Decisions
from gotrdns.daemon.vitals import Vitals, wrong
from gotrdns.reports.status import (
    Breaker,
    CacheUse,
    Decided,
    Listener,
    Period,
    Resolver,
    Server,
    Status,
    Store,
    Waiting,
)

_STATM: Final = Path("/proc/self/statm")


def give_account(vitals: Vitals) -> Status:
    """Everything that ``gotrdns status`` shows."""
    tally = vitals.watch.tally
    seconds, lately = tally.lately()
    return Status(
        version=__version__,
        python=platform.python_version(),
        pid=os.getpid(),
        mode=vitals.settings.policy.mode.value,
        started_at=vitals.started_at,
        uptime_seconds=vitals.uptime,
        memory_octets=resident_octets(),
        wrong=wrong(vitals),
        alarms={alarm.value: lasted for alarm, lasted in vitals.watch.alarms.items()},
        listeners=tuple(_listeners(vitals)),
        since_start=Period(vitals.uptime, _decided(tally.decisions())),
        lately=Period(seconds, _decided(lately)),
        waiting=_waiting(vitals),
        resolver=_resolver(vitals),
        breaker=_breaker(vitals),
        cache=_cache(vitals),
        store=_store(vitals),
    )


def resident_octets() -> int:
    """How much memory this process has now; where that is not told, the most it ever had."""
    try:
        return int(_STATM.read_text().split()[1]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024


def _listeners(vitals: Vitals) -> list[Listener]:
    connections = vitals.doors.connections_by_place()
    return [
        Listener(purpose, str(endpoint), connections[endpoint])
        for purpose, listeners in vitals.listeners.items()
        for endpoint in listeners.endpoints
    ]


def _decided(decisions: Decisions) -> tuple[Decided, ...]:
    alike: Counter[tuple[str, str, str, str]] = Counter()
    for (_, kind), count in decisions.items():
        alike[kind.result, kind.cause, kind.action, kind.withheld] += count
    return tuple(Decided(*fields, count) for fields, count in alike.most_common())


def _waiting(vitals: Vitals) -> Waiting:
    durations = vitals.watch.tally.durations
    count = durations.count
    return Waiting(count, durations.seconds / max(count, 1), durations.within(0.95))


def _resolver(vitals: Vitals) -> Resolver:
    client = vitals.resolver
    counters = client.counters
    return Resolver(
        reachable=client.reachable,
        trust=vitals.advice.counsel.sentinel.trust.value,
        servers=tuple(
            Server(each.server, each.suspect, each.questions, each.answers, each.timeouts)
            for each in client.health
        ),
        questions=counters.questions,
        answers=counters.answers,
        retries=counters.retries,
        timeouts=counters.timeouts,
        forged=counters.forged,
        malformed=counters.malformed,
        truncated=counters.truncated,
        errors={outcome.value: count for outcome, count in counters.errors.items()},
    )


def _breaker(vitals: Vitals) -> Breaker:
    sentinel = vitals.advice.counsel.sentinel
    seen, troubled = sentinel.networks
    return Breaker(seen, troubled, sentinel.is_alarmed)


def _cache(vitals: Vitals) -> CacheUse:
    client = vitals.resolver
    kept = client.cache
    return CacheUse(
        entries=0 if kept is None else len(kept),
        capacity=0 if kept is None else kept.capacity,
        hits=client.counters.cache_hits,
        misses=client.counters.cache_misses,
    )


def _store(vitals: Vitals) -> Store:
    memory = vitals.advice.memory
    settings = vitals.settings.store
    counters = memory.counters
    return Store(
        place="" if vitals.advice.lacks_store else settings.place,
        in_trouble=memory.in_trouble,
        queue=memory.queue_depth,
        queue_capacity=settings.queue,
        written=counters.written,
        errors=counters.errors,
        lost=memory.losses,
    )
