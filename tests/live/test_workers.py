"""Several workers behind a real Postfix, by the policy port and as a mail filter, in trouble."""

import asyncio
import itertools
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.live import clients
from tests.live.daemon import Daemon
from tests.live.postfix import MILTER_OVER_UNIX, POLICY_OVER_UNIX, Postfix
from tests.live.process import wait_until
from tests.live.resolver import Resolver
from tests.live.serving import events
from tests.live.smtp import Conversation, Envelope, deliver, deliver_async

PORTS: Final = (POLICY_OVER_UNIX, MILTER_OVER_UNIX)
MESSAGES: Final = 200
APART: Final = 0.02  # seconds
FOUNDING: Final = clients.FOUNDING.address
SETTINGS: Final = """\
[policy]
mode = "strict"

[resolver]
servers = ["127.0.0.53"]

[postfix]
listen = ["unix:{policy}"]

[milter]
listen = ["unix:{milter}"]

[store]
url = "sqlite:///{directory}/store.sqlite3"

[control]
socket = ""
"""


@pytest.fixture
def daemon(postfix: Postfix, cold_resolver: Resolver, tmp_path: Path) -> Iterator[Daemon]:
    assert cold_resolver.running
    settings = tmp_path / "gotrdns.toml"
    doors = (postfix.policy_socket, postfix.milter_socket)
    settings.write_text(SETTINGS.format(policy=doors[0], milter=doors[1], directory=tmp_path))
    with Daemon(settings, doors, arguments=["--workers", "2"]) as daemon:
        yield daemon


def workers(daemon: Daemon) -> list[int]:
    children = Path(f"/proc/{daemon.pid}/task/{daemon.pid}/children").read_text()
    return [int(each) for each in children.split()]


def is_refused(port: int) -> bool:
    refusal = deliver(FOUNDING, port).refusal
    return refusal is not None and refusal.code == 550


async def trouble(daemon: Daemon) -> None:
    """A worker is killed, the daemon is reloaded, and stopped and started anew."""
    os.kill(workers(daemon)[0], signal.SIGKILL)
    await asyncio.sleep(0.3)
    daemon.reload()
    await asyncio.sleep(0.3)
    os.kill(workers(daemon)[-1], signal.SIGKILL)
    daemon.reload()
    await asyncio.sleep(0.3)
    assert await asyncio.to_thread(daemon.terminate) == 0
    await asyncio.to_thread(daemon.start)


def test_in_trouble_under_load_no_message_is_lost_or_refused_wrongly(
    postfix: Postfix, daemon: Daemon
) -> None:
    senders = itertools.cycle(clients.load_clients())

    async def run() -> list[Conversation]:
        load: list[asyncio.Task[Conversation]] = []
        troubled = asyncio.ensure_future(trouble(daemon))
        # Mail comes on both ways until all is over.
        while len(load) < MESSAGES or not troubled.done():
            sender = next(senders)
            envelope = Envelope(sender.address, helo=sender.helo)
            port = PORTS[len(load) % len(PORTS)]
            load.append(asyncio.ensure_future(deliver_async(envelope, port)))
            await asyncio.sleep(APART)
        await troubled
        return [await each for each in load]

    conversations = asyncio.run(run())
    assert [each.replies for each in conversations if not each.accepted] == []
    postfix.delivered(expecting=[each.queue_id for each in conversations], seconds=60)
    assert len(events(daemon, "worker-ended", "status=-9")) >= 1
    assert len(events(daemon, "reloaded")) == 2
    assert events(daemon, "fault") == []
    wait_until(lambda: len(workers(daemon)) == 2, "two workers")
    assert all(map(is_refused, PORTS))


def test_when_all_workers_are_killed_at_once_clients_wait_for_the_next(
    postfix: Postfix, daemon: Daemon
) -> None:
    assert postfix.running
    killed = workers(daemon)
    for each in killed:
        os.kill(each, signal.SIGKILL)
    wait_until(lambda: not set(killed) & set(workers(daemon)), "both ended")
    assert all(map(is_refused, PORTS))
    assert len(events(daemon, "worker-ended", "status=-9")) == 2
