"""The milter's door in trouble: junk, floods, faults, stops; under both event loops."""

import asyncio
from typing import Any

import pytest

from gotrdns.lookup import Answer, Outcome
from gotrdns.policy import Decision, Transaction
from gotrdns.protocols.junk import Junk
from gotrdns.servers.connections import Closure
from tests.unit.event_loops import Run
from tests.unit.milter_service import (
    CONTINUE,
    END,
    HOST,
    NEXT_CLIENT,
    PASSED,
    connect,
    header,
    helo,
    message,
    packet,
    recipient,
    removal,
    sender,
    serving,
    verdict_field,
)
from tests.unit.policy_service import CONFIRMED, SLOW, SLOWER, WITHOUT_PTR, pointer

REFUSED = b"y550 5.7.25 203.0.114.2 has no reverse name"
FORGED = header(b"Authentication-Results", f"{HOST}; iprev=pass".encode())


def test_a_flood_behind_an_undecided_recipient_is_held_back(run: Run) -> None:
    async def main() -> None:
        async with serving() as site:
            peer = await site.connect()
            count = 20_000
            peer.send(message(SLOW, *[header(b"Subject", b"x" * 1000)] * count))
            await site.until(lambda: pointer(SLOW) in site.resolver.waiting)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.3):
                    await peer.writer.drain()
            site.resolver.answer(pointer(SLOW), Answer(Outcome.NXDOMAIN))
            assert (await peer.reply())[0] == b"y"
            assert await peer.end() == [verdict_field("permerror", "no-ptr", SLOW)]
            await peer.close()

    run(main())


def test_a_mail_server_that_hangs_up_early_is_forgotten(run: Run) -> None:
    async def main() -> None:
        async with serving() as site:
            for client in (SLOW, SLOWER):
                peer = await site.connect()
                peer.send(message(client))
                await site.until(lambda: pointer(client) in site.resolver.waiting)  # noqa: B023
                peer.writer.transport.abort()
            await asyncio.sleep(0.05)
            for client in (SLOW, SLOWER):
                site.resolver.answer(pointer(client), Answer(Outcome.NXDOMAIN))
            await site.until(lambda: len(site.witness.decisions) == 2)
            await site.until(lambda: site.server.connections == 0)

    run(main())


@pytest.mark.parametrize(
    ("data", "junk"),
    [
        (packet(b"Z"), Junk.UNKNOWN_COMMAND),
        (packet(b"C", b"x"), Junk.MALFORMED_PACKET),
        (b"\x7f\0\0\0L", Junk.OVERSIZE),
        (packet(b"O", b"\0\0\0\1" + bytes(8)), Junk.NOT_MILTER_PROTOCOL),
    ],
)
def test_junk_closes_the_connection(run: Run, data: bytes, junk: Junk) -> None:
    async def main() -> None:
        async with serving() as site:
            peer = await site.connect()
            assert await peer.ask(message(CONFIRMED)) == CONTINUE
            assert await peer.end() == PASSED
            peer.send(data, message(CONFIRMED))
            assert await peer.rest() == b""
            assert site.witness.junk == [junk]

    run(main())


def test_a_fault_of_our_own_lets_the_mail_pass(run: Run) -> None:
    class Faulty:
        def answer(self, *_: object) -> bytes:
            raise RuntimeError("a fault of our own")

        headers = answer

    async def main() -> None:
        async with serving() as site:
            faults: list[dict[str, Any]] = []
            site.loop.set_exception_handler(lambda _, context: faults.append(context))
            site.server.words = Faulty()  # type: ignore[assignment]
            peer = await site.connect()
            assert await peer.ask(message(WITHOUT_PTR)) == CONTINUE
            assert await peer.end() == []
            peer.send(NEXT_CLIENT, message(SLOW))
            await site.until(lambda: pointer(SLOW) in site.resolver.waiting)
            site.resolver.answer(pointer(SLOW), Answer(Outcome.NXDOMAIN))
            assert await peer.reply() == (CONTINUE, b"")
            assert await peer.end() == []
            assert [str(each["exception"]) for each in faults] == ["a fault of our own"] * 4
            await peer.close()

    run(main())


def test_a_fault_of_whom_decisions_are_told_lets_the_mail_pass(run: Run) -> None:
    class Faulty:
        def decided(self, _: Transaction, __: Decision, ___: float) -> None:
            raise RuntimeError("a fault of our own")

        def received_junk(self, _: Junk, __: str) -> None:
            pass

        def closed(self, _: Closure, __: str) -> None:
            pass

    async def main() -> None:
        async with serving() as site:
            site.loop.set_exception_handler(lambda *_: None)
            site.server.observer = Faulty()
            peer = await site.connect()
            assert await peer.ask(message(WITHOUT_PTR)) == CONTINUE
            await peer.end()
            peer.send(NEXT_CLIENT, message(SLOW))
            await site.until(lambda: pointer(SLOW) in site.resolver.waiting)
            site.resolver.answer(pointer(SLOW), Answer(Outcome.NXDOMAIN))
            assert await peer.reply() == (CONTINUE, b"")
            await peer.end()
            await peer.close()

    run(main())


def test_a_stop_waits_for_the_end_of_a_message(run: Run) -> None:
    async def main() -> None:
        async with serving() as site:
            idle = await site.connect()
            between = await site.connect()
            assert await between.ask(message(CONFIRMED)) == CONTINUE
            assert await between.end() == PASSED
            within = await site.connect()
            assert await within.ask(connect(CONFIRMED), helo(), sender(), recipient()) == CONTINUE
            stop = asyncio.ensure_future(site.server.stop())
            assert await idle.rest() == b""
            assert await between.rest() == b""
            assert not stop.done()
            within.send(FORGED, END)
            assert await within.end() == [removal("Authentication-Results", 1), *PASSED]
            assert await within.rest() == b""
            await stop

    run(main())


def test_only_a_connection_without_a_client_makes_room(run: Run) -> None:
    async def main() -> None:
        async with serving(connections=2) as site:
            idle = await site.connect()
            busy = await site.connect()
            assert await busy.ask(connect(CONFIRMED), helo(), sender(), recipient()) == CONTINUE
            another = await site.connect()
            assert await idle.rest() == b""
            assert await another.ask(connect(CONFIRMED), sender(), recipient()) == CONTINUE
            with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
                await site.connect()
            assert site.witness.closures == [Closure.IDLE_WHEN_FULL, Closure.REFUSED_FULL]
            await another.close()
            await busy.close()

    run(main())


def test_a_packet_that_never_ends_closes_the_connection(run: Run) -> None:
    async def main() -> None:
        async with serving(request_timeout=0.2) as site:
            peer = await site.connect()
            peer.send(message(CONFIRMED)[:-1])
            assert await peer.reply() == (CONTINUE, b"")
            assert await peer.rest() == b""
            assert site.witness.closures == [Closure.HALF_SENT]

    run(main())


def test_header_fields_that_come_slowly_are_never_half_sent(run: Run) -> None:
    async def main() -> None:
        async with serving(request_timeout=0.4) as site:
            peer = await site.connect()
            assert await peer.ask(connect(CONFIRMED), helo(), sender(), recipient()) == CONTINUE
            field = header(b"X-Long", b"value")
            peer.send(field[:9])
            for _ in range(8):
                await asyncio.sleep(0.1)
                peer.send(field[9:] + field[:9])
            peer.send(field[9:] + END)
            assert await peer.end() == PASSED
            assert site.witness.closures == []
            await peer.close()

    run(main())
