"""Exim's main log (4.9x): who was rejected, whose messages were taken in, whose name was not found.

Owns its forms, with whatever ``log_selector`` adds to them. The client's address stands before all
that a stranger chose but for the HELO name; a line in which that name holds what looks like an
address is not believed.
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
from gotrdns.mail_logs.formats.frames import Frame

SAYS_NOTHING: Final = Unread.SAYS_NOTHING
UNKNOWN_FORM: Final = Unread.UNKNOWN_FORM

_IP: Final = rb"([0-9A-Fa-f.:]{2,45})"
# By syslog, Exim's own stamp may stand once more in the message, which may be the first of several
# pieces: "[1\10] ", "[1/2] ". Nothing that counts stands in the others.
_OWN_STAMP: Final = re.compile(
    rb"(?:\[1[\\/]\d{1,4}\] )?"
    rb"(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?(?: [+-]\d{4})? (?:\[\d{1,10}\] )?)?"
)
_MESSAGE_ID: Final = rb"([0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4})"
# "name (helo) [192.0.2.1]:4321"; the name is the confirmed one.
_HOST: Final = rb"(?:([^\s()\[\]]{1,255}) )?(?:\((.{0,1000}?)\) )?\[" + _IP + rb"\](?::\d{1,5})?"
# Quotation marks hide angle brackets.
_MAILBOX: Final = rb'((?:[^<>"]|"(?:[^"\\]|\\.){0,600}"){0,1000})'
_FROM_HOST: Final = re.compile(rb"(?:" + _MESSAGE_ID + rb" )?H=" + _HOST + rb" ", re.DOTALL)
_REJECTED: Final = re.compile(
    rb"(?:[^<]{0,2000} )?(?:F=<" + _MAILBOX + rb"> )?(?:A=\S{1,512} )?"
    rb"(temporarily )?rejected ((?:after )?[A-Za-z]{4,10}(?: or HELO)?)"
    rb"(?: <" + _MAILBOX + rb">)?([^<:]{0,1000})(?:: ?(.*))?",
    re.DOTALL,
)
_WARNING: Final = re.compile(rb"(?:[^<]{0,2000} )?Warning: (.*)", re.DOTALL)
_ENHANCED: Final = re.compile(rb"(?:(\d{3})[ -])?([45]\.\d{1,3}\.\d{1,3}) ")
# Without brackets around it: a space is part of it between quotation marks alone, anywhere in it.
_SENDER: Final = rb'[^\s"]{0,1000}(?:"(?:[^"\\]|\\.){0,1000}"[^\s"]{0,1000}){0,100}'
_ACCEPTED: Final = re.compile(
    _MESSAGE_ID + rb" <= (<>|" + _SENDER + rb") (?:R=\S{1,64} )?H=" + _HOST + rb"(.*?)(?: S=\d|$)",
    re.DOTALL,
)
_LOGIN: Final = re.compile(rb" A=[^\s:]{1,64}:(\S{1,512})")
_CONNECTION: Final = re.compile(rb"SMTP connection from " + _HOST + rb"(.*)", re.DOTALL)
_NO_NAME: Final = re.compile(rb"no host name found for IP address " + _IP)
_NO_ADDRESS: Final = re.compile(
    rb"no IP address found for host (\S{1,255}) \(during SMTP connection from " + _HOST + rb".*",
    re.DOTALL,
)
_LOOKUP: Final = re.compile(
    rb"(?:verify=reverse_host_lookup failed: )?host lookup (failed|deferred)"
    rb"(?: for reverse lookup check)?"
    rb"(?: \((?:\S{2,45} does not match any IP address for (\S{1,255})|.*)\))?"
)


def is_of_interest(octets: bytes) -> bool:
    if b" H=" in octets and (b"rejected " in octets or b" <= " in octets or b"Warning: " in octets):
        return True
    return b"no host name found for" in octets or b"SMTP connection from " in octets


def read(frame: Frame) -> Fact | Unread:
    if not frame.program.startswith(b"exim"):
        return SAYS_NOTHING
    message = frame.message
    if stamp := _OWN_STAMP.match(message):
        message = message[stamp.end() :]
    if message.startswith((b"no ", b"SMTP ")):
        return _read_without_client(frame, message)
    if found := _ACCEPTED.match(message):
        return _read_acceptance(frame, message, found)
    if found := _FROM_HOST.match(message):
        return _read_rejection(frame, message, found)
    return SAYS_NOTHING


def _read_without_client(frame: Frame, message: bytes) -> Fact | Unread:
    """Lines whose client does not come first."""
    if found := _NO_NAME.fullmatch(message):
        return Doubt(*_who(frame, found[1]), b"", Flaw.NO_NAME)
    if _is_ambiguous(message):
        return UNKNOWN_FORM
    if found := _NO_ADDRESS.fullmatch(message):
        return Doubt(*_who(frame, found[4]), found[1], Flaw.NXDOMAIN)
    if found := _CONNECTION.fullmatch(message):
        who = _who(frame, found[3], found[1])
        if b"connection count" in found[4]:
            return Arrival(*who, is_looked_up=False)
        return Departure(*who)
    return SAYS_NOTHING


def _read_acceptance(frame: Frame, message: bytes, found: re.Match[bytes]) -> Fact | Unread:
    queue_id, sender, name, helo, client, rest = found.groups()
    if _is_ambiguous(message):
        return UNKNOWN_FORM
    login = _LOGIN.search(rest)
    return Acceptance(
        *_who(frame, client, name),
        queue_id,
        login[1] if login else b"",
        b"" if sender == b"<>" else sender,
        helo or b"",
        is_final=True,
    )


def _read_rejection(frame: Frame, message: bytes, host: re.Match[bytes]) -> Fact | Unread:
    queue_id, name, helo, client = host.groups()
    if _is_ambiguous(message):
        return UNKNOWN_FORM
    rest = message[host.end() :]
    if found := _REJECTED.fullmatch(rest):
        sender, temporarily, stage, recipient, _, text = found.groups()
        fate = Fate.DEFERRED if temporarily else Fate.REFUSED
    elif found := _WARNING.fullmatch(rest):
        sender = stage = recipient = b""
        fate, text = Fate.WARNED, found[1]
    else:
        return UNKNOWN_FORM if b"rejected " in rest else SAYS_NOTHING
    code, enhanced, text = _codes(text or b"")
    return Rejection(
        *_who(frame, client, name),
        fate,
        stage,
        code,
        enhanced,
        text,
        helo or b"",
        sender or b"",
        recipient or b"",
        queue_id or b"",
        *_flaw(text),
        may_be_copy=fate is not Fate.WARNED and frame.process.endswith(b"]"),
    )


def _codes(text: bytes) -> tuple[bytes, bytes, bytes]:
    found = _ENHANCED.match(text)
    return (found[1] or b"", found[2], text[found.end() :]) if found else (b"", b"", text)


def _flaw(text: bytes) -> tuple[Flaw | None, bytes]:
    found = _LOOKUP.fullmatch(text)
    if found is None:
        return None, b""
    if found[1] == b"deferred":
        return Flaw.UNDETERMINED, b""
    return (Flaw.UNCONFIRMED, found[2]) if found[2] else (Flaw.NO_NAME, b"")


def _is_ambiguous(message: bytes) -> bool:
    """Whether a HELO name or a mailbox might pretend to be the end of the parentheses."""
    return message.count(b") [") > 1


def _who(
    frame: Frame, client: bytes, name: bytes | None = None
) -> tuple[float, bytes, bytes, bytes | None]:
    # Without process numbers in the log, the client is all that tells one session from another.
    return frame.at, b"%s %s" % (frame.process, client), client, name
