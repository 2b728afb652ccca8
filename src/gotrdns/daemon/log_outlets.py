"""Where the log goes: standard error, or journald's own socket.

Owns writing that never waits. What could not be written is the caller's to count.
"""

import contextlib
import os
import select
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Protocol

from gotrdns.daemon.log_lines import Lines, PrioritisedLines, Records, StampedLines
from gotrdns.daemon.log_spelling import LONGEST_LINE, spelling
from gotrdns.settings import LogSettings

JOURNALD: Final = Path("/run/systemd/journal/socket")

_FAULTY: Final = select.POLLERR | select.POLLNVAL
_MOST_RECORDS: Final = 65_536  # octets to gather before they are sent


class Outlet(Protocol):
    """Takes lines made by its ``lines``, ``most`` octets of them at once."""

    lines: Lines
    most: int

    def put(self, lines: Sequence[str]) -> int:
        """How many, from the first on, were written. Raises nothing."""

    def close(self) -> None: ...


class Stream:
    """A descriptor that may be anything: a pipe, a file, a terminal, journald's stream."""

    most = LONGEST_LINE

    def __init__(self, descriptor: int, lines: Lines) -> None:
        self.lines = lines
        self._descriptor = descriptor
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLOUT)

    def put(self, lines: Sequence[str]) -> int:
        octets = "".join(lines).encode("ascii")
        try:
            events = self._poll.poll(0)
            if not events or events[0][1] & _FAULTY:
                return 0
            written = os.write(self._descriptor, octets)
        except OSError:
            return 0
        return octets.count(b"\n", 0, written)

    def close(self) -> None:
        """The descriptor is not ours."""


class JournaldSocket:
    """journald's native protocol: a datagram a record."""

    most = _MOST_RECORDS

    def __init__(self, path: Path, lines: Lines) -> None:
        self.lines = lines
        self._path = str(path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)

    def put(self, lines: Sequence[str]) -> int:
        written = 0
        # Not connected, because that would end when journald is started anew.
        with contextlib.suppress(OSError):
            for line in lines:
                self._socket.sendto(line.encode("ascii"), self._path)
                written += 1
        return written

    def close(self) -> None:
        self._socket.close()


class Outlets:
    """What this process has to choose from.

    ``stream`` is JOURNAL_STREAM, as systemd set it: which standard error is journald's.
    """

    def __init__(
        self,
        descriptor: int,
        clock: Callable[[], float],
        *,
        stream: str = "",
        journald: Path = JOURNALD,
    ) -> None:
        self._descriptor = descriptor
        self._clock = clock
        self._is_kept_by_journald = _is_stream(descriptor, stream)
        self._journald = journald

    def open(self, settings: LogSettings) -> Outlet:
        """Where journald is wanted and not there, standard error."""
        spelled = spelling(settings.format)
        if settings.to == "journal" and self._journald.is_socket():
            return JournaldSocket(self._journald, Records(spelled))
        if self._is_kept_by_journald:
            return Stream(self._descriptor, PrioritisedLines(spelled))
        return Stream(self._descriptor, StampedLines(spelled, self._clock))


def _is_stream(descriptor: int, stream: str) -> bool:
    """Whether the descriptor is that one: ``DEVICE:INODE`` (systemd.exec(5))."""
    try:
        status = os.fstat(descriptor)
    except OSError:
        return False
    return stream == f"{status.st_dev}:{status.st_ino}"
