"""A sign of life on a terminal while something takes long."""

import shutil
import sys
import time
from typing import Final

from gotrdns.cli.output import silence
from gotrdns.reports import english as words

_BETWEEN: Final = 0.1  # seconds between two changes of the line
_CLEAR: Final = "\r\033[K"


class Progress:
    """One line on standard error that says what goes on; nothing where that is no terminal."""

    def __init__(self) -> None:
        self._visible = sys.stderr is not None and sys.stderr.isatty()
        self._asked = 0
        self._next_at = 0.0
        self._shown = False

    def note_question(self, _reply: object) -> None:
        self._asked += 1
        self.show_if_due(words.ASKING, count=self._asked)

    def show_if_due(self, template: str, **facts: object) -> None:
        """Let the line say it, unless it was changed just before."""
        now = time.monotonic()
        if self._visible and now >= self._next_at:
            self._next_at = now + _BETWEEN
            self.show(template.format_map(facts))

    def show(self, text: str) -> None:
        """Let the line say something else, until the next question."""
        if self._visible:
            self._shown = True
            # What does not fit would go on in a second line, which nothing clears.
            self._write(_CLEAR + text[: shutil.get_terminal_size().columns - 1])

    def clear(self) -> None:
        """Make room for results, on the same terminal perhaps."""
        if self._shown:
            self._shown = False
            self._write(_CLEAR)

    def _write(self, text: str) -> None:
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except OSError:
            self._visible = False
            silence(sys.stderr)
