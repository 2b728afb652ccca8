"""Exim's door on a real socket: one answer a connection, whatever is sent."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from gotrdns.deciding import Decider, VerificationSettings
from gotrdns.policy import Mode, Policy, PolicySettings, Rule
from gotrdns.protocols.junk import Junk
from gotrdns.servers.connections import Closure
from gotrdns.servers.exim import EximServer
from gotrdns.servers.settings import EximSettings
from tests.unit.policy_service import CONFIRMED, KNOWN, SLOW, WITHOUT_PTR, Witness, pointer
from tests.unit.slow_resolver import SlowResolver


class Site:
    def __init__(self, path: Path, mode: Mode, deadline: float, options: dict[str, Any]) -> None:
        loop = asyncio.get_running_loop()
        self.path = path
        self.resolver = SlowResolver(dict(KNOWN))
        self.witness = Witness()
        decider = Decider(
            Policy(PolicySettings(mode=mode)),
            self.resolver,
            VerificationSettings(deadline=deadline),
            loop.call_later,
        )
        self.server = EximServer(EximSettings(**options), decider, self.witness, loop)

    async def ask(self, line: bytes, *, half_close: bool = True) -> bytes:
        reader, writer = await asyncio.open_unix_connection(self.path)
        writer.write(line)
        if half_close:
            writer.write_eof()
        async with asyncio.timeout(5):
            answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        return answer

    async def until(self, condition: Callable[[], bool]) -> None:
        while not condition():  # noqa: ASYNC110 - what is waited for knows nothing of the test
            await asyncio.sleep(0.005)


@asynccontextmanager
async def serving(
    path: Path, *, mode: Mode = Mode.STRICT, deadline: float = 8.0, **options: Any
) -> AsyncIterator[Site]:
    site = Site(path / "exim", mode, deadline, options)
    loop = asyncio.get_running_loop()
    listener = await loop.create_unix_server(site.server.new_connection, site.path)
    try:
        yield site
    finally:
        listener.close()
        await site.server.stop()
        assert site.server.connections == 0


def test_each_question_is_answered_and_its_connection_closed(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving(tmp_path) as site:
            for half_close in (True, False):
                line = f"check ip={CONFIRMED}\n".encode()
                assert await site.ask(line, half_close=half_close) == b"PASS\n"
                line = f"check ip={WITHOUT_PTR} helo=mail.example.com\n".encode()
                answer = await site.ask(line, half_close=half_close)
                assert answer.startswith(f"REFUSE 550 5.7.25 {WITHOUT_PTR} has no".encode())
            assert len(site.witness.decisions) == 4
            assert site.witness.closures == []

    asyncio.run(run())


def test_an_answer_that_dns_takes_long_for_is_waited_for(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving(tmp_path, deadline=0.2) as site:
            answer = await site.ask(f"check ip={SLOW}\n".encode())
            assert answer.startswith(b"DEFER 450 4.7.25 ")
            assert len(site.witness.decisions) == 1

    asyncio.run(run())


def test_whoever_hangs_up_before_the_answer_harms_nobody(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving(tmp_path, deadline=0.5) as site:
            _, writer = await asyncio.open_unix_connection(site.path)
            writer.write(f"check ip={SLOW}\n".encode())
            await writer.drain()
            await site.until(lambda: pointer(SLOW) in site.resolver.asked)
            writer.transport.abort()
            await site.until(lambda: site.server.connections == 0)
            site.resolver.answer(pointer(SLOW), KNOWN[pointer(WITHOUT_PTR)])
            await asyncio.sleep(0)
            assert await site.ask(f"check ip={CONFIRMED}\n".encode()) == b"PASS\n"

    asyncio.run(run())


def test_observe_gives_the_mark_to_add(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving(tmp_path, mode=Mode.OBSERVE) as site:
            answer = await site.ask(f"check ip={WITHOUT_PTR}\n".encode())
            assert answer.startswith(b"PASS X-Gotrdns: iprev=permerror cause=no-ptr ")
            assert answer.endswith(b"action=would-refuse rule=observe\n")

    asyncio.run(run())


def test_the_authenticated_and_clients_without_an_address_pass(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving(tmp_path) as site:
            for words in (f"ip={WITHOUT_PTR} auth=plain", "ip=", "ip=unknown"):
                assert await site.ask(f"check {words}\n".encode()) == b"PASS\n"
            assert [each.rule for each in site.witness.decisions] == [
                Rule.AUTHENTICATED,
                Rule.UNKNOWN_CLIENT,
                Rule.UNKNOWN_CLIENT,
            ]

    asyncio.run(run())


def test_what_is_no_request_passes_and_is_counted(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving(tmp_path) as site:
            longer = b"\xff" * 140_000
            lines = (b"GET / HTTP/1.1\n", b"check helo=x\n", longer, b"check ip=1 ip=2\n")
            for line in lines:
                assert await site.ask(line) == b"PASS\n"
            assert site.witness.junk == [
                Junk.NOT_EXIM_PROTOCOL,
                Junk.NO_CLIENT_ADDRESS,
                Junk.OVERSIZE,
                Junk.REPEATED_ATTRIBUTE,
            ]
            assert await site.ask(b"") == b""

    asyncio.run(run())


def test_whoever_does_not_finish_its_line_is_sent_away(tmp_path: Path) -> None:
    async def run() -> None:
        async with serving(tmp_path, request_timeout=0.1, idle_timeout=0.2) as site:
            assert await site.ask(b"check ip=", half_close=False) == b""
            assert await site.ask(b"", half_close=False) == b""
            assert site.witness.closures == [Closure.HALF_SENT, Closure.IDLE]

    asyncio.run(run())
