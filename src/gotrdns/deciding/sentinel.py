"""Whether our own resolver can be believed, found out by questions whose answers are known.

Owns the control questions, when they are asked, and what follows for trust. A resolver that says
no to what must exist lies; one that says nothing is the suspect when many networks are in trouble.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from gotrdns.deciding.breaker import Breaker, network_key
from gotrdns.lookup import (
    CONTROL_QUESTION,
    Answer,
    Outcome,
    Question,
    RecordType,
    Resolver,
    ask_and_wait,
)
from gotrdns.names import Address, DomainName
from gotrdns.policy import Trust
from gotrdns.verification import Cause, Result, Verdict

ASSURED_FOR: Final = 5.0  # seconds for which one round of control questions vouches
PATIENCE: Final = 1.0  # seconds that the questions of a round may take
CALM: Final = 30.0  # seconds of good answers until a resolver is believed again
_WITNESSES: Final = 8
_WITNESSES_ASKED: Final = 3
_WITNESS_FOR: Final = 3600.0
_FEWEST_LIARS: Final = 2

# What is denied by a resolver that denies what is under it, and in no stranger's hands.
_REVERSE_TREE: Final = Question(DomainName.parse("in-addr.arpa"), RecordType.NS)

_NO: Final = frozenset({Outcome.NXDOMAIN, Outcome.NODATA})


class Round(msgspec.Struct, frozen=True):
    """What one round of control questions brought."""

    answered: bool  # something came that is no trouble
    denied: bool  # what must exist was denied


def _pay_no_heed(_trust: Trust) -> None:
    pass


class Sentinel:
    """Watches one resolver. ``resolver`` must ask it every time: a cache would vouch for itself.

    ``on_change(trust)`` is called when trust is lost or won back. Times are seconds by ``clock``.
    """

    def __init__(
        self,
        resolver: Resolver,
        clock: Callable[[], float],
        on_change: Callable[[Trust], None] = _pay_no_heed,
    ) -> None:
        self.trust = Trust.SOUND
        self.breaker = Breaker()
        self._resolver = resolver
        self._clock = clock
        self._on_change = on_change
        # Clients that were confirmed lately, by network: their PTR records exist.
        self._witnesses: dict[bytes, tuple[float, Address]] = {}
        self._assured_at: float | None = None
        self._good_since: float | None = None
        self._round: asyncio.Task[None] | None = None

    @property
    def is_assured(self) -> bool:
        """Whether control questions were answered so recently that none need be asked."""
        return self._assured_at is not None and self._clock() - self._assured_at < ASSURED_FOR

    @property
    def networks(self) -> tuple[int, int]:
        """How many networks were heard of lately, and how many of them were in trouble."""
        return self.breaker.count(self._clock())

    @property
    def is_alarmed(self) -> bool:
        """Whether so many networks are in trouble that the resolver may be why."""
        return self.breaker.is_alarming(self._clock())

    def note(self, verdict: Verdict) -> None:
        """Take notice of a verdict; each is a sign of how the resolver does."""
        self.note_client(
            verdict.address,
            troubled=verdict.result is Result.TEMPERROR,
            confirmed=verdict.cause is Cause.CONFIRMED,
        )

    def note_client(self, client: Address, *, troubled: bool, confirmed: bool) -> None:
        """As ``note``, of what matters about a verdict."""
        now = self._clock()
        self.breaker.note(client, now, troubled=troubled)
        if confirmed:
            key = network_key(client)
            self._witnesses.pop(key, None)
            self._witnesses[key] = (now, client)
            if len(self._witnesses) > _WITNESSES:
                del self._witnesses[next(iter(self._witnesses))]

    def retire(self) -> None:
        """Another resolver is used from now on: what was told against this one is over.

        Those who still wait for its answers go on with the trust it has.
        """
        if self.trust is not Trust.SOUND:
            self._on_change(Trust.SOUND)
        self._on_change = _pay_no_heed

    async def assure(self) -> Trust:
        """How far the resolver can be believed now, within ``PATIENCE`` seconds.

        Those who ask at the same time share one round of questions.
        """
        if not self.is_assured:
            if self._round is None or self._round.done():
                self._round = asyncio.ensure_future(self._ask_round())
            await asyncio.shield(self._round)
        return self.trust

    async def tick(self) -> None:
        """To be called every few seconds: looks again while the resolver is not believed."""
        if self.trust is not Trust.SOUND or self.is_alarmed:
            await self.assure()

    async def _ask_round(self) -> None:
        questions = [CONTROL_QUESTION, *self._witness_questions()]
        root, *witnesses = await asyncio.gather(*map(self._ask, questions))
        found = read_round([root, *witnesses])
        # Whoever has addresses in several networks can have them confirmed and then denied.
        if found.denied and root not in _NO and await self._ask(_REVERSE_TREE) is Outcome.FOUND:
            self._witnesses.clear()
            found = read_round([root])
        self._judge(found)

    async def _ask(self, question: Question) -> Outcome:
        try:
            answer: Answer = await asyncio.wait_for(
                ask_and_wait(self._resolver, question), PATIENCE
            )
        except TimeoutError:
            return Outcome.TIMEOUT
        return answer.outcome

    def _witness_questions(self) -> list[Question]:
        began = self._clock() - _WITNESS_FOR
        latest = [address for heard, address in self._witnesses.values() if heard >= began]
        return [
            Question(address.reverse_name, RecordType.PTR) for address in latest[-_WITNESSES_ASKED:]
        ]

    def _judge(self, found: Round) -> None:
        now = self._clock()
        self._assured_at = now
        if found.denied:
            self._good_since = None
            self._change(Trust.LYING)
        elif not found.answered:
            self._good_since = None
            if self.trust is Trust.SOUND and self.breaker.is_alarming(now):
                self._change(Trust.SUSPECT)
        else:
            self._good_since = now if self._good_since is None else self._good_since
            if now - self._good_since >= CALM:
                self._change(Trust.SOUND)

    def _change(self, trust: Trust) -> None:
        if trust is not self.trust:
            self.trust = trust
            self._on_change(trust)


def read_round(outcomes: Iterable[Outcome]) -> Round:
    """What a round says, the root's answer first and those of the witnesses after it.

    One witness that is gone may have changed its records; several say that it is not they.
    """
    root, *witnesses = outcomes
    denials = sum(outcome in _NO for outcome in witnesses)
    lying = denials >= _FEWEST_LIARS and denials == len(witnesses)
    return Round(
        answered=Outcome.FOUND in (root, *witnesses),
        denied=root in _NO or lying,
    )
