"""Postfix's own lines: smtpd's, postscreen's, and what cleanup says of milters.

Owns their forms (Postfix 2.10 and later). Client, reply code and the reply's first words stand
before all that strangers say, and are read from the left; nothing behind them can change what they
are.
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
    Unread,
)
from gotrdns.mail_logs.frames import Frame

# "name[192.0.2.1]"; postscreen knows no name, and some are told to log the port, too.
_CLIENT: Final = rb"([^\s\[\]]{0,255})\[([0-9A-Fa-f.:]{2,45})\](?::\d{1,5})?"
_QUEUE_ID: Final = rb"([0-9A-Za-z]{5,24})"
# A session ends with how often each command was given: "data=1/2" is one that was obeyed of two.
_SESSION: Final = re.compile(rb"(dis)?connect from " + _CLIENT + rb"( [\w=/ ]*)?")
_MESSAGES: Final = re.compile(rb" data=(\d{1,6})")
_ACCEPTED: Final = re.compile(
    _QUEUE_ID
    + rb": client="
    + _CLIENT
    + rb"(?:, sasl_method=[^,]{1,64}, sasl_username=([^,]{1,255}))?"
)
_DOUBT: Final = re.compile(
    rb"warning: hostname (\S{1,255}) does not resolve to address ([0-9A-Fa-f.:]{2,45})(?:: (.+))?"
)
# Of names that a PTR record may hold and a host may not have, valid_hostname() says what it minds.
_UNUSABLE: Final = re.compile(
    rb"warning: (?:valid_hostname: )?"
    rb"(?:numeric hostname|invalid character \d+\(decimal\)|misplaced (?:delimiter|hyphen)"
    rb"|hostname length \d+ exceeds? \d+|host name or domain name too long|label too long)"
    rb": (.{1,1000})",
    re.DOTALL,
)
_REJECTED: Final = re.compile(
    _QUEUE_ID + rb": (reject|reject_warning|warn|milter-reject): "
    rb"([A-Z-]{2,20}(?: command)?) from " + _CLIENT + rb": "
    rb"(?:(\d{3})[ -])?(?:(\d\.\d{1,3}\.\d{1,3}) )?(.*)",
    re.DOTALL,
)
_TEXT: Final = re.compile(rb"[^;]*(?:;(?! (?:from|to|proto)=)[^;]*)*")
# postscreen puts commas between.
_ENVELOPE: Final = re.compile(
    rb"; "
    rb"(?:from=<([^<>]*)>,? )?(?:to=<([^<>]*)>,? )?proto=\w{1,10}(?:,? helo=<([^<>]*)>)?"
    rb"(?: sasl_username=<[^<>]*>)?",
    re.DOTALL,
)
# cleanup's word on a message. What it quotes is a stranger's from the first octet on; the reply,
# which is the administrator's, comes after everything of his.
_CONTENT: Final = re.compile(_QUEUE_ID + rb": reject: (?:header|body|content|mime-error) ")
_ANSWER: Final = re.compile(rb".*(?:>|proto=\w{1,10}): ([45]\.\d{1,3}\.\d{1,3}) (.*)", re.DOTALL)
_END_OF_MESSAGE: Final = b"END-OF-MESSAGE"
_FLAWS: Final = {
    None: Flaw.MISMATCH,
    b"Name or service not known": Flaw.NXDOMAIN,
    b"No address associated with hostname": Flaw.NODATA,
    b"Temporary failure in name resolution": Flaw.TEMPORARY,
}
_UNKNOWN: Final = b"unknown"
_NO_QUEUE: Final = b"NOQUEUE"
SAYS_NOTHING: Final = Unread.SAYS_NOTHING
UNKNOWN_FORM: Final = Unread.UNKNOWN_FORM


def is_of_interest(octets: bytes) -> bool:
    return b"/smtpd" in octets or b"reject: " in octets


def read(frame: Frame) -> Fact | Unread:
    if not frame.program.endswith((b"/smtpd", b"/postscreen", b"/cleanup")):
        return SAYS_NOTHING
    message = frame.message
    first = message[:1]
    if first in {b"c", b"d"}:
        return _read_session(frame)
    if b": client=" in message[:32] and b": reject: " not in message[:32]:
        return _read_acceptance(frame)
    if b"reject" in message[:48] or b": warn: " in message[:32]:
        return _read_rejection(frame)
    if first == b"w":
        return _read_warning(frame)
    return SAYS_NOTHING


def _read_session(frame: Frame) -> Arrival | Departure | Unread:
    found = _SESSION.fullmatch(frame.message)
    if found is None:
        return UNKNOWN_FORM if b"connect from " in frame.message[:16] else SAYS_NOTHING
    ends, name, client, commands = found.groups()
    who = (frame.at, frame.process, client, None if name == _UNKNOWN else name)
    return Departure(*who, _messages(commands)) if ends else Arrival(*who)


def _messages(commands: bytes | None) -> int | None:
    """How many were taken in. With BDAT any number of commands may be one message."""
    if not commands or b" bdat=" in commands:
        return None
    found = _MESSAGES.search(commands)
    return int(found[1]) if found else 0


def _read_acceptance(frame: Frame) -> Acceptance | Unread:
    found = _ACCEPTED.match(frame.message)
    if found is None:
        return UNKNOWN_FORM
    queue_id, name, client, login = found.groups()
    if queue_id == _NO_QUEUE:
        return SAYS_NOTHING  # handed on before it was taken in (smtpd_proxy_filter)
    return Acceptance(*_who(frame, name, client), queue_id, login or b"")


def _read_warning(frame: Frame) -> Doubt | Unread:
    found = _DOUBT.fullmatch(frame.message)
    if found is not None:
        flaw = _FLAWS.get(found[3], Flaw.TEMPORARY)
        return Doubt(frame.at, frame.process, found[2], None, found[1], flaw)
    found = _UNUSABLE.fullmatch(frame.message)
    if found is not None:
        if found[1] == b".":  # a PTR record that leads to the root is none
            return Doubt(frame.at, frame.process, b"", None, b"", Flaw.NO_NAME)
        return Doubt(frame.at, frame.process, b"", None, found[1], Flaw.UNUSABLE)
    return SAYS_NOTHING


def _read_rejection(frame: Frame) -> Rejection | Unread:
    found = _REJECTED.match(frame.message)
    if found is None:
        return _read_content(frame)
    queue_id, verb, stage, name, client, code, enhanced, rest = found.groups()
    text, sender, recipient, helo = _envelope(rest)
    if verb in {b"reject_warning", b"warn"}:
        fate = Fate.WARNED
    else:
        fate = Fate.DEFERRED if (code or enhanced or b"5").startswith(b"4") else Fate.REFUSED
    return Rejection(
        *_who(frame, name, client),
        fate,
        stage,
        code or b"",
        enhanced or b"",
        text,
        helo,
        sender,
        recipient,
        b"" if queue_id == _NO_QUEUE else queue_id,
    )


def _read_content(frame: Frame) -> Rejection | Unread:
    found = _CONTENT.match(frame.message)
    if found is None:
        return UNKNOWN_FORM
    answer = _ANSWER.match(frame.message, found.end())
    enhanced, text = answer.groups() if answer else (b"", b"")
    return Rejection(
        *(frame.at, frame.process, b"", None),
        Fate.DEFERRED if enhanced.startswith(b"4") else Fate.REFUSED,
        _END_OF_MESSAGE,
        code=b"",
        enhanced=enhanced,
        text=text,
        helo=b"",
        sender=b"",
        recipient=b"",
        queue_id=found[1],
    )


def _envelope(rest: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """The reply's text, the sender, the recipient and the HELO name."""
    text = _TEXT.match(rest)
    assert text is not None  # noqa: S101 - it may be empty
    # Whoever writes "proto=" into an address or a HELO name wants another envelope to be read.
    found = _ENVELOPE.fullmatch(rest, text.end()) if rest.count(b"proto=") == 1 else None
    if found is None:
        return text[0], b"", b"", b""
    sender, recipient, helo = found.groups()
    return text[0], sender or b"", recipient or b"", helo or b""


def _who(frame: Frame, name: bytes, client: bytes) -> tuple[float, bytes, bytes, bytes | None]:
    return frame.at, frame.process, client, None if name in {_UNKNOWN, b""} else name
