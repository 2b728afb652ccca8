"""Postfix's own lines: smtpd's, postscreen's, and what cleanup says of milters.

Owns their forms (Postfix 2.10 and later). Client, reply code and the reply's first words stand
before all that strangers say, and are read from the left; nothing behind them can change what they
are.
"""

import functools
import re
from typing import Any, Final

from gotrdns.mail_logs.facts import (
    Acceptance,
    Arrival,
    Departure,
    Doubt,
    Fact,
    Fate,
    Flaw,
    Rejection,
    Silent,
    Unread,
)
from gotrdns.mail_logs.formats.frames import Frame

# "name[192.0.2.1]"; postscreen knows no name, and some are told to log the port, too.
_CLIENT: Final = rb"([^\s\[\]]{0,255})\[([0-9A-Fa-f.:]{2,45})\](?::\d{1,5})?"
_QUEUE_ID: Final = rb"([0-9A-Za-z]{5,24})"
# A session ends with how often each command was given: "data=1/2" is one that was obeyed of two.
SESSION: Final = rb"(dis)?connect from " + _CLIENT + rb"( [\w=/ ]*)?"
_MESSAGES: Final = re.compile(rb" data=(\d{1,6})")
ACCEPTED: Final = (
    _QUEUE_ID
    + rb": client="
    + _CLIENT
    + rb"(?:, sasl_method=[^,\n]{1,64}, sasl_username=([^,\n]{1,255}))?"
)
DOUBT: Final = (
    rb"warning: hostname (\S{1,255}) does not resolve to address ([0-9A-Fa-f.:]{2,45})"
    rb"(?:: ([^\r\n]{1,1000}))?"
)
# Of names that a PTR record may hold and a host may not have, valid_hostname() says what it minds.
UNUSABLE: Final = (
    rb"warning: (?:valid_hostname: )?"
    rb"(numeric hostname|invalid character \d+\(decimal\)|misplaced (?:delimiter|hyphen)"
    rb"|hostname length \d+ exceeds? \d+|host name or domain name too long|label too long): "
)
_VERDICT: Final = _QUEUE_ID + rb": (reject|reject_warning|warn|milter-reject): "
REJECTED: Final = (
    _VERDICT + rb"([A-Z-]{2,20}(?: command)?) from " + _CLIENT + rb": "
    rb"(?:(\d{3})[ -])?(?:(\d\.\d{1,3}\.\d{1,3}) )?"
)
_A_SESSION: Final = re.compile(SESSION)
_AN_ACCEPTANCE: Final = re.compile(ACCEPTED)
_A_DOUBT: Final = re.compile(DOUBT)
_AN_UNUSABLE_NAME: Final = re.compile(UNUSABLE + rb"(.{1,1000})", re.DOTALL)
_A_VERDICT: Final = re.compile(_VERDICT)
_A_REJECTION: Final = re.compile(REJECTED + rb"(.*)", re.DOTALL)
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
# As module constants they are found in a third of the time.
REFUSED: Final = Fate.REFUSED
DEFERRED: Final = Fate.DEFERRED
WARNED: Final = Fate.WARNED
SAYS_NOTHING: Final = Unread.SAYS_NOTHING
UNKNOWN_FORM: Final = Unread.UNKNOWN_FORM


def is_of_interest(octets: bytes) -> bool:
    return b"/smtpd" in octets or b"reject: " in octets


def read(frame: Frame) -> Fact | Unread:
    if not frame.program.endswith((b"/smtpd", b"/postscreen", b"/cleanup")):
        return SAYS_NOTHING
    message = frame.message
    if message.startswith((b"connect from ", b"disconnect from ")):
        return _read_session(frame)
    if _A_VERDICT.match(message):
        return _read_rejection(frame)
    if b": client=" in message[:33]:
        return _read_acceptance(frame)
    if message.startswith(b"warning: "):
        return _read_warning(frame)
    return SAYS_NOTHING


def session(
    at: float,
    process: bytes,
    ends: bytes | None,
    name: bytes,
    client: bytes,
    commands: bytes | None,
) -> Arrival | Departure:
    if ends:
        return Departure(at, process, client, _confirmed(name), _messages(commands))
    return Arrival(at, process, client, _confirmed(name))


@functools.lru_cache(maxsize=4096)
def _messages(commands: bytes | None) -> int | None:
    """How many were taken in. With BDAT any number of commands may be one message."""
    if not commands or b" bdat=" in commands:
        return None
    found = _MESSAGES.search(commands)
    return int(found[1]) if found else 0


def acceptance(
    at: float, process: bytes, queue_id: bytes, name: bytes, client: bytes, login: bytes | None
) -> Acceptance | Silent:
    if queue_id == _NO_QUEUE:
        return SAYS_NOTHING  # handed on before it was taken in (smtpd_proxy_filter)
    return Acceptance(at, process, client, _confirmed(name), queue_id, login or b"")


def doubt(at: float, process: bytes, claimed: bytes, client: bytes, trouble: bytes | None) -> Doubt:
    flaw = _FLAWS.get(trouble, Flaw.TEMPORARY)
    return Doubt(at, process, client, None, claimed, flaw)


def unusable(at: float, process: bytes, _complaint: bytes, claimed: bytes) -> Doubt:
    if claimed == b".":  # a PTR record that leads to the root is none
        return Doubt(at, process, b"", None, b"", Flaw.NO_NAME)
    return Doubt(at, process, b"", None, claimed, Flaw.UNUSABLE)


def rejection(at: float, process: bytes, *said: Any) -> Rejection:
    queue_id, verb, stage, name, client, code, enhanced, rest = said
    text, sender, recipient, helo = _envelope(rest)
    if verb in {b"reject_warning", b"warn"}:
        fate = WARNED
    else:
        fate = DEFERRED if (code or enhanced or b"5").startswith(b"4") else REFUSED
    return Rejection(
        at,
        process,
        client,
        _confirmed(name),
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


def _read_session(frame: Frame) -> Fact | Unread:
    found = _A_SESSION.fullmatch(frame.message)
    return session(frame.at, frame.process, *found.groups()) if found else UNKNOWN_FORM


def _read_acceptance(frame: Frame) -> Fact | Unread:
    found = _AN_ACCEPTANCE.match(frame.message)
    return acceptance(frame.at, frame.process, *found.groups()) if found else UNKNOWN_FORM


def _read_rejection(frame: Frame) -> Fact | Unread:
    found = _A_REJECTION.match(frame.message)
    if found is None:
        return _read_content(frame)
    return rejection(frame.at, frame.process, *found.groups())


def _read_warning(frame: Frame) -> Fact | Unread:
    found = _A_DOUBT.fullmatch(frame.message)
    if found is not None:
        return doubt(frame.at, frame.process, *found.groups())
    found = _AN_UNUSABLE_NAME.fullmatch(frame.message)
    return SAYS_NOTHING if found is None else unusable(frame.at, frame.process, *found.groups())


def _confirmed(name: bytes) -> bytes | None:
    return name if name and name != _UNKNOWN else None


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
