"""Postfix's own lines: smtpd's, postscreen's, and what cleanup says of milters.

Owns their forms (Postfix 2.10 and later). What strangers say stands in them between angle brackets or
after the last fixed word, so patterns are anchored at both ends, and nothing inside is believed.
"""

import re
from typing import Final

from gotrdns.mail_logs.facts import (
    Acceptance,
    Arrival,
    Departure,
    Doubt,
    Fact,
    Fate,
    Flaw,
    Rejection,
)
from gotrdns.mail_logs.frames import Frame

_CLIENT: Final = rb"([^\s\[\]]{1,255})\[([0-9A-Fa-f.:]{2,45})\](?::\d{1,5})?"
_CONNECT: Final = re.compile(rb"connect from " + _CLIENT)
_DISCONNECT: Final = re.compile(rb"disconnect from " + _CLIENT)
_ACCEPTED: Final = re.compile(rb"([0-9A-Za-z]{6,20}): client=" + _CLIENT)
_DOUBT: Final = re.compile(
    rb"warning: hostname (\S{1,255}) does not resolve to address ([0-9A-Fa-f.:]{2,45})(?:: (.+))?"
)
_NUMERIC: Final = re.compile(rb"warning: numeric hostname: (\S{1,255})")
_REJECTED: Final = re.compile(
    rb"(NOQUEUE|[0-9A-Za-z]{6,20}): (reject|reject_warning|warn|milter-reject): "
    rb"(\S{1,40}(?: command)?) from " + _CLIENT + rb": "
    rb"(?:(\d{3})[ -])?(\d\.\d{1,3}\.\d{1,3})? ?(.*)",
    re.DOTALL,
)
# The last of each word counts: what stands before is text that a stranger may have shaped.
_ENVELOPE: Final = re.compile(
    rb"(.*); (?:from=<(.*?)> )?(?:to=<(.*?)> )?proto=(\w{1,10})(?: helo=<(.*)>)?", re.DOTALL
)
_FLAWS: Final = {
    None: Flaw.MISMATCH,
    b"Name or service not known": Flaw.NXDOMAIN,
    b"No address associated with hostname": Flaw.NODATA,
    b"Temporary failure in name resolution": Flaw.TEMPORARY,
}
_UNKNOWN: Final = b"unknown"


def is_of_interest(line: bytes) -> bool:
    """Whether a line may say something about a client; asked of every line, so it costs little."""
    return b"/smtpd[" in line or b"/postscreen[" in line or b"milter-reject: " in line


def read_message(frame: Frame) -> Fact | None:
    """What a message says, None where it says nothing about a client."""
    message = frame.message
    first = message[:1]
    if first == b"c":
        found = _CONNECT.fullmatch(message)
        return Arrival(*_who(frame, found[1], found[2])) if found else None
    if first == b"d":
        found = _DISCONNECT.match(message)
        return Departure(*_who(frame, found[1], found[2])) if found else None
    if first == b"w":
        return _read_warning(frame)
    if b"client=" in message[:32]:
        found = _ACCEPTED.match(message)
        return Acceptance(*_who(frame, found[2], found[3]), found[1]) if found else None
    return _read_rejection(frame)


def _read_warning(frame: Frame) -> Doubt | None:
    found = _DOUBT.fullmatch(frame.message)
    if found is not None:
        flaw = _FLAWS.get(found[3], Flaw.TEMPORARY)
        return Doubt(frame.at, frame.process, found[2], None, found[1], flaw)
    found = _NUMERIC.fullmatch(frame.message)
    if found is not None:
        # The name is the address itself, or another: the client comes in the next line.
        return Doubt(frame.at, frame.process, b"", None, found[1], Flaw.UNUSABLE)
    return None


def _read_rejection(frame: Frame) -> Rejection | None:
    found = _REJECTED.match(frame.message)
    if found is None:
        return None
    queue_id, verb, stage, name, client, code, enhanced, rest = found.groups()
    envelope = _ENVELOPE.fullmatch(rest)
    if envelope is None:
        return None
    text, sender, recipient, _, helo = envelope.groups()
    if verb in {b"reject_warning", b"warn"}:
        fate = Fate.WARNED
    else:
        fate = Fate.DEFERRED if (code or enhanced or b"5").startswith(b"4") else Fate.REFUSED
    at, process, address, known = _who(frame, name, client)
    return Rejection(
        at,
        process,
        address,
        known,
        fate,
        stage,
        code or b"",
        enhanced or b"",
        text,
        helo or b"",
        sender or b"",
        recipient or b"",
        b"" if queue_id == b"NOQUEUE" else queue_id,
    )


def _who(frame: Frame, name: bytes, client: bytes) -> tuple[float, bytes, bytes, bytes | None]:
    return frame.at, frame.process, client, None if name == _UNKNOWN else name
