"""Many visitors at once, whose connection makes room, and how a site ends."""

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path

from gotrdns.web.connections import Closure, Limits
from tests.unit.web.loopback_sites import GET, World, answer, ended_after, in_world, send


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
