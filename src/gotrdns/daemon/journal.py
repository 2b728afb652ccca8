"""The log: one line of logfmt an event, on standard error.

Owns escaping, so that nothing a stranger sends can forge a line or a field, and the promise that a
log which cannot be written never holds up an answer: then lines are dropped, counted, and the count
is written when writing works again. Lines of one turn of the event loop are written together.
"""

import enum
import os
import re
import select
import time
from collections.abc import Callable
from typing import Final

_LONGEST_VALUE: Final = 300
# A pipe that polls as writable takes this much without blocking (POSIX: PIPE_BUF).
_LONGEST_WRITE: Final = select.PIPE_BUF
_FAULTY: Final = select.POLLERR | select.POLLNVAL

_PLAIN: Final = re.compile(r"[!#-<>-\[\]-~]+")  # printable ASCII but space, quote, = and backslash
_ESCAPED: Final = re.compile(r'[^ !#-\[\]-~]|["\\]')

Value = str | int | float | None
CallSoon = Callable[[Callable[[], None]], object]


class Level(enum.IntEnum):
    """How much a line matters."""

    DEBUG = 10
    INFO = 20
    WARNING = 30
    ERROR = 40


_LEVEL_NAMES: Final = {level: level.name.lower() for level in Level}


class Journal:
    """Writes events; fields that are None are left out. Nothing here raises."""

    def __init__(
        self, descriptor: int, level: Level, clock: Callable[[], float] = time.time
    ) -> None:
        self.level = level
        self.dropped = 0
        self._descriptor = descriptor
        self._clock = clock
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLOUT)
        self._call_soon: CallSoon | None = None
        self._is_flush_due = False
        self._gathered: list[str] = []
        self._octets = 0
        self._second = 0
        self._second_text = ""

    def gather(self, call_soon: CallSoon) -> None:
        """From now on a line below WARNING may wait for the others of its turn of the event loop.

        ``call_soon`` is the loop's. Whoever ends the loop calls ``stop_gathering``.
        """
        self._call_soon = call_soon

    def stop_gathering(self) -> None:
        """Write what waits; from now on every line is written at once."""
        self._call_soon = None
        self._flush()

    def write(self, level: Level, event: str, **fields: Value) -> None:
        """Write a line, if its level is wanted and standard error takes it."""
        if level >= self.level:
            self.write_words(level, format_words(event=event, **fields))

    def write_words(self, level: Level, words: str) -> None:
        """Write a line of words that are formatted already, whatever its level."""
        line = self._line(level, words)
        if self._octets + len(line) > _LONGEST_WRITE:
            self._flush()
        self._gathered.append(line)
        self._octets += len(line)
        if self._call_soon is None or level >= Level.WARNING:
            self._flush()
        elif not self._is_flush_due:
            self._is_flush_due = True
            self._call_soon(self._flush)

    def _flush(self) -> None:
        """Write the lines that wait."""
        lines, self._gathered = self._gathered, []
        self._octets = 0
        self._is_flush_due = False
        if lines and self.dropped:
            self._tell_of_dropped()
        if lines:
            written = self._put("".join(lines))
            self.dropped += len(lines) - written

    def _tell_of_dropped(self) -> None:
        if self._put(self._line(Level.WARNING, f"event=log-lines-dropped count={self.dropped}")):
            self.dropped = 0

    def _line(self, level: Level, words: str) -> str:
        second, milliseconds = divmod(int(self._clock() * 1000), 1000)
        if second != self._second:
            self._second = second
            self._second_text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
        moment = f"{self._second_text}.{milliseconds:03}Z"
        line = f"time={moment} level={_LEVEL_NAMES[level]} {words}\n"
        return line if len(line) <= _LONGEST_WRITE else f"{line[: _LONGEST_WRITE - 1]}\n"

    def _put(self, text: str) -> int:
        """How many lines were written, at most PIPE_BUF octets in all."""
        octets = text.encode("ascii")
        try:
            events = self._poll.poll(0)
            if not events or events[0][1] & _FAULTY:
                return 0
            written = os.write(self._descriptor, octets)
        except OSError:
            return 0
        return octets.count(b"\n", 0, written)


def format_words(**fields: Value) -> str:
    """``name=value`` for each field that is not None, separated by spaces."""
    return " ".join(
        [f"{name}={format_value(value)}" for name, value in fields.items() if value is not None]
    )


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
