"""`gotrdns logs --follow` as people run it: results in a pipe, standard error on a terminal."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

_PROGRAM: Final = (sys.executable, "-m", "gotrdns", "logs", "--follow")
_PATIENCE: Final = 20.0  # seconds


class Follower:
    """Runs as long as it is entered. What it prints is read by the line, as it is printed."""

    def __init__(self, log: Path, *arguments: str, prefix: Sequence[str] = ()) -> None:
        self._command = [*prefix, *_PROGRAM, *arguments, log.name]
        self._directory = log.parent  # whose name may be long, and would be shortened
        self._printed = b""
        self._said = b""

    def __enter__(self) -> "Follower":
        self._terminal, stderr = pty.openpty()
        environment = os.environ | {"COLUMNS": "300", "TZ": "UTC", "TERM": "xterm"}
        self.process = subprocess.Popen(
            self._command,
            cwd=self._directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=environment,
        )
        os.close(stderr)
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()
        os.close(self._terminal)

    def wait_for(self, words: str) -> None:
        """Until they are said on standard error, from now on or before."""
        self._until(lambda: words.encode() in self._said, words)
        self._said = self._said.partition(words.encode())[2]

    def wait_until_it_follows(self) -> None:
        self.wait_for("following ")

    def line(self) -> str:
        """The next line of the results, without its end."""
        self._until(lambda: b"\n" in self._printed, "a line")
        line, _, self._printed = self._printed.partition(b"\n")
        return line.decode()

    def told(self) -> dict[str, Any]:
        told = json.loads(self.line())
        assert isinstance(told, dict)
        return told

    def end(self, number: signal.Signals = signal.SIGINT) -> str:
        """Have it end; what else it prints."""
        self.process.send_signal(number)
        return self.rest()

    def rest(self) -> str:
        """What it prints until it has ended by itself."""
        assert self.process.stdout is not None
        self._until(self._has_ended, "the end")
        return (self._printed + self.process.stdout.read()).decode()

    @property
    def status(self) -> int:
        return self.process.wait(_PATIENCE)

    def _has_ended(self) -> bool:
        return self.process.poll() is not None

    def _until(self, condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not condition():
            assert time.monotonic() < deadline, f"{what}: {self._said!r} {self._printed!r}"
            self._read()

    def _read(self) -> None:
        assert self.process.stdout is not None
        results = self.process.stdout.fileno()
        readable, _, _ = select.select([results, self._terminal], [], [], 0.05)
        if results in readable:
            self._printed += os.read(results, 65_536)
        if self._terminal in readable:
            try:
                self._said += os.read(self._terminal, 65_536)
            except OSError:  # nobody holds the other end any more
                time.sleep(0.01)
