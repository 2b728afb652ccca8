"""What a mail server answered, fit to be shown: without anybody's mailbox, and without trifles.

Owns telling replies alike that differ in numbers only.
"""

import re
from typing import Final

from gotrdns.mail_logs.facts import Rejection
from gotrdns.reports.explanation_sentences import tame

_LONGEST: Final = 400
_ALIKE: Final = 60  # characters in which replies of one kind are the same
_HIDDEN: Final = "..."
# Postfix puts into angle brackets what the restriction was about: a mailbox, unless it is the
# client.
_BRACKETED: Final = re.compile(r"<(?![^<>@\s\"]*\[[0-9A-Fa-f.:]+\]>)[^<>]*>")
_MAILBOX: Final = re.compile(r'(?:"[^"]*"|[^\s<>"(),;:]+)@[^\s<>"(),;]*')
_NUMBER: Final = re.compile(r"\d+")


def reply_of(rejection: Rejection, *, with_mailboxes: bool) -> str:
    """With its codes, as the sender got it."""
    octets = b" ".join(filter(None, (rejection.code, rejection.enhanced, rejection.text)))
    text = tame(octets.decode("utf-8", "backslashreplace"), _LONGEST)
    return text if with_mailboxes else without_mailboxes(text)


def without_mailboxes(text: str) -> str:
    return _MAILBOX.sub(_HIDDEN, _BRACKETED.sub(f"<{_HIDDEN}>", text))


def likeness(reply: str) -> str:
    """The same of all replies that mean the same."""
    return _NUMBER.sub("0", reply)[:_ALIKE]
