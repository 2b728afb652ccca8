"""Owns the milter benchmark's mail server: sessions of one message each, as Postfix speaks them.

    python -m benchmarks.milter_load SOCKET CONNECTIONS SECONDS SESSIONS kept|fresh gathered|apart

SESSIONS holds a JSON list a line: what is said up to the recipient, and after it, as hexadecimal
packets. One message is under way on each connection at a time. "kept" connections take one client
after another (SMFIC_QUIT_NC), "fresh" ones are opened, agreed upon and closed for each message.
"gathered" writes all packets up to one that awaits a reply at once, "apart" each by itself. After
half a second of warm-up it prints a line, waits for one, and prints a line of JSON in the end.
"""

from __future__ import annotations

import itertools
import json
import resource
import select
import socket
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

WARM_UP_SECONDS = 0.5
OFFER = bytes.fromhex("0000000d4f00000006000001ff001fffff")
NEXT_CLIENT, QUIT = b"\0\0\0\1K", b"\0\0\0\1Q"
CONTINUE = b"\0\0\0\1c"

Session = tuple[list[bytes], list[bytes]]


class MailServer:
    """One connection after another, or one that is kept, in the place of one smtpd."""

    def __init__(self, path: str, load: Load) -> None:
        self._path = path
        self._load = load
        self._steps: Iterator[list[bytes]]
        self._began = 0.0
        self._is_agreed = False
        self._open()

    def _open(self) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(self._path)
        self._load.poll.register(self.socket, select.EPOLLIN)
        self._load.open[self.socket.fileno()] = self
        self._is_agreed = False
        self._began = time.perf_counter()
        self._steps = iter([[OFFER]])
        self.say()

    def say(self) -> None:
        """The next step of the message, or the next message."""
        step = next(self._steps, None)
        if step is None:
            if self._is_agreed:
                self._finish()
                return
            self._is_agreed = True
            self._begin()
            return
        self._write(step)

    def _begin(self) -> None:
        before, after = next(self._load.sessions)
        self._steps = iter([before, after])
        self.say()

    def _finish(self) -> None:
        load = self._load
        if load.fresh:
            self._write([QUIT])
            load.note(time.perf_counter() - self._began)
            load.poll.unregister(self.socket)
            del load.open[self.socket.fileno()]
            self.socket.close()
            self._open()
            return
        load.note(time.perf_counter() - self._began)
        self._began = time.perf_counter()
        before, after = next(load.sessions)
        self._steps = iter([[NEXT_CLIENT, *before], after])
        self.say()

    def _write(self, packets: list[bytes]) -> None:
        if self._load.gathered:
            self.socket.sendall(b"".join(packets))
            return
        for each in packets:
            self.socket.sendall(each)

    def hear(self) -> None:
        """A reply ends with a packet; all that is said at once arrives at once here."""
        said = self.socket.recv(65_536)
        if not said:
            raise ConnectionError("the filter hung up")
        if self._is_agreed:
            self._load.replies[said[-1:].decode("ascii", "replace")] += 1
            if not said.endswith(CONTINUE):
                raise ConnectionError(f"the filter said {said!r}")
        self.say()


class Load:
    """All connections, and what was measured."""

    def __init__(self, sessions: list[Session], fresh: bool, gathered: bool) -> None:
        self.sessions = itertools.cycle(sessions)
        self.fresh = fresh
        self.gathered = gathered
        self.poll = select.epoll()
        self.open: dict[int, MailServer] = {}
        self.replies: Counter[str] = Counter()
        self.latencies: list[float] = []
        self.note = self.latencies.append

    def run(self, seconds: float) -> float:
        """Returns how long it was."""
        began = time.perf_counter()
        while (now := time.perf_counter()) - began < seconds:
            for descriptor, _ in self.poll.poll(1.0):
                self.open[descriptor].hear()
        return now - began


def read_sessions(path: Path) -> list[Session]:
    sessions = []
    for line in path.read_text().splitlines():
        before, after = json.loads(line)
        sessions.append(([*map(bytes.fromhex, before)], [*map(bytes.fromhex, after)]))
    return sessions


def main() -> None:
    path, connections, seconds, sessions, keeping, writing = sys.argv[1:]
    load = Load(read_sessions(Path(sessions)), keeping == "fresh", writing == "gathered")
    for _ in range(int(connections)):
        MailServer(path, load)
    load.run(WARM_UP_SECONDS)
    print("ready", flush=True)
    sys.stdin.readline()
    load.latencies.clear()
    before = resource.getrusage(resource.RUSAGE_SELF)
    lasted = load.run(float(seconds))
    after = resource.getrusage(resource.RUSAGE_SELF)
    latencies = sorted(load.latencies)
    measured = {
        "messages": len(latencies),
        "seconds": lasted,
        "load_cpu": after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime,
        "p50_us": latencies[len(latencies) // 2] * 1e6,
        "p99_us": latencies[len(latencies) * 99 // 100] * 1e6,
    }
    print(json.dumps(measured), flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    main()
