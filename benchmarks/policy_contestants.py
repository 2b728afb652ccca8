"""Owns the policy servers that are compared: how each is configured, started, recognised as
ready, and stopped. Knows nothing of the load put on them."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks import measure
from tests.support import postgresql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

PATIENCE = 30.0
PROTECT_POSTGRESQL = "gotrdns-protect-postgresql"
# What gotrdns decides with a name server's help, postfwd decides on what Postfix found out.
POSTFWD_RULES = """\
id=NOPTR; reverse_client_name==unknown; action=550 5.7.25 $$client_address has no PTR record
id=FORGED; client_name==unknown; action=550 5.7.25 $$reverse_client_name is not $$client_address
id=REST; action=DUNNO
"""
# TestOnly = 1 is its normal operation; debugLevel = 0 keeps it from logging each decision.
POLICYD_SPF_SETTINGS = """\
debugLevel = 0
TestOnly = 1
HELO_reject = Fail
Mail_From_reject = Fail
PermError_reject = False
TempError_Defer = False
skip_addresses = 127.0.0.0/8,::ffff:127.0.0.0/104,::1
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server runs: its own directory, the socket to listen on, the resolver, its core.

    `database` is the URL of a PostgreSQL, for those that want one.
    """

    directory: Path
    socket: Path
    resolver: str
    peers: Path
    core: int
    cached: bool
    connections: int
    database: str


@dataclass(frozen=True, slots=True)
class PolicyServer:
    """A contestant. `start` returns the process whose family is the server."""

    name: str
    start: Callable[[Place], int]
    version: Callable[[], str]
    available: Callable[[], bool]
    note: str


def gotrdns_settings(place: Place, level: str, mode: str, store: str) -> str:
    """The settings file of `gotrdns serve`: look-ups at place.resolver, requests at place.socket.

    The addresses look public, so no setting for private ones is needed. The cache holds them all,
    so that "known" means known. At level "info", the default, every refusal is logged; the peers,
    as configured here, log nothing, as gotrdns does at level "warning".
    """
    return f"""\
[policy]
mode = "{mode}"

[resolver]
servers = ["{place.resolver}"]

[postfix]
listen = ["unix:{place.socket}"]

[control]
socket = "unix:{place.directory}/control"

[log]
level = "{level}"

[store]
url = "{store}"
"""


def gotrdns_command(settings: Path, workers: int = 0) -> list[str]:
    command = [sys.executable, "-m", "gotrdns", "serve", "--settings", str(settings)]
    return [*command, "--workers", str(workers)] if workers else command


def start_gotrdns(
    place: Place, level: str = "info", mode: str = "strict", store: str = "none", workers: int = 0
) -> int:
    settings = place.directory / "gotrdns.toml"
    settings.write_text(gotrdns_settings(place, level, mode, store))
    return _start(gotrdns_command(settings, workers), place)


def start_protect_sqlite(place: Place, workers: int = 0) -> int:
    store = f"sqlite:///{place.directory}/store.sqlite3"
    return start_gotrdns(place, mode="protect", store=store, workers=workers)


def start_workers(place: Place) -> int:
    return start_gotrdns(place, workers=2)


def start_protect_workers(place: Place) -> int:
    return start_protect_sqlite(place, workers=2)


def start_protect_postgresql(place: Place) -> int:
    return start_gotrdns(place, mode="protect", store=place.database)


def start_postfwd1(place: Place) -> int:
    return _start_postfwd(
        [
            "/usr/sbin/postfwd1",
            *_postfwd_arguments(place),
            "--proto=unix",
            f"--port={place.socket}",
        ],
        place,
    )


def start_postfwd2(place: Place) -> int:
    # Each connection occupies one of its processes, of which only so many are started by default.
    processes = place.connections + 5
    command = ["/usr/sbin/postfwd2", *_postfwd_arguments(place)]
    # With --proto it would add its default host to the path, and end.
    command += [f"--server_socket=unix::{place.socket}"]
    command += [f"--cache_socket=unix::{place.directory}/cache.sock"]
    command += [f"--min_servers={processes}", f"--max_servers={processes + 1}"]
    command += ["--min_spare_servers=1", f"--max_spare_servers={processes}"]
    return _start_postfwd(command, place)


def _start_postfwd(command: Sequence[str], place: Place) -> int:
    """Both put themselves into the background, and say in a file as which process."""
    _start(command, place)
    pid_file = place.directory / "postfwd.pid"
    until = time.monotonic() + PATIENCE
    while not (pid_file.exists() and pid_file.read_text().strip()):
        if time.monotonic() > until:
            raise measure.ContestantError(command, "writes no process id", _log(place))
        time.sleep(0.05)
    return int(pid_file.read_text())


def _postfwd_arguments(place: Place) -> list[str]:
    rules = place.directory / "postfwd.cf"
    rules.write_text(POSTFWD_RULES)
    return [
        *("--file", str(rules)),
        *("--user=root", "--group=root", f"--pidfile={place.directory}/postfwd.pid"),
        *("--daemon", "--nodns", "--perfmon", f"--cache={600 if place.cached else 0}"),
        "--cacheid=client_address,client_name,reverse_client_name",
    ]


def start_policyd_spf(place: Place) -> int:
    settings = place.directory / "policyd-spf.conf"
    settings.write_text(POLICYD_SPF_SETTINGS)
    spawn = [str(place.peers), "spawn", str(place.socket)]
    return _start([*spawn, "/usr/bin/policyd-spf", str(settings)], place)


def start_echo(place: Place) -> int:
    return _start([str(place.peers), "echo", str(place.socket)], place)


def _start(command: Sequence[str], place: Place) -> int:
    # A log socket would be one more thing to wait for; there is none in the benchmark's room.
    with measure.pinned(place.core), (place.directory / "log").open("wb") as log:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        ).pid


def _log(place: Place) -> str:
    return (place.directory / "log").read_text(errors="replace")


@contextlib.contextmanager
def running(server: PolicyServer, place: Place) -> Iterator[int]:
    """The server, listening when entered and gone when left; yields its first process."""
    pid = server.start(place)
    try:
        until = time.monotonic() + PATIENCE
        while not place.socket.is_socket():
            if time.monotonic() > until or not _alive(pid):
                raise measure.ContestantError([server.name], "does not listen", _log(place))
            time.sleep(0.02)
        yield pid
    finally:
        _end(pid)


def _alive(pid: int) -> bool:
    try:
        ended, _ = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        # It put itself into the background.
        return measure.status_kib(pid, "VmRSS") > 0
    return ended == 0


def _end(pid: int) -> None:
    """End the server and whatever it started."""
    members = measure.family(pid)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + 5.0
    while time.monotonic() < until and any(_alive(member) for member in members):
        time.sleep(0.02)
    for member in members:
        with contextlib.suppress(ProcessLookupError):
            os.kill(member, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(member, 0)


def _serves() -> bool:
    asked = [sys.executable, "-m", "gotrdns", "serve", "--help"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def _installed(path: str) -> Callable[[], bool]:
    return lambda: shutil.which(path) is not None


ECHO = PolicyServer(
    "echo", start_echo, lambda: "part of this benchmark", lambda: True, "answers without looking"
)
SERVERS = (
    PolicyServer(
        "gotrdns",
        start_gotrdns,
        lambda: measure.distribution_version("gotrdns"),
        _serves,
        "looks the client up itself; logs refusals",
    ),
    PolicyServer(
        "gotrdns-quiet",
        lambda place: start_gotrdns(place, "warning"),
        lambda: measure.distribution_version("gotrdns"),
        _serves,
        "the same, logging no refusals, as the peers do",
    ),
    PolicyServer(
        "gotrdns-protect",
        start_protect_sqlite,
        lambda: measure.distribution_version("gotrdns"),
        _serves,
        "mode protect, remembering in SQLite; logs refusals",
    ),
    PolicyServer(
        "gotrdns-workers",
        start_workers,
        lambda: measure.distribution_version("gotrdns"),
        _serves,
        "as gotrdns, in a supervisor and two workers",
    ),
    PolicyServer(
        "gotrdns-protect-workers",
        start_protect_workers,
        lambda: measure.distribution_version("gotrdns"),
        _serves,
        "as gotrdns-protect, in a supervisor and two workers",
    ),
    PolicyServer(
        PROTECT_POSTGRESQL,
        start_protect_postgresql,
        lambda: measure.distribution_version("gotrdns"),
        lambda: _serves() and postgresql.find_programs() is not None,
        "mode protect, remembering in PostgreSQL; logs refusals",
    ),
    PolicyServer(
        "postfwd1",
        start_postfwd1,
        lambda: measure.program_version("/usr/sbin/postfwd1", "--version"),
        _installed("/usr/sbin/postfwd1"),
        "one process; rules on what Postfix looked up; no DNS of its own, no logging",
    ),
    PolicyServer(
        "postfwd2",
        start_postfwd2,
        lambda: measure.program_version("/usr/sbin/postfwd2", "--version"),
        _installed("/usr/sbin/postfwd2"),
        "a process a connection; otherwise as postfwd1",
    ),
    PolicyServer(
        "policyd-spf",
        start_policyd_spf,
        lambda: measure.program_version(
            "dpkg-query", "-W", "-f", "${Version}\n", "postfix-policyd-spf-python"
        ),
        _installed("/usr/bin/policyd-spf"),
        "a process a connection; SPF of HELO and sender by DNS; keeps no cache; no logging",
    ),
)
