"""What stands around a message in a log: when, which host and which process wrote it.

Owns the forms: syslog with and without a year, ISO 8601, RFC 5424, journald's JSON, and what
containers put before each of them. The message itself is others' business.
"""

import re
from collections.abc import Callable
from typing import Final

import msgspec

from gotrdns.mail_logs.times import Clock, UnreadableTime

# RFC 3164's "<PRI>", which some files keep.
_PRIORITY: Final = rb"(?:<\d{1,3}>)?"
_WRITER: Final = rb"(\S{1,255}) ([^\s\[\]:]{1,128})(?:\[(\d{1,10})\])?: "
_SYSLOG: Final = re.compile(
    _PRIORITY + rb"([A-Z][a-z]{2} [ \d]\d) (?:(\d{4}) )?(\d\d:\d\d:\d\d) (?:(\d{4}) )?" + _WRITER
)
_ISO: Final = re.compile(
    _PRIORITY
    + rb"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?[+-]\d\d:?\d\d|Z)?) "
    + _WRITER
)
_RFC5424: Final = re.compile(
    rb"<\d{1,3}>1 (\S{1,64}) (\S{1,255}) (\S{1,48}) (\S{1,128}) \S{1,32} "
    rb"(?:-|(?:\[(?:[^\]\\]|\\.){0,4096}\])+)(?: (?:\xef\xbb\xbf)?|$)"
)
# "mail-1  | " of compose, and the CRI's "2026-11-23T17:33:02.1Z stdout F ".
_CONTAINER: Final = re.compile(
    rb"(?:[A-Za-z0-9][\w.-]{0,127} +\| |\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d) std(?:out|err) [FP] )"
)


class Frame(msgspec.Struct, frozen=True, gc=False):
    """``process`` is host, program and process number; ``start`` is where the message begins."""

    at: float
    program: bytes
    process: bytes
    message: bytes


class _Journal(msgspec.Struct, gc=False):
    """What of a line of ``journalctl --output=json`` is of use."""

    message: str | list[int] | None = msgspec.field(name="MESSAGE", default=None)
    realtime: str = msgspec.field(name="__REALTIME_TIMESTAMP", default="")
    identifier: str = msgspec.field(name="SYSLOG_IDENTIFIER", default="")
    pid: str = msgspec.field(name="_PID", default="")
    host: str = msgspec.field(name="_HOSTNAME", default="")


class _Docker(msgspec.Struct, gc=False):
    """A line of Docker's json-file log, which holds a line of another form."""

    log: str


_DECODE_JOURNAL: Final = msgspec.json.Decoder(_Journal).decode
_DECODE_DOCKER: Final = msgspec.json.Decoder(_Docker).decode


class Framer:
    """Reads what stands around the messages of one log; the form may change from line to line."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._readers: list[Callable[[bytes], Frame | None]] = [
            self._read_syslog,
            self._read_iso,
            self._read_5424,
            self._read_journal,
        ]

    def read(self, line: bytes) -> Frame | None:
        """None for a line of no known form."""
        readers = self._readers
        for position, read in enumerate(readers):
            try:
                frame = read(line)
            except UnreadableTime:
                return None
            if frame is not None:
                if position:  # the next line is likely to look alike
                    readers.insert(0, readers.pop(position))
                return frame
        return self._read_wrapped(line)

    def _read_syslog(self, line: bytes) -> Frame | None:
        found = _SYSLOG.match(line)
        if found is None:
            return None
        day, early_year, time, late_year, host, program, pid = found.groups()
        year = early_year or late_year
        if year is None:
            at = self._clock.read_syslog(day + b" " + time)
        else:
            at = self._clock.read_dated(day, year, time)
        return _frame(at, host, program, pid, line[found.end() :])

    def _read_iso(self, line: bytes) -> Frame | None:
        found = _ISO.match(line)
        if found is None:
            return None
        time, host, program, pid = found.groups()
        return _frame(self._clock.read_iso(time), host, program, pid, line[found.end() :])

    def _read_5424(self, line: bytes) -> Frame | None:
        found = _RFC5424.match(line)
        if found is None:
            return None
        time, host, program, pid = found.groups()
        return _frame(self._clock.read_iso(time), host, program, pid, line[found.end() :])

    def _read_journal(self, line: bytes) -> Frame | None:
        if not line.startswith(b"{"):
            return None
        try:
            entry = _DECODE_JOURNAL(line)
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError):
            return None
        if not entry.realtime.isdecimal() or entry.message is None:
            return None
        message = (
            entry.message.encode()
            if isinstance(entry.message, str)
            else bytes(each & 0xFF for each in entry.message)
        )
        at = int(entry.realtime) / 1e6
        parts = (each.encode() for each in (entry.host, entry.identifier, entry.pid))
        return _frame(at, *parts, message)

    def _read_wrapped(self, line: bytes) -> Frame | None:
        """A line of one of the forms within what a container's runtime made of it."""
        if found := _CONTAINER.match(line):
            return self.read(line[found.end() :]) if found.end() else None
        if line.startswith(b'{"log":'):
            try:
                inner = _DECODE_DOCKER(line).log.rstrip("\n").encode()
            except (msgspec.DecodeError, UnicodeError):
                return None
            return None if inner.startswith(b"{") else self.read(inner)
        return None


def _frame(at: float, host: bytes, program: bytes, pid: bytes | None, message: bytes) -> Frame:
    return Frame(at, program, b"%s %s %s" % (host, program, pid or b""), message)
