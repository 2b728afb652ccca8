"""Whether our own resolver can be asked, and believed, through a long run of questions.

Owns waiting for one that is away, how often it is tried, and when it is given up. What a resolver
does not say, or says falsely, must never be taken for what DNS says of a client.
"""

import asyncio
import enum
from collections.abc import Callable, Sequence
from typing import Final

from gotrdns.deciding.sentinel import Sentinel
from gotrdns.lookup import CONTROL_QUESTION, TEMPORARY, Outcome, Resolver, ask_and_wait
from gotrdns.policy import Trust
from gotrdns.reports.logs import english_today as words
from gotrdns.reports.sentences import listed
from gotrdns.reports.walk_sentences import duration
from gotrdns.verification import Verdict

# Seconds between two attempts. At the beginning nothing is lost by giving up soon: most likely it
# is the wrong resolver. Later it has worked already, and may be starting anew.
_FIRST_PAUSES: Final = (5,)
_PAUSES: Final = (5, 15, 60)
_PATIENCE: Final = 2.0  # seconds for the control question

_SILENT: Final = TEMPORARY - {Outcome.UNPROVEN}  # which proves nothing, but is an answer


class Unusable(enum.Enum):
    """What is wrong with a resolver that cannot be gone on with."""

    SILENT = "silent"
    UNSTEADY = "unsteady"  # it answers, and again and again not
    LYING = "lying"


class ResolverUnusable(Exception):
    """Our own resolver does not answer, or is not to be believed; its text says what to do."""

    def __init__(self, what: Unusable, servers: Sequence[str], waited: int = 0) -> None:
        template = words.UNUSABLE[what.value]
        super().__init__(template.format(servers=listed(servers), waited=duration(waited)))
        self.what = what


class ResolverWatch:
    """Watches one resolver. ``control`` must ask it every time, as a ``Sentinel``'s must.

    ``on_waiting(seconds)`` is called before each pause.
    """

    def __init__(
        self, control: Resolver, servers: Sequence[str], on_waiting: Callable[[int], None]
    ) -> None:
        self._control = control
        self._servers = servers
        self._on_waiting = on_waiting
        self._sentinel = Sentinel(control, asyncio.get_running_loop().time)
        self._doubted = False
        self._given_up: ResolverUnusable | None = None
        self._looking = asyncio.Lock()

    async def begin(self) -> None:
        """Raises ResolverUnusable."""
        await self._wait_for_answer(_FIRST_PAUSES)
        await self.believe()

    def note(self, verdict: Verdict) -> None:
        """Take notice of what came of asking about a client."""
        self._sentinel.note(verdict)

    async def believe(self) -> None:
        """Make sure that a verdict against a client can be believed. Raises ResolverUnusable."""
        trust = await self._sentinel.assure()
        if trust is Trust.LYING:
            raise self.unusable(Unusable.LYING)
        if trust is Trust.SUSPECT:
            self.doubt()

    def doubt(self) -> None:
        """A question was lost for the resolver's sake."""
        self._doubted = True

    async def assure(self) -> bool:
        """Return when the resolver can be asked; true if that was in doubt.

        Raises ResolverUnusable.
        """
        if not self._doubted:
            return False
        async with self._looking:
            if self._given_up is not None:
                raise self._given_up
            if self._doubted:  # those who waited for the lock find it looked into
                await self._wait_for_answer(_PAUSES)
                self._doubted = False
        return True

    def unusable(self, what: Unusable, waited: int = 0) -> ResolverUnusable:
        """The error to raise."""
        return ResolverUnusable(what, self._servers, waited)

    async def _wait_for_answer(self, pauses: Sequence[int]) -> None:
        for pause in pauses:
            if await self._answers():
                return
            self._on_waiting(pause)
            await asyncio.sleep(pause)
        if not await self._answers():
            self._given_up = self.unusable(Unusable.SILENT, sum(pauses))
            raise self._given_up

    async def _answers(self) -> bool:
        try:
            async with asyncio.timeout(_PATIENCE):
                answer = await ask_and_wait(self._control, CONTROL_QUESTION)
        except TimeoutError:
            return False
        return answer.outcome not in _SILENT
