"""What happened to one client, folded into chapters: the same thing in a row becomes one.

Owns the folding, in memory that does not grow with the log. What happened may be told late, and is
then put where it belongs by its time.
"""

import bisect
from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Final

import msgspec

from gotrdns.reports.logs.complaint import Chapter, Chronicle, Event
from gotrdns.reports.logs.report import Ground

# Chapters of one client that are kept, in a third of which its beginning stays.
MOST: Final = 600
# Seconds. What comes after a longer silence begins a new chapter as long as something may be told
# late that belongs in between.
_SILENCE: Final = 3600.0

_begins_at: Final = attrgetter("first_at")


class Kind(msgspec.Struct, frozen=True):
    """What may become one chapter. ``likeness`` is the same of replies that differ in trifles."""

    event: Event
    ground: Ground | None = None
    name: str = ""
    likeness: str = ""


class _Piece(msgspec.Struct):
    """A chapter in the making."""

    kind: Kind
    reply: str
    first_at: float
    last_at: float
    times: int = 1

    def add(self, other: "_Piece") -> None:
        self.first_at = min(self.first_at, other.first_at)
        if other.last_at >= self.last_at:
            self.last_at = other.last_at
            self.reply = other.reply
        self.times += other.times

    def chapter(self) -> Chapter:
        kind = self.kind
        return Chapter(
            kind.event,
            self.first_at,
            self.last_at,
            self.times,
            kind.ground,
            kind.name,
            self.reply,
        )


class Folding:
    """Takes what happened in about the order of time; ``chronicle`` is what became of it."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._pieces: list[_Piece] = []  # in the order of their beginnings
        self._chapters_left_out = 0
        self._events_left_out = 0
        self._left_out_after = 0  # how many pieces stand before what is left out

    def add(self, at: float, kind: Kind, reply: str = "") -> None:
        new = _Piece(kind, reply, at, at)
        place = bisect.bisect_right(self._pieces, at, key=_begins_at)
        before = self._pieces[place - 1] if place else None
        if before is not None and before.kind == kind and at - before.last_at <= _SILENCE:
            before.add(new)
            return
        self._pieces.insert(place, new)
        if place < self._left_out_after:
            self._left_out_after += 1
        if len(self._pieces) > self._most:
            self._shrink()

    def chronicle(self) -> Chronicle:
        beginning, end = self._halves()
        return Chronicle(
            tuple(each.chapter() for each in _folded(beginning)),
            tuple(each.chapter() for each in _folded(end)),
            self._chapters_left_out,
            self._events_left_out,
        )

    def _halves(self) -> tuple[list[_Piece], list[_Piece]]:
        """Before what is left out, and after; all is beginning where nothing is."""
        if not self._chapters_left_out:
            return self._pieces, []
        return self._pieces[: self._left_out_after], self._pieces[self._left_out_after :]

    def _shrink(self) -> None:
        """By folding if that makes room, else by leaving out what is neither beginning nor end."""
        beginning, end = map(list, map(_folded, self._halves()))
        third = self._most // 3
        if not self._chapters_left_out:
            beginning, end = beginning[:third], beginning[third:]
        if len(beginning) + len(end) > 2 * third:
            out = [*beginning[third:], *end[:-third]]
            beginning, end = beginning[:third], end[-third:]
            self._chapters_left_out += len(out)
            self._events_left_out += sum(each.times for each in out)
        self._pieces = [*beginning, *end]
        self._left_out_after = len(beginning) if self._chapters_left_out else 0


def _folded(pieces: Iterable[_Piece]) -> Iterator[_Piece]:
    """Neighbours of one kind become one."""
    current: _Piece | None = None
    for each in pieces:
        if current is not None and current.kind == each.kind:
            current.add(each)
            continue
        if current is not None:
            yield current
        current = msgspec.structs.replace(each)
    if current is not None:
        yield current
