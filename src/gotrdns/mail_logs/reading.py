"""Logs in, facts out: every line of every source, in the order of time.

Owns the way of lines from a source to whoever reads them, and the sums of what was read. What the
facts amount to is others' business.

``read_facts`` yields lists of facts, one for each piece of a source (up to 128 KiB), because a
generator's turn for each fact costs more than reading it. A list may be empty: a source that is
followed yields one whenever it has been waited for in vain, and that is the moment to look at a
clock.
"""

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from datetime import tzinfo
from typing import TypeAlias

from gotrdns.mail_logs.facts import Fact
from gotrdns.mail_logs.formats.line_reader import Gleaned, LineReader
from gotrdns.mail_logs.formats.readers import READERS, Readers, Server
from gotrdns.mail_logs.formats.times import Clock
from gotrdns.mail_logs.sources.lines import LineCutter
from gotrdns.mail_logs.sources.opening import Damage, Source

Gleaner: TypeAlias = Callable[[Iterable[bytes], Clock, Readers], Iterator[Gleaned]]


class Reading:
    """What was read so far. It may be looked at between two lists of facts.

    ``octets`` are those of the files as they are stored, compressed or not, as progress wants them.
    ``unknown`` and ``damaged`` lines are as in ``Gleaned``, ``facts`` is by mail server.
    ``first_at`` and ``last_at`` are of lines that yielded facts, in seconds since 1970.
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

    def add(self, gleaned: Gleaned) -> None:
        self.lines += gleaned.lines
        self.unknown += gleaned.unknown
        self.damaged += gleaned.damaged
        self.facts.update(gleaned.by_server)
        if gleaned.facts:
            # Lines of one text are in order, but for trifles.
            first, last = gleaned.facts[0].at, gleaned.facts[-1].at
            self.first_at = first if self.first_at is None else min(first, self.first_at)
            self.last_at = last if self.last_at is None else max(last, self.last_at)


def glean(texts: Iterable[bytes], clock: Clock, readers: Readers) -> Iterator[Gleaned]:
    """What texts of one log yield, each of whole lines."""
    return map(LineReader(clock, readers).read, texts)


def read_facts(
    sources: Iterable[Source],
    reading: Reading,
    *,
    zone: tzinfo | None = None,
    readers: Readers = READERS,
    glean: Gleaner = glean,
) -> Generator[list[Fact], None, None]:
    """Reads the sources one after another, as they are given: see ``ordering.in_order``.

    ``zone`` is that of time stamps which name none, by default this machine's. ``glean`` is how the
    texts are read: here, or in several processes.
    """
    for source in sources:
        reading.source = source
        before = reading.octets
        cutter = LineCutter()
        clock = Clock(source.latest, zone)
        for gleaned in glean(cutter.texts(source.pieces()), clock, readers):
            reading.octets = before + source.octets
            reading.add(gleaned)
            yield gleaned.facts
        reading.damaged += cutter.too_long
        reading.octets = before + source.octets
        reading.damages += source.damages
