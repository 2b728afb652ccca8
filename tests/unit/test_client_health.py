"""What the client tells of itself: counters, each resolver's health, and whether it answers now."""

import asyncio

import dns.rcode

from gotrdns.lookup import Outcome, ask_and_wait
from gotrdns.resolution.cache import Cache
from gotrdns.resolution.client import Client
from gotrdns.resolution.counters import Counters
from tests.unit.loopback import LoopbackServer, run
from tests.unit.resolvers import PTR, answering, failing, is_control, positive, silent


def errors_of(counters: Counters) -> dict[str, int]:
    return {outcome.value: count for outcome, count in counters.errors.items() if count}


def test_questions_that_end_in_trouble_are_counted_by_how_they_ended() -> None:
    async def main() -> None:
        async with LoopbackServer(answering(failing(dns.rcode.REFUSED))) as server:
            client = Client([server.address])
            assert (await ask_and_wait(client, PTR)).outcome is Outcome.REFUSED
            assert errors_of(client.counters) == {"refused": 1}
            client.close()

    run(main())


def test_what_is_not_asked_because_the_resolver_is_down_counts_too() -> None:
    async def main() -> None:
        async with LoopbackServer(silent) as server:
            client = Client([server.address], timeout=0.3, daemon=True)
            await client.probe()
            assert not client.reachable
            asked = errors_of(client.counters)
            assert (await ask_and_wait(client, PTR)).outcome is Outcome.UNREACHABLE
            assert errors_of(client.counters) == {**asked, "unreachable": 1}
            client.close()

    run(main())


def test_hits_and_misses_of_the_cache_are_all_questions() -> None:
    async def main() -> None:
        async with LoopbackServer(positive) as server:
            cache = Cache(
                7, ceiling=60, negative_ceiling=60, floor=0, clock=asyncio.get_running_loop().time
            )
            client = Client([server.address], cache=cache)
            for _ in range(3):
                await ask_and_wait(client, PTR)
            assert (client.counters.cache_hits, client.counters.cache_misses) == (2, 1)
            assert (len(cache), cache.capacity) == (1, 7)
            client.close()

    run(main())


def test_each_resolver_has_its_own_figures() -> None:
    async def main() -> None:
        async with (
            LoopbackServer(silent) as first,
            LoopbackServer(answering(positive)) as second,
        ):
            client = Client([first.address, second.address], timeout=2)
            assert (await ask_and_wait(client, PTR)).outcome is Outcome.FOUND
            dead, alive = client.health
            assert (dead.server, dead.suspect, dead.answers) == (first.address.text, True, 0)
            assert dead.timeouts >= 1
            assert (alive.suspect, alive.timeouts) == (False, 0)
            assert alive.answers >= 1
            assert dead.questions + alive.questions == client.counters.questions
            client.close()

    run(main())


def test_a_probe_asks_once_for_all_and_not_again_for_some_seconds() -> None:
    async def main() -> None:
        async with LoopbackServer(answering(silent)) as server:
            client = Client([server.address], daemon=True)
            await asyncio.gather(*(client.probe() for _ in range(20)))
            await client.probe()
            assert client.reachable
            assert sum(map(is_control, server.queries)) == 1
            client.close()

    run(main())


def test_counters_may_be_shared_by_a_successor() -> None:
    async def main() -> None:
        async with LoopbackServer(positive) as server:
            counters = Counters()
            for _ in range(2):
                client = Client([server.address], counters=counters)
                await ask_and_wait(client, PTR)
                client.close()
            assert counters.answers == 2

    run(main())
