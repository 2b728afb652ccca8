"""Connections of one question: slow, silent, too long, too many; under both event loops."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from gotrdns.daemon.desk import LONGEST_QUESTION, MOST, Desk, lines
from tests.unit.event_loops import Run

Peer = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Served:
    """A desk that repeats what it is asked."""

    def __init__(self, lifetime: float) -> None:
        self.released = asyncio.Event()
        self.released.set()
        self.faults: list[dict[str, Any]] = []
        self.desk = Desk(lines(self._repeat), asyncio.get_running_loop(), lifetime=lifetime)
        self.port = 0
        self._writers: list[asyncio.StreamWriter] = []

    async def _repeat(self, line: bytes) -> bytes:
        await self.released.wait()
        if line == b"fault":
            raise ValueError(line)
        return line + b"\n"

    async def connect(self) -> Peer:
        peer = await asyncio.open_connection("127.0.0.1", self.port)
        self._writers.append(peer[1])
        return peer

    async def ask(self, line: bytes) -> bytes:
        reader, writer = await self.connect()
        writer.write(line)
        answer = await rest(reader)
        writer.close()
        return answer

    async def until(self, condition: Callable[[], bool]) -> None:
        while not condition():  # noqa: ASYNC110 - what is waited for knows nothing of the test
            await asyncio.sleep(0.005)

    async def end(self) -> None:
        self.desk.close()
        for writer in self._writers:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
        await self.until(lambda: not self.desk.connections)


async def rest(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionError:
        return b""


@asynccontextmanager
async def serving(lifetime: float = 10.0) -> AsyncIterator[Served]:
    served = Served(lifetime)
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, context: served.faults.append(context))
    server = await loop.create_server(served.desk.new_connection, "127.0.0.1", 0, backlog=1024)
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        server.close()
        await served.end()


def test_a_question_is_answered_once_and_the_connection_ends(run: Run) -> None:
    async def main() -> None:
        async with serving() as served:
            assert await served.ask(b"one\r\ntwo\n") == b"one\n"

    run(main())


def test_a_question_may_come_in_pieces_and_its_sender_stop_sending(run: Run) -> None:
    async def main() -> None:
        async with serving() as served:
            reader, writer = await served.connect()
            for octet in b"slowly\n":
                writer.write(bytes([octet]))
                await asyncio.sleep(0.002)
            writer.write_eof()
            assert await rest(reader) == b"slowly\n"

    run(main())


def test_who_ends_before_the_question_is_complete_gets_nothing(run: Run) -> None:
    async def main() -> None:
        async with serving() as served:
            reader, writer = await served.connect()
            writer.write(b"half")
            writer.write_eof()
            assert await rest(reader) == b""

    run(main())


def test_a_question_that_does_not_end_is_cut(run: Run) -> None:
    async def main() -> None:
        async with serving() as served:
            assert await served.ask(b"a" * 100_000) == b"a" * LONGEST_QUESTION + b"\n"

    run(main())


def test_silence_and_answers_nobody_reads_end_with_time(run: Run) -> None:
    async def main() -> None:
        async with serving(lifetime=0.2) as served:
            silent, _ = await served.connect()
            _, reading_nothing = await served.connect()
            reading_nothing.write(b"x\n")
            assert await rest(silent) == b""
            await served.until(lambda: not served.desk.connections)

    run(main())


def test_a_thousand_idle_connections_keep_nobody_out(run: Run) -> None:
    async def main() -> None:
        async with serving() as served:
            for _ in range(20):
                await asyncio.gather(*(served.connect() for _ in range(50)))
            assert await served.ask(b"still there\n") == b"still there\n"
            assert served.desk.connections <= MOST

    run(main())


def test_a_fault_is_told_and_ends_only_its_own_connection(run: Run) -> None:
    async def main() -> None:
        async with serving() as served:
            assert await served.ask(b"fault\n") == b""
            assert await served.ask(b"well\n") == b"well\n"
            (fault,) = served.faults
            assert isinstance(fault["exception"], ValueError)

    run(main())


def test_who_goes_away_is_not_answered(run: Run) -> None:
    async def main() -> None:
        async with serving(lifetime=0.3) as served:
            served.released.clear()
            _, writer = await served.connect()
            writer.write(b"who\n")
            await asyncio.sleep(0.05)
            assert served.desk.connections == 1
            writer.transport.abort()
            await served.until(lambda: not served.desk.connections)
            served.released.set()
            assert served.faults == []

    run(main())
