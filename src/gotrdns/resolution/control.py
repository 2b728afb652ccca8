"""Whose fault is it? The control question tells a broken resolver from a broken zone.

When a question ends in trouble, the root's NS is asked as well. A resolver that does not answer
even that is itself the trouble, and no sender is blamed for it.
"""

import asyncio
from asyncio import AbstractEventLoop, TimerHandle
from collections.abc import Callable
from typing import Final

from gotrdns.lookup import TEMPORARY, Answer, Listener, Outcome

_GOOD_FOR: Final = 5.0  # seconds that an answered control question vouches for the resolver
_BAD_FOR: Final = 1.0  # seconds between control questions while they fail
_UNREACHABLE: Final = Answer(Outcome.UNREACHABLE)


class Control:
    """Judges answers that are trouble. ``ask`` puts the control question on its way.

    ``reachable`` is the latest finding. With ``persistent`` it keeps asking while the resolver is
    down, so that a daemon notices the recovery by itself.
    """

    def __init__(
        self,
        ask: Callable[[Listener], None],
        loop: AbstractEventLoop,
        clock: Callable[[], float],
        *,
        persistent: bool,
    ) -> None:
        self.reachable = True
        self._ask = ask
        self._loop = loop
        self._clock = clock
        self._persistent = persistent
        self._known_until = 0.0
        self._asking = False
        self._waiting: list[Callable[[], None]] = []
        self._timer: TimerHandle | None = None

    def prepare(self) -> None:
        """A question is taking long: find out about the resolver before it ends in trouble."""
        if not self._asking and self._clock() >= self._known_until:
            self._start()

    def judge(self, answer: Answer, deliver: Callable[[Answer], None]) -> None:
        """Deliver ``answer``, or UNREACHABLE in its place if the resolver is to blame."""
        self._find_out(lambda: deliver(answer if self.reachable else _UNREACHABLE))

    async def probe(self) -> None:
        """Return when ``reachable`` is a finding of the last seconds."""
        found = asyncio.Event()
        self._find_out(found.set)
        await found.wait()

    def _find_out(self, tell: Callable[[], None]) -> None:
        if not self._asking and self._clock() < self._known_until:
            tell()
            return
        self._waiting.append(tell)
        if not self._asking:
            self._start()

    def _start(self) -> None:
        self._asking = True
        self._ask(self._heard)

    def _ask_again(self) -> None:
        # Whatever the clock says: a loop's timer may fire a little before it, and only once.
        if not self._asking:
            self._start()

    def _heard(self, _token: int, answer: Answer) -> None:
        # A NOERROR that proves nothing is an answer all the same.
        trouble = answer.outcome in TEMPORARY and answer.outcome is not Outcome.UNPROVEN
        self._asking = False
        self.reachable = not trouble
        self._known_until = self._clock() + (_BAD_FOR if trouble else _GOOD_FOR)
        if trouble and self._persistent:
            self._timer = self._loop.call_later(_BAD_FOR, self._ask_again)
        waiting, self._waiting = self._waiting, []
        for tell in waiting:
            tell()

    def close(self) -> None:
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()
