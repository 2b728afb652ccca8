"""The resolver client towards a resolver that is not on loopback."""

import asyncio
import subprocess
from collections.abc import Iterator

import dns.message
import dns.rcode
import pytest

from gotrdns.lookup import Outcome, Question, RecordType, ask_and_wait
from gotrdns.names import DomainName
from gotrdns.resolution.client import Client
from gotrdns.resolution.servers import parse_server
from tests.unit.loopback import LoopbackServer, reply, run

REMOTE = "198.18.9.9"
QUESTIONS = [Question(DomainName.parse(f"n{number}.example"), RecordType.A) for number in range(60)]


@pytest.fixture(autouse=True)
def remote_address() -> Iterator[None]:
    """An address of this namespace that is not a loopback one."""
    subprocess.run(["ip", "address", "add", f"{REMOTE}/32", "dev", "lo"], check=True)
    yield
    subprocess.run(["ip", "address", "del", f"{REMOTE}/32", "dev", "lo"], check=True)


def nothing_exists(query: dns.message.Message) -> list[bytes]:
    return [reply(query, rcode=dns.rcode.NXDOMAIN, flags=dns.flags.AD)]


@pytest.mark.parametrize(("questions_per_port", "fewest", "most"), [(1, 55, 60), (20, 3, 3)])
def test_source_ports_change_as_often_as_was_asked_for(
    questions_per_port: int, fewest: int, most: int
) -> None:
    async def main() -> None:
        async with LoopbackServer(nothing_exists, host=REMOTE) as server:
            client = Client([server.address], questions_per_port=questions_per_port)
            answers = await asyncio.gather(*(ask_and_wait(client, each) for each in QUESTIONS))
            assert {answer.outcome for answer in answers} == {Outcome.NXDOMAIN}
            assert fewest <= len(set(server.sources)) <= most
            client.close()

    run(main())


def test_the_authenticated_bit_is_believed_only_of_a_listed_resolver() -> None:
    async def main() -> None:
        async with LoopbackServer(nothing_exists, host=REMOTE) as server:
            for trusted in ((), (parse_server(REMOTE),)):
                client = Client([server.address], trusted=trusted)
                answer = await ask_and_wait(client, QUESTIONS[0])
                assert answer.authenticated is bool(trusted)
                client.close()

    run(main())


def test_sockets_do_not_accumulate() -> None:
    async def main() -> None:
        async with LoopbackServer(nothing_exists, host=REMOTE) as server:
            client = Client([server.address])
            before = open_sockets()
            for _ in range(20):
                await asyncio.gather(*(ask_and_wait(client, each) for each in QUESTIONS))
            assert open_sockets() <= before + 2
            client.close()

    run(main())


def open_sockets() -> int:
    listed = subprocess.run(["ss", "-Huan"], check=True, capture_output=True, text=True)
    return len(listed.stdout.splitlines())
