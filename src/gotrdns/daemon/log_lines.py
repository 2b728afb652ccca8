"""A line of the log: an event's words, with its time and level as whoever keeps the log wants them.

Owns levels and priorities, and what journald is told beside the message.
"""

import enum
import time
from collections.abc import Callable
from typing import Final, Protocol

from gotrdns.daemon.log_spelling import Spelling, Value, escape_unprintable

IDENTIFIER: Final = "gotrdns"


class Level(enum.IntEnum):
    """How much a line matters."""

    DEBUG = 10
    INFO = 20
    WARNING = 30
    ERROR = 40


# syslog(3), as sd-daemon(3) and journald have them.
_PRIORITIES: Final = {Level.DEBUG: 7, Level.INFO: 6, Level.WARNING: 4, Level.ERROR: 3}


class Lines(Protocol):
    """Makes lines. ``words`` are only for the lines of the one that made them."""

    def words(self, **fields: Value) -> str:
        """An event; fields that are None are left out."""

    def timed(self, words: str, milliseconds: float) -> str:
        """The words of an event that took so long."""

    def line(self, level: Level, words: str) -> str:
        """The line, with its end."""


class StampedLines:
    """Lines that tell their time and level."""

    def __init__(self, spelling: Spelling, clock: Callable[[], float]) -> None:
        self.words = spelling.words
        self.timed = spelling.timed
        self._clock = clock
        self._lead = f"{spelling.opening}{spelling.time}"
        self._labels = {level: spelling.level.format(level.name.lower()) for level in Level}
        self._end = f"{spelling.closing}\n"
        self._moment = -1
        self._moment_text = ""
        self._second = -1
        self._second_text = ""

    def line(self, level: Level, words: str) -> str:
        moment = int(self._clock() * 1000)
        if moment != self._moment:  # lines come in bursts
            self._moment = moment
            self._moment_text = self._spell(moment)
        return f"{self._moment_text}{self._labels[level]}{words}{self._end}"

    def _spell(self, moment: int) -> str:
        second, milliseconds = divmod(moment, 1000)
        if second != self._second:
            self._second = second
            self._second_text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
        return f"{self._lead}{self._second_text}.{milliseconds:03}Z"


class PrioritisedLines:
    """Lines for a standard error that journald reads (sd-daemon(3)): it keeps time and priority."""

    def __init__(self, spelling: Spelling) -> None:
        self.words = spelling.words
        self.timed = spelling.timed
        self._leads = {level: f"<{_PRIORITIES[level]}>{spelling.opening}" for level in Level}
        self._end = f"{spelling.closing}\n"

    def line(self, level: Level, words: str) -> str:
        return f"{self._leads[level]}{words}{self._end}"


class Records:
    """Records of journald's native protocol: the message, and each field by itself.

    The message comes last, so that its words may go on.
    """

    def __init__(self, spelling: Spelling) -> None:
        self._spelling = spelling
        self._leads = {
            level: f"PRIORITY={_PRIORITIES[level]}\nSYSLOG_IDENTIFIER={IDENTIFIER}\n"
            for level in Level
        }
        self._end = f"{spelling.closing}\n"

    def words(self, **fields: Value) -> str:
        by_itself = [
            f"{_field_name(name)}={escape_unprintable(value)}\n"
            for name, value in fields.items()
            if value is not None
        ]
        message = f"{self._spelling.opening}{self._spelling.words(**fields)}"
        return f"{''.join(by_itself)}MESSAGE={message}"

    def timed(self, words: str, milliseconds: float) -> str:
        name = _field_name("elapsed_ms")
        return f"{name}={milliseconds}\n{self._spelling.timed(words, milliseconds)}"

    def line(self, level: Level, words: str) -> str:
        return f"{self._leads[level]}{words}{self._end}"


def _field_name(name: str) -> str:
    return f"GOTRDNS_{name.replace('-', '_').upper()}"
