"""The policy service on real sockets of this host, under both event loops."""

import asyncio
from pathlib import Path

import pytest

from gotrdns.lookup import Answer, Outcome
from gotrdns.names import Address
from gotrdns.policy import Action, Mode
from gotrdns.protocols.junk import Junk
from gotrdns.servers.connections import Closure
from tests.unit.event_loops import Run
from tests.unit.policy_service import (
    CONFIRMED,
    DUNNO,
    SLOW,
    SLOWER,
    WITHOUT_PTR,
    pointer,
    request,
    serving,
)


@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_a_client_is_let_through_or_refused(run: Run, tmp_path: Path, kind: str) -> None:
    async def main() -> None:
        async with serving(tmp_path / "socket" if kind == "unix" else None) as served:
            peer = await served.connect()
            assert await peer.ask(CONFIRMED) == DUNNO
            assert (await peer.ask(WITHOUT_PTR)).startswith(
                b"action=550 5.7.25 203.0.114.2 has no reverse name"
            )
            await peer.close()

    run(main())


def test_what_dns_does_not_tell_is_deferred(run: Run) -> None:
    async def main() -> None:
        async with serving() as served:
            peer = await served.connect()
            peer.send(request(SLOW))
            await served.until(lambda: bool(served.resolver.waiting))
            served.resolver.answer(pointer(SLOW), Answer(Outcome.SERVFAIL))
            assert (await peer.reply()).startswith(b"action=450 4.7.25 ")
            await peer.close()

    run(main())


def test_the_deadline_answers_when_dns_does_not(run: Run) -> None:
    async def main() -> None:
        async with serving(deadline=0.05) as served:
            peer = await served.connect()
            assert (await peer.ask(SLOW)).startswith(b"action=450 4.7.25 ")
            await peer.close()

    run(main())


def test_replies_come_in_the_order_of_the_requests(run: Run) -> None:
    async def main() -> None:
        async with serving() as served:
            peer = await served.connect()
            order = (SLOW, CONFIRMED, SLOWER, WITHOUT_PTR, CONFIRMED)
            peer.send(b"".join(map(request, order)))
            await served.until(lambda: len(served.resolver.waiting) == 2)
            served.resolver.answer(pointer(SLOWER), Answer(Outcome.SERVFAIL))
            await served.until(lambda: len(served.witness.decisions) == 4)
            served.resolver.answer(pointer(SLOW), Answer(Outcome.NXDOMAIN))
            replies = [await peer.reply() for _ in order]
            assert [reply[:10] for reply in replies] == [
                b"action=550",
                b"action=DUN",
                b"action=450",
                b"action=550",
                b"action=DUN",
            ]
            assert b"203.0.114.3" in replies[0]
            assert b"203.0.114.2" in replies[3]
            await peer.close()

    run(main())


def test_a_flood_of_pipelined_requests_is_held_back_and_answered(run: Run) -> None:
    async def main() -> None:
        async with serving(outstanding=5) as served:
            peer = await served.connect()
            clients = [Address.parse(f"203.0.115.{last}") for last in range(50)]
            peer.send(b"".join(map(request, clients)))
            for number, client in enumerate(clients):
                await served.until(lambda: pointer(client) in served.resolver.waiting)  # noqa: B023
                assert len(served.resolver.waiting) <= 5
                served.resolver.answer(pointer(client), Answer(Outcome.NXDOMAIN))
                assert f"203.0.115.{number} ".encode() in await peer.reply()
            await peer.close()

    run(main())


def test_a_message_is_marked_once_though_it_has_many_recipients(run: Run) -> None:
    async def main() -> None:
        async with serving(mode=Mode.OBSERVE) as served:
            peer = await served.connect()
            first = await peer.ask(WITHOUT_PTR, instance="a.1")
            assert first == (
                b"action=PREPEND X-Gotrdns: iprev=permerror cause=no-ptr address=203.0.114.2 "
                b"action=would-refuse rule=observe"
            )
            assert await peer.ask(WITHOUT_PTR, instance="a.1") == DUNNO
            other = await served.connect()
            assert await other.ask(WITHOUT_PTR, instance="a.1") == DUNNO
            assert (await other.ask(WITHOUT_PTR, instance="a.2")).startswith(b"action=PREPEND")
            await peer.close()
            await other.close()

    run(main())


def test_the_memory_of_marked_messages_is_bounded(run: Run) -> None:
    async def main() -> None:
        async with serving() as served:
            assert all(served.server.replies.mark_once(f"{number}") for number in range(30_000))
            assert len(served.server.replies._marked) == 10_000
            assert not served.server.replies.mark_once("29999")
            assert served.server.replies.mark_once("0")

    run(main())


def test_a_refusal_fits_one_smtp_reply_with_its_wrapping(run: Run) -> None:
    async def main() -> None:
        async with serving() as served:
            peer = await served.connect()
            recipient = f"{'x' * 64}@{'y' * 180}.example.org"
            reply = await peer.ask(WITHOUT_PTR, recipient=recipient)
            text = reply.removeprefix(b"action=550 5.7.25 ").decode()
            sent = f"550 5.7.25 <{recipient}>: Recipient address rejected: {text}\r\n"
            assert len(sent) <= 512
            assert "203.0.114.2 has no" in sent
            await peer.close()

    run(main())


def test_the_same_refusal_fits_each_of_its_wrappings(run: Run) -> None:
    async def main() -> None:
        async with serving() as served:
            peer = await served.connect()
            long_recipient = f"{'x' * 64}@{'y' * 230}.example.org"
            replies = [
                await peer.ask(WITHOUT_PTR, recipient=recipient)
                for recipient in ("one@example.org", long_recipient, "two@example.org")
            ]
            assert replies[0] == replies[2]
            assert replies[0].endswith(b"give that name the A record 203.0.114.2")
            assert len(replies[1]) < len(replies[0])
            await peer.close()

    run(main())


@pytest.mark.parametrize(
    ("data", "junk"),
    [
        (b"request=other\n\n", Junk.OTHER_REQUEST),
        (b"request=smtpd_access_policy\n\n", Junk.NO_CLIENT_ADDRESS),
    ],
)
def test_a_senseless_request_is_let_through_and_counted(run: Run, data: bytes, junk: Junk) -> None:
    async def main() -> None:
        async with serving() as served:
            peer = await served.connect()
            peer.send(data)
            assert await peer.reply() == DUNNO
            assert (await peer.ask(WITHOUT_PTR)).startswith(b"action=550")
            assert served.witness.junk == [junk]
            await peer.close()

    run(main())


@pytest.mark.parametrize(
    ("data", "junk"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", Junk.NOT_POLICY_PROTOCOL),
        (b"\x16\x03\x01\n", Junk.NOT_POLICY_PROTOCOL),
        (b"a=" + b"x" * 70_000, Junk.OVERSIZE),
    ],
)
def test_another_protocol_is_hung_up_on_after_earlier_replies(
    run: Run, data: bytes, junk: Junk
) -> None:
    async def main() -> None:
        async with serving() as served:
            peer = await served.connect()
            peer.send(request(SLOW) + data)
            await served.until(lambda: bool(served.witness.junk))
            served.resolver.answer(pointer(SLOW), Answer(Outcome.NXDOMAIN))
            assert (await peer.rest()).startswith(b"action=550")
            assert served.witness.junk == [junk]
            await peer.close()

    run(main())


@pytest.mark.parametrize("client", ["unknown", "banana", "fe80::1%eth0"])
def test_a_client_without_a_known_address_is_let_through(run: Run, client: str) -> None:
    async def main() -> None:
        async with serving() as served:
            peer = await served.connect()
            peer.send(request(CONFIRMED, client_address=client))
            assert await peer.reply() == DUNNO
            await peer.close()

    run(main())


def test_a_half_sent_request_is_not_waited_for_for_ever(run: Run) -> None:
    async def main() -> None:
        async with serving(request_timeout=0.1) as served:
            slow, quick = await served.connect(), await served.connect()
            slow.send(request(CONFIRMED)[:-5])
            assert await slow.rest() == b""
            assert served.witness.closures == [Closure.HALF_SENT]
            assert await quick.ask(CONFIRMED) == DUNNO
            await slow.close()
            await quick.close()

    run(main())


def test_octets_that_trickle_in_do_not_extend_the_time(run: Run) -> None:
    async def main() -> None:
        async with serving(request_timeout=0.2) as served:
            peer = await served.connect()
            while not served.witness.closures:
                peer.send(b"a")
                await asyncio.sleep(0.02)
            assert served.witness.closures == [Closure.HALF_SENT]
            await peer.close()

    run(main())


def test_a_peer_that_does_not_read_its_replies_is_hung_up_on(run: Run) -> None:
    async def main() -> None:
        async with serving(reply_timeout=0.1) as served:
            peer = await served.connect()
            peer.writer.transport.pause_reading()  # type: ignore[attr-defined]
            flood = request(WITHOUT_PTR) * 1000
            while not served.witness.closures:
                if peer.writer.transport.get_write_buffer_size() < len(flood):
                    peer.send(flood)
                await asyncio.sleep(0.01)
            assert served.witness.closures == [Closure.NOT_READING]
            await peer.close()

    run(main())


def test_an_idle_connection_is_closed_after_postfix_would_have(run: Run) -> None:
    async def main() -> None:
        async with serving(request_timeout=0.1) as served:
            peer = await served.connect()
            assert await peer.ask(CONFIRMED) == DUNNO
            real_clock = served.server.clock
            served.server.clock = lambda: real_clock() + 999.0
            await asyncio.sleep(0.1)
            assert served.witness.closures == []
            served.server.clock = lambda: real_clock() + 1001.0
            assert await peer.rest() == b""
            assert served.witness.closures == [Closure.IDLE]
            await peer.close()

    run(main())


def test_when_full_the_connection_idle_longest_makes_room(run: Run) -> None:
    async def main() -> None:
        async with serving(connections=2) as served:
            first, second = await served.connect(), await served.connect()
            assert await second.ask(CONFIRMED) == DUNNO
            await asyncio.sleep(0.01)
            assert await first.ask(CONFIRMED) == DUNNO
            third = await served.connect()
            assert await third.ask(CONFIRMED) == DUNNO
            assert await second.rest() == b""
            assert await first.ask(CONFIRMED) == DUNNO
            assert served.witness.closures == [Closure.IDLE_WHEN_FULL]
            for peer in (first, second, third):
                await peer.close()

    run(main())


def test_when_full_of_busy_connections_a_new_one_is_refused(run: Run) -> None:
    async def main() -> None:
        async with serving(connections=1, deadline=0.3) as served:
            busy = await served.connect()
            busy.send(request(SLOW))
            await served.until(lambda: bool(served.resolver.waiting))
            refused = await served.connect()
            assert await refused.rest() == b""
            assert served.witness.closures == [Closure.REFUSED_FULL]
            assert (await busy.reply()).startswith(b"action=450")
            await busy.close()
            await refused.close()

    run(main())


def test_a_stop_answers_what_is_in_hand_and_closes_what_is_idle(run: Run) -> None:
    async def main() -> None:
        async with serving() as served:
            busy, idle = await served.connect(), await served.connect()
            assert await idle.ask(CONFIRMED) == DUNNO
            busy.send(request(SLOW) + request(CONFIRMED))
            await served.until(lambda: bool(served.resolver.waiting))
            stopping = asyncio.ensure_future(served.server.stop())
            assert await idle.rest() == b""
            assert not stopping.done()
            served.resolver.answer(pointer(SLOW), Answer(Outcome.NXDOMAIN))
            assert (await busy.reply()).startswith(b"action=550")
            assert await busy.reply() == DUNNO
            assert await busy.rest() == b""
            await stopping
            await busy.close()
            await idle.close()

    run(main())


def test_a_peer_that_only_stopped_sending_gets_its_replies(run: Run) -> None:
    async def main() -> None:
        async with serving(deadline=0.1) as served:
            peer = await served.connect()
            peer.send(request(SLOW))
            peer.writer.write_eof()
            assert (await peer.rest()).startswith(b"action=450")
            await peer.close()

    run(main())


def test_a_peer_that_went_away_is_forgotten(run: Run) -> None:
    async def main() -> None:
        async with serving() as served:
            peer = await served.connect()
            peer.send(request(SLOW))
            await served.until(lambda: bool(served.resolver.waiting))
            peer.writer.transport.abort()
            await asyncio.sleep(0.02)
            served.resolver.answer(pointer(SLOW), Answer(Outcome.NXDOMAIN))
            await served.until(lambda: served.server.connections == 0)
            (decision,) = served.witness.decisions
            assert decision.action is Action.REFUSE

    run(main())


def test_a_thousand_connections_are_served_at_once(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with serving(tmp_path / "socket", deadline=1.0) as served:
            peers = [await served.connect() for _ in range(1000)]
            for peer in peers:
                peer.send(request(CONFIRMED) + request(SLOW))
            await served.until(lambda: len(served.witness.decisions) == 1000)
            assert served.server.connections == 1000
            for peer in peers:
                assert await peer.reply() == DUNNO
                await peer.close()

    run(main())
