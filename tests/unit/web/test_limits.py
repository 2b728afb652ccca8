"""Budgets: nobody gets more than the rate, and counting costs bounded memory."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.names import Address
from gotrdns.web.limits import Budget, Rate, TooMany, network_of, server_ration

VISITOR = Address.parse("192.0.2.1")
NEIGHBOUR = Address.parse("192.0.2.99")
STRANGER = Address.parse("198.51.100.1")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def refused(budget: Budget, visitor: Address | None, count: int = 1) -> TooMany:
    with pytest.raises(TooMany) as caught:
        budget.take(visitor, count)
    return caught.value


def test_a_network_gets_its_rate_and_then_waits() -> None:
    clock = Clock()
    budget = Budget(Rate(2, 60.0), clock=clock)
    budget.take(VISITOR)
    budget.take(NEIGHBOUR)
    error = refused(budget, VISITOR)
    assert (error.seconds, error.of_all) == (30.0, False)
    budget.take(STRANGER)
    clock.now += 29.9
    refused(budget, NEIGHBOUR)
    clock.now += 0.2
    budget.take(VISITOR)


def test_everybody_together_gets_no_more_than_that() -> None:
    clock = Clock()
    budget = Budget(Rate(10, 60.0), Rate(3, 60.0), clock=clock)
    for _ in range(3):
        budget.take(VISITOR)
    assert refused(budget, STRANGER).of_all
    clock.now += 20.0
    budget.take(STRANGER)


def test_who_is_refused_has_taken_nothing() -> None:
    clock = Clock()
    budget = Budget(Rate(2, 60.0), Rate(2, 60.0), clock=clock)
    budget.take(VISITOR)
    assert not refused(budget, VISITOR, 2).of_all
    assert refused(budget, STRANGER, 2).of_all
    budget.require(STRANGER, 1)
    budget.take(STRANGER)


def test_an_address_of_ipv6_is_one_of_its_48_and_unknown_visitors_are_one() -> None:
    one, two = Address.parse("2001:db8:1::1"), Address.parse("2001:db8:1:ffff::2")
    other = Address.parse("2001:db8:2::1")
    assert network_of(one) == network_of(two) != network_of(other)
    budget = Budget(Rate(1, 60.0), clock=Clock())
    budget.take(None)
    refused(budget, None)


def test_a_clock_that_goes_back_gives_nothing_away() -> None:
    clock = Clock()
    budget = Budget(Rate(1, 60.0), clock=clock)
    budget.take(VISITOR)
    clock.now -= 500.0
    assert refused(budget, VISITOR).seconds == 60.0


def test_thousands_of_networks_are_counted_in_bounded_memory_the_busy_ones_last() -> None:
    budget = Budget(Rate(1, 60.0), clock=Clock(), most_networks=100)
    budget.take(VISITOR)
    for number in range(10_000):
        budget.take(Address(b"\x0a" + number.to_bytes(2) + b"\x01"))
        refused(budget, VISITOR)  # Who goes on asking is not forgotten.
    assert budget.networks == 100


@given(st.lists(st.tuples(st.floats(0, 20), st.integers(1, 3), st.integers(0, 3)), max_size=80))
def test_in_no_stretch_of_time_is_more_taken_than_the_rate_and_one_burst(
    asks: list[tuple[float, int, int]],
) -> None:
    clock = Clock()
    network, everybody = Rate(5, 50.0), Rate(8, 40.0)
    budget = Budget(network, everybody, clock=clock)
    taken: list[tuple[float, int, int]] = []
    for pause, count, third in asks:
        clock.now += pause
        try:
            budget.take(Address(bytes([10, 0, third, 1])), count)
        except TooMany as error:
            assert error.seconds > 0
        else:
            taken.append((clock.now, count, third))
    for first in range(len(taken)):
        for last in range(first, len(taken)):
            span = taken[last][0] - taken[first][0]
            within = taken[first : last + 1]
            assert sum(count for _, count, _ in within) <= 8 + span * 8 / 40 + 1e-6
            own = sum(count for _, count, third in within if third == within[0][2])
            assert own <= 5 + span * 5 / 50 + 1e-6


def test_one_operators_servers_are_asked_no_more_than_all_walks_may_ask_them() -> None:
    now = [0.0]
    may_ask = server_ration(walks_a_minute=60, clock=lambda: now[0])
    servers = [Address.parse(f"192.0.2.{number}") for number in range(200)]
    assert sum(map(may_ask, servers * 3)) == 400
    assert may_ask(Address.parse("192.0.3.1"))
    now[0] += 10.0
    assert sum(map(may_ask, servers * 3)) == 400


def test_a_walk_or_two_always_may_ask_whoever_they_lead_to() -> None:
    may_ask = server_ration(walks_a_minute=1)
    assert all(may_ask(Address.parse("192.0.2.1")) for _ in range(100))
