"""A client and its envelope become a Decision, at once or by a deadline.

Owns the order of things (exemptions before any look-up), the deadline, and the ``[verification]``
section. The rules are in ``policy`` and ``verification``; no protocol and no wording here.
"""

import functools
from collections.abc import Callable, Iterator
from typing import Annotated, Final, Protocol

from msgspec import Meta, Struct

from gotrdns.checking import Check
from gotrdns.lookup import Answer, Question, RecordType, Resolver
from gotrdns.names import Address, DomainName, InvalidName
from gotrdns.policy import UNKNOWN_CLIENT, Decision, InvalidSetting, Policy, Transaction
from gotrdns.verification import NAMES_EVALUATED, Verdict, Verification

# What the documentation tells Postfix to wait (`timeout=15s`); after that it stops listening.
MAIL_SERVER_PATIENCE: Final = 15.0

_LONGEST_HELO: Final = 255
_HELO_NAMES_REMEMBERED: Final = 4096
_DECISIONS_REMEMBERED: Final = 4096


class VerificationSettings(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """How long one client may be examined, and how far."""

    deadline: Annotated[
        float,
        Meta(
            gt=0,
            description="Seconds after which a client is decided about with what is known by then; "
            "the look-ups go on and serve its next attempt. Must be below the 15 that Postfix is "
            "told to wait.",
        ),
    ] = 8.0
    ptr_limit: Annotated[
        int,
        Meta(
            ge=1,
            le=100,
            description="How many PTR names of one address are evaluated (RFC 8601 section 3 "
            "demands a limit).",
        ),
    ] = NAMES_EVALUATED

    def __post_init__(self) -> None:
        """Raises InvalidSetting."""
        if self.deadline >= MAIL_SERVER_PATIENCE:
            raise InvalidSetting(
                "deadline",
                f"{self.deadline:g} s is too late: it must be below {MAIL_SERVER_PATIENCE:g}, "
                "after which Postfix no longer waits for the answer",
            )


class Timer(Protocol):
    """A call that was arranged for later."""

    def cancel(self) -> object: ...


CallLater = Callable[[float, Callable[[], None]], Timer]
_Ground = tuple[Question, Answer]  # what a decision rests upon


class Decider:
    """Decides about transactions, many at a time.

    ``call_later(seconds, callback)`` arranges deadlines, as an event loop's method does.
    """

    __slots__ = (
        "_call_later",
        "_deadline",
        "_helo_name",
        "_policy",
        "_ptr_limit",
        "_remembered",
        "_resolver",
    )

    def __init__(
        self,
        policy: Policy,
        resolver: Resolver,
        settings: VerificationSettings,
        call_later: CallLater,
    ) -> None:
        self._policy = policy
        self._resolver = resolver
        self._deadline = settings.deadline
        self._ptr_limit = settings.ptr_limit
        self._call_later = call_later
        # The same hosts come again and again, with several recipients each time.
        self._helo_name = functools.lru_cache(maxsize=_HELO_NAMES_REMEMBERED)(_parse_helo)
        self._remembered: dict[
            tuple[Address | None, str], tuple[Decision, tuple[_Ground, ...]]
        ] = {}

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
        return decision

    def look_up(
        self, transaction: Transaction, on_decided: Callable[[Decision], None]
    ) -> Decision | None:
        """Decide what ``recall`` could not.

        Returns the decision if it can be made at once; else None, and ``on_decided`` is called
        once.
        """
        address = transaction.address
        if address is None:
            return UNKNOWN_CLIENT
        helo = self._helo_name(transaction.helo) if len(transaction.helo) <= _LONGEST_HELO else None
        verification = Verification(address, helo=helo, limit=self._ptr_limit)
        undecided = _Undecided(self._policy, on_decided)
        check = Check(verification, self._resolver, undecided.decided)
        if check.start():
            verdict = verification.verdict()
            decision = self._policy.decide(verdict)
            self._remember(transaction, decision, verdict)
            return decision
        undecided.wait(check, self._call_later, self._deadline)
        return None

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

    __slots__ = ("_check", "_on_decided", "_policy", "_timer")

    _check: Check
    _timer: Timer

    def __init__(self, policy: Policy, on_decided: Callable[[Decision], None]) -> None:
        self._policy = policy
        self._on_decided = on_decided

    def wait(self, check: Check, call_later: CallLater, deadline: float) -> None:
        self._check = check
        self._timer = call_later(deadline, self._expire)

    def decided(self, verification: Verification) -> None:
        self._timer.cancel()
        self._on_decided(self._policy.decide(verification.verdict()))

    def _expire(self) -> None:
        self._check.give_up()
        self._on_decided(self._policy.decide(self._check.verification.verdict()))


def _parse_helo(text: str) -> DomainName | None:
    if not text:
        return None
    try:
        return DomainName.parse(text)
    except InvalidName:
        return None
