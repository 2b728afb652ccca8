"""The gotrdns daemon as the tests run it: started, reloaded, terminated, killed.

Owns its process and the probe of its doors. Knows nothing of what the doors answer.
"""

import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from tests.live.process import Process
from tests.support.activation import activated

Door: TypeAlias = Path | tuple[str, int]
"""Where a daemon listens: a unix socket, or an address and a TCP port."""

GOTRDNS = (sys.executable, "-m", "gotrdns")


def accepts(door: Door) -> bool:
    try:
        if isinstance(door, Path):
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
                probe.settimeout(1.0)
                probe.connect(str(door))
        else:
            socket.create_connection(door, timeout=1.0).close()
    except OSError:
        return False
    return True


class Daemon:
    """`gotrdns serve --settings PATH`, ready once every door accepts connections.

    `arguments` go after `serve`; `command` is there for a stand-in. `inherited` are handed on as
    systemd does it; then it is ready once it says so, since they are open all the time.
    """

    def __init__(
        self,
        settings: Path,
        doors: Sequence[Door],
        *,
        arguments: Sequence[str] = (),
        command: Sequence[str] = GOTRDNS,
        output: Path | None = None,
        inherited: Sequence[socket.socket] = (),
    ) -> None:
        if inherited:
            command = activated(inherited, command)
        self._doors = tuple(doors)
        self._is_activated = bool(inherited)
        self._process = Process(
            "gotrdns serve",
            [*command, "serve", "--settings", settings, *arguments],
            output=output or settings.with_suffix(".output"),
            environment={"PYTHONUNBUFFERED": "1"},
            inherited=[each.fileno() for each in inherited],
        )

    def start(self, *, seconds: float = 10.0) -> None:
        starts = self._starts()
        self._process.start(
            ready=lambda: (
                self._starts() > starts
                if self._is_activated
                else all(accepts(door) for door in self._doors)
            ),
            seconds=seconds,
        )

    def _starts(self) -> int:
        return sum("event=started" in line for line in self.lines())

    def terminate(self, *, seconds: float = 10.0) -> int | None:
        """SIGTERM; the exit status, once it has ended."""
        return self._process.terminate(seconds=seconds)

    def kill(self) -> None:
        """`kill -9`, as the kernel's out-of-memory killer does it; its sockets stay behind."""
        self._process.kill()

    def reload(self) -> None:
        """SIGHUP. Returns at once: wait for the effect, with `wait_until`."""
        self._process.signal(signal.SIGHUP)

    def lines(self) -> list[str]:
        """What it wrote on standard output and standard error, over all its starts."""
        return self._process.lines()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.running

    def __enter__(self) -> "Daemon":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
