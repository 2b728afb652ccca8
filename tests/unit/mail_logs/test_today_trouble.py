"""A resolver that is away, comes and goes, or lies is never taken for what DNS says of clients."""

import asyncio
import functools
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gotrdns.lookup import CONTROL_QUESTION, Answer, Outcome, Question, RecordType
from gotrdns.mail_logs.today.asking import Claim, Today
from gotrdns.mail_logs.today.resolver_watch import ResolverUnusable, Unusable
from gotrdns.names import Address
from gotrdns.resolution.scripted import World
from tests.unit.mail_logs.clients_asked import (
    Asking,
    Client,
    LeisurelyResolver,
    confirmed,
    enquire,
    nameless,
    unresolved,
    world_of,
)
from tests.unit.simulated_time import run_simulated

CLAIM = Claim("mail.firm.example", "firm.example")
CLIENTS = [make(number) for number, make in enumerate([confirmed, nameless, unresolved] * 100)]


@functools.cache
def undisturbed() -> dict[Address, Today]:
    return run_simulated(Asking(LeisurelyResolver(world_of(CLIENTS))).ask(enquire(CLIENTS, CLAIM)))


def disturbed(
    asking: Asking, world: World, *changes: tuple[float, Callable[[World], None]]
) -> dict[Address, Today]:
    """Ask in a world that changes so many seconds after the beginning."""

    async def ask() -> dict[Address, Today]:
        for after, change in changes:
            asyncio.get_running_loop().call_later(after, change, world)
        return await asking.ask(enquire(CLIENTS, CLAIM))

    return run_simulated(ask())


def go_away(world: World) -> None:
    world.unreachable = True


def come_back(world: World) -> None:
    world.unreachable = False


def unusable(asking: Asking, clients: list[Client] = CLIENTS) -> ResolverUnusable:
    with pytest.raises(ResolverUnusable) as raised:
        run_simulated(asking.ask(enquire(clients, CLAIM)))
    return raised.value


def test_a_resolver_that_is_not_there_is_tried_once_more() -> None:
    world = world_of(CLIENTS)
    go_away(world)
    asking = Asking(LeisurelyResolver(world))
    error = unusable(asking)
    assert error.what is Unusable.SILENT
    assert asking.waited == [5]
    assert asking.told == []
    for part in ("127.0.0.53", "5 seconds", "--resolver", "--offline"):
        assert part in str(error)


def test_a_resolver_that_comes_back_is_gone_on_with() -> None:
    world = world_of(CLIENTS)
    asking = Asking(LeisurelyResolver(world))
    found = disturbed(asking, world, (2.0, go_away), (30.0, come_back))
    assert found == undisturbed()
    assert asking.waited == [5, 15, 60]
    assert asking.told == list(range(1, len(CLIENTS) + 1))


def test_several_outages_are_waited_for_each_by_itself() -> None:
    world = world_of(CLIENTS)
    asking = Asking(LeisurelyResolver(world))
    found = disturbed(
        asking, world, (1.0, go_away), (4.0, come_back), (8.0, go_away), (15.0, come_back)
    )
    assert found == undisturbed()
    assert asking.waited == [5, 5, 15]


@settings(max_examples=25)
@given(st.lists(st.tuples(st.floats(0, 6), st.floats(0.01, 90)), max_size=5))
def test_however_a_resolver_comes_and_goes_no_other_conclusions_come_of_it(
    outages: list[tuple[float, float]],
) -> None:
    world = world_of(CLIENTS)
    asking = Asking(LeisurelyResolver(world))
    changes, at = [], 0.0
    for calm, outage in outages:
        changes += [(at + calm, go_away), (at + calm + outage, come_back)]
        at += calm + outage
    try:
        found = disturbed(asking, world, *changes)
    except ResolverUnusable:
        return
    assert found == undisturbed()
    assert asking.told == list(range(1, len(CLIENTS) + 1))


def test_a_resolver_that_stays_away_is_given_up() -> None:
    world = world_of(CLIENTS)
    asking = Asking(LeisurelyResolver(world))
    with pytest.raises(ResolverUnusable, match="after 80 seconds") as raised:
        disturbed(asking, world, (2.0, go_away))
    assert raised.value.what is Unusable.SILENT
    assert asking.waited == [5, 15, 60]
    assert 50 <= len(asking.told) <= 110


def test_nobody_is_asked_about_while_the_resolver_is_away() -> None:
    world = world_of(CLIENTS)
    resolver = LeisurelyResolver(world)
    asking = Asking(resolver)
    began = 1000.0  # as the simulated time does
    disturbed(asking, world, (2.0, go_away), (30.0, come_back))
    asked = [at - began for at in resolver.asked_for(RecordType.PTR)]
    assert not [at for at in asked if 2.5 < at < 30]
    # Those that were lost, and all that follow, come at the polite rate again.
    assert max(sum(start <= at < start + 1 for at in asked if at >= 30) for start in asked) <= 70


def test_a_resolver_that_loses_one_client_again_and_again_is_unsteady() -> None:
    lost = nameless(1)

    def change(question: Question, _times: int) -> Answer | None:
        return Answer(Outcome.UNREACHABLE) if question == lost.pointer else None

    asking = Asking(LeisurelyResolver(world_of([lost]), change=change))
    error = unusable(asking, [lost])
    assert error.what is Unusable.UNSTEADY
    assert asking.waited == []
    assert asking.resolver.count(lost.pointer) == 5


def test_a_resolver_that_denies_the_root_lies() -> None:
    asking = Asking(LeisurelyResolver(World.parse("example. SOA a.example. h.example. 1 2 3 4 5")))
    error = unusable(asking)
    assert error.what is Unusable.LYING
    assert "--resolver" in str(error)
    assert asking.told == []


def test_a_resolver_that_begins_to_deny_everything_is_found_out() -> None:
    since = 1003.0

    def change(question: Question, _times: int) -> Answer | None:
        late = asyncio.get_running_loop().time() >= since
        return Answer(Outcome.NXDOMAIN) if late and question != CONTROL_QUESTION else None

    asking = Asking(LeisurelyResolver(world_of(CLIENTS), change=change))
    error = unusable(asking)
    assert error.what is Unusable.LYING
    assert len(asking.told) < len(CLIENTS)


def test_trouble_everywhere_with_a_resolver_that_falls_silent_is_not_concluded_from() -> None:
    """It says SERVFAIL to everything, and nothing to the control question."""
    since = 1003.0

    def change(_question: Question, _times: int) -> Answer | None:
        late = asyncio.get_running_loop().time() >= since
        return Answer(Outcome.SERVFAIL) if late else None

    asking = Asking(LeisurelyResolver(world_of(CLIENTS), change=change))
    error = unusable(asking)
    assert error.what is Unusable.SILENT
    assert asking.waited == [5, 15, 60]


def test_vouchers_lost_to_the_resolver_are_heard_again() -> None:
    client = nameless(1)
    world = world_of(
        [client], f"firm.example. MX 10 mail.firm.example.\nmail.firm.example. A {client.address}"
    )

    def change(question: Question, _times: int) -> Answer | None:
        if question.type is RecordType.MX and not asking.waited:
            go_away(world)
            asyncio.get_running_loop().call_later(7.0, come_back, world)
        return None

    asking = Asking(LeisurelyResolver(world, longest=0.0, change=change))
    found = run_simulated(asking.ask(enquire([client], CLAIM)))
    assert found[client.address].vouched[CLAIM].by
    assert asking.waited == [5, 15]
