"""Events that may come in floods: the first is told at once, the others as a count."""

from collections.abc import Callable
from typing import Final

from gotrdns.policy import Alarm

_INTERVAL: Final = 60.0  # seconds between two lines about the same thing

# Seconds without an alarm after which what it was about counts as over.
_QUIET: Final = {
    Alarm.RESOLVER_UNREACHABLE: 10.0,
    Alarm.RESOLVER_SUSPECT: 10.0,
    Alarm.RESOLVER_LIES: 10.0,
    Alarm.NON_PUBLIC_CLIENT: 3600.0,
}


class Throttle:
    """Tells of each key at most once an interval; ``tell(key, count)`` is given the events since.

    Call ``tick`` now and then: it tells of those held back.
    """

    def __init__(self, tell: Callable[[str, int], None], clock: Callable[[], float]) -> None:
        self._tell = tell
        self._clock = clock
        self._told_at: dict[str, float] = {}
        self._held: dict[str, int] = {}

    def note(self, key: str) -> None:
        """One event happened."""
        if key in self._told_at:
            self._held[key] = self._held.get(key, 0) + 1
            return
        self._told_at[key] = self._clock()
        self._tell(key, 1)

    def tick(self) -> None:
        """Tell of what was held back for an interval, and forget what stopped."""
        now = self._clock()
        for key, told_at in list(self._told_at.items()):
            if now - told_at < _INTERVAL:
                continue
            count = self._held.pop(key, 0)
            if count:
                self._told_at[key] = now
                self._tell(key, count)
            else:
                del self._told_at[key]


class Alarms:
    """The alarms that are on, and since when.

    ``persists(alarm)`` says whether its reason is known to last although nothing is heard.
    ``recovered(alarm, seconds)`` is told once it is over.
    """

    def __init__(
        self,
        persists: Callable[[Alarm], bool],
        recovered: Callable[[Alarm, float], None],
        clock: Callable[[], float],
    ) -> None:
        self._persists = persists
        self._recovered = recovered
        self._clock = clock
        self._began: dict[Alarm, float] = {}
        self._latest: dict[Alarm, float] = {}

    @property
    def on(self) -> dict[Alarm, float]:
        """Those that are on, and for how many seconds."""
        now = self._clock()
        return {alarm: now - began for alarm, began in self._began.items()}

    def note(self, alarm: Alarm) -> None:
        """An alarm was raised."""
        now = self._clock()
        self._began.setdefault(alarm, now)
        self._latest[alarm] = now

    def tick(self) -> None:
        """See which alarms are over."""
        now = self._clock()
        for alarm, latest in list(self._latest.items()):
            if now - latest >= _QUIET[alarm] and not self._persists(alarm):
                del self._latest[alarm]
                self._recovered(alarm, now - self._began.pop(alarm))
