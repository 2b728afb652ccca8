"""Waiting until every server has a repair, on a clock of the test's own."""

import asyncio
import itertools
from collections.abc import Callable

import msgspec

from gotrdns.diagnosis.findings import Fixer, Severity
from gotrdns.evidence import Kind, Server, Walk
from gotrdns.explaining.awaiting import Look, Pace, await_repair
from gotrdns.explaining.explanation import Explanation
from gotrdns.names import DomainName
from gotrdns.verification import Result
from tests.support.evidence import (
    CLIENT,
    FORWARD,
    FORWARD_ZONE,
    HOST,
    NS1,
    NS2,
    OWNER,
    REVERSE,
    REVERSE_ZONE,
    Said,
    forward_path,
    leg,
    name,
    reverse_path,
    walk,
    zone,
)
from tests.unit.explanations import finding, founding

NS3 = Server(name("ns3.hosting.example"), NS1.address)
MINUTE = 60.0
HOUR = 3600.0
DAY = 24 * HOUR
PACE = Pace(interval=15.0, patience=10 * MINUTE)


class World:
    """Servers whose answers change with time, and somebody who looks at them.

    ``pointers`` says what a server of the reverse zone gives; ``delegated`` who these servers are,
    which only a walk from the root finds out.
    """

    def __init__(
        self,
        pointers: Callable[[Server, float], Said],
        *,
        forward: Callable[[float], Said] = lambda _now: CLIENT.text,
        delegated: Callable[[float], tuple[Server, ...]] = lambda _now: (NS1, NS2),
        egress: Callable[[float], bool] = lambda _now: True,
    ) -> None:
        self.now = 0.0
        self.calls: list[str] = []
        self._pointers = pointers
        self._forward = forward
        self._delegated = delegated
        self._egress = egress
        self.bogus: Callable[[float], bool] = lambda _now: False

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.now += seconds

    def _walk(self, servers: tuple[Server, ...]) -> Walk:
        self.now += 0.5
        said = {each: self._pointers(each, self.now) for each in servers}
        there = {each: self._forward(self.now) for each in (NS1, NS2)}
        seen = walk(
            reverse_path(leg(OWNER, zone(REVERSE_ZONE, REVERSE, said))),
            forward_path(zone(FORWARD_ZONE, FORWARD, there)),
        )
        return msgspec.structs.replace(seen, egress=self._egress(self.now))

    async def look(self) -> Walk:
        self.calls.append("look")
        return self._walk(self._delegated(self.now))

    async def look_again(self, seen: Walk) -> Walk:
        self.calls.append("again")
        return self._walk(seen.reverse.last.zone.servers)

    async def explain(self) -> Explanation:
        self.calls.append("explain")
        seen = self._walk(self._delegated(self.now))
        code = "reverse-dnssec-bogus" if self.bogus(self.now) else "cache-stale"
        findings = (finding(code, Severity.TEMPORARY, Fixer.ADDRESS_OWNER),)
        return msgspec.structs.replace(founding(), walk=seen, findings=findings)

    def wait(self, pace: Pace = PACE, awaited: DomainName | None = None) -> list[Look]:
        async def looks() -> list[Look]:
            waiting = await_repair(
                self, CLIENT, name=awaited, pace=pace, clock=self.clock, sleep=self.sleep
            )
            return [each async for each in waiting]

        return asyncio.run(looks())


def published(at: float, on: Server) -> Callable[[Server, float], Said]:
    """The first server has it from the start, another from a certain time on."""
    return lambda each, now: HOST.text if each != on or now >= at else Kind.NXDOMAIN


def test_what_is_there_already_takes_one_look_and_one_explanation() -> None:
    world = World(published(0, NS2))
    [only] = world.wait()
    assert only.progress.everywhere
    assert only.explanation is not None
    assert world.calls == ["look", "explain"]


def test_it_ends_when_the_last_server_has_it() -> None:
    world = World(published(40, NS2))
    looks = world.wait()
    assert [each.progress.having for each in looks] == [3, 3, 3, 4]
    assert [each.explanation is not None for each in looks] == [False, False, False, True]
    assert looks[-1].progress.everywhere
    assert 40 < looks[-1].elapsed < 60


def test_while_nothing_is_new_only_the_servers_themselves_are_asked() -> None:
    world = World(published(4 * MINUTE, NS2))
    world.wait()
    first, *others, last = world.calls
    assert (first, set(others), last) == ("look", {"again"}, "explain")


def test_our_resolver_is_asked_only_at_the_end() -> None:
    world = World(published(HOUR, NS2))
    world.wait(Pace(patience=2 * HOUR))
    assert world.calls.count("explain") == 1
    assert world.calls[-1] == "explain"


def test_what_is_new_calls_for_a_walk_from_the_root() -> None:
    world = World(lambda _each, now: HOST.text if now >= 20 else Kind.NXDOMAIN)
    world.wait()
    assert world.calls == ["look", "again", "again", "look", "explain"]


def test_from_time_to_time_it_walks_from_the_root_again() -> None:
    """The zone moves to another server, of which those before it know nothing."""
    world = World(
        lambda each, _now: HOST.text if each == NS3 else Kind.NXDOMAIN,
        delegated=lambda now: (NS3,) if now >= 30 else (NS1, NS2),
    )
    looks = world.wait()
    assert looks[-1].progress.everywhere
    assert PACE.afresh <= looks[-1].elapsed < PACE.afresh + 2 * PACE.interval


def test_it_gives_up_when_its_patience_is_over() -> None:
    world = World(published(DAY, NS2))
    looks = world.wait()
    assert looks[-1].progress.result is Result.FAIL
    assert looks[-1].explanation is not None
    assert PACE.patience <= looks[-1].elapsed < PACE.patience + 2
    assert all(each.explanation is None for each in looks[:-1])


def test_the_last_pause_ends_with_the_patience() -> None:
    looks = World(published(DAY, NS2)).wait(Pace(interval=HOUR, patience=90.0))
    assert [round(each.elapsed + each.pause) for each in looks] == [90, 90]


def test_days_go_by_at_the_pace_that_was_set() -> None:
    world = World(published(2 * DAY, NS2))
    looks = world.wait(Pace(interval=HOUR, patience=3 * DAY))
    assert looks[-1].progress.everywhere
    assert 47 <= len(looks) <= 50


def test_a_server_that_is_away_for_a_while_is_waited_for() -> None:
    """It restarts: what it says afterwards is not known before."""

    def pointers(each: Server, now: float) -> Said:
        if each != NS2 or now >= 90:
            return HOST.text
        return Kind.TIMEOUT if now >= 40 else Kind.NXDOMAIN

    looks = World(pointers).wait()
    away = [each for each in looks if any(state.missed for state in each.progress.servers)]
    assert away
    assert not any(each.progress.everywhere for each in away)
    assert {each.progress.result for each in away} == {Result.TEMPERROR}
    assert looks[-1].progress.everywhere
    assert looks[-1].elapsed >= 90


def test_a_name_that_takes_turns_does_not_end_the_wait() -> None:
    """A look that happens to see the right one is borne out by the explanation, or not."""
    seen = itertools.cycle([CLIENT.text, "192.0.2.1"])
    looks = World(published(0, NS2), forward=lambda _now: next(seen)).wait()
    assert not any(each.progress.everywhere for each in looks)


def test_an_explanation_that_does_not_bear_it_out_goes_on_waiting() -> None:
    world = World(lambda each, now: HOST.text if each != NS2 or now != 1.0 else Kind.NXDOMAIN)
    looks = world.wait()
    assert [each.progress.everywhere for each in looks] == [False] * (len(looks) - 1) + [True]
    assert PACE.doubt <= looks[-1].elapsed < PACE.doubt + 2 * PACE.interval
    assert world.calls.count("explain") == 2


def test_what_validation_finds_broken_is_not_there_yet() -> None:
    world = World(published(0, NS2))
    world.bogus = lambda now: now < 5 * MINUTE
    looks = world.wait()
    assert all(each.progress.bogus for each in looks[:-1])
    assert {each.progress.result for each in looks[:-1]} == {Result.TEMPERROR}
    assert looks[-1].progress.everywhere
    assert not looks[-1].progress.bogus
    assert 5 * MINUTE <= looks[-1].elapsed < 5 * MINUTE + PACE.doubt + PACE.interval
    # The resolver is spared: its own memory of such answers lasts about as long.
    assert world.calls.count("explain") <= 6


def test_signatures_that_stay_broken_are_temporary_trouble_at_the_end() -> None:
    world = World(published(0, NS2))
    world.bogus = lambda _now: True
    last = world.wait()[-1]
    assert last.progress.result is Result.TEMPERROR
    assert last.explanation is not None


def test_without_a_way_outside_it_keeps_trying_from_the_root() -> None:
    world = World(published(0, NS2), egress=lambda now: now > 40)
    looks = world.wait()
    assert [each.progress.reachable for each in looks] == [False, False, False, True]
    assert world.calls == ["look", "look", "look", "look", "explain"]


def test_the_name_awaited_is_waited_for() -> None:
    other = name("old.provider.example")
    world = World(lambda _each, now: HOST.text if now > 30 else other.text)
    looks = world.wait(awaited=HOST)
    assert looks[0].progress.names == (HOST,)
    assert not looks[0].progress.everywhere
    assert looks[-1].progress.everywhere
