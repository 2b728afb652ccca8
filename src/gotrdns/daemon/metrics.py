"""The metrics: which there are, and how each is read from the daemon's vitals.

Owns their names, which are permanent, and their labels; what each says in words is in
``reports.english_metrics``. Reading happens when somebody asks. Knows no format.
"""

import enum
import operator
import platform
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from msgspec import Struct

from gotrdns import __version__
from gotrdns.daemon.tally import Durations
from gotrdns.daemon.vitals import (
    Vitals,
    cache_use,
    confirmations_held,
    health,
    hindrances,
    losses,
    members,
)
from gotrdns.daemon.workers.crew import Crew
from gotrdns.policy import Alarm, Mode, Trust
from gotrdns.protocols.junk import Junk
from gotrdns.resolution.counters import Counters
from gotrdns.servers.connections import Closure
from gotrdns.store.memory import StoredMemory


class Kind(enum.Enum):
    """The kinds of Prometheus that are used."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


Sample = tuple[tuple[str, ...], float]


class Spread(Struct, frozen=True):
    """What a histogram holds: durations, and how many more took no time."""

    durations: Durations
    immediate: int = 0


class Metric(Struct, frozen=True):
    """A counter or a gauge. ``name`` is without the ``_total`` that a counter's ends in."""

    name: str
    kind: Kind
    read: Callable[[Vitals], Iterable[Sample]]
    labels: tuple[str, ...] = ()

    @property
    def exposed_name(self) -> str:
        return f"{self.name}_total" if self.kind is Kind.COUNTER else self.name


class Histogram(Struct, frozen=True):
    """A histogram of seconds, without labels."""

    name: str
    read: Callable[[Vitals], Spread]
    kind: Kind = Kind.HISTOGRAM
    labels: tuple[str, ...] = ()

    @property
    def exposed_name(self) -> str:
        return self.name


def _single(kind: Kind, name: str, read: Callable[[Vitals], float]) -> Metric:
    return Metric(f"gotrdns_{name}", kind, lambda vitals: [((), read(vitals))])


def _states(codes: Iterable[enum.Enum], *on: enum.Enum) -> list[Sample]:
    return [((str(code.value),), float(code in on)) for code in codes]


def _of_resolver(name: str) -> Metric:
    read = operator.attrgetter(name)

    def count(vitals: Vitals) -> float:
        counters: Counters = vitals.resolver.counters
        return float(read(counters))

    return _single(Kind.COUNTER, f"resolver_{name}", count)


def _of_server(name: str, kind: Kind = Kind.COUNTER) -> Metric:
    read = operator.attrgetter(name)

    def samples(vitals: Vitals) -> Iterator[Sample]:
        for each in health(vitals):
            yield (each.server,), float(read(each))

    return Metric(f"gotrdns_resolver_server_{name}", kind, samples, ("server",))


def _of_cache(name: str) -> Metric:
    def read(vitals: Vitals) -> float:
        return float(getattr(vitals.resolver.counters, f"cache_{name}"))

    return _single(Kind.COUNTER, f"cache_{name}", read)


def _of_store(kind: Kind, name: str, read: Callable[[StoredMemory], float]) -> Metric:
    return _single(kind, f"store_{name}", lambda vitals: read(vitals.advice.memory))


def _decisions(vitals: Vitals) -> Iterator[Sample]:
    for (mode, kind), count in vitals.watch.tally.decisions().items():
        labels = (kind.result, kind.cause, kind.action, kind.withheld, kind.rule, mode.value)
        yield labels, count


def _all_durations(vitals: Vitals) -> Spread:
    tally = vitals.watch.tally
    return Spread(tally.durations, tally.decisions().total() - tally.durations.count)


def _connections(vitals: Vitals) -> Iterator[Sample]:
    connections = vitals.staff.connections_by_place()
    for endpoint in vitals.doors.endpoints:
        yield (str(endpoint),), connections[endpoint]


def _listeners(vitals: Vitals) -> Iterator[Sample]:
    for purpose, listeners in vitals.listeners.items():
        for endpoint in listeners.endpoints:
            yield (purpose, str(endpoint)), 1
        for missing in listeners.missing:
            if missing.endpoint not in listeners.endpoints:
                yield (purpose, str(missing.endpoint)), 0


def _trust(vitals: Vitals) -> list[Sample]:
    return _states(Trust, vitals.advice.sentinel.trust)


def _trust_changes(vitals: Vitals) -> list[Sample]:
    changes = vitals.watch.tally.trust_changes
    return [((trust.value,), changes[trust]) for trust in Trust]


def _errors(vitals: Vitals) -> list[Sample]:
    errors = vitals.resolver.counters.errors
    return [((outcome.value,), count) for outcome, count in errors.items()]


def _junk(vitals: Vitals) -> list[Sample]:
    return [((each.value,), vitals.watch.tally.junk[each]) for each in Junk]


def _closures(vitals: Vitals) -> list[Sample]:
    return [((each.value,), vitals.watch.tally.closures[each]) for each in Closure]


def _workers_ended(vitals: Vitals) -> float:
    return vitals.staff.ended if isinstance(vitals.staff, Crew) else 0


def _build(_vitals: Vitals) -> list[Sample]:
    return [((__version__, platform.python_version()), 1)]


_COUNTER: Final = Kind.COUNTER
_GAUGE: Final = Kind.GAUGE
METRICS: Final[tuple[Metric | Histogram, ...]] = (
    Metric("gotrdns_build_info", _GAUGE, _build, ("version", "python")),
    _single(_GAUGE, "start_time_seconds", lambda vitals: vitals.started_at),
    _single(_GAUGE, "uptime_seconds", lambda vitals: vitals.uptime),
    _single(_GAUGE, "ready", lambda vitals: not any(hindrances(vitals))),
    Metric(
        "gotrdns_mode",
        _GAUGE,
        lambda vitals: _states(Mode, vitals.settings.policy.mode),
        ("mode",),
    ),
    Metric(
        "gotrdns_alarm", _GAUGE, lambda vitals: _states(Alarm, *vitals.watch.alarms), ("alarm",)
    ),
    Metric(
        "gotrdns_decisions",
        _COUNTER,
        _decisions,
        ("result", "cause", "action", "withheld", "rule", "mode"),
    ),
    _single(_GAUGE, "confirmations", confirmations_held),
    Histogram("gotrdns_decision_duration_seconds", _all_durations),
    Histogram(
        "gotrdns_lookup_decision_duration_seconds",
        lambda vitals: Spread(vitals.watch.tally.durations),
    ),
    Metric("gotrdns_listener_up", _GAUGE, _listeners, ("purpose", "listener")),
    Metric("gotrdns_connections", _GAUGE, _connections, ("listener",)),
    _single(_GAUGE, "connections_limit", lambda vitals: vitals.doors.most_connections),
    _single(_GAUGE, "workers", lambda vitals: sum(each.is_ready for each in members(vitals))),
    _single(_COUNTER, "workers_ended", _workers_ended),
    Metric("gotrdns_connections_closed", _COUNTER, _closures, ("kind",)),
    Metric("gotrdns_junk", _COUNTER, _junk, ("kind",)),
    _single(_GAUGE, "resolver_reachable", lambda vitals: vitals.resolver.reachable),
    Metric("gotrdns_resolver_trust", _GAUGE, _trust, ("trust",)),
    Metric("gotrdns_resolver_trust_changes", _COUNTER, _trust_changes, ("trust",)),
    _single(_GAUGE, "breaker_alarming", lambda vitals: vitals.advice.sentinel.is_alarmed),
    _single(_GAUGE, "breaker_networks", lambda vitals: vitals.advice.sentinel.networks[0]),
    _single(
        _GAUGE,
        "breaker_networks_troubled",
        lambda vitals: vitals.advice.sentinel.networks[1],
    ),
    *map(
        _of_resolver,
        ("questions", "answers", "retries", "timeouts", "forged", "malformed", "truncated"),
    ),
    Metric("gotrdns_resolver_errors", _COUNTER, _errors, ("kind",)),
    *map(_of_server, ("questions", "answers", "timeouts")),
    _of_server("suspect", _GAUGE),
    *map(_of_cache, ("hits", "misses")),
    _single(_GAUGE, "cache_entries", lambda vitals: cache_use(vitals)[0]),
    _single(_GAUGE, "cache_capacity", lambda vitals: cache_use(vitals)[1]),
    _of_store(_GAUGE, "in_trouble", lambda memory: memory.in_trouble),
    _of_store(_GAUGE, "queue_depth", lambda memory: memory.queue_depth),
    _single(_GAUGE, "store_queue_capacity", lambda vitals: vitals.settings.store.queue),
    _of_store(_COUNTER, "written", lambda memory: memory.counters.written),
    _of_store(_COUNTER, "errors", lambda memory: memory.counters.errors),
    _single(_COUNTER, "store_losses", losses),
    _of_store(_GAUGE, "batch_duration_seconds", lambda memory: memory.counters.latency),
)
