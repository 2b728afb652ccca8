"""``gotrdns explain --wait``: what is said while the name servers take up a change.

Owns where and when it is said. When to look is ``explaining.awaiting``'s business, wording is
``reports``'.
"""

import asyncio
import contextlib
import sys
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import click

from gotrdns.checking.targets import Place
from gotrdns.cli.colour import choose_paint
from gotrdns.cli.explain_options import Format
from gotrdns.cli.explanation_output import Told
from gotrdns.cli.inquiry import Inquiry
from gotrdns.cli.output import Failure, silence, write, write_octets
from gotrdns.cli.progress import Progress
from gotrdns.cli.reporting import origin_of
from gotrdns.explaining.awaiting import Look, Pace, await_repair
from gotrdns.explaining.expert import Expert
from gotrdns.reports import waiting_text
from gotrdns.reports.text import Paint, plain
from gotrdns.reports.waiting_json import encode_look

_TIME: Final = "%H:%M:%S"
_DAY_AND_TIME: Final = "%Y-%m-%d %H:%M"


class Herald(Protocol):
    """Says what a wait is doing."""

    def begin(self, place: Place) -> None: ...
    def tell(self, place: Place, look: Look, earlier: Look | None) -> None: ...


class Waiting:
    """Waits for any number of addresses, and says how each gets on."""

    def __init__(self, inquiry: Inquiry, pace: Pace, expert: Expert, progress: Progress) -> None:
        self._asked = inquiry.asked
        self._pace = pace
        self._expert = expert
        self._trouble: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._herald = _choose_herald(inquiry.format, pace, progress)
        self._status = _Status(pace, progress)

    async def wait_for(self, place: Place) -> Told:
        """Wait for one address, and explain it then."""
        self._say(self._herald.begin, place)
        self._status.note(place, None)
        eyes = self._expert.eyes(place.address, self._asked)
        looks = await_repair(eyes, place.address, name=self._asked.name, pace=self._pace)
        earlier = None
        async with contextlib.aclosing(looks):
            async for each in looks:
                self._say(self._herald.tell, place, each, earlier)
                self._status.note(place, each)
                earlier = each
        if earlier is None or earlier.explanation is None:
            raise AssertionError("a wait ends with an explanation")
        return Told(place, earlier.explanation, earlier)

    async def guard(self, work: Coroutine[Any, Any, None]) -> None:
        """Do the work, but end it where what is said on the way cannot be written."""
        task = asyncio.create_task(work)
        try:
            await asyncio.wait({task, self._trouble}, return_when=asyncio.FIRST_COMPLETED)
            if self._trouble.done():
                self._trouble.result()
            await task
        finally:
            task.cancel()

    def _say(self, say: Callable[..., None], *about: object) -> None:
        try:
            say(*about)
        except (Failure, click.exceptions.Exit) as problem:
            if not self._trouble.done():
                self._trouble.set_exception(problem)


def _choose_herald(format_: Format, pace: Pace, progress: Progress) -> Herald:
    if format_ is Format.JSON:
        return _JsonHerald(progress)
    stream = sys.stdout if format_ is Format.TEXT else sys.stderr
    on_terminal = stream is not None and stream.isatty()
    paint = choose_paint() if format_ is Format.TEXT else plain
    say = write if format_ is Format.TEXT else _write_aside
    return _TextHerald(pace, progress, say, paint, tables=on_terminal)


class _JsonHerald:
    """An object a look; the last look's is the explanation's own."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def begin(self, place: Place) -> None:
        pass

    def tell(self, place: Place, look: Look, earlier: Look | None) -> None:  # noqa: ARG002
        if look.explanation is None:
            self._progress.clear()
            write_octets(encode_look(look) + b"\n")


class _TextHerald:
    """What changed: as tables on a terminal, elsewhere as lines for a log."""

    def __init__(
        self,
        pace: Pace,
        progress: Progress,
        say: Callable[[str], None],
        paint: Paint,
        *,
        tables: bool,
    ) -> None:
        self._pace = pace
        self._progress = progress
        self._write = say
        self._paint = paint
        self._tables = tables

    def begin(self, place: Place) -> None:
        origin = origin_of(place)
        text = waiting_text.beginning(self._pace)
        self._say(place, [f"{text} ({origin})" if origin else text])

    def tell(self, place: Place, look: Look, earlier: Look | None) -> None:
        progress, before = look.progress, earlier.progress if earlier else None
        changed = list(waiting_text.changes(progress, before))
        if changed and self._tables:
            first, *rows = waiting_text.progress_table(progress, self._paint)
            self._say(place, [first])
            self._write("".join(f"{row}\n" for row in rows))
        elif changed:
            self._say(place, changed)
        if look.explanation is not None:
            self._say(place, waiting_text.ending(look))

    def _say(self, place: Place, lines: Iterable[str]) -> None:
        self._progress.clear()
        start = f"{_now():{_TIME}} {place.address}: "
        self._write("".join(f"{start}{line}\n" for line in lines))


class _Status:
    """The line that stays on a terminal between two looks."""

    def __init__(self, pace: Pace, progress: Progress) -> None:
        self._pace = pace
        self._progress = progress
        self._waits: dict[Place, _Wait] = {}

    def note(self, place: Place, look: Look | None) -> None:
        """A wait begins, or has looked."""
        now = _now()
        wait = self._waits.setdefault(place, _Wait(now + timedelta(seconds=self._pace.patience)))
        if look is not None:
            wait.look, wait.next_at = look, now + timedelta(seconds=look.pause)
        self._show(now)

    def _show(self, now: datetime) -> None:
        waits = self._waits.values()
        under_way = [each for each in waits if each.look and not each.look.explanation]
        if not under_way:
            return
        next_at = _time_text(min(each.next_at for each in under_way), now)
        end_at = _time_text(max(each.end_at for each in waits), now)
        if len(waits) == 1 and (only := under_way[0].look):
            text = waiting_text.status(only, next_at=next_at, end_at=end_at)
        else:
            done = sum(bool(each.look and each.look.progress.everywhere) for each in waits)
            text = waiting_text.status_of_several(done, len(waits), next_at=next_at, end_at=end_at)
        self._progress.show(text)


@dataclass(slots=True)
class _Wait:
    end_at: datetime
    look: Look | None = None
    next_at: datetime = datetime.max


def _now() -> datetime:
    return datetime.now().astimezone()


def _time_text(moment: datetime, now: datetime) -> str:
    return f"{moment:{_TIME if moment.date() == now.date() else _DAY_AND_TIME}}"


def _write_aside(text: str) -> None:
    """To standard error; where that leads nowhere, the results are worth having all the same."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        silence(sys.stderr)
