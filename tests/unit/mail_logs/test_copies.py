"""Logs that have every rejection twice, and those that have not."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from gotrdns.mail_logs.copies import Copies
from gotrdns.mail_logs.facts import Rejection
from tests.unit.mail_logs.facts_made import NOON, rejection

PROCESSES = (b"mx exim[1]", b"mx exim[2]")


def to(recipient: int, process: int = 0, at: float = NOON) -> Rejection:
    address = b"%d@our.example" % recipient
    return rejection(recipient=address, process=PROCESSES[process], at=at, may_be_copy=True)


def originals(rejections: Sequence[Rejection]) -> list[Rejection]:
    copies = Copies()
    return [each for each in rejections if not copies.is_copy(each)]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1)), max_size=30))
def test_where_each_is_there_twice_each_counts_once(said: list[tuple[int, int]]) -> None:
    once = [to(*each) for each in said]
    twice = [each for original in once for each in (original, original)]
    # As processes write at the same time: the copy is the next of its own process.
    crossed = sorted(twice, key=lambda each: each.process)
    assert originals(twice) == once
    assert originals(crossed) == sorted(once, key=lambda each: each.process)


def test_where_each_is_there_once_what_a_client_does_again_counts_again() -> None:
    said = [to(1), to(2), to(2), to(2), to(3), to(3)]
    assert originals(said) == said


def test_a_copy_may_be_logged_a_second_later_and_no_more() -> None:
    assert originals([to(1), to(1, at=NOON + 1)]) == [to(1)]
    assert len(originals([to(1), to(1, at=NOON + 2)])) == 2
    assert len(originals([to(1), to(1, at=NOON - 1)])) == 2


def test_what_is_set_differently_is_noticed() -> None:
    twice = [to(number) for number in range(1000) for _ in range(2)]
    once = [to(number) for number in range(1000) for _ in range(2 if number % 3 == 0 else 1)]
    misjudged = 25
    assert 0 <= 1000 + len(once) - len(originals([*twice, *once])) < misjudged
    assert 0 <= len(originals([*once, *twice])) - 1000 - len(once) < misjudged


def test_memory_does_not_grow_with_the_processes() -> None:
    many = [
        rejection(process=b"mx exim[%d]" % (number // 2), may_be_copy=True)
        for number in range(100_000)
    ]
    assert len(originals(many)) == 50_000
