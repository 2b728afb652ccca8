"""How fast something may begin, in simulated time."""

import asyncio
import itertools
import random

from hypothesis import given
from hypothesis import strategies as st

from gotrdns.mail_logs.today.turns import Turns
from tests.unit.simulated_time import run_simulated


async def take(rate: float, count: int, pauses: dict[int, float]) -> list[float]:
    """When each of several turns came; before some of them nobody asks for one for a while."""
    turns, times = Turns(rate), []
    for number in range(count):
        await asyncio.sleep(pauses.get(number, 0.0))
        await turns.take()
        times.append(asyncio.get_running_loop().time())
    return times


def most_within_a_second(times: list[float]) -> int:
    return max(sum(began <= at < began + 1 for at in times) for began in times)


@given(
    st.integers(1, 1000),
    st.dictionaries(st.integers(0, 299), st.floats(0.0, 5.0), max_size=20),
)
def test_no_second_has_more_turns_than_the_rate(rate: int, pauses: dict[int, float]) -> None:
    times = run_simulated(take(rate, 300, pauses))
    assert most_within_a_second(times) <= rate + rate // 100 + 1


def test_whoever_keeps_asking_gets_all_of_the_rate() -> None:
    times = run_simulated(take(50, 500, {}))
    assert abs(times[-1] - times[0] - 499 / 50) < 0.001


def test_after_a_pause_turns_come_one_by_one() -> None:
    times = run_simulated(take(50, 100, {50: 60.0}))
    gaps = [later - earlier for earlier, later in itertools.pairwise(times[50:])]
    assert min(gaps) >= 1 / 50 - 0.0101
    assert sum(gaps) >= 49 / 50 - 0.0101


def test_turns_come_in_the_order_in_which_they_were_asked_for() -> None:
    served: list[int] = []

    async def take_one(turns: Turns, number: int) -> None:
        await turns.take()
        served.append(number)
        await asyncio.sleep(random.Random(number).random())

    async def crowd() -> None:
        turns = Turns(1000)
        await asyncio.gather(*(take_one(turns, number) for number in range(100)))

    run_simulated(crowd())
    assert served == list(range(100))
