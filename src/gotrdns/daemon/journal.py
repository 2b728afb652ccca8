"""The log: a line an event, where and as the settings want it.

Owns the promise that a log which cannot be written never holds up an answer: then lines are
dropped, counted, and the count is written when writing works again. Lines of one turn of the event
loop are written together.
"""

import functools
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from gotrdns.daemon.log_lines import Level
from gotrdns.daemon.log_outlets import JOURNALD, JournaldSocket, Outlet, Outlets
from gotrdns.daemon.log_spelling import Value
from gotrdns.settings import LogSettings

__all__ = ["Journal", "Level", "Value"]

_REMEMBERED: Final = 1024

CallSoon = Callable[[Callable[[], None]], object]


class Journal:
    """Writes events; fields that are None are left out. Nothing here raises.

    As text on the ``descriptor``, until ``follow`` is told otherwise.
    """

    def __init__(
        self,
        descriptor: int,
        level: Level,
        clock: Callable[[], float] = time.time,
        *,
        stream: str = "",
        journald: Path = JOURNALD,
    ) -> None:
        """``stream`` is the environment's JOURNAL_STREAM."""
        self.level = level
        self.dropped = 0
        self._outlets = Outlets(descriptor, clock, stream=stream, journald=journald)
        self._settings = LogSettings()
        self._use(self._outlets.open(self._settings))
        self._remembered: list[Callable[[], None]] = []
        self._call_soon: CallSoon | None = None
        self._is_flush_due = False
        self._gathered: list[str] = []
        self._octets = 0

    def follow(self, settings: LogSettings) -> None:
        """Write as these settings say from now on."""
        self.level = Level[settings.level.upper()]
        before, self._settings = self._settings, settings
        if (settings.to, settings.format) == (before.to, before.format) and not self._is_elsewhere:
            return
        self._flush()
        self._outlet.close()
        self._use(self._outlets.open(settings))
        for forget in self._remembered:
            forget()
        if self._is_elsewhere:
            self.write(Level.WARNING, "without-journald", to="stderr")

    def gather(self, call_soon: CallSoon) -> None:
        """From now on a line below WARNING may wait for the others of its turn of the event loop.

        ``call_soon`` is the loop's. Whoever ends the loop calls ``stop_gathering``.
        """
        self._call_soon = call_soon

    def stop_gathering(self) -> None:
        """Write what waits; from now on every line is written at once."""
        self._call_soon = None
        self._flush()

    def close(self) -> None:
        """Write what waits, and let go of the log."""
        self.stop_gathering()
        self._outlet.close()

    def write(self, level: Level, event: str, **fields: Value) -> None:
        """Write a line, if its level is wanted and the log takes it."""
        if level >= self.level:
            lines = self._lines
            self._add(level, lines.line(level, lines.words(event=event, **fields)))

    def remember(self, tell: Callable[..., Mapping[str, Value]]) -> Callable[..., str]:
        """The words of what is told again and again; give them to ``write_timed``."""

        @functools.lru_cache(_REMEMBERED)
        def words(*about: Any) -> str:
            return self._lines.words(**tell(*about))

        self._remembered.append(words.cache_clear)
        return words

    def write_timed(self, level: Level, words: str, seconds: float) -> None:
        """Write a line of remembered words about what took so long, whatever its level."""
        lines = self._lines
        elapsed = round(seconds * 1000, 1) if seconds else 0.0
        self._add(level, lines.line(level, lines.timed(words, elapsed)))

    @property
    def _is_elsewhere(self) -> bool:
        """Whether journald is wanted, and was not there."""
        return self._settings.to == "journal" and not isinstance(self._outlet, JournaldSocket)

    def _use(self, outlet: Outlet) -> None:
        self._outlet = outlet
        self._lines = outlet.lines
        self._most = outlet.most

    def _add(self, level: Level, line: str) -> None:
        if self._octets + len(line) > self._most:
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
            self.dropped += len(lines) - self._outlet.put(lines)

    def _tell_of_dropped(self) -> None:
        words = self._lines.words(event="log-lines-dropped", count=self.dropped)
        if self._outlet.put([self._lines.line(Level.WARNING, words)]):
            self.dropped = 0
