"""What stands around a message in a log: when, which host and which process wrote it.

Owns the forms: syslog with and without a year, ISO 8601, RFC 5424, journald's JSON, and what
containers put before each of them. The message itself is others' business.
"""

import re
from collections.abc import Callable
from typing import Annotated, Final, TypeAlias

import msgspec

from gotrdns.mail_logs.formats.times import Clock, UnreadableTime

# RFC 3164's "<PRI>", which some files keep.
_PRIORITY: Final = rb"(?:<\d{1,3}>)?"
# Host, program and process number; all of it names the process.
_WRITER: Final = rb"([^\s=]{1,255} ([^\s\[\]:]{1,128})(?:\[\d{1,10}\])?): "
_SYSLOG: Final = re.compile(
    _PRIORITY + rb"([A-Z][a-z]{2} [ \d]\d) (?:(\d{4}) )?(\d\d:\d\d:\d\d) (?:(\d{4}) )?" + _WRITER
)
_ISO_TIME: Final = rb"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?[+-]\d\d:?\d\d|Z)?) "
_ISO: Final = re.compile(_PRIORITY + _ISO_TIME + _WRITER)
_EXIM: Final = re.compile(_ISO_TIME.replace(b"[T ]", b" ") + rb"(?:\[(\d{1,10})\] )?")
_RFC5424: Final = re.compile(
    rb"<\d{1,3}>1 (\S{1,64}) (\S{1,255}) (\S{1,48}) (\S{1,128}) \S{1,32} "
    rb"(?:-|(?:\[(?:[^\]\\]|\\.){0,4096}\])+)(?: (?:\xef\xbb\xbf)?|$)"
)
# "mail-1  | " of compose, and the CRI's "2026-11-23T17:33:02.1Z stdout F ".
_CONTAINER: Final = re.compile(
    rb"(?:[A-Za-z0-9][\w.-]{0,127} +\| "
    rb"|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d) std(?:out|err) [FP] )"
)


_PROCESSES: Final = 10_000
_WRAPPINGS: Final = 2
EXIM: Final = b"exim"
"""The program of a line that names none."""


class Frame(msgspec.Struct, frozen=True, gc=False):
    """A message and what stands around it. ``process`` is of one host, and tells it from others."""

    at: float
    program: bytes
    process: bytes
    message: bytes


Begin: TypeAlias = tuple[float, bytes, bytes]
"""When, program and process, as in a Frame."""

_Octet = Annotated[int, msgspec.Meta(ge=0, le=255)]


class _Journal(msgspec.Struct, gc=False):
    """What of a line of ``journalctl --output=json`` is of use."""

    # Octets, if they are not UTF-8.
    message: str | list[_Octet] | None = msgspec.field(name="MESSAGE", default=None)
    realtime: str = msgspec.field(name="__REALTIME_TIMESTAMP", default="")
    identifier: str = msgspec.field(name="SYSLOG_IDENTIFIER", default="")
    pid: str = msgspec.field(name="_PID", default="")
    host: str = msgspec.field(name="_HOSTNAME", default="")


class _Docker(msgspec.Struct, gc=False):
    """A line of Docker's json-file log, which holds a line of another form."""

    log: str


# RecursionError is for brackets within brackets without end.
_UNREADABLE_JSON: Final = (msgspec.DecodeError, UnicodeError, RecursionError)
_DECODE_JOURNAL: Final = msgspec.json.Decoder(_Journal).decode
_DECODE_DOCKER: Final = msgspec.json.Decoder(_Docker).decode


class Framer:
    """Reads what stands around the messages of one log; the form may change from line to line."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        # "mx postfix/smtpd[4321" -> "postfix/smtpd", "mx postfix/smtpd[4321]".
        self._writers: dict[bytes, tuple[bytes, bytes]] = {}
        self._readers: list[Callable[[bytes], Frame | None]] = [
            self._read_syslog,
            self._read_iso,
            self._read_5424,
            self._read_journal,
        ]

    def read(self, line: bytes) -> Frame | None:
        """None for a line of no known form."""
        begin, _, message = line.partition(b"]: ")
        known = self.read_begin(begin)
        return self._read_wrapped(line) if known is None else Frame(*known, message)

    def read_begin(self, begin: bytes) -> Begin | None:
        """From what stands before a line's first ``]: ``.

        None if the process is not one of which a line was read before, as most are.
        """
        is_syslog = begin[3:4] == b" "
        start = 16 if is_syslog else begin.find(b" ", 19, 40) + 1
        writer = self._writers.get(begin[start:])
        if writer is None:
            return None
        read_time = self._clock.read_syslog if is_syslog else self._clock.read_iso
        try:
            return read_time(begin[: start - 1]), *writer
        except UnreadableTime:
            return None

    def _read_wrapped(self, line: bytes) -> Frame | None:
        """A line of any form, perhaps within what a container's runtime has made of it."""
        frame = self._read_form(line)
        # Compose may stand around a runtime's form, and that around a mail server's.
        for _ in range(_WRAPPINGS):
            inner = None if frame else self._unwrap(line)
            if inner is None:
                break
            line = inner
            frame = self._read_form(line)
        return frame

    def _read_form(self, line: bytes) -> Frame | None:
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
        return None

    def _remember(self, program: bytes, process: bytes) -> None:
        if process.endswith(b"]"):
            if len(self._writers) >= _PROCESSES:
                self._writers.clear()
            self._writers[process[:-1]] = program, process

    def _read_syslog(self, line: bytes) -> Frame | None:
        found = _SYSLOG.match(line)
        if found is None:
            return None
        day, early_year, time, late_year, process, program = found.groups()
        year = early_year or late_year
        if year is None:
            at = self._clock.read_syslog(b"%s %s" % (day, time))
        else:
            at = self._clock.read_dated(day, year, time)
        self._remember(program, process)
        return Frame(at, program, process, line[found.end() :])

    def _read_iso(self, line: bytes) -> Frame | None:
        found = _ISO.match(line)
        if found is None:
            return self._read_exim(line)
        time, process, program = found.groups()
        self._remember(program, process)
        return Frame(self._clock.read_iso(time), program, process, line[found.end() :])

    def _read_exim(self, line: bytes) -> Frame | None:
        """Exim's main log, where nothing is between the time and the message.

        It comes after ISO 8601 with host and program, because anything of that has this form, too.
        """
        found = _EXIM.match(line)
        if found is None:
            return None
        at = self._clock.read_iso(found[1])
        return Frame(at, EXIM, found[2] or b"", line[found.end() :])

    def _read_5424(self, line: bytes) -> Frame | None:
        found = _RFC5424.match(line)
        if found is None:
            return None
        time, host, program, pid = found.groups()
        at = self._clock.read_iso(time)
        return Frame(at, program, b"%s %s[%s]" % (host, program, pid), line[found.end() :])

    def _read_journal(self, line: bytes) -> Frame | None:
        if not line.startswith(b"{"):
            return None
        try:
            entry = _DECODE_JOURNAL(line)
        except _UNREADABLE_JSON:
            return None
        message = entry.message
        if not entry.realtime.isdecimal() or message is None:
            return None
        octets = message.encode() if isinstance(message, str) else bytes(message)
        host, program, pid = (each.encode() for each in (entry.host, entry.identifier, entry.pid))
        at = int(entry.realtime[:16]) / 1e6
        return Frame(at, program, b"%s %s[%s]" % (host, program, pid), octets)

    def _unwrap(self, line: bytes) -> bytes | None:
        """What a container's runtime has put something around of its own."""
        if found := _CONTAINER.match(line):
            return line[found.end() :]
        if line.startswith(b'{"log":'):
            try:
                return _DECODE_DOCKER(line).log.rstrip("\n").encode()
            except _UNREADABLE_JSON:
                return None
        return None
