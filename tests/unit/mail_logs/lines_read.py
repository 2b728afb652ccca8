"""What a line, or octets of a log, yield, for tests."""

import io
from datetime import UTC, datetime, tzinfo
from typing import Final

from gotrdns.mail_logs.facts import Fact
from gotrdns.mail_logs.reading import Reading, read_facts
from gotrdns.mail_logs.sources.opening import Stream

LATEST: Final = datetime(2026, 11, 28, tzinfo=UTC).timestamp()
STAMP: Final = b"Nov 23 17:33:02 mx "
AT: Final = datetime(2026, 11, 23, 17, 33, 2, tzinfo=UTC).timestamp()


def read_octets(
    octets: bytes, *, latest: float = LATEST, zone: tzinfo = UTC
) -> tuple[list[Fact], Reading]:
    reading = Reading()
    source = Stream("-", io.BytesIO(octets), latest)
    facts = [each for some in read_facts([source], reading, zone=zone) for each in some]
    return facts, reading


def read_line(line: bytes) -> Fact | None:
    """Of a line in whatever form."""
    facts, _ = read_octets(line + b"\n")
    assert len(facts) < 2
    return facts[0] if facts else None


def read_postfix(message: bytes, service: bytes = b"postfix/smtpd") -> Fact | None:
    return read_line(STAMP + service + b"[123]: " + message)


def read_exim(message: bytes) -> Fact | None:
    return read_line(b"2026-11-23 17:33:02 " + message)


def unknown(message: bytes) -> int:
    """How many lines of one message are of no known form."""
    _, reading = read_octets(STAMP + b"postfix/smtpd[123]: " + message + b"\n")
    return reading.unknown
