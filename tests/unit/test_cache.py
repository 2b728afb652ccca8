"""What is remembered, and for how long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.lookup import TEMPORARY, Answer, Outcome
from gotrdns.names import DomainName
from gotrdns.resolution.cache import Cache

ZONE = DomainName.parse("example")


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def make(entries: int = 100, floor: int = 5) -> tuple[Cache, Clock]:
    clock = Clock()
    return Cache(entries, ceiling=3600, negative_ceiling=300, floor=floor, clock=clock), clock


def lifetime(answer: Answer, floor: int = 5) -> float:
    cache, clock = make(floor=floor)
    cache.put(b"key", answer)
    while cache.get(b"key") is not None and clock.now < 10_000:
        clock.now += 0.5
    return clock.now


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (Answer(Outcome.FOUND, ttl=60), 60),
        (Answer(Outcome.FOUND, ttl=0), 5),
        (Answer(Outcome.FOUND, ttl=86_400), 3600),
        (Answer(Outcome.NXDOMAIN, ttl=60, zone=ZONE), 60),
        (Answer(Outcome.NXDOMAIN, ttl=3600, zone=ZONE), 300),
        (Answer(Outcome.NODATA, ttl=0, zone=ZONE), 5),
        (Answer(Outcome.NODATA), 60),
        (Answer(Outcome.SERVFAIL), 5),
        (Answer(Outcome.UNPROVEN), 5),
        (Answer(Outcome.UNREACHABLE), 0),
    ],
)
def test_an_answer_lives_as_long_as_its_ttl_within_bounds(answer: Answer, seconds: float) -> None:
    assert lifetime(answer) == seconds


@given(st.sampled_from(sorted(TEMPORARY, key=str)), st.integers(0, 2**31))
def test_trouble_is_never_remembered_for_more_than_five_seconds(outcome: Outcome, ttl: int) -> None:
    assert lifetime(Answer(outcome, ttl=ttl), floor=300) <= 5


def test_an_answer_with_no_ttl_is_not_remembered_without_a_floor() -> None:
    assert lifetime(Answer(Outcome.FOUND, ttl=0), floor=0) == 0


@given(st.lists(st.integers(0, 50), max_size=300))
def test_memory_is_bounded_and_the_last_used_stay(keys: list[int]) -> None:
    cache, _ = make(entries=10)
    for key in keys:
        cache.put(b"%d" % key, Answer(Outcome.FOUND, ttl=60))
        assert len(cache) <= 10
    recent = list(dict.fromkeys(reversed(keys)))[:10]
    assert all(cache.get(b"%d" % key) is not None for key in recent)


def large_answer(names: int) -> Answer:
    return Answer(
        Outcome.FOUND,
        names=tuple(DomainName.parse(f"n{number}.example") for number in range(names)),
        ttl=60,
    )


def test_large_answers_take_the_place_of_several() -> None:
    cache, _ = make(entries=100)
    for number in range(20):
        cache.put(b"large %d" % number, large_answer(80))
    assert len(cache) == 10


def test_an_answer_larger_than_all_the_room_is_not_kept() -> None:
    cache, _ = make(entries=100)
    cache.put(b"monstrous", large_answer(4000))
    assert cache.get(b"monstrous") is None
    assert len(cache) == 0


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 60)), max_size=80))
def test_the_room_taken_is_never_more_than_given(puts: list[tuple[int, int]]) -> None:
    cache, clock = make(entries=12)
    for key, names in puts:
        cache.put(b"%d" % key, large_answer(names))
        cache.get(b"%d" % ((key + 3) % 10))
        clock.now += names
    kept = [cache.get(b"%d" % key) for key in range(10)]
    assert sum(max(1, (len(each.names) + 7) // 8) for each in kept if each) <= 12
    # All it counted is given back: twelve small answers still fit.
    for number in range(12):
        cache.put(b"small %d" % number, large_answer(1))
    assert len(cache) == 12
