"""Many questions at once: ports, windows, losses, and zones that keep others waiting."""

import asyncio
import random
import resource
import socket

import dns.flags
import dns.message
import dns.name
import dns.rcode

from gotrdns.lookup import Answer, Outcome, Question, RecordType, ask_and_wait
from gotrdns.names import DomainName
from gotrdns.resolution.client import Client
from tests.unit.loopback import LoopbackServer, reply, run
from tests.unit.resolvers import PTR, positive, silent


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
