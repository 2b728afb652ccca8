"""Coverage-guided fuzzing of mail logs: facts or counts, however the octets are cut."""

import io
import sys
from collections.abc import Iterator

import atheris

with atheris.instrument_imports(include=["gotrdns.mail_logs"]):
    from gotrdns.mail_logs.facts import Acceptance, Doubt, Fact, Rejection
    from gotrdns.mail_logs.reading import Reading, read_facts
    from gotrdns.mail_logs.sources.opening import Damage

LATEST = 1_795_824_000.0


class Pieces:
    """A source of octets that come in pieces of one size."""

    name = "-"
    latest = LATEST
    size: int | None = None

    def __init__(self, octets: bytes, size: int) -> None:
        self.octets = len(octets)
        self.damages: list[Damage] = []
        self._stream = io.BytesIO(octets)
        self._size = size

    def pieces(self) -> Iterator[bytes]:
        while piece := self._stream.read(self._size):
            yield piece


def read(octets: bytes, size: int) -> tuple[list[Fact], Reading]:
    reading = Reading()
    source = Pieces(octets, size)
    return [fact for some in read_facts([source], reading) for fact in some], reading


def check(fact: Fact, line: bytes) -> None:
    """What a fact says stands in its line, and its client stands before what strangers say."""
    if fact.client not in line or (fact.name or b"") not in line:
        raise ValueError(fact)
    if len(fact.client) > 45 or b" " in fact.client:
        raise ValueError(fact)
    if isinstance(fact, Rejection | Acceptance) and fact.helo not in line:
        raise ValueError(fact)
    if isinstance(fact, Doubt) and fact.claimed not in line:
        raise ValueError(fact)


def read_log(data: bytes) -> None:
    """The first octet says how large the pieces are; whole and in pieces must give the same."""
    if not data:
        return
    size, octets = data[0] or 1, data[1:]
    facts, whole = read(octets, 1 << 20)
    again, parts = read(octets, size)
    key = [(type(fact).__name__, repr(fact)) for fact in facts]
    if sorted(key) != sorted((type(fact).__name__, repr(fact)) for fact in again):
        raise ValueError((facts, again))
    if (whole.lines, whole.damaged) != (parts.lines, parts.damaged):
        raise ValueError((vars(whole), vars(parts)))
    if b"\\" not in octets:  # in JSON, what is said does not stand there as it is
        for fact in facts:
            check(fact, octets)


atheris.Setup(sys.argv, read_log)
atheris.Fuzz()
