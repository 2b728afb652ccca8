"""One worker as the supervisor knows it: its process, the lines to it, and what it last told.

Owns starting and ending it.
"""

import asyncio
import contextlib
import socket
import subprocess
import sys
from collections.abc import Callable
from typing import Final

from gotrdns.daemon.workers.channel import Channel
from gotrdns.daemon.workers.handover import hand_over
from gotrdns.daemon.workers.messages import Counted, FromWorker, Holding, Ping, Stop
from gotrdns.protocols.endpoints import Endpoint

_PROGRAM: Final = (sys.executable, "-m", "gotrdns.daemon.workers.process")
_REAPED_WITHIN: Final = 1.0  # seconds from hanging up to the end of the process


class Member:
    """A worker. ``unanswered`` is how many pings it was sent since it last said anything."""

    def __init__(
        self,
        number: int,
        hear: Callable[["Member", FromWorker], None],
        lost: Callable[["Member"], None],
    ) -> None:
        """Starts it. Raises OSError if the host has no room for it."""
        self.number = number
        self.channel = Channel(self._heard, lambda: lost(self))
        self._hear = hear
        self.is_ready = False
        self.counted: Counted | None = None
        self.started_at = asyncio.get_running_loop().time()
        self.unanswered = 0
        self._given = 0
        self._holding: Holding | None = None
        self._talk, talk = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self._handing, handed = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for each in (self._talk, self._handing):
            each.setblocking(False)
        with talk, handed:
            try:
                self._process = _start(talk.fileno(), handed.fileno())
            except OSError:
                self._talk.close()
                self._handing.close()
                raise

    async def connect(self) -> None:
        """Begin to talk with it."""
        await self.channel.open(self._talk)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def load(self) -> int:
        """How many connections it has, those on their way included."""
        if self._holding is None:
            return self._given
        return self._given - self._holding.taken_over + self._holding.by_place.total()

    @property
    def holding(self) -> Holding | None:
        return self._holding

    @property
    def is_stuck(self) -> bool:
        """Whether some mail server waits for an answer that was due long ago."""
        return self.counted is not None and self.counted.is_stuck

    def give(self, door: str, place: Endpoint, connection: socket.socket) -> None:
        """Hand a connection over. Raises NotTaken."""
        hand_over(self._handing, door, place, connection)
        self._given += 1

    def _heard(self, message: FromWorker) -> None:
        self.unanswered = 0
        if isinstance(message, Holding):
            self._holding = message
        self._hear(self, message)

    def ping(self) -> None:
        self.unanswered += 1
        self.channel.send(Ping())

    def dismiss(self) -> None:
        """Let it answer what it has in hand, and end."""
        self.channel.send(Stop())

    def kill(self) -> None:
        self._process.kill()

    async def ended(self) -> int:
        """The exit status, soon after the line was lost; what will not end is killed."""
        self._handing.close()
        try:
            return await asyncio.to_thread(self._process.wait, _REAPED_WITHIN)
        except subprocess.TimeoutExpired:
            self.kill()
            return await asyncio.to_thread(self._process.wait)

    def abandon(self) -> None:
        """Have no worker left behind, whatever happened before."""
        with contextlib.suppress(OSError):
            self._handing.close()
        if self._process.poll() is None:
            self.kill()
            self._process.wait()


def _start(*descriptors: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - this very program
        [*_PROGRAM, *map(str, descriptors)], stdin=subprocess.DEVNULL, pass_fds=descriptors
    )
