"""Lines of one log -> what they say.

Owns the way of a line to a reader, whatever the mail server, and the counts of what was read. What
a form of line means is the readers' business.
"""

import re
from collections import Counter
from typing import Final

import msgspec

from gotrdns.mail_logs.facts import Fact, Unread
from gotrdns.mail_logs.frames import Begin, Frame, Framer
from gotrdns.mail_logs.lines import each_line
from gotrdns.mail_logs.postfix_usual import USUAL, read_usual
from gotrdns.mail_logs.readers import Reader, Readers, Server
from gotrdns.mail_logs.times import Clock

SAYS_NOTHING: Final = Unread.SAYS_NOTHING
UNKNOWN_FORM: Final = Unread.UNKNOWN_FORM
# A line is worth a look if a mail server could have written it so: syslog's daemons stop at 8 KiB.
_LONGEST: Final = 16_384


class Gleaned(msgspec.Struct):
    """What a text of so many lines yields; ``by_server`` is how many facts.

    ``unknown`` counts lines that a mail server has written about a client in words not known here;
    ``damaged`` counts those that are too long or were partly overwritten.
    """

    lines: int
    facts: list[Fact] = []
    by_server: Counter[Server] = msgspec.field(default_factory=Counter)
    unknown: int = 0
    damaged: int = 0


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
        usual, rest = _find_usual(text)
        # Asked of all other lines at once, it tells whose log this is.
        others = self._interested(b"".join([*(before for before, _, _ in usual), rest]))
        for before, begin, found in usual:
            if before and others:
                self._read_each(before, others, gleaned)
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
        self._read_each(rest, others, gleaned)
        gleaned.by_server[Server.POSTFIX] += len(facts) - gleaned.by_server.total()
        return gleaned

    def _interested(self, text: bytes) -> Readers:
        return tuple(each for each in self._readers if each[1].is_of_interest(text))

    def _read_each(self, text: bytes, readers: Readers, gleaned: Gleaned) -> None:
        lines: list[bytes] = []
        facts: list[Fact] = []
        for server, reader in readers:
            if not reader.is_of_interest(text):
                continue
            lines = lines or each_line(text)
            found = self._read_as(reader, lines, gleaned)
            gleaned.by_server[server] += len(found)
            in_order = not facts
            facts += found
            if not in_order:
                facts.sort(key=_when)
        gleaned.facts += facts

    def _read_as(self, reader: Reader, lines: list[bytes], gleaned: Gleaned) -> list[Fact]:
        of_interest, read, framed = reader.is_of_interest, reader.read, self._framer.read
        facts: list[Fact] = []
        keep = facts.append
        for line in lines:
            if not of_interest(line):
                continue
            frame = framed(line) if len(line) <= _LONGEST else None
            if frame is None:
                frame = self._rescue(line, gleaned)
                if frame is None:
                    continue
            fact = read(frame)
            if fact is UNKNOWN_FORM:
                _count_unread(line, gleaned)
            elif fact is not SAYS_NOTHING:
                keep(fact)
        return facts

    def _rescue(self, line: bytes, gleaned: Gleaned) -> Frame | None:
        """What a crash has left of a line: NULs where a disk's blocks were never written."""
        rest = line.lstrip(b"\0")
        frame = None
        if len(rest) < len(line) and len(rest) <= _LONGEST:
            frame = self._framer.read(rest)
        _count_unread(line, gleaned)
        return frame


def _find_usual(text: bytes) -> tuple[list[tuple[bytes, bytes, re.Match[bytes]]], bytes]:
    """What stands before each usual line, its begin, and the rest of it; what stands behind all."""
    usual = []
    end = 0
    for found in USUAL.finditer(text):
        begin = text.rfind(b"\n", end, found.start()) + 1 or end
        usual.append((text[end:begin], text[begin : found.start(1)], found))
        end = found.end()
    return usual, text[end:]


def _when(fact: Fact) -> float:
    return fact.at


def _count_unread(line: bytes, gleaned: Gleaned) -> None:
    if b"\0" in line or len(line) > _LONGEST:
        gleaned.damaged += 1
    else:
        gleaned.unknown += 1
