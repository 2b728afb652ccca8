"""What the daemon saw: decision lines, alarms, and events that are counted.

Owns which event is counted, logged at once, or logged at intervals. Implements the listeners'
Observer.
"""

import time
from collections.abc import Callable
from typing import Final

from gotrdns.daemon.decision_log import DecisionLog
from gotrdns.daemon.journal import Journal, Level
from gotrdns.daemon.tally import Tally
from gotrdns.daemon.throttle import Alarms, Throttle
from gotrdns.deciding.sentinel import Sentinel
from gotrdns.policy import Action, Alarm, Decision, Mode, Rule, Transaction, Trust
from gotrdns.protocols.junk import Junk
from gotrdns.resolution.client import Client
from gotrdns.servers.connections import Closure

_RESOLVER_COUNTERS: Final = (
    "questions",
    "answers",
    "retries",
    "timeouts",
    "forged",
    "malformed",
    "truncated",
    "cache_hits",
)
_CONFIRMED: Final = Rule.CONFIRMED
_COUNTERS: Final = {
    Action.PASS.value: "let_in",
    Action.DEFER.value: "deferred",
    Action.REFUSE.value: "refused",
}
# What the daemon itself did, and nobody needs to look into.
_ORDINARY: Final = frozenset({Closure.IDLE, Closure.IDLE_WHEN_FULL})


class Watch:
    """Hears every event; writes those that somebody should read."""

    def __init__(
        self, journal: Journal, mode: Mode, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.resolver: Client | None = None
        self.sentinel: Sentinel | None = None
        self.tally = Tally(mode, clock)
        self.store_problem: str | None = None
        self._journal = journal
        self._throttle = Throttle(self._tell, clock)
        self._alarms = Alarms(self._persists, self._recovered, clock)
        self._peers: dict[str, str] = {}
        self._log = DecisionLog(self.tally, journal)

    def decided(self, transaction: Transaction, decision: Decision, seconds: float) -> None:
        """Count a decision; write a line about it unless the client simply passed."""
        self._log.decided(transaction, decision, seconds)
        if decision.alarm is not None:
            self.raise_alarm(decision.alarm)

    def raise_alarm(self, alarm: Alarm) -> None:
        """Something is wrong that the administrator must hear about."""
        self._alarms.note(alarm)
        self._throttle.note(f"alarm {alarm.value}")

    def received_junk(self, junk: Junk, peer: str) -> None:
        """Count octets that were no request."""
        self.tally.junk[junk] += 1
        self._note_peer(f"junk {junk.value}", peer)

    def closed(self, closure: Closure, peer: str) -> None:
        """Count a connection that was not kept."""
        self.tally.closures[closure] += 1
        if closure not in _ORDINARY:
            self._note_peer(f"connection-closed {closure.value}", peer)

    def trust_changed(self, trust: Trust) -> None:
        """Our own resolver is believed no more, or again."""
        self.tally.trust_changes[trust] += 1
        level = Level.WARNING if trust is Trust.SOUND else Level.ERROR
        self._journal.write(level, "resolver-trust", trust=trust.value)

    def without_store(self, problem: str) -> None:
        """Nothing will be remembered beyond the end of the daemon."""
        self._journal.write(
            Level.WARNING,
            "without-store",
            problem=problem,
            advice="make that directory, or set url in [store]",
        )

    def store_failed(self, problem: str) -> None:
        """Decisions are made with what is in memory from now on."""
        self.store_problem = problem
        self._journal.write(Level.ERROR, "store-failed", problem=problem)

    def store_recovered(self, seconds: float, lost: int) -> None:
        """All that waited has been written; what did not fit in the queue is lost."""
        self.store_problem = None
        self._journal.write(Level.WARNING, "store-recovered", lasted_s=round(seconds, 1), lost=lost)

    @property
    def alarms(self) -> dict[Alarm, float]:
        """The alarms that are on, and for how many seconds."""
        return self._alarms.on

    def tick(self) -> None:
        """Write what was held back, and which alarms are over."""
        self.tally.tick()
        self._throttle.tick()
        self._alarms.tick()

    def write_summary(self, connections: int) -> None:
        """One line with all counters since the start."""
        counters = {}
        if self.resolver is not None:
            counters = {name: getattr(self.resolver.counters, name) for name in _RESOLVER_COUNTERS}
        self._journal.write(
            Level.INFO,
            "summary",
            connections=connections,
            **_count_by_action(self.tally),
            junk=self.tally.junk.total(),
            **{
                f"closed_{closure.value.replace('-', '_')}": count
                for closure, count in self.tally.closures.items()
            },
            **counters,
        )

    def _note_peer(self, key: str, peer: str) -> None:
        self._peers[key] = peer
        self._throttle.note(key)

    def _tell(self, key: str, count: int) -> None:
        event, _, code = key.partition(" ")
        if event == "alarm":
            self._journal.write(Level.ERROR, event, alarm=code, count=count)
        else:
            peer = self._peers.get(key)
            self._journal.write(Level.WARNING, event, kind=code, count=count, peer=peer)

    def _persists(self, alarm: Alarm) -> bool:
        match alarm:
            case Alarm.RESOLVER_UNREACHABLE:
                return self.resolver is not None and not self.resolver.reachable
            case Alarm.RESOLVER_SUSPECT | Alarm.RESOLVER_LIES:
                return self.sentinel is not None and self.sentinel.trust is not Trust.SOUND
            case Alarm.NON_PUBLIC_CLIENT:
                return False

    def _recovered(self, alarm: Alarm, seconds: float) -> None:
        self._journal.write(
            Level.WARNING, "recovered", alarm=alarm.value, lasted_s=round(seconds, 1)
        )


def _count_by_action(tally: Tally) -> dict[str, int]:
    counts = dict.fromkeys(("passed", *_COUNTERS.values()), 0)
    for (_, kind), count in tally.decisions().items():
        plain = not kind.cause or kind.rule == _CONFIRMED.value
        counts["passed" if plain else _COUNTERS[kind.action]] += count
    return counts
