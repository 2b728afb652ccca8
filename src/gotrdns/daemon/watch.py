"""What the daemon saw: counters, decision lines and alarms.

Owns which event is counted, logged at once, or logged at intervals. Implements the listeners'
Observer.
"""

import time
from collections import Counter
from collections.abc import Callable
from typing import Final

from gotrdns.daemon.journal import Journal, Level
from gotrdns.daemon.throttle import Alarms, Throttle
from gotrdns.policy import Action, Alarm, Decision, Rule, Transaction
from gotrdns.protocols.postfix_policy import Junk
from gotrdns.reports.smtp import telling_name
from gotrdns.resolution.client import Client
from gotrdns.servers.policy import Closure

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
_COUNTERS: Final = {Action.PASS: "let_in", Action.DEFER: "deferred", Action.REFUSE: "refused"}
# What the daemon itself did, and nobody needs to look into.
_ORDINARY: Final = frozenset({Closure.IDLE, Closure.IDLE_WHEN_FULL})


class Watch:
    """Hears every event; writes those that somebody should read."""

    def __init__(self, journal: Journal, clock: Callable[[], float] = time.monotonic) -> None:
        self.resolver: Client | None = None
        self.plain_passes = 0
        self.counts: Counter[str] = Counter()
        self._journal = journal
        self._throttle = Throttle(self._tell, clock)
        self._alarms = Alarms(self._persists, self._recovered, clock)
        self._peers: dict[str, str] = {}

    def decided(self, transaction: Transaction, decision: Decision, seconds: float) -> None:
        """Count a decision; write a line about it unless the client simply passed."""
        if decision.verdict is None or decision.rule is _CONFIRMED:
            self.plain_passes += 1
            if self._journal.level <= Level.DEBUG:
                self._write_decision(Level.DEBUG, transaction, decision, seconds)
            return
        self.counts[_COUNTERS[decision.action]] += 1
        self._write_decision(Level.INFO, transaction, decision, seconds)
        alarm = decision.alarm
        if alarm is not None:
            self._alarms.note(alarm)
            self._throttle.note(f"alarm {alarm.value}")

    def received_junk(self, junk: Junk, peer: str) -> None:
        """Count octets that were no request."""
        self.counts["junk"] += 1
        self._note_peer(f"junk {junk.value}", peer)

    def closed(self, closure: Closure, peer: str) -> None:
        """Count a connection that was not kept."""
        self.counts[f"closed_{closure.value.replace('-', '_')}"] += 1
        if closure not in _ORDINARY:
            self._note_peer(f"connection-closed {closure.value}", peer)

    def tick(self) -> None:
        """Write what was held back, and which alarms are over."""
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
            passed=self.plain_passes,
            **{name: self.counts[name] for name in ("let_in", "deferred", "refused", "junk")},
            **{name: count for name, count in self.counts.items() if name.startswith("closed")},
            **counters,
        )

    def _write_decision(
        self, level: Level, transaction: Transaction, decision: Decision, seconds: float
    ) -> None:
        verdict = decision.verdict
        telling = telling_name(verdict) if verdict else None
        domain = transaction.sender.rpartition("@")[2]
        self._journal.write(
            level,
            "decision",
            client=transaction.address.text if transaction.address else "unknown",
            result=verdict.result.value if verdict else None,
            cause=verdict.cause.value if verdict else None,
            action=decision.action.value,
            withheld=decision.withheld.value if decision.withheld else None,
            rule=decision.rule.value,
            name=telling.name.text if telling else None,
            helo=transaction.helo or None,
            elapsed_ms=round(seconds * 1000, 1),
            **{"sender-domain": domain or None},
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
        if alarm is not Alarm.RESOLVER_UNREACHABLE or self.resolver is None:
            return False
        return not self.resolver.reachable

    def _recovered(self, alarm: Alarm, seconds: float) -> None:
        self._journal.write(
            Level.WARNING, "recovered", alarm=alarm.value, lasted_s=round(seconds, 1)
        )
