"""The pages as a process beside the daemon: started, started again when it ends, and ended.

Owns when that is. Mail never waits for it: its end is a line in the log and nothing else.
"""

import asyncio
import contextlib
import socket
import subprocess
import sys
from pathlib import Path
from typing import Final

from gotrdns.daemon.inherited import InheritedSockets
from gotrdns.daemon.journal import Journal, Level
from gotrdns.protocols.endpoints import Endpoint
from gotrdns.settings import Settings

_PROGRAM: Final = (sys.executable, "-m", "gotrdns.daemon.page_child_process")
_RELOAD: Final = b"\n"
_SHORTEST_PAUSE: Final = 1.0  # seconds
_LONGEST_PAUSE: Final = 60.0
_LONG_LIFE: Final = 60.0  # seconds, after which the next pause is the shortest again
_STOP_PATIENCE: Final = 2.0  # seconds to finish answers; mail servers wait for the next daemon
_REAPED_WITHIN: Final = 1.0  # seconds from hanging up to the end of the process


class PageChild:
    """``pid`` is None while there is no process; ``ended`` counts those that nobody had told to."""

    def __init__(self, path: Path, journal: Journal, inherited: InheritedSockets) -> None:
        """``path`` is where it reads the settings."""
        self.ended = 0
        self._failures = 0
        self._path = path
        self._journal = journal
        self._inherited = inherited
        self._places: tuple[Endpoint, ...] = ()
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._keeper: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    @property
    def is_wanted(self) -> bool:
        return bool(self._places)

    @property
    def is_missing(self) -> bool:
        """Whether there should be a process, and is none although it was tried."""
        return self.is_wanted and self._failures > 0 and self._process is None

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """The places that it is to listen at."""
        return self._places

    async def follow(self, settings: Settings) -> None:
        """Have the pages served, or not, as these settings say; it reads them itself."""
        places = _places(settings)
        if places != self._places:
            self._places = places
            await self.stop()
        if places and self._keeper is None:
            self._keeper = asyncio.create_task(self._keep())
        elif self._line is not None:
            with contextlib.suppress(OSError):  # it has just ended
                self._line.send(_RELOAD)

    async def stop(self) -> None:
        """Returns within a few seconds, with no process left."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait((self._keeper,))
            self._keeper = None
        self._hang_up()
        if self._process is not None:
            await _end(self._process, _STOP_PATIENCE)
            self._process = None

    def abandon(self) -> None:
        """Have no process left behind, whatever happened before."""
        if self._keeper is not None:
            self._keeper.cancel()
        self._hang_up()
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    async def _keep(self) -> None:
        """Have a process all the time."""
        loop = asyncio.get_running_loop()
        pause = _SHORTEST_PAUSE
        while True:
            began = loop.time()
            try:
                await self._start_and_wait()
            except OSError as error:  # memory, processes or descriptors are short
                problem = str(error)
                self._journal.write(Level.WARNING, "pages-not-started", problem=problem)
            self._failures += 1
            if loop.time() - began >= _LONG_LIFE:
                pause = _SHORTEST_PAUSE
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _start_and_wait(self) -> None:
        process = self._start()
        assert self._line is not None  # noqa: S101 - just opened
        # It says nothing: that the line is closed is how its end is noticed.
        while await asyncio.get_running_loop().sock_recv(self._line, 64):
            pass
        status = await _end(process, _REAPED_WITHIN)
        self._process = None
        self._hang_up()
        self.ended += 1
        self._journal.write(Level.WARNING, "pages-ended", pid=process.pid, status=status)

    def _start(self) -> subprocess.Popen[bytes]:
        """Raises OSError."""
        self._line, theirs = socket.socketpair()
        self._line.setblocking(False)
        taken = [each for place in self._places if (each := self._inherited.take(place))]
        with contextlib.ExitStack() as stack:
            descriptors = [stack.enter_context(each).fileno() for each in (theirs, *taken)]
            self._process = subprocess.Popen(  # noqa: S603 - this very program
                [*_PROGRAM, str(self._path), *map(str, descriptors)],
                stdin=subprocess.DEVNULL,
                pass_fds=descriptors,
            )
        return self._process

    def _hang_up(self) -> None:
        """Which it takes as being told to end."""
        if self._line is not None:
            self._line.close()
            self._line = None


def _places(settings: Settings) -> tuple[Endpoint, ...]:
    if not settings.page.with_daemon:
        return ()
    return (*settings.page.endpoints, *settings.admin.endpoints)


async def _end(process: subprocess.Popen[bytes], patience: float) -> int:
    """The exit status; what does not end by itself is killed."""
    try:
        return await asyncio.to_thread(process.wait, patience)
    except subprocess.TimeoutExpired:
        process.kill()
        return await asyncio.to_thread(process.wait)
