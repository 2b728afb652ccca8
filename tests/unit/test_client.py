"""The resolver client against real sockets on loopback, with servers that misbehave."""

import asyncio
import random
import resource
import socket

import dns.flags
import dns.message
import dns.name
import dns.rcode
import pytest

from gotrdns.lookup import Answer, Outcome, Question, RecordType, ask_and_wait
from gotrdns.names import Address, DomainName
from gotrdns.resolution.cache import Cache
from gotrdns.resolution.client import Client
from gotrdns.resolution.servers import ServerAddress
from tests.unit.loopback import Handler, LoopbackServer, reply, run

CLIENT = Address.parse("85.105.64.87")
PTR = Question(CLIENT.reverse_name, RecordType.PTR)
OWNER = "87.64.105.85.in-addr.arpa."
NAME = DomainName.parse("mail.example.org")
FOUND = f"{OWNER} 3600 IN PTR mail.example.org."
SOA = "example. 300 IN SOA ns.example. hostmaster.example. 1 2 3 4 60"


def is_control(query: dns.message.Message) -> bool:
    return query.question[0].name.to_text() == "."


def answering(handler: Handler) -> Handler:
    """A server that answers the control question and the proof question as resolvers do."""

    def handle(query: dns.message.Message) -> list[bytes]:
        if is_control(query):
            return [reply(query, ". 60 IN NS a.root.")]
        if query.question[0].name.to_text() == "arpa.":
            return [reply(query, authority=("arpa. 60 IN SOA a.root. h.root. 1 2 3 4 5",))]
        return handler(query)

    return handle


def positive(query: dns.message.Message) -> list[bytes]:
    return [reply(query, FOUND)]


def silent(_query: dns.message.Message) -> list[bytes]:
    return []


def failing(rcode: dns.rcode.Rcode) -> Handler:
    return lambda query: [reply(query, rcode=rcode)]


def asked(server: LoopbackServer) -> int:
    return sum(query.question[0].name.to_text() == OWNER for query in server.queries)


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


def test_questions_that_nobody_wants_any_more_make_room_for_others() -> None:
    async def main() -> None:
        async with LoopbackServer(silent) as server:
            client = Client([server.address], window=16)
            heard: list[Answer] = []

            def listen(_token: int, answer: Answer) -> None:
                heard.append(answer)

            names = [DomainName.parse(f"n{number}.example") for number in range(40)]
            for name in names:
                client.ask(Question(name, RecordType.A), listen, 3)
            await asyncio.sleep(0.01)
            assert len(server.queries) == 16
            server.handler = positive
            waiting = asyncio.ensure_future(ask_and_wait(client, PTR))
            await asyncio.sleep(0.01)
            assert not waiting.done()
            for name in names:
                client.forget(Question(name, RecordType.A), listen, 4)  # another token: no effect
                client.forget(Question(name, RecordType.A), listen, 3)
                client.forget(Question(name, RecordType.A), listen, 3)
            async with asyncio.timeout(0.5):
                assert (await waiting).outcome is Outcome.FOUND
            assert heard == []
            client.close()

    run(main())


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


def test_where_sockets_are_scarce_fewer_ports_do() -> None:
    async def main() -> None:
        async with LoopbackServer(lambda q: [reply(q, rcode=dns.rcode.NXDOMAIN)]) as server:
            client = Client([server.address], timeout=2.0)
            assert (await ask_and_wait(client, PTR)).outcome is Outcome.NXDOMAIN
            limits = resource.getrlimit(resource.RLIMIT_NOFILE)
            with socket.socket() as highest:
                resource.setrlimit(resource.RLIMIT_NOFILE, (highest.fileno(), limits[1]))
            try:
                for number in range(20):
                    question = Question(DomainName.parse(f"n{number}.example"), RecordType.A)
                    assert (await ask_and_wait(client, question)).outcome is Outcome.NXDOMAIN
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, limits)
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


def nodata_without_soa(query: dns.message.Message) -> list[bytes]:
    return [reply(query)]


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


def test_ids_and_ports_vary() -> None:
    async def main() -> None:
        async with LoopbackServer(lambda q: [reply(q, rcode=dns.rcode.NXDOMAIN)]) as server:
            client = Client([server.address])
            questions = [
                Question(DomainName.parse(f"n{number}.example"), RecordType.A)
                for number in range(200)
            ]
            for start in range(0, 200, 10):
                batch = questions[start : start + 10]
                await asyncio.gather(*(ask_and_wait(client, each) for each in batch))
            assert len({query.id for query in server.queries}) > 190
            assert len(set(server.sources)) > 1
            client.close()

    run(main())


def test_questions_of_a_dead_zone_do_not_keep_others_waiting() -> None:
    def only_one_zone(query: dns.message.Message) -> list[bytes]:
        if query.question[0].name.is_subdomain(dns.name.from_text("dead.example")):
            return []
        return [reply(query, rcode=dns.rcode.NXDOMAIN)]

    async def main() -> None:
        async with LoopbackServer(only_one_zone) as server:
            client = Client([server.address], timeout=3.0, window=16)
            dead = [
                Question(DomainName.parse(f"n{n}.dead.example"), RecordType.A) for n in range(64)
            ]
            waiting = [asyncio.create_task(ask_and_wait(client, each)) for each in dead]
            await asyncio.sleep(0)
            living = Question(DomainName.parse("living.example"), RecordType.A)
            answer = await ask_and_wait(client, living)
            assert answer.outcome is Outcome.NXDOMAIN
            assert not any(task.done() for task in waiting)
            outcomes = {answer.outcome for answer in await asyncio.gather(*waiting)}
            assert outcomes == {Outcome.TIMEOUT}
            client.close()

    run(main())


def test_one_packet_in_ten_may_be_lost_on_its_way() -> None:
    lost = random.Random(4)

    def lossy(query: dns.message.Message) -> list[bytes]:
        if lost.random() < 0.1:
            return []
        return [reply(query, rcode=dns.rcode.NXDOMAIN)]

    async def main() -> None:
        async with LoopbackServer(lossy) as server:
            client = Client([server.address], timeout=3.0)
            names = [DomainName.parse(f"n{number}.example") for number in range(1000)]
            answers = await asyncio.gather(
                *(ask_and_wait(client, Question(name, RecordType.A)) for name in names)
            )
            assert {answer.outcome for answer in answers} == {Outcome.NXDOMAIN}
            client.close()

    run(main())


def test_many_questions_at_once_are_all_answered() -> None:
    async def main() -> None:
        async with LoopbackServer(lambda q: [reply(q, rcode=dns.rcode.NXDOMAIN)]) as server:
            client = Client([server.address], window=64)
            names = [DomainName.parse(f"n{number}.example") for number in range(2000)]
            answers = await asyncio.gather(
                *(ask_and_wait(client, Question(name, RecordType.A)) for name in names)
            )
            assert {answer.outcome for answer in answers} == {Outcome.NXDOMAIN}
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
