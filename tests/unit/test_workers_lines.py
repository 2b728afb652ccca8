"""The lines between a supervisor and a worker: messages in order, and connections."""

import asyncio
import random
import resource
import socket
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from gotrdns.daemon.workers import channel as channels
from gotrdns.daemon.workers.channel import Channel
from gotrdns.daemon.workers.handover import LostOnItsWay, NotTaken, hand_over, take_over
from gotrdns.daemon.workers.messages import Holding, Message, Past, Ping, Seen
from gotrdns.names import Address
from gotrdns.policy.history import History
from gotrdns.protocols.endpoints import parse_endpoint

PLACE = parse_endpoint("unix:/run/gotrdns/policy socket")


class End:
    """One end, with what was heard there."""

    def __init__(self) -> None:
        self.heard: list[Message] = []
        self.is_lost = asyncio.Event()
        self.channel = Channel(self.heard.append, self.is_lost.set)

    async def heard_all(self, count: int) -> list[Message]:
        async with asyncio.timeout(5):
            while len(self.heard) < count:  # noqa: ASYNC110 - a list tells nobody
                await asyncio.sleep(0.001)
        return self.heard


@asynccontextmanager
async def pair() -> AsyncIterator[tuple[End, End]]:
    ends = (End(), End())
    sockets = socket.socketpair()
    for end, each in zip(ends, sockets, strict=True):
        each.setblocking(False)
        await end.channel.open(each)
    yield ends
    for end in ends:
        await end.channel.close()


def test_messages_arrive_whole_and_in_their_order() -> None:
    source = random.Random(11)
    messages: list[Message] = [
        Past(source.randbytes(source.randrange(20)), source.choice([None, History(failures=3)]))
        for _ in range(500)
    ]
    messages += [Seen(((Address.parse("2001:db8::1"), True, False),)), Ping()]
    messages.append(Holding(7, Counter({PLACE: 3})))

    async def run() -> None:
        async with pair() as (here, there):
            for number, each in enumerate(messages):
                here.channel.send(each)
                if number % 7 == 0:
                    await asyncio.sleep(0)
            assert await there.heard_all(len(messages)) == messages
            there.channel.send(Ping())
            assert await here.heard_all(1) == [Ping()]

    asyncio.run(run())


def test_packets_may_be_cut_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with pair() as (here, there):
            raw = bytearray()
            monkeypatch.setattr(here.channel._transport, "write", raw.extend)
            for message in (Ping(), Past(b"x", None), Ping()):
                here.channel.send(message)
                here.channel.flush()
            for octet in raw:
                there.channel.data_received(bytes([octet]))
            assert there.heard == [Ping(), Past(b"x", None), Ping()]

    asyncio.run(run())


def test_the_end_of_one_side_is_told_to_the_other() -> None:
    async def run() -> None:
        async with pair() as (here, there):
            here.channel.send(Ping())
            await here.channel.close()
            async with asyncio.timeout(5):
                await there.is_lost.wait()
            assert there.heard == [Ping()]
            there.channel.send(Ping())  # into the void, and nothing breaks
            assert there.channel.is_crowded

    asyncio.run(run())


def test_a_peer_that_does_not_read_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "CROWDED", 10_000)

    async def run() -> None:
        async with pair() as (here, there):
            there.channel._transport.pause_reading()
            for _ in range(10_000):
                here.channel.send(Past(bytes(100), None))
            here.channel.flush()
            assert here.channel.is_crowded
            there.channel._transport.resume_reading()
            await there.heard_all(10_000)
            assert not here.channel.is_crowded

    asyncio.run(run())


@pytest.fixture
def line() -> tuple[socket.socket, socket.socket]:
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for each in ends:
        each.setblocking(False)
    return ends


def test_a_connection_is_taken_over_with_where_it_came_in(
    line: tuple[socket.socket, socket.socket],
) -> None:
    giver, taker = line
    with giver, taker:
        assert take_over(taker) is None
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                hand_over(giver, "postfix", PLACE, theirs)
            given = take_over(taker)
            assert given is not None
            door, place, connection = given
            assert (door, place) == ("postfix", PLACE)
            with connection:
                ours.send(b"hello")
                assert connection.recv(10) == b"hello"
        giver.close()
        assert take_over(taker) is None


def test_a_worker_that_takes_nothing_is_told_from_one_that_does(
    line: tuple[socket.socket, socket.socket],
) -> None:
    giver, taker = line
    ours, theirs = socket.socketpair()
    with giver, taker, ours, theirs:
        with pytest.raises(NotTaken):
            for _ in range(100_000):
                hand_over(giver, "postfix", PLACE, theirs)
        while (given := take_over(taker)) is not None:
            given[2].close()
        hand_over(giver, "postfix", PLACE, theirs)
        taker.close()
        with pytest.raises(NotTaken):
            hand_over(giver, "postfix", PLACE, theirs)


def test_a_connection_for_which_there_is_no_descriptor_is_told_and_those_after_it_are_taken(
    line: tuple[socket.socket, socket.socket],
) -> None:
    giver, taker = line
    ours, theirs = socket.socketpair()
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    with giver, taker, ours, theirs:
        for _ in range(2):
            hand_over(giver, "postfix", PLACE, theirs)
        with socket.socket() as highest:
            try:
                resource.setrlimit(resource.RLIMIT_NOFILE, (highest.fileno(), limits[1]))
                with pytest.raises(LostOnItsWay) as lost:
                    take_over(taker)
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        assert lost.value.place == PLACE
        given = take_over(taker)
        assert given is not None
        given[2].close()
        assert take_over(taker) is None
