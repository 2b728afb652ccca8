"""A shell at a terminal, and somebody who types."""

import os
import pty
import select
import signal
import time
from types import TracebackType
from typing import Final, Self

from tests.packaging.prefix import Prefix

_PATIENCE: Final = 20.0  # seconds
_HOME_KEY: Final = "\x01"
# Printed by the shell, while what is typed has the parts apart.
_BEGIN: Final = "printf '%s%s\\n' BEG IN; printf '<%s>\\n' "
_END: Final = "; printf '%s%s\\n' EN D\n"


class Terminal:
    """Starts a shell in the prefix's environment; to be used in a ``with`` statement."""

    def __init__(self, prefix: Prefix, *command: str) -> None:
        self._seen = ""
        self._pid, self._descriptor = pty.fork()
        if self._pid == 0:
            os.chdir(prefix.work)
            os.execvpe(command[0], command, prefix.environment | {"TERM": "dumb"})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._descriptor)

    def run(self, line: str) -> None:
        """Type a line, and wait until the shell has run it."""
        self._type(f"{line}{_END}")
        self._await("END")

    def complete(self, line: str, tabs: int = 1) -> tuple[list[str], str]:
        """What becomes of a line: its words in the end, and all that was shown on the way."""
        self._type(line + "\t" * tabs)
        # The shell reads what follows only when it is done with the completion.
        self._type(f"{_HOME_KEY}{_BEGIN}\x05{_END}")
        shown, _, words = self._await("END").partition("BEGIN")
        return [each[1:-1] for each in words.split() if each.startswith("<")], shown

    def _type(self, keys: str) -> None:
        os.write(self._descriptor, keys.encode())

    def _await(self, words: str) -> str:
        """What is shown until these words are, and no more of it is given again."""
        expires = time.monotonic() + _PATIENCE
        while words not in self._seen:
            ready, _, _ = select.select([self._descriptor], [], [], expires - time.monotonic())
            if not ready:
                raise TimeoutError(self._seen)
            self._seen += os.read(self._descriptor, 4096).decode(errors="replace")
        shown, _, self._seen = self._seen.partition(words)
        return shown
