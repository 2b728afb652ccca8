"""A log read in several processes, with exactly what one process would read.

Owns the order of the work: texts are handed out in batches, to one process after another, and what
each yields is taken in the order of the log. The year of a time stamp depends on the lines before,
which another process is reading: each begins with the clock as it is foreseen, and where that
proves to be wrong, the batch is read once more, here.
"""

import contextlib
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from typing import IO, Final, NamedTuple, Self, cast

import msgspec

from gotrdns.mail_logs.facts import AnyFact
from gotrdns.mail_logs.formats.frames import Framer
from gotrdns.mail_logs.formats.line_reader import Gleaned, LineReader
from gotrdns.mail_logs.formats.readers import SETS, Readers, Server
from gotrdns.mail_logs.formats.times import Clock, ClockState, UnreadableTime
from gotrdns.mail_logs.sources.lines import each_line

# Nothing is to be imported from whatever directory the logs are in.
_PROGRAM: Final = (sys.executable, "-P", "-m", "gotrdns.mail_logs.reading_process")
# What is sent at once: enough for the way there and back to be little of the work.
_BATCH: Final = 1 << 20  # octets
_LENGTH: Final = 8  # octets of a message's length before it
# Nearly always the first line has a time stamp; a batch without any does not move the clock.
_LOOKED_AT: Final = 100


class ReadingProcessEnded(Exception):
    """A process that read the log is gone, and what it had is lost."""

    def __init__(self, status: int) -> None:
        how = f"by signal {-status}" if status < 0 else f"with exit status {status}"
        super().__init__(f"a process that was reading the log was ended {how}")
        self.status = status


class Work(msgspec.Struct, array_like=True):
    """Texts of one log, and how to read them. ``log`` is another number for each log."""

    log: int
    latest: float
    readers: int  # which of ``readers.SETS``
    clock: ClockState
    texts: list[bytes]


class Done(msgspec.Struct, array_like=True):
    """What each text yielded, and what each minute without a year was taken for."""

    gleaned: list[Gleaned]
    minutes: list[tuple[bytes, float | None]]


class _Gleaned(msgspec.Struct, array_like=True):
    """As it is received: which kinds of facts there are must be told."""

    lines: int
    facts: list[AnyFact]
    by_server: dict[Server, int]
    unknown: int
    damaged: int


class _Done(msgspec.Struct, array_like=True):
    gleaned: list[_Gleaned]
    minutes: list[tuple[bytes, float | None]]


def send(stream: IO[bytes], message: Work | Done) -> None:
    octets = msgspec.msgpack.encode(message)
    stream.write(len(octets).to_bytes(_LENGTH))
    stream.write(octets)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes | None:
    """One message, encoded; None if the other side is gone."""
    begin = stream.read(_LENGTH)
    length = int.from_bytes(begin)
    octets = stream.read(length)
    return octets if len(begin) == _LENGTH and len(octets) == length else None


class _Process:
    """One of those that read. It has one batch at most, so neither side waits for the other."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - this very program
            _PROGRAM, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._to = cast("IO[bytes]", self._process.stdin)
        self._from = cast("IO[bytes]", self._process.stdout)
        self._decode = msgspec.msgpack.Decoder(_Done).decode

    def begin(self, work: Work) -> None:
        try:
            send(self._to, work)
        except BrokenPipeError:
            raise ReadingProcessEnded(self._process.wait()) from None

    def finish(self) -> _Done:
        octets = receive(self._from)
        if octets is None:
            raise ReadingProcessEnded(self._process.wait())
        return self._decode(octets)

    def end(self) -> None:
        """At once: it has nothing that anybody waits for."""
        self._process.kill()
        self._process.wait()
        self._from.close()
        with contextlib.suppress(BrokenPipeError):  # of what was not sent yet
            self._to.close()


class _Begun(NamedTuple):
    process: _Process
    texts: list[bytes]


class ReadingProcesses:
    """So many processes that read; to be left as a context, which ends them.

    Each is sent ``batch`` octets at a time. Raises OSError if they cannot be started.
    """

    def __init__(self, count: int, *, batch: int = _BATCH) -> None:
        self._processes: deque[_Process] = deque()
        self._batch = batch
        self._logs = 0
        try:
            for _ in range(count):
                self._processes.append(_Process())
        except OSError:
            self._end()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def glean(self, texts: Iterable[bytes], clock: Clock, readers: Readers) -> Iterator[Gleaned]:
        """As ``reading.glean`` does it; each log is to be read to its end.

        Raises ReadingProcessEnded.
        """
        self._logs += 1
        log = _Log(self._logs, clock, readers)
        begun: deque[_Begun] = deque()
        for batch in self._batches(texts):
            if len(begun) == len(self._processes):
                yield from log.finish(begun.popleft())
            self._processes.rotate()  # all others are busy
            begun.append(log.begin(self._processes[0], batch))
            while begun and not batch[-1]:
                yield from log.finish(begun.popleft())
        while begun:
            yield from log.finish(begun.popleft())

    def _batches(self, texts: Iterable[bytes]) -> Iterator[list[bytes]]:
        """One ends with an empty text if there was nothing to be had for the moment."""
        batch: list[bytes] = []
        octets = 0
        for text in texts:
            batch.append(text)
            octets += len(text)
            if octets >= self._batch or not text:
                yield batch
                batch, octets = [], 0
        if batch:
            yield batch

    def _end(self) -> None:
        for each in self._processes:
            each.end()


class _Log:
    """What the processes read of one log, put together."""

    def __init__(self, number: int, clock: Clock, readers: Readers) -> None:
        self._number = number
        self._readers = readers
        self._clock = clock
        self._here = LineReader(clock, readers)
        self._foreseen = Clock(clock.latest)
        self._framer = Framer(self._foreseen)

    def begin(self, process: _Process, texts: list[bytes]) -> _Begun:
        self._foresee(texts)
        number, latest, readers = self._number, self._clock.latest, SETS.index(self._readers)
        process.begin(Work(number, latest, readers, self._foreseen.state, texts))
        return _Begun(process, texts)

    def finish(self, begun: _Begun) -> Iterator[Gleaned]:
        done = begun.process.finish()
        if all(self._minute(text) == at for text, at in done.minutes):
            yield from (Gleaned(*msgspec.structs.astuple(each)) for each in done.gleaned)
        else:
            yield from map(self._here.read, begun.texts)

    def _foresee(self, texts: list[bytes]) -> None:
        """By the first line that has a time."""
        lines = each_line(next(filter(None, texts), b"\n"))
        next(filter(None, map(self._framer.read, lines[:_LOOKED_AT])), None)

    def _minute(self, text: bytes) -> float | None:
        try:
            return self._clock.read_syslog_minute(text)
        except UnreadableTime:
            return None
