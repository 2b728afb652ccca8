"""The resolver client where servers fail, refuse, forge, stay silent, or are not there."""

import asyncio
import socket

import dns.flags
import dns.message
import dns.name
import dns.rcode
import pytest

from gotrdns.lookup import Outcome, Question, RecordType, ask_and_wait
from gotrdns.names import Address, DomainName
from gotrdns.resolution.client import Client
from gotrdns.resolution.servers import ServerAddress
from tests.unit.loopback import Handler, LoopbackServer, reply, run
from tests.unit.resolvers import (
    NAME,
    OWNER,
    PTR,
    answering,
    asked,
    failing,
    is_control,
    positive,
    silent,
)


def test_a_lost_packet_is_asked_again() -> None:
    async def main() -> None:
        def lose_the_first(query: dns.message.Message) -> list[bytes]:
            return positive(query) if asked(server) > 1 else []

        async with LoopbackServer(answering(lose_the_first)) as server:
            client = Client([server.address], timeout=1.2)
            assert (await ask_and_wait(client, PTR)).outcome is Outcome.FOUND
            assert client.counters.retries == 1
            first, second = (q for q in server.queries if not is_control(q))
            assert first.id != second.id
            client.close()

    run(main())


def test_a_late_reply_to_an_earlier_attempt_counts() -> None:
    async def main() -> None:
        def answer_the_first_on_the_second(_query: dns.message.Message) -> list[bytes]:
            if asked(server) < 2:
                return []
            first = next(each for each in server.queries if not is_control(each))
            server.send(positive(first)[0], to=first)
            return []

        async with LoopbackServer(answering(answer_the_first_on_the_second)) as server:
            client = Client([server.address], timeout=1.2)
            assert (await ask_and_wait(client, PTR)).outcome is Outcome.FOUND
            assert asked(server) == 2
            client.close()

    run(main())


@pytest.mark.parametrize(
    ("rcode", "outcome"),
    [
        (dns.rcode.SERVFAIL, Outcome.SERVFAIL),
        (dns.rcode.REFUSED, Outcome.REFUSED),
        (dns.rcode.NOTAUTH, Outcome.SERVFAIL),
        (dns.rcode.FORMERR, Outcome.SERVFAIL),
        (dns.rcode.NOTIMP, Outcome.SERVFAIL),
    ],
)
def test_trouble_with_one_zone_is_reported_as_it_is(
    rcode: dns.rcode.Rcode, outcome: Outcome
) -> None:
    async def main() -> None:
        async with LoopbackServer(answering(failing(rcode))) as server:
            client = Client([server.address], timeout=1)
            assert (await ask_and_wait(client, PTR)).outcome is outcome
            assert client.reachable
            client.close()

    run(main())


def test_silence_about_one_zone_is_a_time_out() -> None:
    async def main() -> None:
        async with LoopbackServer(answering(silent)) as server:
            client = Client([server.address], timeout=0.9)
            loop = asyncio.get_running_loop()
            started = loop.time()
            assert (await ask_and_wait(client, PTR)).outcome is Outcome.TIMEOUT
            assert 0.8 < loop.time() - started < 3
            assert asked(server) == 5
            client.close()

    run(main())


@pytest.mark.parametrize("handler", [silent, failing(dns.rcode.REFUSED)])
def test_a_resolver_that_fails_the_control_question_is_itself_the_trouble(handler: Handler) -> None:
    async def main() -> None:
        async with LoopbackServer(handler) as server:
            client = Client([server.address], timeout=0.6)
            assert (await ask_and_wait(client, PTR)).outcome is Outcome.UNREACHABLE
            assert not client.reachable
            client.close()

    run(main())


def test_a_resolver_that_is_not_there_is_unreachable_at_once() -> None:
    async def main() -> None:
        server = LoopbackServer(positive)
        async with server:
            pass
        client = Client([server.address], timeout=5)
        loop = asyncio.get_running_loop()
        started = loop.time()
        assert (await ask_and_wait(client, PTR)).outcome is Outcome.UNREACHABLE
        assert loop.time() - started < 2
        client.close()

    run(main())


@pytest.mark.parametrize(
    "first", [silent, failing(dns.rcode.SERVFAIL), failing(dns.rcode.REFUSED), None]
)
def test_the_next_resolver_is_asked_when_the_first_is_of_no_use(first: Handler | None) -> None:
    async def main() -> None:
        bad, good = LoopbackServer(first or silent), LoopbackServer(positive)
        async with good, bad:
            if first is None:
                await bad.stop()
            client = Client([bad.address, good.address], timeout=2)
            assert (await ask_and_wait(client, PTR)).outcome is Outcome.FOUND
            client.close()

    run(main())


def test_forged_replies_are_counted_and_ignored() -> None:
    async def main() -> None:
        def forge(query: dns.message.Message) -> list[bytes]:
            good = positive(query)[0]
            wrong_id = bytes([good[0] ^ 1]) + good[1:]
            other = dns.message.make_query("86.64.105.85.in-addr.arpa", "PTR", id=query.id)
            wrong_question = reply(other, "86.64.105.85.in-addr.arpa. 60 IN PTR evil.example.")
            stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            evil = reply(query, f"{OWNER} 60 IN PTR evil.example.")
            stranger.sendto(evil, ("127.0.0.1", server.sources[-1]))
            stranger.close()
            return [wrong_id, wrong_question, b"\x00", good]

        async with LoopbackServer(forge) as server:
            client = Client([server.address])
            assert (await ask_and_wait(client, PTR)).names == (NAME,)
            # The one from a wrong source never arrived: the socket is connected.
            assert client.counters.forged == 3
            client.close()

    run(main())


def test_garbage_under_our_id_counts_as_servfail() -> None:
    async def main() -> None:
        def garbage(query: dns.message.Message) -> list[bytes]:
            return [positive(query)[0][:-20]]

        async with LoopbackServer(answering(garbage)) as server:
            client = Client([server.address], timeout=1)
            assert (await ask_and_wait(client, PTR)).outcome is Outcome.SERVFAIL
            assert client.counters.malformed == 1
            client.close()

    run(main())


def test_a_daemon_answers_at_once_while_its_resolver_is_down_and_recovers_by_itself() -> None:
    async def main() -> None:
        server = LoopbackServer(answering(positive))
        async with server:
            pass
        client = Client([server.address], daemon=True)
        assert (await ask_and_wait(client, PTR)).outcome is Outcome.UNREACHABLE
        at_once = client.ask(PTR, lambda _token, _answer: None, 0)
        assert at_once is not None
        assert at_once.outcome is Outcome.UNREACHABLE
        async with server:
            for _ in range(60):
                await asyncio.sleep(0.05)
                if client.reachable:
                    break
            assert (await ask_and_wait(client, PTR)).outcome is Outcome.FOUND
        client.close()

    run(main())


def test_a_first_resolver_without_a_route_costs_nothing() -> None:
    async def main() -> None:
        async with LoopbackServer(positive) as server:
            # No socket can be connected to it, as to an IPv6 resolver where there is no IPv6.
            unroutable = ServerAddress(Address.parse("::1"), scope="no-such-interface")
            client = Client([unroutable, server.address], timeout=5)
            async with asyncio.timeout(1):
                assert (await ask_and_wait(client, PTR)).outcome is Outcome.FOUND
            client.close()

    run(main())


def test_a_question_that_was_never_sent_blames_no_zone() -> None:
    async def main() -> None:
        async with LoopbackServer(answering(silent)) as server:
            client = Client([server.address], window=16, timeout=0.6)
            names = [DomainName.parse(f"n{number}.example") for number in range(40)]
            answers = await asyncio.gather(
                *(ask_and_wait(client, Question(name, RecordType.A)) for name in names)
            )
            sent = {query.question[0].name.to_text() for query in server.queries}
            for name, answer in zip(names, answers, strict=True):
                asked_for = f"{name}." in sent
                assert answer.outcome is (Outcome.TIMEOUT if asked_for else Outcome.UNREACHABLE)
            client.close()

    run(main())
