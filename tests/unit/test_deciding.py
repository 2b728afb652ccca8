"""Exemptions before any look-up, answers at once when all is known, and the deadline."""

import gc
import weakref
from collections.abc import Callable

import pytest

from gotrdns.deciding import Decider, VerificationSettings
from gotrdns.lookup import Answer, Outcome, Question, RecordType
from gotrdns.names import Address, DomainName
from gotrdns.policy import (
    Action,
    Decision,
    InvalidSetting,
    Mode,
    Policy,
    PolicySettings,
    Rule,
    Transaction,
)
from gotrdns.verification import Cause
from tests.unit.slow_resolver import SlowResolver

CLIENT = Address.parse("85.105.64.87")
PTR = Question(CLIENT.reverse_name, RecordType.PTR)
NAME = DomainName.parse("mail.example.com")
FORWARD = Question(NAME, RecordType.A)


class Timers:
    """Deadlines that pass when told to."""

    def __init__(self) -> None:
        self.pending: list[tuple[float, Callable[[], None]]] = []

    def call_later(self, seconds: float, callback: Callable[[], None]) -> "Timer":
        self.pending.append((seconds, callback))
        return Timer(self, (seconds, callback))

    def expire(self) -> None:
        (_, callback) = self.pending.pop()
        callback()


class Timer:
    def __init__(self, timers: Timers, entry: tuple[float, Callable[[], None]]) -> None:
        self._timers = timers
        self._entry = entry

    def cancel(self) -> None:
        self._timers.pending.remove(self._entry)


class Case:
    """A decider, and the decisions it called back with."""

    def __init__(self, known: dict[Question, Answer] | None = None, **verification: int) -> None:
        self.resolver = SlowResolver(known)
        self.timers = Timers()
        self.decisions: list[Decision] = []
        self.decider = Decider(
            Policy(PolicySettings(mode=Mode.STRICT, pass_networks=("192.0.2.0/24",))),
            self.resolver,
            VerificationSettings(**verification),
            self.timers.call_later,
        )

    def decide(self, transaction: Transaction) -> Decision | None:
        decision = self.decider.recall(transaction)
        return decision or self.decider.look_up(transaction, self.decisions.append)


def names(*texts: str) -> Answer:
    return Answer(Outcome.FOUND, names=tuple(map(DomainName.parse, texts)))


CONFIRMING = {PTR: names("mail.example.com"), FORWARD: Answer(Outcome.FOUND, addresses=(CLIENT,))}


@pytest.mark.parametrize(
    "transaction",
    [
        Transaction(None),
        Transaction(CLIENT, authenticated=True),
        Transaction(Address.parse("192.0.2.1")),
        Transaction(CLIENT, recipient="postmaster@example.org"),
    ],
)
def test_an_exempt_client_is_not_looked_up(transaction: Transaction) -> None:
    case = Case()
    decision = case.decide(transaction)
    assert decision is not None
    assert decision.action is Action.PASS
    assert decision.verdict is None
    assert case.resolver.asked == []


def test_what_is_known_is_decided_at_once_without_a_deadline() -> None:
    case = Case(CONFIRMING)
    decision = case.decide(Transaction(CLIENT))
    assert decision is not None
    assert decision.rule is Rule.CONFIRMED
    assert case.timers.pending == []
    assert case.decisions == []


def test_a_decision_stands_while_its_answers_do() -> None:
    case = Case(dict(CONFIRMING))
    first = case.decide(Transaction(CLIENT))
    assert case.decide(Transaction(CLIENT)) is first
    assert case.decide(Transaction(CLIENT, sender="info@example.com")) is first
    case.resolver.known[FORWARD] = Answer(Outcome.NODATA)
    changed = case.decide(Transaction(CLIENT))
    assert changed is not None
    assert changed.rule is Rule.STRICT
    assert case.decide(Transaction(CLIENT)) is changed


@pytest.mark.parametrize("forgotten", [PTR, FORWARD])
def test_a_decision_whose_answer_was_forgotten_is_looked_up_again(forgotten: Question) -> None:
    case = Case(dict(CONFIRMING))
    case.decide(Transaction(CLIENT))
    answer = case.resolver.known.pop(forgotten)
    assert case.decide(Transaction(CLIENT)) is None
    assert list(case.resolver.waiting) == [forgotten]
    case.resolver.answer(forgotten, answer)
    (decision,) = case.decisions
    assert decision.rule is Rule.CONFIRMED


def test_an_exemption_comes_before_what_was_decided() -> None:
    case = Case({PTR: Answer(Outcome.NXDOMAIN)})
    refused = case.decide(Transaction(CLIENT))
    assert refused is not None
    assert refused.action is Action.REFUSE
    exempt = case.decide(Transaction(CLIENT, authenticated=True))
    assert exempt is not None
    assert exempt.rule is Rule.AUTHENTICATED


def test_decisions_about_different_helo_names_are_kept_apart() -> None:
    known = {PTR: names("a.example", "mail.example.com"), FORWARD: CONFIRMING[FORWARD]}
    case = Case(known, ptr_limit=1)
    for _ in range(2):
        decision = case.decide(Transaction(CLIENT, helo="mail.example.com"))
        assert decision is not None
        assert decision.rule is Rule.CONFIRMED
        assert case.decide(Transaction(CLIENT, helo="a.example")) is None


def test_the_memory_of_decisions_is_bounded() -> None:
    case = Case({PTR: Answer(Outcome.NXDOMAIN)})
    for number in range(5000):
        case.decide(Transaction(CLIENT, helo=f"{number}.example"))
    case.decide(Transaction(CLIENT, helo="x" * 5000))
    assert len(case.decider._remembered) == 4096
    assert (CLIENT, "4999.example") in case.decider._remembered


def test_what_is_not_known_is_decided_when_dns_answers() -> None:
    case = Case()
    assert case.decide(Transaction(CLIENT)) is None
    case.resolver.answer(PTR, names("mail.example.com"))
    assert case.decisions == []
    case.resolver.answer(FORWARD, Answer(Outcome.NODATA))
    (decision,) = case.decisions
    assert decision.action is Action.REFUSE
    assert decision.verdict is not None
    assert decision.verdict.cause is Cause.FORWARD_NODATA
    assert case.timers.pending == []


def test_the_deadline_decides_with_what_is_known_and_lets_the_look_up_go_on() -> None:
    case = Case(deadline=3)
    case.decide(Transaction(CLIENT))
    assert [seconds for seconds, _ in case.timers.pending] == [3]
    case.resolver.answer(PTR, names("mail.example.com"))
    case.timers.expire()
    (decision,) = case.decisions
    assert decision.action is Action.DEFER
    assert decision.verdict is not None
    assert decision.verdict.cause is Cause.FORWARD_TIMEOUT
    assert FORWARD in case.resolver.waiting
    case.resolver.answer(FORWARD, Answer(Outcome.FOUND, addresses=(CLIENT,)))
    assert len(case.decisions) == 1


def test_a_client_that_has_only_come_is_looked_up_and_not_decided_about() -> None:
    case = Case()
    case.decider.anticipate(Transaction(CLIENT, helo="mail.example.com"))
    case.resolver.answer(PTR, names("mail.example.com"))
    assert list(case.resolver.waiting) == [FORWARD]
    case.resolver.answer(FORWARD, CONFIRMING[FORWARD])
    assert case.decisions == []
    assert case.timers.pending == []
    case.resolver.known |= CONFIRMING
    decision = case.decide(Transaction(CLIENT, helo="mail.example.com"))
    assert decision is not None
    assert decision.rule is Rule.CONFIRMED


def test_nobody_who_is_exempt_or_known_is_looked_up_beforehand() -> None:
    case = Case(dict(CONFIRMING))
    case.decide(Transaction(CLIENT, helo="mail.example.com"))
    case.resolver.asked.clear()
    for transaction in (
        Transaction(None),
        Transaction(CLIENT, authenticated=True),
        Transaction(Address.parse("192.0.2.1")),
        Transaction(CLIENT, helo="mail.example.com"),
    ):
        case.decider.anticipate(transaction)
    assert case.resolver.asked == []


def test_at_the_deadline_an_unreachable_resolver_is_blamed_on_ourselves() -> None:
    case = Case()
    case.decide(Transaction(CLIENT))
    case.resolver.reachable = False
    case.timers.expire()
    (decision,) = case.decisions
    assert (decision.action, decision.rule) == (Action.PASS, Rule.RESOLVER_UNREACHABLE)


def test_the_helo_name_is_evaluated_first() -> None:
    known = {PTR: names("a.example", "b.example", "mail.example.com"), FORWARD: CONFIRMING[FORWARD]}
    case = Case(known, ptr_limit=1)
    decision = case.decide(Transaction(CLIENT, helo="MAIL.example.com."))
    assert decision is not None
    assert decision.rule is Rule.CONFIRMED


@pytest.mark.parametrize("helo", ["", "[85.105.64.87]", "a..b", "x" * 5000, "\udcff", "\\"])
def test_a_helo_that_is_no_name_does_no_harm(helo: str) -> None:
    decision = Case(CONFIRMING).decide(Transaction(CLIENT, helo=helo))
    assert decision is not None
    assert decision.rule is Rule.CONFIRMED


def test_the_number_of_names_evaluated_can_be_set() -> None:
    known = {PTR: names("a.example", "b.example", "c.example")}
    case = Case(known, ptr_limit=2)
    case.decide(Transaction(CLIENT))
    assert len(case.resolver.waiting) == 2


@pytest.mark.parametrize("deadline", [15.0, 60.0])
def test_a_deadline_postfix_does_not_wait_for_is_refused(deadline: float) -> None:
    with pytest.raises(InvalidSetting, match="mail server no longer waits"):
        VerificationSettings(deadline=deadline)


def test_a_decision_that_was_waited_for_leaves_nothing_behind() -> None:
    class Listener:
        def decided(self, _decision: Decision) -> None: ...

    case = Case()
    listener = Listener()
    gone = weakref.ref(listener)
    assert case.decider.look_up(Transaction(CLIENT), listener.decided) is None
    case.resolver.answer(PTR, Answer(Outcome.NXDOMAIN))
    del listener
    gc.collect()
    assert gone() is None, "the check, its deadline and its listener hold one another"
