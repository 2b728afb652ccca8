"""A PostgreSQL of its own for one run: in a temporary directory, reached by a unix socket alone.

Owns finding Debian's programs, and the server's life. PostgreSQL refuses to run as root: then it
runs as somebody without privileges.
"""

import contextlib
import os
import pwd
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

_PROGRAMS = Path("/usr/lib/postgresql")
_ROLE = "gotrdns"
_PATIENCE = 30.0  # seconds until it must accept connections
_OPTIONS = (
    *("-c", "listen_addresses="),
    # What is lost with the machine is worth nothing here.
    *("-c", "fsync=off"),
)


def find_programs() -> Path | None:
    """The directory of the newest PostgreSQL, None where none is installed."""
    found = [each.parent for each in _PROGRAMS.glob("*/bin/postgres")]
    return max(found, key=lambda each: int(each.parent.name), default=None)


class PostgreSQL:
    """A server with one database, in a directory of its own; ``url`` as ``[store] url`` has it."""

    def __init__(self, programs: Path, directory: Path) -> None:
        self._programs = programs
        self._directory = directory
        self._user = _unprivileged_user()
        self._server: subprocess.Popen[bytes] | None = None
        self.url = f"postgresql://{_ROLE}@/postgres?host={directory}"
        if self._user is not None:
            os.chown(directory, pwd.getpwnam(self._user).pw_uid, -1)
        initdb = [programs / "initdb", "-A", "trust", "-U", _ROLE, "-E", "UTF8", "--no-sync"]
        _run([*map(str, initdb), "-D", str(directory / "data")], self._user, directory)

    def start(self) -> None:
        """Returns once it accepts connections, also after it was killed."""
        program = str(self._programs / "postgres")
        argv = [program, "-D", str(self._directory / "data"), "-k", str(self._directory), *_OPTIONS]
        with (self._directory / "log").open("ab") as log:
            self._server = subprocess.Popen(
                argv,
                user=self._user,
                cwd=self._directory,
                stdout=log,
                stderr=log,
            )
        self._wait_until_ready(self._server)

    def stop(self) -> None:
        if self._server is not None:
            self._server.send_signal(signal.SIGINT)  # SIGTERM would wait for clients to go away
            self._server.wait(_PATIENCE)
            self._server = None

    def kill(self) -> None:
        """`kill -9` of all its processes."""
        if self._server is not None:
            # One of them that lingers would keep the next server from starting.
            for process in [*_children_of(self._server.pid), self._server.pid]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            self._server.wait(_PATIENCE)
            self._server = None

    def _wait_until_ready(self, server: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _PATIENCE
        probe = [str(self._programs / "pg_isready"), "-q", "-h", str(self._directory)]
        while subprocess.run(probe, check=False).returncode:
            if server.poll() is not None or time.monotonic() > deadline:
                said = (self._directory / "log").read_text()
                raise RuntimeError(f"PostgreSQL does not start: {said}")
            time.sleep(0.05)


@contextlib.contextmanager
def serve(programs: Path) -> Iterator[PostgreSQL]:
    """One that runs, in a temporary directory."""
    with tempfile.TemporaryDirectory(prefix="gotrdns-postgresql-") as name:
        server = PostgreSQL(programs, Path(name))
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _unprivileged_user() -> str | None:
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("postgres").pw_name
    return "nobody"


def _children_of(process: int) -> list[int]:
    path = Path(f"/proc/{process}/task/{process}/children")
    return [int(each) for each in path.read_text().split()]


def _run(argv: Sequence[str], user: str | None, directory: Path) -> None:
    done = subprocess.run(
        argv, user=user, cwd=directory, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{argv[0]} failed: {done.stdout}{done.stderr}")
