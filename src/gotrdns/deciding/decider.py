"""A client and its envelope become a Decision, at once or by a deadline.

Owns the order of things (exemptions before any look-up, circumstances only where the verdict does
not settle it) and the deadline. The rules are in ``policy`` and ``verification``; no protocol and
no wording here.
"""

import asyncio
import functools
import time
from collections.abc import Callable, Iterator
from typing import Final, Protocol

import msgspec

from gotrdns.checking import Check
from gotrdns.deciding.counsel import Counsel, is_dynamic
from gotrdns.deciding.settings import VerificationSettings
from gotrdns.lookup import Answer, Question, RecordType, Resolver
from gotrdns.names import Address, DomainName, InvalidName
from gotrdns.policy import (
    UNKNOWN_CLIENT,
    Circumstances,
    Decision,
    Policy,
    Rule,
    Transaction,
    Trust,
)
from gotrdns.policy.allowances import Allowances
from gotrdns.policy.confirmations import Confirmations
from gotrdns.verification import Cause, Result, Verdict, Verification

_LONGEST_HELO: Final = 255
_HELO_NAMES_REMEMBERED: Final = 4096
_DECISIONS_REMEMBERED: Final = 4096
# Seconds of the deadline that are left for finding out who vouches, if DNS takes the rest.
_RESERVE: Final = 1.5
# Seconds for which a decision that rests on more than its verdict answers for the same envelope:
# a message has many recipients, and who is turned away may come back at once.
_STANDS_FOR: Final = 5.0
_CONFIRMED: Final = Cause.CONFIRMED


class Timer(Protocol):
    """A call that was arranged for later."""

    def cancel(self) -> object: ...


CallLater = Callable[[float, Callable[[], None]], Timer]
OnDecided = Callable[[Decision], None]
_Ground = tuple[Question, Answer]  # what a verdict rests upon
_Key = tuple[Address | None, str] | tuple[Address | None, str, str, str]


class _Kept(msgspec.Struct, frozen=True):
    """A decision and the answers it rests upon; ``rest`` is what else it does."""

    decision: Decision
    grounds: tuple[_Ground, ...]
    rest: "_Moment | None" = None


class _Moment(msgspec.Struct, frozen=True):
    """What stands for a few seconds at most; ``at`` is seconds since 1970."""

    at: float
    allowances: Allowances
    confirmations: Confirmations
    trust: Trust


class _Case(msgspec.Struct, frozen=True):
    """What is to be decided about, and the confirmations that its verdict takes account of."""

    transaction: Transaction
    verdict: Verdict
    confirmations: Confirmations


class Decider:
    """Decides about transactions, many at a time.

    ``call_later(seconds, callback)`` arranges deadlines, as an event loop's method does;
    ``monotonic`` gives the seconds that deadlines are measured in. Without ``counsel`` the verdict
    alone counts.
    """

    __slots__ = (
        "_call_later",
        "_counsel",
        "_deadline",
        "_helo_name",
        "_monotonic",
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
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._policy = policy
        self._resolver = resolver
        self._deadline = settings.deadline
        self._ptr_limit = settings.ptr_limit
        self._call_later = call_later
        self._counsel = counsel
        self._monotonic = monotonic
        # The same hosts come again and again, with several recipients each time.
        self._helo_name = functools.lru_cache(maxsize=_HELO_NAMES_REMEMBERED)(_parse_helo)
        self._remembered: dict[_Key, _Kept] = {}
        self._tasks: set[asyncio.Task[Circumstances]] = set()

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
        counsel = self._counsel
        key: _Key = (transaction.address, transaction.helo)
        kept = self._remembered.get(key)
        if kept is None:
            if counsel is None:
                return None
            key = _key_of_envelope(transaction)
            kept = self._remembered.get(key)
            if kept is None:
                return None
        if not self._stands(kept):
            del self._remembered[key]
            return None
        return kept.decision if counsel is None else counsel.repeat(transaction, kept.decision)

    def _stands(self, kept: _Kept) -> bool:
        if kept.rest is not None and not self._lasts(kept.rest):
            return False
        ask = self._resolver.ask
        for question, answer in kept.grounds:
            heard = ask(question, _pay_no_heed, 0)
            if heard is not answer:
                if heard is None:
                    self._resolver.forget(question, _pay_no_heed, 0)
                return False
        return True

    def _lasts(self, moment: _Moment) -> bool:
        counsel = self._counsel
        return (
            counsel is not None
            and 0 <= counsel.clock() - moment.at < _STANDS_FOR
            and counsel.memory.allowances is moment.allowances
            and counsel.memory.confirmations is moment.confirmations
            and counsel.sentinel.trust is moment.trust
        )

    def anticipate(self, transaction: Transaction) -> None:
        """Begin the look-ups of a client that has only come; nothing is decided or remembered."""
        address = transaction.address
        if (
            address is None
            or (address, transaction.helo) in self._remembered
            or self._policy.exemption(transaction) is not None
        ):
            return
        verification = Verification(
            address, helo=self._read_helo(transaction), limit=self._ptr_limit
        )
        Check(verification, self._resolver, _await_nothing).start()

    def look_up(self, transaction: Transaction, on_decided: OnDecided) -> Decision | None:
        """Decide what ``recall`` could not.

        Returns the decision if it can be made at once; else None, and ``on_decided`` is called
        once.
        """
        address = transaction.address
        if address is None:
            return UNKNOWN_CLIENT
        began = self._monotonic()
        verification = Verification(
            address, helo=self._read_helo(transaction), limit=self._ptr_limit
        )
        reserve = 0.0 if self._counsel is None else min(_RESERVE, self._deadline / 2)
        undecided = _Undecided(self, transaction, on_decided, began)
        check = Check(verification, self._resolver, undecided.decided)
        if check.start():
            verdict = verification.verdict()
            decision = self.conclude(transaction, verdict, on_decided, began)
            if decision is not None:
                key = (address, transaction.helo)
                # Nearly all of them rest upon nothing else.
                rest = None if decision.rule is Rule.CONFIRMED else self._rest(decision)
                self._remember(key, _Kept(decision, tuple(_grounds(verdict)), rest))
            return decision
        undecided.wait(check, self._call_later, self._deadline - reserve)
        return None

    def _rest(self, decision: Decision) -> "_Moment | None":
        """What a settled decision rests upon beside the resolver's answers."""
        counsel, verdict = self._counsel, decision.verdict
        if counsel is None or verdict is None or verdict.overruled is None:
            return None
        memory, trust = counsel.memory, counsel.sentinel.trust
        return _Moment(counsel.clock(), memory.allowances, memory.confirmations, trust)

    def _read_helo(self, transaction: Transaction) -> DomainName | None:
        helo = transaction.helo
        return self._helo_name(helo) if len(helo) <= _LONGEST_HELO else None

    def conclude(
        self, transaction: Transaction, verdict: Verdict, on_decided: OnDecided, began: float
    ) -> Decision | None:
        """Decide about a verdict: at once where it settles the matter, else as ``look_up`` does."""
        counsel = self._counsel
        if counsel is not None:
            # As it is: what the resolver does not know yet is no sign that it does well.
            counsel.sentinel.note(verdict)
            confirmations = counsel.memory.confirmations
            if verdict.cause is not _CONFIRMED:  # nearly all are
                verdict = confirmations.apply(verdict, counsel.clock())
            if not self._policy.is_settled(verdict, dynamic=is_dynamic(self._policy, verdict)):
                patience = max(began + self._deadline - self._monotonic(), 0.0)
                case = _Case(transaction, verdict, confirmations)
                self._deliberate(counsel, case, on_decided, patience)
                return None
        decision = self._policy.decide(verdict)
        return decision if counsel is None else counsel.record(transaction, decision)

    def _deliberate(
        self,
        counsel: Counsel,
        case: "_Case",
        on_decided: OnDecided,
        patience: float,
    ) -> None:
        """Find out what else counts, and decide."""
        transaction, verdict = case.transaction, case.verdict

        def conclude(gathered: asyncio.Task[Circumstances]) -> None:
            self._tasks.discard(gathered)
            if gathered.cancelled():  # the event loop ends, and nobody waits any more
                return
            given = _result_of(gathered) or counsel.ignorance()
            known = self._blame(verdict)
            decision = self._policy.decide(known, given)
            decision = counsel.keep(transaction, known, given, decision)
            moment = _Moment(given.now, counsel.memory.allowances, case.confirmations, given.trust)
            kept = _Kept(decision, tuple(_grounds(known)), moment)
            self._remember(_key_of_envelope(transaction), kept)
            on_decided(decision)

        task = asyncio.ensure_future(counsel.gather(self._policy, transaction, verdict, patience))
        self._tasks.add(task)  # the loop itself holds tasks weakly
        task.add_done_callback(conclude)

    def _blame(self, verdict: Verdict) -> Verdict:
        """The verdict, of which it may have turned out that our own resolver was the trouble."""
        if verdict.result is Result.TEMPERROR and not self._resolver.reachable:
            return msgspec.structs.replace(verdict, cause=Cause.RESOLVER_UNREACHABLE)
        return verdict

    def _remember(self, key: _Key, kept: _Kept) -> None:
        if len(key[1]) <= _LONGEST_HELO:
            self._remembered[key] = kept
            if len(self._remembered) > _DECISIONS_REMEMBERED:
                del self._remembered[next(iter(self._remembered))]


def _key_of_envelope(transaction: Transaction) -> _Key:
    """Of what a decision may rest upon, and of what makes one incident of its repetitions."""
    sender = transaction.sender.rpartition("@")[2][:_LONGEST_HELO]
    recipient = transaction.recipient.rpartition("@")[2][:_LONGEST_HELO]
    return (transaction.address, transaction.helo, sender, recipient)


def _result_of(gathered: asyncio.Task[Circumstances]) -> Circumstances | None:
    """None after a fault, which is reported: the client must be answered all the same."""
    error = gathered.exception()
    if error is None:
        return gathered.result()
    context = {"message": "circumstances are unknown", "exception": error, "task": gathered}
    gathered.get_loop().call_exception_handler(context)
    return None


def _grounds(verdict: Verdict) -> Iterator[_Ground]:
    verdict = verdict.overruled or verdict
    if verdict.reverse is not None:
        yield Question(verdict.address.reverse_name, RecordType.PTR), verdict.reverse
    forward_type = RecordType.AAAA if verdict.address.is_ipv6 else RecordType.A
    for each in verdict.names:
        if each.answer is not None:
            yield Question(each.name, forward_type), each.answer


def _pay_no_heed(_token: int, _answer: Answer) -> None:
    pass


def _await_nothing(_verification: Verification) -> None:
    pass


class _Undecided:
    """A check under way with its deadline; whichever ends first decides."""

    __slots__ = ("_began", "_check", "_decider", "_on_decided", "_timer", "_transaction")

    _check: Check
    _timer: Timer

    def __init__(
        self, decider: Decider, transaction: Transaction, on_decided: OnDecided, began: float
    ) -> None:
        self._began = began
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
        decision = self._decider.conclude(self._transaction, verdict, self._on_decided, self._began)
        if decision is not None:
            self._on_decided(decision)


def _parse_helo(text: str) -> DomainName | None:
    if not text:
        return None
    try:
        return DomainName.parse(text)
    except InvalidName:
        return None
