"""A site on the network: what one visitor may cost, with real sockets."""

import asyncio
import contextlib
import socket

import pytest

from gotrdns.web.connections import LONGEST_HEAD, Closure, Limits
from tests.unit.web.loopback_sites import (
    GET,
    LARGE,
    World,
    answer,
    ended_after,
    in_world,
    recv,
    send,
)


def test_a_visitor_is_answered_and_may_ask_again() -> None:
    async def scene(world: World) -> None:
        peer = await world.connect()
        for number in (b"1", b"2"):
            await send(peer, GET % number)
            assert (await answer(peer)).endswith(b"\r\n\r\nhello")
        assert [path for path, _ in world.pages.visits] == ["/1", "/2"]

    world = in_world(scene)
    assert not world.seen.closures


def test_answers_are_dated_and_say_nothing_of_the_server() -> None:
    async def scene(world: World) -> None:
        head = (await world.get()).lower()
        assert b"\r\ndate: " in head
        assert b"server:" not in head

    in_world(scene)


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: a\r\n"])
def test_a_head_that_does_not_come_is_not_waited_for(sent: bytes) -> None:
    async def scene(world: World) -> None:
        peer = await world.connect()
        await send(peer, sent)
        assert 0.2 < await ended_after(peer) < 3

    assert in_world(scene).seen.closures == {Closure.HALF_SENT: 1}


def test_a_head_that_comes_octet_by_octet_is_not_waited_for_either() -> None:
    async def scene(world: World) -> None:
        peer = await world.connect()
        ending = asyncio.create_task(ended_after(peer))
        with contextlib.suppress(ConnectionError):
            for octet in GET * 20:
                await send(peer, bytes([octet]))
                await asyncio.sleep(0.02)
                if ending.done():
                    break
        assert await ending < 3

    assert in_world(scene).seen.closures == {Closure.HALF_SENT: 1}


def test_the_second_head_of_a_connection_is_waited_for_no_longer_than_the_first() -> None:
    async def scene(world: World) -> None:
        peer = await world.connect()
        await send(peer, GET % b"1")
        assert b"hello" in await answer(peer, 0.1)
        await send(peer, b"GET /2 HT")
        assert await ended_after(peer) < 3

    assert in_world(scene).seen.closures == {Closure.HALF_SENT: 1}


@pytest.mark.parametrize("path", [b"read", b"answered-without-reading"])
def test_a_body_that_does_not_come_is_not_waited_for(path: bytes) -> None:
    async def scene(world: World) -> None:
        peer = await world.connect()
        await send(peer, b"POST /%s HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\nab" % path)
        ending = asyncio.create_task(ended_after(peer))
        with contextlib.suppress(ConnectionError):
            while not ending.done():
                await send(peer, b"c")
                await asyncio.sleep(0.02)
        assert await ending < 3
        await world.until(lambda: not world.pages.under_way)

    assert in_world(scene).seen.closures == {Closure.HALF_SENT: 1}


def test_an_idle_connection_is_closed() -> None:
    async def scene(world: World) -> None:
        peer = await world.connect()
        await send(peer, GET % b"")
        assert b"hello" in await answer(peer, 0.1)
        assert await ended_after(peer) < 3

    in_world(scene)


def test_a_stream_lasts_although_its_visitor_says_nothing() -> None:
    async def scene(world: World) -> None:
        peer = await world.connect()
        await send(peer, GET % b"stream")
        assert b"data: 1" in await answer(peer)
        await asyncio.sleep(1.2)
        assert world.pages.under_way == 1
        world.pages.ending.set()
        assert (await answer(peer)).endswith(b"0\r\n\r\n")

    assert not in_world(scene).seen.closures


def test_who_leaves_a_stream_leaves_no_work_behind() -> None:
    async def scene(world: World) -> None:
        peer = await world.connect()
        await send(peer, GET % b"stream")
        assert b"data: 1" in await answer(peer)
        peer.close()
        await world.until(lambda: not world.pages.under_way)
        await world.until(lambda: not world.site.connections)

    assert not in_world(scene).seen.failures


def test_a_visitor_who_reads_nothing_is_dropped() -> None:
    async def scene(world: World) -> None:
        peer = await world.connect()
        await send(peer, GET % b"large")
        await world.until(lambda: bool(world.seen.closures))
        await world.until(lambda: not world.pages.under_way and not world.site.connections)

    assert in_world(scene).seen.closures == {Closure.NOT_READING: 1}


def test_a_visitor_who_reads_a_little_now_and_then_is_dropped_in_the_end() -> None:
    async def scene(world: World) -> None:
        peer = await world.connect()
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        await send(peer, GET % b"large")
        with contextlib.suppress(ConnectionError):
            while not world.seen.closures:
                await _recv_some(peer)
                await asyncio.sleep(0.02)

    assert in_world(scene).seen.closures == {Closure.NOT_READING: 1}


async def _recv_some(peer: socket.socket) -> None:
    await asyncio.get_running_loop().sock_recv(peer, 4096)


def test_a_visitor_who_reads_gets_all_of_a_large_page() -> None:
    async def scene(world: World) -> None:
        assert len(await world.get(b"large")) > LARGE

    assert not in_world(scene, Limits()).seen.closures


def test_what_all_visitors_leave_unread_is_bounded() -> None:
    async def scene(world: World) -> None:
        for _ in range(30):
            peer = await world.connect()
            await send(peer, GET % b"large")
        await world.until(lambda: world.seen.closures[Closure.NOT_READING] >= 10)

    limits = Limits(octets=1_000_000, a_network=100, head=2.0)
    world = in_world(scene, limits)
    assert world.seen.closures[Closure.NOT_READING] < 30


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\0" * 100,
        b"EHLO mail.example.org\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * (LONGEST_HEAD + 1000),
    ],
)
def test_garbage_is_refused_at_once_and_told(garbage: bytes) -> None:
    async def scene(world: World) -> None:
        peer = await world.connect()
        await send(peer, garbage)
        received = await answer(peer, 5)
        assert received.startswith(b"HTTP/1.1 400 ")
        assert b"hello" not in received

    world = in_world(scene)
    assert world.seen.closures == {Closure.GARBAGE: 1}
    assert not world.seen.failures


@pytest.mark.parametrize("path", [b"read", b"stream"])
def test_garbage_in_the_middle_of_a_request_ends_it(path: bytes) -> None:
    async def scene(world: World) -> None:
        peer = await world.connect()
        await send(
            peer, b"POST /%s HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" % path
        )
        await world.until(lambda: bool(world.pages.visits))
        await asyncio.sleep(0.05)
        await send(peer, b"no length\r\n")
        await ended_after(peer)
        await world.until(lambda: not world.pages.under_way)

    world = in_world(scene)
    assert world.seen.closures == {Closure.GARBAGE: 1}
    assert not world.seen.failures


@pytest.mark.parametrize("apart", [0.0, 0.05])
def test_of_requests_sent_ahead_only_the_first_is_answered(apart: float) -> None:
    async def scene(world: World) -> None:
        peer = await world.connect()
        await send(peer, GET % b"stream")
        await asyncio.sleep(apart)
        await send(peer, (GET % b"more") * 50)
        await world.until(lambda: bool(world.pages.visits))
        world.pages.ending.set()
        assert (await answer(peer, 5)).endswith(b"0\r\n\r\n")
        assert [path for path, _ in world.pages.visits] == ["/stream"]

    in_world(scene, Limits())


def test_a_connection_has_a_last_request() -> None:
    async def scene(world: World) -> None:
        peer = await world.connect()
        for _ in range(100):
            await send(peer, GET % b"")
            received = b""
            while not received.endswith(b"hello"):
                received += await recv(peer)
        assert await recv(peer) == b""

    in_world(scene, Limits())


def test_a_page_that_fails_is_told_and_the_others_go_on() -> None:
    async def scene(world: World) -> None:
        assert (await world.get(b"fail")).startswith(b"HTTP/1.1 500 ")
        assert b"hello" in await world.get()

    world = in_world(scene)
    [failure] = world.seen.failures
    assert "RuntimeError('a mistake')" in failure
