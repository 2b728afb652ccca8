"""Putting down for the store how many decisions there were, span by span.

Owns the rhythm. Reads the daemon's tally, so nothing is done for it while mail is decided about.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from gotrdns.daemon.tally import Decisions, Tally
from gotrdns.policy import tallies
from gotrdns.policy.tallies import action_code, span_of
from gotrdns.store.memory import StoredMemory

# What a daemon that is killed had counted since the last time is lost.
_TICKS_APART: Final = 10


class Bookkeeper:
    """Keeps the books of one daemon; ``tick`` is called about every second.

    ``clock`` gives seconds since 1970; when it is set back, a former span is added to.
    """

    def __init__(self, tally: Tally, clock: Callable[[], float]) -> None:
        self._tally = tally
        self._clock = clock
        self._span = span_of(clock())
        self._entered: Decisions = Counter()
        self._ticks_left = 0

    def tick(self, memory: StoredMemory) -> None:
        self._ticks_left -= 1
        if self._ticks_left <= 0 or span_of(self._clock()) != self._span:
            self.enter(memory)

    def enter(self, memory: StoredMemory) -> None:
        """Have all written that was not yet."""
        decisions = self._tally.decisions()
        memory.note_tallies(_tallies(self._span, decisions - self._entered))
        self._entered = decisions
        self._span = span_of(self._clock())
        self._ticks_left = _TICKS_APART


def _tallies(began: int, decisions: Decisions) -> Iterator[tallies.Tally]:
    yield tallies.Tally(began)
    for (_, kind), count in decisions.items():
        yield tallies.Tally(
            began,
            kind.result,
            kind.cause or kind.rule,
            action_code(kind.action, kind.withheld),
            count,
        )
