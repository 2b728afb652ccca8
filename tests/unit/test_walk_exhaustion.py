"""Who plays for time, or has too little: no sockets, too many questions at once, the deadline."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable

import msgspec
import pytest

from gotrdns.evidence import Ending, Kind
from gotrdns.lookup import Question, RecordType
from gotrdns.names import DomainName
from gotrdns.resolution.walk import Walker
from tests.support import name_servers as servers
from tests.support.name_servers import NameServer
from tests.unit.loopback import run
from tests.unit.walks import (
    ADDRESS_OF_NAME,
    DELEGATION,
    SETTINGS,
    TO_Z,
    example,
    in_z,
    kinds,
    root,
    walk_z,
    world,
    zones,
)

Stream = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readexactly(2)
    writer.write(b"\xff")
    while True:
        writer.write(b"\x00")
        await writer.drain()
        await asyncio.sleep(0.01)


async def linger(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()


async def hang_up(*_: object) -> None:
    pass


async def promise_much(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(100)
    writer.write(b"\xff\xff" + b"\x00" * 100)


@pytest.mark.parametrize("stream", [drip, linger, hang_up, promise_much])
def test_a_server_that_plays_for_time_over_tcp_gets_no_more_than_any(
    stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                await stream(reader, writer)
        finally:
            writer.close()

    honest_streams = servers._streams
    z = in_z("www A 192.0.2.1", behaviour=servers.truncated)
    monkeypatch.setattr(
        servers, "_streams", lambda each: serve if each is z else honest_streams(each)
    )

    started = time.perf_counter()
    path = walk_z(z)

    assert time.perf_counter() - started < 4
    assert path.ending is Ending.BROKEN
    assert kinds(path.last.zone) <= {Kind.TIMEOUT, Kind.MALFORMED}


def test_without_sockets_nobody_is_blamed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async with world(root(*DELEGATION), example(*TO_Z), in_z("www A 192.0.2.1")) as walker:
            no_more_files(monkeypatch)
            path = await walker.walk(ADDRESS_OF_NAME)
            assert path.ending is Ending.CUT_SHORT
            assert walker.cut_short
            assert zones(path) == [["."]]
            assert path.last.zone.replies == ()

    run(main())


def no_more_files(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr("gotrdns.resolution.walk.exchange.socket.socket", fail)


def test_no_more_than_the_limit_is_asked_at_once() -> None:
    quiet = [NameServer(f"127.53.2.{n}", behaviour=servers.silent) for n in range(1, 101)]
    glue = [f"ns.z A {each.address}" for each in quiet]
    settings = msgspec.structs.replace(SETTINGS, at_once=8, deadline=1.0, patience=0.3)

    async def main() -> None:
        async with world(
            root(*DELEGATION), example("z NS ns.z", *glue), *quiet, settings=settings
        ) as walker:
            await walker.walk(ADDRESS_OF_NAME)
        # Three patiences pass until the deadline.
        assert sum(len(each.asked) for each in quiet) <= 8 * 4

    run(main())


def test_walks_after_the_deadline_send_nothing() -> None:
    z = in_z(behaviour=servers.silent)
    settings = msgspec.structs.replace(SETTINGS, deadline=0.3, patience=5.0)

    async def main() -> None:
        tree = root(*DELEGATION), example(*TO_Z), z
        async with world(*tree, settings=settings) as walker:
            await walker.walk(ADDRESS_OF_NAME)
            before = sum(len(each.asked) for each in tree)
            await _walk_many(walker)
            assert sum(len(each.asked) for each in tree) == before

    run(main())


async def _walk_many(walker: Walker) -> None:
    questions = [Question(DomainName.parse(f"n{n}.z.example"), RecordType.A) for n in range(10)]
    for path in await asyncio.gather(*map(walker.walk, questions)):
        assert path.ending is Ending.CUT_SHORT
