"""Postfix's queue manager: whose mail is in the queue.

Owns the form of that line, by which one sees that a message was taken in, and who sent it: smtpd
logs neither.
"""

import re
from typing import Final

from gotrdns.mail_logs.facts import Queued, Unread
from gotrdns.mail_logs.formats.frames import Frame

# A sender's address may hold anything, and stands before what qmgr adds.
_QUEUED: Final = re.compile(
    rb"([0-9A-Za-z]{5,24}): from=<(.{0,1000})>, size=\d{1,20}, nrcpt=\d{1,10} \(queue active\)",
    re.DOTALL,
)


def is_of_interest(octets: bytes) -> bool:
    return b": from=<" in octets


def read(frame: Frame) -> Queued | Unread:
    if not frame.program.endswith((b"/qmgr", b"/nqmgr")):
        return Unread.SAYS_NOTHING
    found = _QUEUED.fullmatch(frame.message)
    if found is None:  # "removed", "from=<...>, status=expired"
        return Unread.SAYS_NOTHING
    return Queued(frame.at, frame.process, b"", None, *found.groups())
