"""A client and its envelope become a Decision, at once or by a deadline.

Owns the order of things (exemptions before any look-up, circumstances only where the verdict does
not settle it) and the deadline. The rules are in ``policy`` and ``verification``; no protocol and
no wording here.
"""

import asyncio
import functools
from collections.abc import Callable, Iterator
from typing import Final, Protocol

from gotrdns.checking import Check
from gotrdns.deciding.counsel import Counsel, is_dynamic
from gotrdns.deciding.settings import VerificationSettings
from gotrdns.lookup import Answer, Question, RecordType, Resolver
from gotrdns.names import Address, DomainName, InvalidName
from gotrdns.policy import UNKNOWN_CLIENT, Decision, Policy, Rule, Transaction
from gotrdns.verification import Verdict, Verification

_LONGEST_HELO: Final = 255
_HELO_NAMES_REMEMBERED: Final = 4096
_DECISIONS_REMEMBERED: Final = 4096
# Seconds of the deadline that are left for finding out who vouches, if DNS takes the rest.
_RESERVE: Final = 1.5
_CONFIRMED: Final = Rule.CONFIRMED


class Timer(Protocol):
    """A call that was arranged for later."""

    def cancel(self) -> object: ...


CallLater = Callable[[float, Callable[[], None]], Timer]
OnDecided = Callable[[Decision], None]
_Ground = tuple[Question, Answer]  # what a decision rests upon


class Decider:
    """Decides about transactions, many at a time.

    ``call_later(seconds, callback)`` arranges deadlines, as an event loop's method does. Without
    ``counsel`` the verdict alone counts.
    """

    __slots__ = (
        "_call_later",
        "_counsel",
        "_deadline",
        "_helo_name",
        "_policy",
        "_ptr_limit",
        "_remembered",
        "_resolver",
        "_tasks",
    )

    def __init__(
        self,
        policy: Policy,
        resolver: Resolver,
        settings: VerificationSettings,
        call_later: CallLater,
        counsel: Counsel | None = None,
    ) -> None:
        self._policy = policy
        self._resolver = resolver
        self._deadline = settings.deadline
        self._ptr_limit = settings.ptr_limit
        self._call_later = call_later
        self._counsel = counsel
        # The same hosts come again and again, with several recipients each time.
        self._helo_name = functools.lru_cache(maxsize=_HELO_NAMES_REMEMBERED)(_parse_helo)
        self._remembered: dict[
            tuple[Address | None, str], tuple[Decision, tuple[_Ground, ...]]
        ] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def deadline(self) -> float:
        """Seconds within which every decision is made."""
        return self._deadline

    def recall(self, transaction: Transaction) -> Decision | None:
        """The decision that needs no look-up: an exemption, or one made before that still stands.

        A verdict follows from its answers alone, so it stands while the resolver gives the very
        same ones, and for no longer than the resolver itself keeps them.
        """
        exemption = self._policy.exemption(transaction)
        if exemption is not None:
            return exemption
        key = (transaction.address, transaction.helo)
        remembered = self._remembered.get(key)
        if remembered is None:
            return None
        decision, grounds = remembered
        ask = self._resolver.ask
        for question, answer in grounds:
            heard = ask(question, _pay_no_heed, 0)
            if heard is not answer:
                if heard is None:
                    self._resolver.forget(question, _pay_no_heed, 0)
                del self._remembered[key]
                return None
        if self._counsel is not None:
            self._note_settled(self._counsel, decision)
        return decision

    def look_up(self, transaction: Transaction, on_decided: OnDecided) -> Decision | None:
        """Decide what ``recall`` could not.

        Returns the decision if it can be made at once; else None, and ``on_decided`` is called
        once.
        """
        address = transaction.address
        if address is None:
            return UNKNOWN_CLIENT
        helo = self._helo_name(transaction.helo) if len(transaction.helo) <= _LONGEST_HELO else None
        verification = Verification(address, helo=helo, limit=self._ptr_limit)
        reserve = 0.0 if self._counsel is None else min(_RESERVE, self._deadline / 2)
        undecided = _Undecided(self, transaction, on_decided)
        check = Check(verification, self._resolver, undecided.decided)
        if check.start():
            verdict = verification.verdict()
            decision = self.conclude(transaction, verdict, on_decided, self._deadline)
            if decision is not None:
                self._remember(transaction, decision, verdict)
            return decision
        undecided.wait(check, self._call_later, self._deadline - reserve)
        return None

    def conclude(
        self, transaction: Transaction, verdict: Verdict, on_decided: OnDecided, patience: float
    ) -> Decision | None:
        """Decide about a verdict: at once where it settles the matter, else as ``look_up`` does."""
        counsel = self._counsel
        if counsel is None:
            return self._policy.decide(verdict)
        counsel.sentinel.note(verdict)
        if self._policy.is_settled(verdict, dynamic=is_dynamic(self._policy, verdict)):
            decision = self._policy.decide(verdict)
            self._note_settled(counsel, decision)
            return decision
        task = asyncio.ensure_future(
            self._deliberate(counsel, transaction, verdict, on_decided, patience)
        )
        self._tasks.add(task)  # the loop itself holds tasks weakly
        task.add_done_callback(self._tasks.discard)
        return None

    async def _deliberate(
        self,
        counsel: Counsel,
        transaction: Transaction,
        verdict: Verdict,
        on_decided: OnDecided,
        patience: float,
    ) -> None:
        given = await counsel.gather(self._policy, transaction, verdict, patience)
        decision = self._policy.decide(verdict, given)
        on_decided(counsel.keep(transaction, verdict, given, decision))

    def _note_settled(self, counsel: Counsel, decision: Decision) -> None:
        verdict = decision.verdict
        if decision.rule is _CONFIRMED and verdict is not None:
            counsel.memory.note_pass(verdict.address, counsel.clock())

    def _remember(self, transaction: Transaction, decision: Decision, verdict: Verdict) -> None:
        if len(transaction.helo) <= _LONGEST_HELO:
            key = (transaction.address, transaction.helo)
            self._remembered[key] = (decision, tuple(_grounds(verdict)))
            if len(self._remembered) > _DECISIONS_REMEMBERED:
                del self._remembered[next(iter(self._remembered))]


def _grounds(verdict: Verdict) -> Iterator[_Ground]:
    if verdict.reverse is not None:
        yield Question(verdict.address.reverse_name, RecordType.PTR), verdict.reverse
    forward_type = RecordType.AAAA if verdict.address.is_ipv6 else RecordType.A
    for each in verdict.names:
        if each.answer is not None:
            yield Question(each.name, forward_type), each.answer


def _pay_no_heed(_token: int, _answer: Answer) -> None:
    pass


class _Undecided:
    """A check under way with its deadline; whichever ends first decides."""

    __slots__ = ("_check", "_decider", "_on_decided", "_timer", "_transaction")

    _check: Check
    _timer: Timer

    def __init__(self, decider: Decider, transaction: Transaction, on_decided: OnDecided) -> None:
        self._decider = decider
        self._transaction = transaction
        self._on_decided = on_decided

    def wait(self, check: Check, call_later: CallLater, deadline: float) -> None:
        self._check = check
        self._timer = call_later(deadline, self._expire)

    def decided(self, verification: Verification) -> None:
        self._timer.cancel()
        self._conclude(verification.verdict())

    def _expire(self) -> None:
        self._check.give_up()
        self._conclude(self._check.verification.verdict())

    def _conclude(self, verdict: Verdict) -> None:
        decision = self._decider.conclude(self._transaction, verdict, self._on_decided, _RESERVE)
        if decision is not None:
            self._on_decided(decision)


def _parse_helo(text: str) -> DomainName | None:
    if not text:
        return None
    try:
        return DomainName.parse(text)
    except InvalidName:
        return None
