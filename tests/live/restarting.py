"""Mail through Postfix while the daemon is interrupted again and again, and what became of it.

Owns the load, the interruptions and the count of what was refused, lost, or let in unexamined. What
may be is the tests' and the benchmark's business.
"""

import asyncio
import contextlib
import enum
import itertools
import shutil
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.live.clients import load_clients
from tests.live.daemon import Daemon
from tests.live.postfix import Postfix
from tests.live.smtp import Conversation, Envelope, deliver_async

_SETTINGS = """\
[policy]
mode = "strict"
mark-passes = true

[resolver]
servers = ["127.0.0.53"]

[postfix]
listen = ["unix:{socket}"]
socket-mode = "0660"
socket-owner = "postfix"
socket-group = "postfix"

[store]
url = "sqlite:///{directory}/store.sqlite3"

[control]
socket = "unix:{directory}/control"
"""


class Interruption(enum.Enum):
    """What happens to the daemon while mail comes in."""

    TERMINATED = "SIGTERM"
    KILLED = "SIGKILL"
    RELOADED = "SIGHUP"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of all messages. `unexamined` were accepted without the mark that every examined one gets.

    `warnings` are Postfix's about the policy service; `slowest` is in seconds.
    """

    messages: int
    interruptions: int
    refused: int
    lost: int
    unexamined: int
    warnings: int
    slowest: float
    seconds: float


@contextlib.contextmanager
def daemon_beside(postfix: Postfix, directory: Path, *, activated: bool) -> Iterator[Daemon]:
    """A daemon that runs; `activated` has somebody else hold its socket, as systemd does."""
    settings = directory / "restarting.toml"
    settings.write_text(_SETTINGS.format(socket=postfix.policy_socket, directory=directory))
    with contextlib.ExitStack() as stack:
        inherited = []
        if activated:
            inherited.append(stack.enter_context(_held_open(postfix.policy_socket)))
        yield stack.enter_context(Daemon(settings, [postfix.policy_socket], inherited=inherited))


@contextlib.contextmanager
def _held_open(path: Path) -> Iterator[socket.socket]:
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        shutil.chown(path, "postfix", "postfix")
        path.chmod(0o660)
        listening.listen(1024)
        yield listening
    path.unlink()


def endure(
    postfix: Postfix,
    daemon: Daemon,
    interruption: Interruption,
    *,
    messages: int,
    interruptions: int,
    port: int,
    at_once: int = 20,
) -> Outcome:
    """So many messages to that port, with the interruptions at equal distances among them."""
    warnings = _warnings(postfix)
    began = time.monotonic()
    conversations = asyncio.run(
        _interrupted(daemon, interruption, messages, interruptions, port, at_once)
    )
    seconds = time.monotonic() - began
    accepted = {each.queue_id for each in conversations if each.accepted}
    delivered = [
        each
        for each in postfix.delivered(expecting=accepted, seconds=120)
        if each.queue_id in accepted
    ]
    return Outcome(
        messages=messages,
        interruptions=interruptions,
        refused=messages - len(accepted),
        lost=len(accepted - {each.queue_id for each in delivered}),
        unexamined=sum("X-Gotrdns" not in each.message for each in delivered),
        warnings=_warnings(postfix) - warnings,
        slowest=max(each.elapsed for each in conversations),
        seconds=seconds,
    )


async def _interrupted(
    daemon: Daemon,
    interruption: Interruption,
    messages: int,
    interruptions: int,
    port: int,
    at_once: int,
) -> list[Conversation]:
    clients = itertools.cycle(load_clients())
    waiting = [Envelope(next(clients).address) for _ in range(messages)]
    conversations: list[Conversation] = []

    due = {messages * number // (interruptions + 1) for number in range(1, interruptions + 1)}
    turns = asyncio.Semaphore(0)

    async def send() -> None:
        while waiting:
            conversations.append(await deliver_async(waiting.pop(), port))
            if len(conversations) in due:
                turns.release()

    async def interrupt() -> None:
        for _ in due:
            await turns.acquire()
            await asyncio.to_thread(_interrupt, daemon, interruption)

    await asyncio.gather(interrupt(), *(send() for _ in range(at_once)))
    return conversations


def _interrupt(daemon: Daemon, interruption: Interruption) -> None:
    match interruption:
        case Interruption.TERMINATED:
            daemon.terminate(seconds=30)
            daemon.start()
        case Interruption.KILLED:
            daemon.kill()
            daemon.start()
        case Interruption.RELOADED:
            daemon.reload()


def _warnings(postfix: Postfix) -> int:
    return sum("warning" in line and "gotrdns" in line for line in postfix.log())
