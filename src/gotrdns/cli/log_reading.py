"""The logs of a command line: opened, put in order, and read to whoever listens, with progress.

Owns which sources there are, the time that is of interest, and how trouble with them is told.
"""

import contextlib
import stat
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Self

from gotrdns.cli.output import Failure, complain
from gotrdns.cli.progress import Progress
from gotrdns.mail_logs.facts import Fact
from gotrdns.mail_logs.formats.line_reader import seldom_collected
from gotrdns.mail_logs.formats.readers import READERS, Readers
from gotrdns.mail_logs.reading import Gleaner, Reading, glean, read_facts
from gotrdns.mail_logs.sessions import Listener, Sessions
from gotrdns.mail_logs.sources.compression import NoZstandard
from gotrdns.mail_logs.sources.opening import Changed, File, Source, Stream
from gotrdns.mail_logs.sources.ordering import in_order
from gotrdns.mail_logs.sources.spooling import Spooled
from gotrdns.reports.logs import english as words
from gotrdns.reports.sentences import legible_path

STANDARD_INPUT: Final = "-"


class Logs:
    """The logs that the verb's options name. They can be read twice where ``again`` says so.

    Raises Failure for one that cannot be opened.
    """

    def __init__(
        self, options: Mapping[str, Any], progress: Progress, *, again: bool = False
    ) -> None:
        self._progress = progress
        self._span = Span(options["since"], options["until"])
        self._processes: int = options["processes"] or 1
        self._told = False
        self._open_files = contextlib.ExitStack()
        with failures():
            self._sources = self._open(options["files"], again=again)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open_files.close()

    @property
    def names(self) -> list[str]:
        return [encodable(each.name) for each in self._sources]

    def read(
        self,
        listener: Listener,
        clients: Callable[[], int],
        *,
        template: str = words.READING,
        readers: Readers = READERS,
    ) -> Reading:
        """Tell a listener of everything within the time that is of interest.

        ``clients`` is asked how many there are by now. Raises Failure.
        """
        reading = Reading()
        sessions = Sessions(listener)
        with failures(), self._cleared(), seldom_collected(), self._gleaner() as gleaner:
            for facts in read_facts(self._sources, reading, readers=readers, glean=gleaner):
                sessions.enter(self._span.only(facts))
                show_reading(self._progress, reading, template, clients())
        sessions.close()
        self._tell_damages(reading)
        return reading

    def _open(self, names: Sequence[str], *, again: bool) -> list[Source]:
        """The files in the order of time, then what is read once: standard input last.

        Raises OSError, NoZstandard and Changed.
        """
        files: list[File] = []
        streams: list[Stream] = []
        for path in [Path(each) for each in dict.fromkeys(names) if each != STANDARD_INPUT]:
            if _is_read_once(path):
                file = self._open_files.enter_context(path.open("rb"))
                streams.append(Stream(str(path), file, time.time()))
            else:
                files.append(File(path))
        if STANDARD_INPUT in names:
            if sys.stdin is None:
                raise Failure("standard input is closed")
            streams.append(Stream(words.STANDARD_INPUT, sys.stdin.buffer, time.time()))
        return [*in_order(files), *(map(self._spooled, streams) if again else streams)]

    def _spooled(self, stream: Stream) -> Spooled:
        return self._open_files.enter_context(contextlib.closing(Spooled(stream)))

    @contextlib.contextmanager
    def _cleared(self) -> Iterator[None]:
        try:
            yield
        finally:
            self._progress.clear()

    @contextlib.contextmanager
    def _gleaner(self) -> Iterator[Gleaner]:
        if self._processes == 1:
            yield glean
            return
        # Few ask for it.
        from gotrdns.mail_logs.processes import (  # noqa: PLC0415
            ReadingProcessEnded,
            ReadingProcesses,
        )

        try:
            processes = ReadingProcesses(self._processes)
        except OSError as error:
            raise Failure(f"--processes {self._processes}: {error.strerror}") from None
        try:
            with processes:
                yield processes.glean
        except ReadingProcessEnded as error:
            raise Failure(str(error)) from None

    def _tell_damages(self, reading: Reading) -> None:
        """Once, however often they are read."""
        if self._told:
            return
        self._told = True
        tell_damages(reading)


def _is_read_once(path: Path) -> bool:
    """A pipe, such as a shell's ``<(...)``. Raises OSError."""
    mode = path.stat().st_mode
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


class Span:
    """The time that is of interest; it has no beginning or no end where None is given."""

    def __init__(self, since: float | None, until: float | None) -> None:
        self._since = float("-inf") if since is None else since
        self._until = float("inf") if until is None else until
        self._is_all = since is None and until is None

    def only(self, facts: Sequence[Fact]) -> Iterable[Fact]:
        if self._is_all:
            return facts
        return (each for each in facts if self._since <= each.at < self._until)


def show_reading(progress: Progress, reading: Reading, template: str, clients: int) -> None:
    source = reading.source
    if source is None:
        return
    progress.show_if_due(
        template if source.size else words.READING_STREAM,
        log=legible_path(source.name),
        share=source.octets / source.size if source.size else 0,
        lines=reading.lines,
        clients=clients,
    )


def tell_damages(reading: Reading) -> None:
    for each in reading.damages:
        template = words.DAMAGES[each.harm.value]
        complain(template.format(log=legible_path(each.source), text=each.text))


@contextlib.contextmanager
def failures() -> Iterator[None]:
    """Trouble with a source, in words."""
    try:
        yield
    except (Changed, NoZstandard) as error:
        raise Failure(str(error)) from None
    except OSError as error:
        raise Failure(": ".join(filter(None, (error.filename, error.strerror)))) from None


def encodable(name: str) -> str:
    """A file's name whole; octets of it that the locale could not decode are escaped."""
    return name.encode("utf-8", "backslashreplace").decode()
