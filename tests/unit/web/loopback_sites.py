"""A site on loopback, with an application that is easy to tell, and peers that misbehave."""

import asyncio
import contextlib
import socket
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.types import Receive, Scope, Send

from gotrdns.daemon.process import new_event_loop
from gotrdns.names import Network
from gotrdns.web.connections import Closure, Limits
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
        while octets := await asyncio.wait_for(recv(peer), quiet if received else 10):
            received += octets
    return received


async def recv(peer: socket.socket) -> bytes:
    return await asyncio.get_running_loop().sock_recv(peer, 65_536)


async def send(peer: socket.socket, octets: bytes) -> None:
    await asyncio.get_running_loop().sock_sendall(peer, octets)


async def ended_after(peer: socket.socket) -> float:
    """Seconds until the other end hangs up."""
    began = time.monotonic()
    with contextlib.suppress(ConnectionResetError):
        while await asyncio.wait_for(recv(peer), 10):
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
