"""Lines of one log -> what they say.

Owns the way of a line to a reader, whatever the mail server, and the counts of what was read. What
a form of line means is the readers' business.
"""

import contextlib
import gc
import re
from collections.abc import Iterator
from typing import Final, TypeAlias

import msgspec

from gotrdns.mail_logs.facts import Fact, Unread
from gotrdns.mail_logs.formats.frames import Begin, Frame, Framer
from gotrdns.mail_logs.formats.postfix_usual import USUAL, read_usual
from gotrdns.mail_logs.formats.readers import Readers, Server
from gotrdns.mail_logs.formats.times import Clock
from gotrdns.mail_logs.sources.lines import each_line

SAYS_NOTHING: Final = Unread.SAYS_NOTHING
UNKNOWN_FORM: Final = Unread.UNKNOWN_FORM
# A line is worth a look if a mail server could have written it so: syslog's daemons stop at 8 KiB.
_LONGEST: Final = 16_384
_OBJECTS: Final = 100_000  # made since they were last looked at

_Usual: TypeAlias = tuple[bytes, bytes, re.Match[bytes]]
"""What stands before a usual line, the line's begin, and the rest of it."""


class Gleaned(msgspec.Struct, array_like=True):
    """What a text of so many lines yields; ``by_server`` is how many facts.

    ``unknown`` counts lines that a mail server has written about a client in words not known here;
    ``damaged`` counts those that are too long or were partly overwritten.
    """

    lines: int
    facts: list[Fact] = []
    by_server: dict[Server, int] = {}
    unknown: int = 0
    damaged: int = 0

    def count(self, server: Server, facts: int) -> None:
        if facts:
            self.by_server[server] = self.by_server.get(server, 0) + facts


class LineReader:
    """Reads the lines of one log in their order."""

    def __init__(self, clock: Clock, readers: Readers) -> None:
        self._framer = Framer(clock)
        self._readers = readers

    def read(self, text: bytes) -> Gleaned:
        """What is read from whole lines, with their ends; facts are in their order."""
        gleaned = Gleaned(text.count(b"\n"))
        facts, read_begin = gleaned.facts, self._framer.read_begin
        begins: dict[bytes, Begin | None] = {}
        usual, others = _find_usual(text)
        # Asked of all other lines at once, it tells whose log this is.
        readers = self._interested(b"".join(others))
        for before, begin, found in usual:
            if before and readers:
                self._read_each(before, readers, gleaned)
            # Within one second a process often logs several lines.
            known = begins.get(begin)
            if known is None:
                known = begins[begin] = read_begin(begin)
            if known is None:
                self._read_each(begin + text[found.start(1) : found.end()], self._readers, gleaned)
                continue
            at, _, process = known
            fact = read_usual(found, at, process)
            if fact is not SAYS_NOTHING:
                facts.append(fact)
        self._read_each(others[-1], readers, gleaned)
        gleaned.count(Server.POSTFIX, len(facts) - sum(gleaned.by_server.values()))
        return gleaned

    def _interested(self, text: bytes) -> Readers:
        return tuple(each for each in self._readers if each[1].is_of_interest(text))

    def _read_each(self, text: bytes, readers: Readers, gleaned: Gleaned) -> None:
        asked = tuple(each for each in readers if each[1].is_of_interest(text))
        if not asked:
            return
        for line in each_line(text):
            self._read_line(line, asked, gleaned)

    def _read_line(self, line: bytes, asked: Readers, gleaned: Gleaned) -> None:
        is_read = True
        for server, reader in asked:
            if not reader.is_of_interest(line):
                continue
            frame = self._framer.read(line) if len(line) <= _LONGEST else None
            if frame is None:
                is_read = False
                frame = self._rescue(line)
            fact = reader.read(frame) if frame else SAYS_NOTHING
            if fact is UNKNOWN_FORM:
                is_read = False
            elif fact is not SAYS_NOTHING:
                gleaned.facts.append(fact)
                gleaned.count(server, 1)
        if not is_read:
            _count_unread(line, gleaned)

    def _rescue(self, line: bytes) -> Frame | None:
        """What a crash has left of a line: NULs where a disk's blocks were never written."""
        rest = line.lstrip(b"\0")
        return self._framer.read(rest) if len(rest) < len(line) and len(rest) <= _LONGEST else None


@contextlib.contextmanager
def seldom_collected() -> Iterator[None]:
    """What is read holds no cycles, and to look for them as often as usual takes a tenth more."""
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _find_usual(text: bytes) -> tuple[list[_Usual], list[bytes]]:
    """The usual lines, and all that stands before, between and behind them."""
    usual: list[_Usual] = []
    others: list[bytes] = []
    end = 0
    for found in USUAL.finditer(text):
        begin = text.rfind(b"\n", end, found.start()) + 1 or end
        before = b""
        if begin > end:
            before = text[end:begin]
            others.append(before)
        usual.append((before, text[begin : found.start(1)], found))
        end = found.end()
    others.append(text[end:])
    return usual, others


def _count_unread(line: bytes, gleaned: Gleaned) -> None:
    if b"\0" in line or len(line) > _LONGEST:
        gleaned.damaged += 1
    else:
        gleaned.unknown += 1
