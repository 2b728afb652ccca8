"""``gotrdns logs --follow``: what a log says is told while it is written, and then reported on.

Owns when something is told, and what ends it. What a line says of a client is ``mail_logs``'
business, wording is ``reports``'.
"""

import contextlib
import signal
import stat
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, Final, Protocol, Self

import click
import msgspec

from gotrdns.cli.colour import choose_paint
from gotrdns.cli.log_reading import (
    STANDARD_INPUT,
    Span,
    encodable,
    failures,
    show_reading,
    tell_damages,
)
from gotrdns.cli.log_reports import conclude
from gotrdns.cli.output import (
    Failure,
    complain,
    end_if_nobody_reads,
    terminal_width,
    write,
    write_octets,
)
from gotrdns.cli.progress import Progress
from gotrdns.mail_logs.clients.accounts import Ledger
from gotrdns.mail_logs.facts import Rejection
from gotrdns.mail_logs.live.folding import Folding
from gotrdns.mail_logs.live.telling import tell
from gotrdns.mail_logs.reading import Reading, read_facts
from gotrdns.mail_logs.sessions import Noted, Sessions
from gotrdns.mail_logs.sources.compression import LONGEST_MAGIC, NoZstandard, detect
from gotrdns.mail_logs.sources.following import Followed
from gotrdns.reports.logs import english as words
from gotrdns.reports.logs.live import compose_line, compose_repetition, encode_turned_away
from gotrdns.reports.logs.report import Ground, TurnedAway
from gotrdns.reports.sentences import legible_path

_BETWEEN_LOOKS: Final = 0.25  # seconds

_Tell = Callable[[Rejection, Ground, Noted], None]


def follow_log(options: Mapping[str, Any]) -> int:
    """Tell and then print what the options, by their parameters' names, ask for; the exit status.

    Raises Failure.
    """
    path = _only(options["files"])
    progress = Progress()
    ledger = Ledger(keeps_envelopes=options["envelope"])
    herald = _JsonHerald() if options["as_json"] else _TextHerald(progress)
    with _Ending(options["until"]) as ending, contextlib.ExitStack() as cleared:
        cleared.callback(progress.clear)
        reading = _Following(path, options, ending, herald, progress).read(ledger)
    tell_damages(reading)
    herald.end()
    return conclude(ledger, reading, [encodable(str(path))], options, progress)


class _Herald(Protocol):
    """Says what happened."""

    def tell(self, turned_away: TurnedAway) -> None: ...
    def wait(self) -> None:
        """Nothing happens; it is asked again soon."""

    def end(self) -> None: ...


class _JsonHerald:
    """Programs are told everything."""

    def tell(self, turned_away: TurnedAway) -> None:
        write_octets(encode_turned_away(turned_away) + b"\n")

    def wait(self) -> None:
        pass

    def end(self) -> None:
        pass


class _TextHerald:
    """People are told once what a client has happen to it time and again, and then how often."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._folding = Folding()
        self._paint = choose_paint()
        self._has_told = False

    def tell(self, turned_away: TurnedAway) -> None:
        now = time.monotonic()
        self._tell_repetitions(now)
        if self._folding.is_news(turned_away, now):
            self._say(compose_line(turned_away, width=terminal_width(), paint=self._paint))

    def wait(self) -> None:
        self._tell_repetitions(time.monotonic())

    def end(self) -> None:
        if self._has_told:  # the report is another matter, and counts what happened again
            self._say("")

    def _tell_repetitions(self, now: float) -> None:
        width = terminal_width()
        for told, times in self._folding.due(now):
            again = msgspec.structs.replace(told, at=time.time())
            self._say(compose_repetition(again, times, width=width, paint=self._paint))

    def _say(self, line: str) -> None:
        self._progress.clear()
        self._has_told = True
        write(f"{line}\n")


class _Ending:
    """Whether it is over: after the first interrupt or SIGTERM, or at a moment that was given.

    A second interrupt finds things as they were before, and ends everything at once.
    """

    def __init__(self, until: float | None) -> None:
        self._until = float("inf") if until is None else until
        self._is_asked = False
        self._before: dict[int, Any] = {}

    @property
    def is_asked(self) -> bool:
        return self._is_asked

    @property
    def is_over(self) -> bool:
        return self._is_asked or time.time() >= self._until

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            # A shell starts what it puts in the background with interrupts ignored.
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        self._restore()

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self._is_asked = True
        self._restore()

    def _restore(self) -> None:
        while self._before:
            signal.signal(*self._before.popitem())


class _Following:
    """Reads one log to a ledger; what comes after its end was reached is told, too."""

    def __init__(
        self,
        path: Path,
        options: Mapping[str, Any],
        ending: _Ending,
        herald: _Herald,
        progress: Progress,
    ) -> None:
        self._ending = ending
        self._herald = herald
        self._progress = progress
        self._span = Span(options["since"], options["until"])
        self._with_envelope = options["envelope"]
        self._source = Followed(path, self._wait, time.time)
        self._reading = Reading()
        self._is_live = False
        self._trouble: int | None = None
        self._clients = 0

    def read(self, ledger: Ledger) -> Reading:
        sessions = Sessions(_Listener(ledger, self._tell))
        lists = read_facts([self._source], self._reading)
        with failures(), contextlib.closing(lists):
            for facts in lists:
                sessions.enter(self._span.only(facts))
                self._clients = len(ledger.accounts)
                if self._is_live:
                    continue
                if self._ending.is_asked:
                    break
                show_reading(self._progress, self._reading, words.READING, self._clients)
        sessions.close()
        return self._reading

    def _tell(self, rejection: Rejection, ground: Ground, noted: Noted) -> None:
        if not self._is_live:
            return
        told = tell(rejection, ground, noted, with_envelope=self._with_envelope)
        if told is not None:
            self._herald.tell(told)

    def _wait(self) -> bool:
        """Called when everything that is there has been read."""
        if self._ending.is_over:
            return False
        self._is_live = True
        self._tell_trouble()
        self._herald.wait()
        end_if_nobody_reads()
        self._progress.show(
            words.FOLLOWING.format(
                log=legible_path(self._source.name),
                lines=self._reading.lines,
                clients=self._clients,
            )
        )
        time.sleep(_BETWEEN_LOOKS)
        return True

    def _tell_trouble(self) -> None:
        """Once, as long as it stays the same."""
        trouble = self._source.trouble
        if trouble is None or trouble.errno == self._trouble:
            self._trouble = trouble.errno if trouble else None
            return
        self._trouble = trouble.errno
        self._progress.clear()
        is_missing = isinstance(trouble, FileNotFoundError)
        template = words.NOT_THERE_YET if is_missing else words.NOT_READABLE
        complain(template.format(log=legible_path(self._source.name), text=trouble.strerror))


class _Listener:
    """Has a ledger kept, and tells of what turns clients away for reverse DNS."""

    def __init__(self, ledger: Ledger, tell: _Tell) -> None:
        self._ledger = ledger
        self._tell = tell
        self.arrived = ledger.arrived
        self.taken_in = ledger.taken_in
        self.submitted = ledger.submitted

    def rejected(self, rejection: Rejection, ground: Ground | None, noted: Noted) -> None:
        self._ledger.rejected(rejection, ground, noted)
        if ground is not None:
            self._tell(rejection, ground, noted)


def _only(names: Sequence[str]) -> Path:
    if len(names) > 1 or STANDARD_INPUT in names:
        raise click.UsageError("--follow takes the name of one file")
    path = Path(names[0])
    _check(path)
    return path


def _check(path: Path) -> None:
    """That it is a log which may be written to. One that is not there yet is as good."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise Failure(words.NOT_REGULAR.format(log=legible_path(str(path))))
        with path.open("rb") as file:
            begin = file.read(LONGEST_MAGIC)
    except FileNotFoundError:
        return
    except OSError as error:
        raise Failure(f"{error.filename}: {error.strerror}") from None
    try:
        is_compressed = detect(begin, str(path)) is not None
    except NoZstandard:
        is_compressed = True
    if is_compressed:
        raise Failure(words.COMPRESSED.format(log=legible_path(str(path))))
