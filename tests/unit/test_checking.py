"""The loop that joins verifications to a resolver."""

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.checking import Check, Stream, check_address
from gotrdns.lookup import Answer, Listener, Outcome, Question, RecordType
from gotrdns.names import Address, DomainName
from gotrdns.verification import Cause, NameState, Result, Verification
from tests.unit.loopback import run

CLIENT = Address.parse("85.105.64.87")
NAMES = tuple(DomainName.parse(f"host{number}.example") for number in range(4))
POINTS = Answer(Outcome.FOUND, names=NAMES)
CONFIRMS = Answer(Outcome.FOUND, addresses=(CLIENT,))
NODATA = Answer(Outcome.NODATA)


class HeldResolver:
    """Answers at once what it is told to, and holds the rest until ``release``."""

    def __init__(self, answers: dict[DomainName, Answer], at_once: set[DomainName]) -> None:
        self.answers = answers
        self.at_once = at_once
        self.held: list[tuple[Question, Listener, int]] = []
        self.reachable = True

    def ask(self, question: Question, listener: Listener, token: int) -> Answer | None:
        if question.name in self.at_once:
            return self.answers[question.name]
        self.held.append((question, listener, token))
        return None

    def forget(self, question: Question, listener: Listener, token: int) -> None:
        if (question, listener, token) in self.held:
            self.held.remove((question, listener, token))

    def release(self, position: int) -> None:
        question, listener, token = self.held.pop(position)
        listener(token, self.answers[question.name])


def world(*outcomes: Answer) -> dict[DomainName, Answer]:
    return {CLIENT.reverse_name: POINTS, **dict(zip(NAMES, outcomes, strict=True))}


@given(
    st.lists(st.sampled_from([CONFIRMS, NODATA, Answer(Outcome.TIMEOUT)]), min_size=4, max_size=4),
    st.data(),
)
def test_a_check_calls_back_exactly_once_whatever_is_known_already(
    outcomes: list[Answer], data: st.DataObject
) -> None:
    answers = world(*outcomes)
    at_once = data.draw(st.sets(st.sampled_from(sorted(answers))))
    every_name = data.draw(st.booleans())
    resolver = HeldResolver(answers, at_once)
    decided: list[Verification] = []
    check = Check(Verification(CLIENT), resolver, decided.append, every_name=every_name)
    if check.start():
        assert decided == []
        decided.append(check.verification)
    while resolver.held:
        assert not decided
        resolver.release(data.draw(st.integers(0, len(resolver.held) - 1)))
    assert decided == [check.verification]
    verdict = check.verification.verdict()
    assert (verdict.result is Result.PASS) == (CONFIRMS in outcomes)
    if every_name:
        assert NameState.NOT_ASKED not in {each.state for each in verdict.names}


def test_the_first_confirmation_decides_and_withdraws_the_other_questions() -> None:
    resolver = HeldResolver(world(NODATA, CONFIRMS, NODATA, NODATA), set())
    decided: list[Verification] = []
    Check(Verification(CLIENT), resolver, decided.append).start()
    resolver.release(0)
    resolver.release(1)
    assert [each.cause for each in decided] == [Cause.CONFIRMED]
    assert resolver.held == []


@pytest.mark.parametrize(
    ("reachable", "cause"), [(True, Cause.REVERSE_TIMEOUT), (False, Cause.RESOLVER_UNREACHABLE)]
)
def test_giving_up_blames_the_resolver_only_when_it_does_not_answer(
    reachable: bool, cause: Cause
) -> None:
    resolver = HeldResolver(world(NODATA, NODATA, NODATA, NODATA), set())
    resolver.reachable = reachable
    decided: list[Verification] = []
    check = Check(Verification(CLIENT), resolver, decided.append)
    check.start()
    check.give_up()
    assert check.verification.cause is cause
    resolver.release(0)
    assert decided == [], "a late answer reached a check that had given up"


def test_checking_one_address_reports_on_every_name() -> None:
    async def main() -> None:
        answers = world(CONFIRMS, NODATA, Answer(Outcome.SERVFAIL), CONFIRMS)
        resolver = HeldResolver(answers, {CLIENT.reverse_name, *NAMES})
        verdict = await check_address(resolver, CLIENT)
        assert verdict.cause is Cause.CONFIRMED
        assert [each.state for each in verdict.names] == [
            *(NameState.CONFIRMED, NameState.NODATA, NameState.SERVFAIL, NameState.CONFIRMED)
        ]

    run(main())


def test_a_cancelled_check_takes_its_questions_back() -> None:
    async def main() -> None:
        resolver = HeldResolver(world(NODATA, NODATA, NODATA, NODATA), {CLIENT.reverse_name})
        task = asyncio.ensure_future(check_address(resolver, CLIENT))
        await asyncio.sleep(0)
        assert len(resolver.held) == 4
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert resolver.held == []

    run(main())


class Directory:
    """Knows every address: at once, or one turn later."""

    reachable = True

    def __init__(self, *, later: bool) -> None:
        self.later = later
        self.waiting: list[tuple[Listener, int, Answer]] = []

    def ask(self, question: Question, listener: Listener, token: int) -> Answer | None:
        forward = question.type is not RecordType.PTR
        answer = CONFIRMS if forward else Answer(Outcome.FOUND, names=NAMES[:1])
        if not self.later:
            return answer
        self.waiting.append((listener, token, answer))
        return None

    def forget(self, question: Question, listener: Listener, token: int) -> None: ...


@pytest.mark.parametrize("later", [False, True])
def test_a_stream_takes_an_address_only_when_another_is_finished(later: bool) -> None:
    taken = 0

    def addresses() -> Iterator[Address]:
        nonlocal taken
        for _ in range(5000):
            taken += 1
            yield CLIENT

    directory = Directory(later=later)
    decided: list[Cause | None] = []
    exhausted: list[bool] = []
    stream = Stream(
        addresses(),
        directory,
        lambda verification: decided.append(verification.cause),
        concurrency=10,
        on_exhausted=lambda: exhausted.append(True),
    )
    stream.start()
    while directory.waiting:
        listener, token, answer = directory.waiting.pop()
        assert taken - len(decided) <= 10
        listener(token, answer)
    assert decided == [Cause.CONFIRMED] * 5000
    assert exhausted == [True]


def test_an_ended_stream_takes_nothing_more_from_a_source_that_goes_on() -> None:
    source = iter([CLIENT, None, CLIENT])  # None is where it ends for the first time

    class Terminal:
        def __iter__(self) -> Iterator[Address]:
            return self

        def __next__(self) -> Address:
            address = next(source)
            if address is None:
                raise StopIteration
            return address

    directory = Directory(later=True)
    decided: list[Verification] = []
    exhausted: list[bool] = []
    stream = Stream(
        Terminal(),
        directory,
        decided.append,
        concurrency=2,
        on_exhausted=lambda: exhausted.append(True),
    )
    stream.start()
    while directory.waiting:
        assert exhausted == []
        listener, token, answer = directory.waiting.pop()
        listener(token, answer)
    assert len(decided) == 1
    assert exhausted == [True]
