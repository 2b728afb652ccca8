"""Logs in, facts out: every line of every source, in the order of time.

Owns the way of a line from a source to a reader, and the counts of what was read. What a form of
line means is the readers' business; what the facts amount to, others'.

``read_facts`` yields lists of facts, one for each piece of a source (up to 128 KiB), because a
generator's turn for each fact costs more than reading it. A list may be empty: a source that is
followed yields one whenever it has been waited for in vain, and that is the moment to look at a
clock.
"""

from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from datetime import tzinfo
from typing import Final

from gotrdns.mail_logs.facts import Fact, Unread
from gotrdns.mail_logs.frames import Frame, Framer
from gotrdns.mail_logs.lines import LineCutter
from gotrdns.mail_logs.readers import READERS, Reader, Readers, Server
from gotrdns.mail_logs.sources import Damage, Source
from gotrdns.mail_logs.times import Clock

SAYS_NOTHING: Final = Unread.SAYS_NOTHING
UNKNOWN_FORM: Final = Unread.UNKNOWN_FORM
# A line is worth a look if a mail server could have written it so: syslog's daemons stop at 8 KiB.
_LONGEST: Final = 16_384


class Reading:
    """What was read so far. It may be looked at between two lists of facts.

    ``octets`` are those of the files as they are stored, compressed or not, as progress wants them.
    ``unknown`` counts lines that a mail server has written about a client in words not known here;
    ``damaged`` counts those that are too long or were partly overwritten. ``facts`` is by mail
    server. ``first_at`` and ``last_at`` are of lines that yielded facts, in seconds since 1970.
    """

    def __init__(self) -> None:
        self.lines = 0
        self.octets = 0
        self.unknown = 0
        self.damaged = 0
        self.facts: Counter[Server] = Counter()
        self.first_at: float | None = None
        self.last_at: float | None = None
        self.damages: list[Damage] = []
        self.source: Source | None = None

    def span(self, facts: list[Fact]) -> None:
        """Lines of one list are in order, but for trifles."""
        first, last = facts[0].at, facts[-1].at
        self.first_at = first if self.first_at is None else min(first, self.first_at)
        self.last_at = last if self.last_at is None else max(last, self.last_at)


def read_facts(
    sources: Iterable[Source],
    reading: Reading,
    *,
    zone: tzinfo | None = None,
    readers: Readers = READERS,
) -> Generator[list[Fact], None, None]:
    """Reads the sources one after another, as they are given: see ``sources.in_order``.

    ``zone`` is that of time stamps which name none, by default this machine's.
    """
    for source in sources:
        yield from _Pass(source, reading, zone, readers).facts()


def _when(fact: Fact) -> float:
    return fact.at


class _Pass:
    """The way through one source."""

    def __init__(
        self, source: Source, reading: Reading, zone: tzinfo | None, readers: Readers
    ) -> None:
        self._readers = readers
        self._source = source
        self._reading = reading
        self._framer = Framer(Clock(source.latest, zone))
        self._cutter = LineCutter()
        self._unread: set[int] = set()  # by identity, of the lines at hand: each reader sees them

    def facts(self) -> Iterator[list[Fact]]:
        reading, source = self._reading, self._source
        reading.source = source
        before = reading.octets
        for piece in source.pieces():
            lines = self._cutter.cut(piece)
            reading.octets = before + source.octets
            yield self._read(lines, piece)
        if rest := self._cutter.end():
            yield self._read(rest, b"")
        reading.damaged += self._cutter.too_long
        reading.octets = before + source.octets
        reading.damages += source.damages

    def _read(self, lines: list[bytes], piece: bytes) -> list[Fact]:
        """``piece`` is what the lines are of; the first may have begun in the one before."""
        reading = self._reading
        reading.lines += len(lines)
        self._unread.clear()
        facts: list[Fact] = []
        for server, reader in self._readers:
            # Asked of all lines at once, it tells whose log this is.
            if reader.is_of_interest(piece) or reader.is_of_interest(b"".join(lines[:1])):
                found = self._read_as(reader, lines)
                if found:
                    reading.facts[server] += len(found)
                    in_order = not facts
                    facts += found
                    if not in_order:
                        facts.sort(key=_when)
        if facts:
            reading.span(facts)
        return facts

    def _read_as(self, reader: Reader, lines: list[bytes]) -> list[Fact]:
        of_interest, read, framed = reader.is_of_interest, reader.read, self._framer.read
        facts: list[Fact] = []
        keep = facts.append
        for line in lines:
            if not of_interest(line):
                continue
            frame = framed(line) if len(line) <= _LONGEST else None
            if frame is None:
                frame = self._rescue(line)
                if frame is None:
                    continue
            fact = read(frame)
            if fact is UNKNOWN_FORM:
                self._count_unread(line)
            elif fact is not SAYS_NOTHING:
                keep(fact)
        return facts

    def _rescue(self, line: bytes) -> Frame | None:
        """What a crash has left of a line: NULs where a disk's blocks were never written."""
        rest = line.lstrip(b"\0")
        frame = None
        if len(rest) < len(line) and len(rest) <= _LONGEST:
            frame = self._framer.read(rest)
        self._count_unread(line)
        return frame

    def _count_unread(self, line: bytes) -> None:
        if id(line) in self._unread:
            return
        self._unread.add(id(line))
        if b"\0" in line or len(line) > _LONGEST:
            self._reading.damaged += 1
        else:
            self._reading.unknown += 1
