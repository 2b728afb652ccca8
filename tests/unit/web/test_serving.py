"""A site on the network: what visitors may cost, with real sockets."""

import asyncio
import contextlib
import os
import socket
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from gotrdns.daemon.process import new_event_loop
from gotrdns.names import Network
from gotrdns.web.connections import LONGEST_HEAD, Closure, Limits
from gotrdns.web.serving import Site

QUICK = Limits(head=0.4, body=0.4, idle=0.4, unread=0.4, reading=1.5)
GET = b"GET /%s HTTP/1.1\r\nHost: rdns.example\r\n\r\n"
LARGE = 12_000_000  # more than the kernel holds for anybody


class Seen:
    """The site's observer."""

    def __init__(self) -> None:
        self.closures: Counter[Closure] = Counter()
        self.failures: list[str] = []

    def closed(self, closure: Closure, peer: str) -> None:
        assert peer
        self.closures[closure] += 1

    def failed(self, error: BaseException | None, what: str) -> None:
        self.failures.append(f"{what}: {error!r}")


class Pages:
    """An application: ``/large``, ``/stream``, ``/fail``, ``/read`` (a body); else a few words."""

    def __init__(self) -> None:
        self.under_way = 0
        self.visits: list[tuple[str, str | None]] = []
        self.ending = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope["client"]
        self.visits.append((scope["path"], None if client is None else client[0]))
        self.under_way += 1
        try:
            await self._answer(scope["path"], receive, send)
        finally:
            self.under_way -= 1

    async def _answer(self, path: str, receive: Receive, send: Send) -> None:
        if path == "/fail":
            raise RuntimeError("a mistake")
        if path == "/read":
            while (await receive()).get("more_body"):
                pass
        body = b"x" * LARGE if path == "/large" else b"hello"
        length = [] if path == "/stream" else [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": length})
        if path == "/stream":
            await self._stream(receive, send)
        else:
            for start in range(0, len(body), 65_536):
                await send(_body(body[start : start + 65_536], more=start + 65_536 < len(body)))

    async def _stream(self, receive: Receive, send: Send) -> None:
        gone = asyncio.create_task(_until_gone(receive))
        end = asyncio.create_task(self.ending.wait())
        await send(_body(b"data: 1\n\n", more=True))
        await asyncio.wait((gone, end), return_when=asyncio.FIRST_COMPLETED)
        gone.cancel()
        end.cancel()
        await send(_body(b"", more=False))


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _body(content: bytes, *, more: bool) -> dict[str, Any]:
    return {"type": "http.response.body", "body": content, "more_body": more}


class World:
    """A site that listens on loopback."""

    def __init__(self, limits: Limits, proxies: tuple[str, ...] = ()) -> None:
        self.seen = Seen()
        self.pages = Pages()
        self.site = Site(self.pages, self.seen, limits=limits, proxies=[*map(Network, proxies)])
        self._peers: list[socket.socket] = []
        self._sources: list[str] = []

    async def __aenter__(self) -> "World":
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self.site.new_connection, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.pages.ending.set()
        await self.site.stop()
        for each in self._peers:
            each.close()
        assert self.site.connections == 0

    async def connect(self, source: str = "127.0.0.1") -> socket.socket:
        peer = socket.socket()
        self._peers.append(peer)
        peer.setblocking(False)
        peer.bind((source, 0))
        await asyncio.get_running_loop().sock_connect(peer, ("127.0.0.1", self.port))
        return peer

    async def get(self, path: bytes = b"", source: str = "127.0.0.1") -> bytes:
        """An answer, with what comes after it until the connection is closed or quiet."""
        peer = await self.connect(source)
        await asyncio.get_running_loop().sock_sendall(peer, GET % path)
        return await answer(peer)

    async def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < end, (self.seen.closures, self.seen.failures)
            await asyncio.sleep(0.01)


async def answer(peer: socket.socket, quiet: float = 0.2) -> bytes:
    received = b""
    with contextlib.suppress(TimeoutError, ConnectionResetError):
        while octets := await asyncio.wait_for(_recv(peer), quiet if received else 10):
            received += octets
    return received


async def _recv(peer: socket.socket) -> bytes:
    return await asyncio.get_running_loop().sock_recv(peer, 65_536)


async def send(peer: socket.socket, octets: bytes) -> None:
    await asyncio.get_running_loop().sock_sendall(peer, octets)


async def ended_after(peer: socket.socket) -> float:
    """Seconds until the other end hangs up."""
    began = time.monotonic()
    with contextlib.suppress(ConnectionResetError):
        while await asyncio.wait_for(_recv(peer), 10):
            pass
    return time.monotonic() - began


def in_world(
    scene: Callable[[World], Awaitable[None]],
    limits: Limits = QUICK,
    proxies: tuple[str, ...] = (),
) -> World:
    async def run() -> World:
        async with World(limits, proxies) as world:
            await scene(world)
        return world

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(run())


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
        await send(peer, GET % b"1" + b"GET /2 HT")
        assert b"hello" in await answer(peer, 0.1)
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


def test_requests_sent_ahead_are_answered_in_their_order_one_at_a_time() -> None:
    async def scene(world: World) -> None:
        peer = await world.connect()
        await send(peer, b"".join(GET % str(number).encode() for number in range(50)))
        assert (await answer(peer)).count(b"hello") == 50
        assert [path for path, _ in world.pages.visits] == [f"/{number}" for number in range(50)]

    in_world(scene)


def test_a_connection_has_a_last_request() -> None:
    async def scene(world: World) -> None:
        peer = await world.connect()
        with contextlib.suppress(ConnectionError):
            await send(peer, (GET % b"") * 5000)
        await ended_after(peer)
        assert len(world.pages.visits) == 100

    in_world(scene, Limits())


def test_a_page_that_fails_is_told_and_the_others_go_on() -> None:
    async def scene(world: World) -> None:
        assert (await world.get(b"fail")).startswith(b"HTTP/1.1 500 ")
        assert b"hello" in await world.get()

    world = in_world(scene)
    [failure] = world.seen.failures
    assert "RuntimeError('a mistake')" in failure


def test_a_network_has_its_share_and_others_theirs() -> None:
    async def scene(world: World) -> None:
        held = [await world.connect("127.0.1.1") for _ in range(4)]
        for each in held:
            await send(each, GET % b"stream")
        await world.until(lambda: world.pages.under_way == 4)
        assert await world.get(source="127.0.1.2") == b""
        assert b"hello" in await world.get(source="127.0.2.1")

    limits = Limits(a_network=4)
    assert in_world(scene, limits).seen.closures == {Closure.REFUSED_FULL: 1}


def test_a_proxy_may_bring_more_than_a_network() -> None:
    async def scene(world: World) -> None:
        for _ in range(8):
            await send(await world.connect("127.0.1.1"), GET % b"stream")
        await world.until(lambda: world.pages.under_way == 8)

    assert not in_world(scene, Limits(a_network=4), ("127.0.1.1",)).seen.closures


def test_the_one_idle_longest_makes_room() -> None:
    async def scene(world: World) -> None:
        busy = await world.connect("127.0.1.1")
        await send(busy, GET % b"stream")
        await world.until(lambda: world.pages.under_way == 1)
        first = await world.connect("127.0.2.1")
        await world.until(lambda: world.site.connections == 2)
        await asyncio.sleep(0.05)
        second = await world.connect("127.0.3.1")
        await world.until(lambda: world.site.connections == 3)
        assert b"hello" in await world.get(source="127.0.4.1")
        assert await ended_after(first) < 1
        await send(second, GET % b"")
        assert b"hello" in await answer(second)
        assert world.pages.under_way == 1

    closures = in_world(scene, Limits(connections=3)).seen.closures
    assert closures == {Closure.IDLE_WHEN_FULL: 1}


def test_two_thousand_connections_keep_nobody_out_and_cost_little() -> None:
    async def scene(world: World) -> None:
        before = resident()
        for number in range(2000):
            peer = await world.connect(f"127.{1 + number % 200}.{number // 200}.1")
            with contextlib.suppress(ConnectionError):
                await send(peer, b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 8000)
            assert world.site.connections <= 512
        assert b"hello" in await world.get(source="127.250.0.1")
        assert resident() - before < 64 * 1024 * 1024

    world = in_world(scene, Limits(head=60.0))
    assert world.seen.closures[Closure.IDLE_WHEN_FULL] >= 1400


def resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE")


def test_a_stop_ends_what_lasts_and_lets_answers_finish() -> None:
    async def scene(world: World) -> None:
        idle = await world.connect()
        watching = await world.connect()
        await send(watching, GET % b"stream")
        unread = await world.connect()
        await send(unread, GET % b"large")
        await world.until(lambda: world.pages.under_way == 2)
        began = time.monotonic()
        world.pages.ending.set()
        await world.site.stop()
        assert time.monotonic() - began < 3
        assert (await answer(watching)).endswith(b"0\r\n\r\n")
        assert await ended_after(idle) < 1
        assert world.site.connections == world.pages.under_way == 0

    in_world(scene, Limits())


@contextlib.asynccontextmanager
async def at_a_unix_socket(directory: Path, world: World) -> AsyncIterator[Path]:
    path = directory / "page"
    server = await asyncio.get_running_loop().create_unix_server(
        world.site.new_connection, str(path)
    )
    try:
        yield path
    finally:
        server.close()


def test_only_a_unix_sockets_visitor_is_without_an_address(tmp_path: Path) -> None:
    async def scene(world: World) -> None:
        async with at_a_unix_socket(tmp_path, world) as path:
            reader, writer = await asyncio.open_unix_connection(str(path))
            writer.write(GET % b"unix")
            assert b"200" in await reader.readline()
            writer.close()
        await world.get(b"tcp")
        assert world.pages.visits == [("/unix", None), ("/tcp", "127.0.0.1")]

    in_world(scene)


def test_whoever_resets_the_connection_at_once_does_not_pass_for_a_proxy() -> None:
    async def scene(world: World) -> None:
        for _ in range(50):
            peer = socket.create_connection(("127.0.0.1", world.port))
            peer.sendall(GET % b"reset")
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            peer.close()
        await asyncio.sleep(0.2)
        assert (await world.get(b"after")).endswith(b"hello")
        assert None not in {client for _, client in world.pages.visits}

    in_world(scene)
