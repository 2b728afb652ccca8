"""Postfix's usual lines, found where they stand in a text of many lines.

Owns one pattern for what fills a log, because to find such lines so takes a third of the time that
it takes to cut every line and ask what it is. Whatever it does not find is read line by line, so it
may know fewer forms than ``postfix``; those that it knows mean the same there.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from gotrdns.mail_logs import postfix
from gotrdns.mail_logs.facts import Fact, Silent, Unread

# As long as syslog's daemons let a line be.
_REST: Final = rb"[^\r\n]{0,8000}"
# There are as many of these as of the others.
_NOTHING: Final = (
    rb"(?:(?:lost connection|timeout) after "
    rb"|(?:Anonymous|Untrusted|Trusted|Verified) TLS connection established from "
    rb"|warning: [^\s\[\]:]{1,255}\[[0-9A-Fa-f.:]{2,45}\]: SASL )" + _REST
)
_FORMS: Final = {
    "session": postfix.SESSION,
    "doubt": postfix.DOUBT,
    "unusable": postfix.UNUSABLE + rb"([^\r\n]{1,1000})",
    "rejection": postfix.REJECTED + rb"(" + _REST + rb")",
    "acceptance": postfix.ACCEPTED + _REST,
}
_MAKERS: Final[Mapping[str, Callable[..., Fact | Silent]]] = {
    "session": postfix.session,
    "doubt": postfix.doubt,
    "unusable": postfix.unusable,
    "rejection": postfix.rejection,
    "acceptance": postfix.acceptance,
}
USUAL: Final = re.compile(
    # The first group is empty, and stands where ``Framer.read_begin`` wants a line's begin to end.
    rb"/smtpd\[\d{1,10}()\]: (?:"
    + b"|".join([b"(?P<%b>%b)" % (name.encode(), form) for name, form in _FORMS.items()])
    + rb"|%b)\r?\n" % _NOTHING
)
# Of each form's groups, those that are in it.
_PARTS: Final = {
    name: tuple(range(group + 1, group + 1 + re.compile(_FORMS[name]).groups))
    for name, group in USUAL.groupindex.items()
}


def read_usual(found: re.Match[bytes], at: float, process: bytes) -> Fact | Silent:
    """What a line says that was found by ``USUAL``."""
    form = found.lastgroup
    if form is None:
        return Unread.SAYS_NOTHING
    return _MAKERS[form](at, process, *found.group(*_PARTS[form]))
