"""The daemon's account of itself: its vitals as a ``Status``."""

import os
import platform
from collections import Counter
from collections.abc import Iterator

from gotrdns import __version__
from gotrdns.daemon.process_memory import resident_octets
from gotrdns.daemon.tally import Decisions
from gotrdns.daemon.vitals import (
    Vitals,
    cache_use,
    confirmations_held,
    health,
    losses,
    members,
    wrong,
)
from gotrdns.policy import Rule
from gotrdns.reports.status import (
    Breaker,
    CacheUse,
    Decided,
    Listener,
    Pages,
    Period,
    Repairs,
    Resolver,
    Server,
    Status,
    Store,
    Waiting,
    Worker,
)


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
        workers=tuple(_workers(vitals)),
        pages=_pages(vitals),
        repairs=_repairs(vitals, tally.decisions()),
    )


def _listeners(vitals: Vitals) -> list[Listener]:
    connections = vitals.staff.connections_by_place()
    return [
        Listener(purpose, str(endpoint), connections[endpoint])
        for purpose, listeners in vitals.listeners.items()
        for endpoint in listeners.endpoints
    ]


def _workers(vitals: Vitals) -> Iterator[Worker]:
    for each in members(vitals):
        memory = 0 if each.counted is None else each.counted.memory_octets
        yield Worker(each.pid, each.is_ready, each.load, memory)


def _pages(vitals: Vitals) -> Pages | None:
    child = vitals.pages
    return Pages(child.pid, child.ended) if child.is_wanted else None


def _decided(decisions: Decisions) -> tuple[Decided, ...]:
    alike: Counter[tuple[str, str, str, str]] = Counter()
    for (_, kind), count in decisions.items():
        alike[kind.result, kind.cause, kind.action, kind.withheld] += count
    return tuple(Decided(*fields, count) for fields, count in alike.most_common())


def _repairs(vitals: Vitals, decisions: Decisions) -> Repairs:
    passes = sum(
        count for (_, kind), count in decisions.items() if kind.rule == Rule.REPAIR_SEEN.value
    )
    return Repairs(confirmations_held(vitals), passes)


def _waiting(vitals: Vitals) -> Waiting:
    durations = vitals.watch.tally.durations
    count = durations.count
    return Waiting(count, durations.seconds / max(count, 1), durations.within(0.95))


def _resolver(vitals: Vitals) -> Resolver:
    client = vitals.resolver
    counters = client.counters
    return Resolver(
        reachable=client.reachable,
        trust=vitals.advice.sentinel.trust.value,
        servers=tuple(
            Server(each.server, each.suspect, each.questions, each.answers, each.timeouts)
            for each in health(vitals)
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
    sentinel = vitals.advice.sentinel
    seen, troubled = sentinel.networks
    return Breaker(seen, troubled, sentinel.is_alarmed)


def _cache(vitals: Vitals) -> CacheUse:
    entries, capacity = cache_use(vitals)
    counters = vitals.resolver.counters
    return CacheUse(entries, capacity, counters.cache_hits, counters.cache_misses)


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
        lost=losses(vitals),
    )
