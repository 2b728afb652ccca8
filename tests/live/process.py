"""One program started by the tests: its start, its readiness, its end and what it said.

Owns operating-system processes and waiting. Knows nothing of DNS or mail.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


class NotReady(Exception):
    """What was waited for did not come about."""


def wait_until(
    condition: Callable[[], bool],
    what: str,
    *,
    seconds: float = 10.0,
    hopeless: Callable[[], str | None] = lambda: None,
) -> None:
    """Asks `condition` again and again; `hopeless` may tell why waiting longer is useless."""
    deadline = time.monotonic() + seconds
    while not condition():
        reason = hopeless()
        if reason is not None:
            raise NotReady(f"{what}: {reason}")
        if time.monotonic() > deadline:
            raise NotReady(f"{what}: not within {seconds:g} s")
        time.sleep(0.01)


class Process:
    """A program in the foreground, in a process group of its own, its output in one file."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        output: Path,
        environment: Mapping[str, str] | None = None,
        inherited: Sequence[int] = (),
    ) -> None:
        """`inherited` are descriptors that stay open in it, under the same numbers."""
        self.name = name
        self._inherited = inherited
        self._command = [str(part) for part in command]
        self._output = output
        self._environment = dict(os.environ) | dict(environment or {})
        self._started: subprocess.Popen[bytes] | None = None

    def start(self, *, ready: Callable[[], bool], seconds: float = 10.0) -> None:
        """Starts it and returns once `ready` says so; NotReady tells what it wrote instead."""
        if self.running:
            raise RuntimeError(f"{self.name} runs already")
        with self._output.open("ab") as output:
            self._started = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self._environment,
                start_new_session=True,
                pass_fds=self._inherited,
            )
        try:
            wait_until(ready, f"{self.name} ready", seconds=seconds, hopeless=self._ended)
        except NotReady:
            self.kill()
            raise

    def _ended(self) -> str | None:
        if self.running:
            return None
        return f"it ended with status {self.status}: {' | '.join(self.lines()[-5:])}"

    @property
    def running(self) -> bool:
        return self._started is not None and self._started.poll() is None

    @property
    def pid(self) -> int:
        if self._started is None:
            raise RuntimeError(f"{self.name} was never started")
        return self._started.pid

    @property
    def status(self) -> int | None:
        """The exit status, negative for a signal; None while it runs or before it started."""
        return None if self._started is None else self._started.poll()

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def terminate(self, *, seconds: float = 10.0) -> int | None:
        """SIGTERM, then the exit status; SIGKILL to the group if it takes too long."""
        if self._started is None:
            return None
        if self.running:
            self._started.terminate()
            try:
                self._started.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
                raise NotReady(f"{self.name} did not end within {seconds:g} s") from None
        return self.status

    def kill(self) -> None:
        """`kill -9` of the whole group: no last words."""
        if self._started is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._started.pid, signal.SIGKILL)
        self._started.wait()

    def lines(self) -> list[str]:
        """What it wrote so far on standard output and standard error, over all its starts."""
        if not self._output.exists():
            return []
        return self._output.read_text(errors="replace").splitlines()
