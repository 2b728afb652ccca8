"""The resolver client against real sockets on loopback: questions and what their answers mean."""

import asyncio

import dns.flags
import dns.message
import dns.name
import dns.rcode
import pytest

from gotrdns.lookup import Answer, Outcome, ask_and_wait
from gotrdns.names import DomainName
from gotrdns.resolution.cache import Cache
from gotrdns.resolution.client import Client
from tests.unit.loopback import LoopbackServer, reply, run
from tests.unit.resolvers import (
    FOUND,
    NAME,
    OWNER,
    PTR,
    answering,
    asked,
    is_control,
    nodata_without_soa,
    positive,
)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_question_is_answered(host: str) -> None:
    async def main() -> None:
        async with LoopbackServer(positive, host=host) as server:
            client = Client([server.address])
            answer = await ask_and_wait(client, PTR)
            assert answer == Answer(Outcome.FOUND, (NAME,), ttl=3600)
            assert (client.counters.questions, client.counters.answers) == (1, 1)
            client.close()

    run(main())


def test_identical_outstanding_questions_share_one() -> None:
    async def main() -> None:
        async with LoopbackServer(positive) as server:
            client = Client([server.address])
            answers = await asyncio.gather(*(ask_and_wait(client, PTR) for _ in range(50)))
            assert {answer.names for answer in answers} == {(NAME,)}
            assert asked(server) == 1
            client.close()

    run(main())


def test_cancelling_one_asker_does_not_disturb_another() -> None:
    async def main() -> None:
        async with LoopbackServer(positive) as server:
            client = Client([server.address])
            first = asyncio.ensure_future(ask_and_wait(client, PTR))
            second = asyncio.ensure_future(ask_and_wait(client, PTR))
            await asyncio.sleep(0)
            first.cancel()
            assert (await second).outcome is Outcome.FOUND
            client.close()

    run(main())


def test_a_truncated_answer_is_fetched_over_tcp() -> None:
    async def main() -> None:
        def truncated(query: dns.message.Message) -> list[bytes]:
            return [reply(query, flags=dns.flags.TC)]

        def long(query: dns.message.Message) -> list[bytes]:
            return [reply(query, *(f"{OWNER} 60 IN PTR host{n}.example.net." for n in range(900)))]

        async with LoopbackServer(truncated, long) as server:
            client = Client([server.address])
            answer = await ask_and_wait(client, PTR)
            assert len(answer.names) == 900
            assert (client.counters.truncated, len(server.streams)) == (1, 1)
            client.close()

    run(main())


def test_a_resolver_that_cuts_answers_and_refuses_tcp_is_itself_the_trouble() -> None:
    async def main() -> None:
        def truncated(query: dns.message.Message) -> list[bytes]:
            return [reply(query, flags=dns.flags.TC)]

        async with LoopbackServer(answering(truncated)) as server:
            server.stop_streams()
            client = Client([server.address], timeout=2.0)
            assert (await ask_and_wait(client, PTR)).outcome is Outcome.UNREACHABLE
            client.close()

    run(main())


def test_tcp_that_ends_early_is_no_answer() -> None:
    async def main() -> None:
        def truncated(query: dns.message.Message) -> list[bytes]:
            return [reply(query, flags=dns.flags.TC)]

        async with LoopbackServer(answering(truncated), lambda _: []) as server:
            client = Client([server.address], timeout=1)
            assert (await ask_and_wait(client, PTR)).outcome is Outcome.TIMEOUT
            client.close()

    run(main())


@pytest.mark.parametrize("rcode", [dns.rcode.FORMERR, dns.rcode.NOTIMP, dns.rcode.BADVERS])
def test_a_server_that_knows_no_edns_is_asked_without(rcode: dns.rcode.Rcode) -> None:
    async def main() -> None:
        def plain_only(query: dns.message.Message) -> list[bytes]:
            return positive(query) if query.edns < 0 else [reply(query, rcode=rcode)]

        async with LoopbackServer(plain_only) as server:
            client = Client([server.address])
            assert (await ask_and_wait(client, PTR)).outcome is Outcome.FOUND
            client.close()

    run(main())


def test_an_empty_answer_proves_nothing_from_a_resolver_that_sends_the_soa() -> None:
    async def main() -> None:
        async with LoopbackServer(answering(nodata_without_soa)) as server:
            client = Client([server.address])
            answers = await asyncio.gather(*(ask_and_wait(client, PTR) for _ in range(3)))
            assert {answer.outcome for answer in answers} == {Outcome.UNPROVEN}
            client.close()

    run(main())


def test_an_empty_answer_is_a_no_from_a_resolver_that_always_strips_the_soa() -> None:
    async def main() -> None:
        async with LoopbackServer(nodata_without_soa) as server:
            client = Client([server.address])
            assert (await ask_and_wait(client, PTR)).outcome is Outcome.NODATA
            client.close()

    run(main())


def test_an_empty_answer_proves_nothing_while_the_proof_question_fails() -> None:
    async def main() -> None:
        def handle(query: dns.message.Message) -> list[bytes]:
            if query.question[0].name.to_text() == "arpa.":
                return []
            return [reply(query, ". 60 IN NS a.root.")] if is_control(query) else [reply(query)]

        async with LoopbackServer(handle) as server:
            client = Client([server.address], timeout=0.6)
            assert (await ask_and_wait(client, PTR)).outcome is Outcome.UNPROVEN
            client.close()

    run(main())


def test_an_alias_without_its_target_is_asked_on() -> None:
    async def main() -> None:
        alias = f"{OWNER} 50 IN CNAME 87.64-127.example."

        def one_by_one(query: dns.message.Message) -> list[bytes]:
            if query.question[0].name.to_text() == OWNER:
                return [reply(query, alias)]
            return [reply(query, "87.64-127.example. 60 IN PTR mail.example.org.")]

        async with LoopbackServer(one_by_one) as server:
            client = Client([server.address])
            target = DomainName.parse("87.64-127.example")
            expected = Answer(Outcome.FOUND, (NAME,), ttl=50, aliases=(target,))
            assert await ask_and_wait(client, PTR) == expected
            client.close()

    run(main())


def test_an_endless_chain_of_aliases_ends_as_servfail() -> None:
    async def main() -> None:
        def further(query: dns.message.Message) -> list[bytes]:
            name = query.question[0].name.to_text()
            return [reply(query, f"{name} 50 IN CNAME x.{name}")]

        async with LoopbackServer(answering(further)) as server:
            client = Client([server.address])
            assert (await ask_and_wait(client, PTR)).outcome is Outcome.SERVFAIL
            assert len(server.queries) < 15
            client.close()

    run(main())


def test_the_authenticated_bit_is_believed_of_loopback_only() -> None:
    async def main() -> None:
        async with LoopbackServer(lambda q: [reply(q, FOUND, flags=dns.flags.AD)]) as server:
            client = Client([server.address])
            assert (await ask_and_wait(client, PTR)).authenticated
            client.close()

    run(main())


def test_a_cached_answer_is_returned_and_never_called_back() -> None:
    async def main() -> None:
        cache = Cache(9, ceiling=60, negative_ceiling=60, floor=0, clock=lambda: 0.0)
        async with LoopbackServer(positive) as server:
            client = Client([server.address], cache=cache)
            await ask_and_wait(client, PTR)
            heard: list[Answer] = []
            kept = client.ask(PTR, lambda _, answer: heard.append(answer), 0)
            assert kept is not None
            assert kept.names == (NAME,)
            await asyncio.sleep(0.01)
            assert heard == []
            assert (asked(server), client.counters.cache_hits) == (1, 1)
            client.close()

    run(main())
