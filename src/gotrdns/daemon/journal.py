"""The log: one line of logfmt an event, on standard error.

Owns escaping, so that nothing a stranger sends can forge a line or a field, and the promise that a
log which cannot be written never holds up an answer: then lines are dropped, counted, and the count
is written when writing works again.
"""

import enum
import os
import re
import select
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

_LONGEST_VALUE: Final = 300
# A pipe that polls as writable takes this much without blocking (POSIX: PIPE_BUF).
_LONGEST_LINE: Final = select.PIPE_BUF

_PLAIN: Final = re.compile(r"[!#-<>-\[\]-~]+")  # printable ASCII but space, quote, = and backslash
_ESCAPED: Final = re.compile(r'[^ !#-\[\]-~]|["\\]')

Value = str | int | float | None


class Level(enum.IntEnum):
    """How much a line matters."""

    DEBUG = 10
    INFO = 20
    WARNING = 30
    ERROR = 40


class Journal:
    """Writes events; fields that are None are left out."""

    def __init__(
        self, descriptor: int, level: Level, clock: Callable[[], float] = time.time
    ) -> None:
        self.level = level
        self.dropped = 0
        self._descriptor = descriptor
        self._clock = clock
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLOUT)

    def write(self, level: Level, event: str, **fields: Value) -> None:
        """Write a line, if its level is wanted and standard error takes it. Never raises."""
        if level < self.level:
            return
        if self.dropped and self._put(
            self._line(Level.WARNING, "log-lines-dropped", {"count": self.dropped})
        ):
            self.dropped = 0
        if not self._put(self._line(level, event, fields)):
            self.dropped += 1

    def _line(self, level: Level, event: str, fields: dict[str, Value]) -> bytes:
        now = datetime.fromtimestamp(self._clock(), UTC)
        words = [
            f"time={now.isoformat(timespec='milliseconds').removesuffix('+00:00')}Z",
            f"level={level.name.lower()}",
            f"event={event}",
            *(
                f"{name}={format_value(value)}"
                for name, value in fields.items()
                if value is not None
            ),
        ]
        return " ".join(words).encode("ascii")[: _LONGEST_LINE - 1] + b"\n"

    def _put(self, line: bytes) -> bool:
        try:
            events = self._poll.poll(0)
            if not events or events[0][1] & (select.POLLERR | select.POLLNVAL):
                return False
            return os.write(self._descriptor, line) == len(line)
        except OSError:
            return False


def format_value(value: str | float) -> str:
    """A value of logfmt, in quotes where it needs them; long ones end in ``...``."""
    if not isinstance(value, str):
        return str(value)
    if len(value) > _LONGEST_VALUE:
        value = f"{value[:_LONGEST_VALUE]}..."
    if _PLAIN.fullmatch(value):
        return value
    return f'"{_ESCAPED.sub(_escape, value)}"'


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    if character in '"\\':
        return f"\\{character}"
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{{{number:x}}}"
