"""What is counted of decisions, and what of it counts as lately."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from gotrdns.daemon.tally import BOUNDS, Durations, Kind, Tally
from gotrdns.names import Address
from gotrdns.policy import Decision, Mode, Policy, PolicySettings, Transaction
from gotrdns.verification import Cause, Verdict

CLIENT = Address.parse("85.105.64.87")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def decide(cause: Cause, mode: Mode = Mode.STRICT) -> Decision:
    return Policy(PolicySettings(mode=mode)).decide(Verdict(CLIENT, cause, (), None, False))


def test_decisions_are_counted_by_all_that_tells_them_apart() -> None:
    tally = Tally(Mode.OBSERVE, Clock())
    for _ in range(3):
        tally.count(decide(Cause.NO_PTR, Mode.OBSERVE))
    tally.confirmed += 2
    exemption = Policy(PolicySettings(mode=Mode.OBSERVE)).exemption(Transaction(None))
    assert exemption is not None
    tally.count(exemption)
    assert tally.decisions() == {
        (Mode.OBSERVE, Kind("permerror", "no-ptr", "pass", "refuse", "observe")): 3,
        (Mode.OBSERVE, Kind("pass", "confirmed", "pass", "", "confirmed")): 2,
        (Mode.OBSERVE, Kind("", "", "pass", "", "unknown-client")): 1,
    }


def test_a_change_of_mode_keeps_what_was_counted_under_the_former() -> None:
    tally = Tally(Mode.OBSERVE, Clock())
    tally.confirmed += 1
    for mode in (Mode.STRICT, Mode.OBSERVE):
        tally.follow_mode(mode)
        tally.confirmed += 1
    kind = Kind("pass", "confirmed", "pass", "", "confirmed")
    assert tally.decisions() == {(Mode.OBSERVE, kind): 2, (Mode.STRICT, kind): 1}


def test_every_cause_has_a_kind_of_its_own() -> None:
    tally = Tally(Mode.STRICT, Clock())
    for cause in Cause:
        if cause is not Cause.CONFIRMED:
            tally.count(decide(cause))
    assert {kind.cause: kind.result for _, kind in tally.decisions()} == {
        cause.value: cause.result.value for cause in Cause if cause is not Cause.CONFIRMED
    }


def test_lately_is_the_last_five_minutes() -> None:
    clock = Clock()
    tally = Tally(Mode.STRICT, clock)
    for second in range(1200):
        clock.now += 1
        if second < 600:
            tally.confirmed += 1
        tally.tick()
        seconds, lately = tally.lately()
        assert seconds <= 310
        assert 0 <= lately.total() <= seconds
        if second == 599:
            assert seconds >= 300
            assert lately.total() == seconds
    assert tally.lately()[1] == Counter()
    assert tally.decisions().total() == 600


def test_at_the_start_lately_is_all_there_was() -> None:
    clock = Clock()
    tally = Tally(Mode.STRICT, clock)
    clock.now += 2.5
    tally.confirmed += 7
    assert (tally.lately()[0], tally.lately()[1].total()) == (2.5, 7)


@given(st.lists(st.floats(min_value=0, max_value=20)), st.integers(min_value=0, max_value=9))
def test_a_histogram_says_how_many_took_at_most_as_long(taken: list[float], immediate: int) -> None:
    durations = Durations()
    for seconds in taken:
        durations.note(seconds)
    expected = [sum(each <= bound for each in taken) for bound in (*BOUNDS, float("inf"))]
    assert durations.cumulative(immediate) == [each + immediate for each in expected]
    assert durations.count == len(taken)
    within = durations.within(0.95)
    if within is not None:
        assert sum(each <= within for each in taken) >= 0.95 * len(taken)
    else:
        assert not taken or sum(each <= BOUNDS[-1] for each in taken) < 0.95 * len(taken)
