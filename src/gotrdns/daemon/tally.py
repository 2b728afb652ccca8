"""What the daemon has counted since it started, and what of it was lately.

Owns the counters that every request touches, so whatever is done here costs next to nothing; what
can wait until somebody asks is done then.
"""

from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Final

from msgspec import Struct

from gotrdns.policy import Action, Decision, Mode, Rule, Trust
from gotrdns.protocols.junk import Junk
from gotrdns.servers.connections import Closure
from gotrdns.verification import Cause

# Seconds: from a resolver on this host that knows the answer to our own deadline.
BOUNDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_LATELY: Final = 300.0
_STEP: Final = 10.0  # seconds between two notes of how much had been counted

_CONFIRMED: Final = Rule.CONFIRMED


class Kind(Struct, frozen=True):
    """What decisions are told apart by, as codes: empty where there is none."""

    result: str
    cause: str
    action: str
    withheld: str
    rule: str


Decisions = Counter[tuple[Mode, Kind]]
_Key = tuple[Action, Rule, Cause | None, Action | None]
_PLAIN: Final[_Key] = (Action.PASS, _CONFIRMED, Cause.CONFIRMED, None)


class Durations:
    """A histogram: how many lasted at most as long as each of the bounds, and how long in all."""

    __slots__ = ("_counts", "seconds")

    def __init__(self) -> None:
        self.seconds = 0.0
        self._counts = [0] * (len(BOUNDS) + 1)

    def note(self, seconds: float) -> None:
        self.seconds += seconds
        self._counts[bisect_left(BOUNDS, seconds)] += 1

    def add(self, counts: Sequence[int], seconds: float) -> None:
        """Take in what another process noted, as its ``counts`` and ``seconds``."""
        self.seconds += seconds
        self._counts = [mine + more for mine, more in zip(self._counts, counts, strict=True)]

    @property
    def counts(self) -> tuple[int, ...]:
        """How many lasted longer than one bound and at most as long as the next."""
        return tuple(self._counts)

    @property
    def count(self) -> int:
        return sum(self._counts)

    def cumulative(self, immediate: int = 0) -> list[int]:
        """As Prometheus has it, the last for any duration; ``immediate`` more took no time."""
        return list(accumulate(self._counts, initial=immediate))[1:]

    def within(self, share: float) -> float | None:
        """The bound within which such a share lasted; None if there was none or no bound holds."""
        counts = self.cumulative()
        position = bisect_left(counts, share * counts[-1])
        return BOUNDS[position] if counts[-1] and position < len(BOUNDS) else None


class Tally:
    """Counts for one daemon. ``clock`` gives seconds; call ``tick`` about every second.

    ``confirmed`` are the decisions about clients that simply passed; ``durations`` those that had
    to wait for something to be looked up.
    """

    def __init__(self, mode: Mode, clock: Callable[[], float]) -> None:
        self.confirmed = 0
        self.durations = Durations()
        self.junk: Counter[Junk] = Counter()
        self.closures: Counter[Closure] = Counter()
        self.trust_changes: Counter[Trust] = Counter()
        self._clock = clock
        self._mode = mode
        self._others: Counter[_Key] = Counter()
        self._under_former_modes: Decisions = Counter()
        self._notes: deque[tuple[float, Decisions]] = deque([(clock(), Counter())])

    def count(self, decision: Decision) -> None:
        """Count a decision about a client that did not simply pass."""
        verdict = decision.verdict
        cause = None if verdict is None else verdict.cause
        self._others[decision.action, decision.rule, cause, decision.withheld] += 1

    def follow_mode(self, mode: Mode) -> None:
        """From now on decisions are made in this mode."""
        self._under_former_modes = self.decisions()
        self._mode = mode
        self.confirmed = 0
        self._others.clear()

    def absorb(self, decisions: Decisions) -> None:
        """Count what another process decided."""
        self._under_former_modes.update(decisions)

    def decisions(self) -> Decisions:
        """How many there were of each mode and kind."""
        found = self._under_former_modes.copy()
        for key, count in (*self._others.items(), (_PLAIN, self.confirmed)):
            if count:
                found[self._mode, _kind(key)] += count
        return found

    def lately(self) -> tuple[float, Decisions]:
        """The decisions of the last minutes, and of how many seconds they are."""
        began, before = self._notes[0]
        return self._clock() - began, self.decisions() - before

    def tick(self) -> None:
        now = self._clock()
        if now - self._notes[-1][0] >= _STEP:
            self._notes.append((now, self.decisions()))
        while len(self._notes) > 1 and now - self._notes[1][0] >= _LATELY:
            self._notes.popleft()


def _kind(key: _Key) -> Kind:
    action, rule, cause, withheld = key
    return Kind(
        result=cause.result.value if cause else "",
        cause=cause.value if cause else "",
        action=action.value,
        withheld=withheld.value if withheld else "",
        rule=rule.value,
    )
