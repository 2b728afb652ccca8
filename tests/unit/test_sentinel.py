"""Whether our own resolver is believed: networks in trouble, and questions that must succeed."""

import asyncio
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.deciding.breaker import Breaker
from gotrdns.deciding.sentinel import ASSURED_FOR, CALM, Round, Sentinel, read_round
from gotrdns.lookup import CONTROL_QUESTION, Answer, Listener, Outcome, Question, RecordType
from gotrdns.names import Address, DomainName
from gotrdns.policy import Trust
from gotrdns.verification import Cause, Verdict

REVERSE_TREE = Question(DomainName.parse("in-addr.arpa"), RecordType.NS)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Known:
    """A resolver that answers at once: what it is told to, else the same to everything."""

    reachable = True

    def __init__(self, outcome: Outcome, others: Mapping[Question, Outcome] | None = None) -> None:
        self.outcome = outcome
        self.others = others or {}
        self.asked: list[Question] = []

    def ask(self, question: Question, _listener: Listener, _token: int) -> Answer:
        self.asked.append(question)
        return Answer(self.others.get(question, self.outcome))

    def forget(self, question: Question, listener: Listener, token: int) -> None:
        pass


def client(number: int) -> Address:
    return Address.parse(f"81.{number // 256}.{number % 256}.25")


def verdict(number: int, cause: Cause) -> Verdict:
    return Verdict(client(number), cause, (), None, False)


def fill(breaker: Breaker, troubled: int, sound: int, now: float = 0.0) -> None:
    for number in range(troubled + sound):
        breaker.note(client(number), now, troubled=number < troubled)


def test_the_breaker_wants_twenty_networks_and_more_than_three_in_ten() -> None:
    for troubled, sound, alarming in (
        (19, 0, False),
        (6, 14, False),
        (7, 13, True),
        (30, 70, False),
    ):
        breaker = Breaker()
        fill(breaker, troubled, sound)
        assert breaker.is_alarming(1.0) is alarming, (troubled, sound)


def test_one_network_counts_once_however_many_of_it_come() -> None:
    breaker = Breaker()
    fill(breaker, 0, 30)
    for last in range(256):
        breaker.note(Address.parse(f"85.105.64.{last}"), 0.0, troubled=True)
    for last in range(256):
        breaker.note(Address.parse(f"2a00:1450:1::{last:x}"), 0.0, troubled=True)
    assert breaker.count(1.0) == (32, 2)


def test_five_minutes_later_nothing_counts() -> None:
    breaker = Breaker()
    fill(breaker, 30, 0)
    assert breaker.is_alarming(300.0)
    assert not breaker.is_alarming(301.0)
    assert breaker.count(301.0) == (0, 0)


def test_memory_is_bounded() -> None:
    breaker = Breaker()
    fill(breaker, 0, 10_000)
    assert breaker.count(0.0)[0] == 4096


def test_what_a_round_says() -> None:
    found, no, none = Outcome.FOUND, Outcome.NXDOMAIN, Outcome.TIMEOUT
    assert read_round([found]) == Round(answered=True, denied=False)
    assert read_round([no]).denied
    assert read_round([none]) == Round(answered=False, denied=False)
    assert not read_round([found, no]).denied
    assert read_round([found, no, no]).denied
    assert not read_round([found, no, found]).denied
    assert read_round([none, found]).answered


def test_a_resolver_that_denies_the_root_lies_at_once() -> None:
    heard: list[Trust] = []
    sentinel = Sentinel(Known(Outcome.NXDOMAIN), Clock(), heard.append)
    assert asyncio.run(sentinel.assure()) is Trust.LYING
    assert heard == [Trust.LYING]


def test_a_resolver_that_denies_what_it_confirmed_lies() -> None:
    sentinel = Sentinel(Known(Outcome.NXDOMAIN, {CONTROL_QUESTION: Outcome.FOUND}), Clock())
    sentinel.note(verdict(1, Cause.CONFIRMED))
    sentinel.note(verdict(2, Cause.CONFIRMED))
    assert asyncio.run(sentinel.assure()) is Trust.LYING


def test_strangers_who_deny_what_was_confirmed_of_them_make_nobody_a_liar() -> None:
    answered = {CONTROL_QUESTION: Outcome.FOUND, REVERSE_TREE: Outcome.FOUND}
    resolver, clock = Known(Outcome.NXDOMAIN, answered), Clock()
    sentinel = Sentinel(resolver, clock)
    for number in (1, 1001, 2001):
        sentinel.note(verdict(number, Cause.CONFIRMED))
    assert asyncio.run(sentinel.assure()) is Trust.SOUND
    assert resolver.asked.count(REVERSE_TREE) == 1

    # They are no witnesses any more; others are.
    clock.now += ASSURED_FOR
    assert asyncio.run(sentinel.assure()) is Trust.SOUND
    assert resolver.asked.count(REVERSE_TREE) == 1
    resolver.others = {CONTROL_QUESTION: Outcome.FOUND}
    for number in (3001, 4001):
        sentinel.note(verdict(number, Cause.CONFIRMED))
    clock.now += ASSURED_FOR
    assert asyncio.run(sentinel.assure()) is Trust.LYING


def test_silence_alone_is_no_suspicion() -> None:
    sentinel = Sentinel(Known(Outcome.TIMEOUT), Clock())
    assert asyncio.run(sentinel.assure()) is Trust.SOUND


def test_silence_and_trouble_everywhere_are() -> None:
    sentinel = Sentinel(Known(Outcome.SERVFAIL), Clock())
    for number in range(25):
        sentinel.note(verdict(number, Cause.REVERSE_SERVFAIL))
    asyncio.run(sentinel.tick())
    assert sentinel.trust is Trust.SUSPECT


def test_trouble_everywhere_is_theirs_while_the_resolver_answers() -> None:
    sentinel = Sentinel(Known(Outcome.FOUND), Clock())
    for number in range(25):
        sentinel.note(verdict(number, Cause.REVERSE_SERVFAIL))
    asyncio.run(sentinel.tick())
    assert sentinel.trust is Trust.SOUND


def test_trust_comes_back_after_calm_and_not_before() -> None:
    clock = Clock()
    resolver = Known(Outcome.NXDOMAIN)
    sentinel = Sentinel(resolver, clock)
    asyncio.run(sentinel.assure())
    resolver.outcome = Outcome.FOUND
    clock.now += ASSURED_FOR
    began = clock.now
    while sentinel.trust is Trust.LYING:
        asyncio.run(sentinel.tick())
        clock.now += ASSURED_FOR
        assert clock.now < began + 10 * CALM
    assert clock.now - began >= CALM


def test_questions_are_asked_once_in_a_while_and_shared() -> None:
    clock = Clock()
    resolver = Known(Outcome.FOUND)
    sentinel = Sentinel(resolver, clock)

    async def crowd() -> None:
        await asyncio.gather(*(sentinel.assure() for _ in range(100)))

    asyncio.run(crowd())
    assert resolver.asked == [CONTROL_QUESTION]
    clock.now += ASSURED_FOR - 0.1
    asyncio.run(sentinel.assure())
    assert len(resolver.asked) == 1
    clock.now += 0.1
    asyncio.run(sentinel.assure())
    assert len(resolver.asked) == 2


def alarmed(resolver: Known, clock: Clock, heard: list[Trust]) -> Sentinel:
    """A sentinel that hears of trouble in many networks."""
    sentinel = Sentinel(resolver, clock, heard.append)
    for number in range(25):
        sentinel.note(verdict(number, Cause.REVERSE_SERVFAIL))
    return sentinel


def watch_for(sentinel: Sentinel, clock: Clock, seconds: int) -> None:
    for _ in range(seconds):
        clock.now += 1
        asyncio.run(sentinel.tick())


def test_the_breaker_opens_and_closes_once_for_one_outage() -> None:
    clock, resolver, heard = Clock(), Known(Outcome.TIMEOUT), list[Trust]()
    sentinel = alarmed(resolver, clock, heard)
    watch_for(sentinel, clock, 60)
    assert heard == [Trust.SUSPECT]
    resolver.outcome = Outcome.FOUND
    watch_for(sentinel, clock, int(CALM) - 1)
    assert heard == [Trust.SUSPECT]
    watch_for(sentinel, clock, 600)
    assert heard == [Trust.SUSPECT, Trust.SOUND]


@pytest.mark.parametrize("good_rounds", range(1, int(CALM / ASSURED_FOR) + 1))
@pytest.mark.parametrize("bad", [Outcome.TIMEOUT, Outcome.NXDOMAIN])
def test_a_resolver_that_comes_and_goes_does_not_make_the_breaker_flap(
    good_rounds: int, bad: Outcome
) -> None:
    clock, resolver, heard = Clock(), Known(bad), list[Trust]()
    sentinel = alarmed(resolver, clock, heard)
    for _ in range(60):
        for outcome in (bad, *[Outcome.FOUND] * good_rounds):
            resolver.outcome = outcome
            watch_for(sentinel, clock, int(ASSURED_FOR))
            sentinel.note(verdict(1, Cause.REVERSE_SERVFAIL))
    expected = Trust.LYING if bad is Outcome.NXDOMAIN else Trust.SUSPECT
    assert heard == [expected]
    assert sentinel.trust is expected


@given(st.lists(st.sampled_from((Outcome.FOUND, Outcome.TIMEOUT, Outcome.NXDOMAIN)), max_size=60))
def test_trust_never_comes_back_within_the_calm(outcomes: list[Outcome]) -> None:
    clock, resolver = Clock(), Known(Outcome.FOUND)
    changes: list[tuple[float, Trust]] = []
    sentinel = Sentinel(resolver, clock, lambda trust: changes.append((clock.now, trust)))
    for number in range(25):
        sentinel.note(verdict(number, Cause.REVERSE_SERVFAIL))
    for outcome in outcomes:
        resolver.outcome = outcome
        watch_for(sentinel, clock, int(ASSURED_FOR))
    lost_at = None
    for at, trust in changes:
        if trust is Trust.SOUND:
            assert lost_at is not None
            assert at - lost_at >= CALM
            lost_at = None
        else:
            lost_at = at


def test_a_sentinel_that_is_replaced_tells_once_that_its_suspicion_is_over() -> None:
    clock, resolver, heard = Clock(), Known(Outcome.NXDOMAIN), list[Trust]()
    sentinel = Sentinel(resolver, clock, heard.append)
    asyncio.run(sentinel.assure())
    sentinel.retire()
    assert heard == [Trust.LYING, Trust.SOUND]
    # Those who still wait for its resolver's answers are not refused for them.
    assert sentinel.trust is Trust.LYING
    resolver.outcome = Outcome.FOUND
    watch_for(sentinel, clock, 60)
    assert heard == [Trust.LYING, Trust.SOUND]


def test_a_sentinel_that_believed_is_replaced_in_silence() -> None:
    heard: list[Trust] = []
    Sentinel(Known(Outcome.FOUND), Clock(), heard.append).retire()
    assert heard == []
