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


@contextlib.contextmanager
def serve(programs: Path) -> Iterator[str]:
    """Run it; gives the URL of its database, as ``[store] url`` has it."""
    user = _unprivileged_user()
    with tempfile.TemporaryDirectory(prefix="gotrdns-postgresql-") as name:
        directory = Path(name)
        if user is not None:
            os.chown(directory, pwd.getpwnam(user).pw_uid, -1)
        data = directory / "data"
        initdb = [programs / "initdb", "-A", "trust", "-U", _ROLE, "-E", "UTF8", "--no-sync"]
        _run([*map(str, initdb), "-D", str(data)], user, directory)
        argv = [str(programs / "postgres"), "-D", str(data), "-k", name, *_OPTIONS]
        with (directory / "log").open("wb") as log:
            server = subprocess.Popen(argv, user=user, cwd=directory, stdout=log, stderr=log)
        try:
            _wait_until_ready(programs, server, directory)
            yield f"postgresql://{_ROLE}@/postgres?host={name}"
        finally:
            server.send_signal(signal.SIGINT)  # SIGTERM would wait for clients to go away
            server.wait(_PATIENCE)


def _unprivileged_user() -> str | None:
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("postgres").pw_name
    return "nobody"


def _run(argv: Sequence[str], user: str | None, directory: Path) -> None:
    done = subprocess.run(
        argv, user=user, cwd=directory, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{argv[0]} failed: {done.stdout}{done.stderr}")


def _wait_until_ready(programs: Path, server: subprocess.Popen[bytes], directory: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    probe = [str(programs / "pg_isready"), "-q", "-h", str(directory)]
    while subprocess.run(probe, check=False).returncode:
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL does not start: {(directory / 'log').read_text()}")
        time.sleep(0.05)
