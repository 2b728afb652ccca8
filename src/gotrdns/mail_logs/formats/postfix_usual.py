"""Postfix's usual lines, found where they stand in a text of many lines.

Owns one pattern for what fills a log, because to find such lines so takes a third of the time that
it takes to cut every line and ask what it is. Whatever it does not find is read line by line, so it
may know fewer forms than ``postfix``; those that it knows mean the same there.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from gotrdns.mail_logs.facts import Fact, Silent, Unread
from gotrdns.mail_logs.formats import postfix

# As long as syslog's daemons let a line be.
_REST: Final = rb"[^\r\n]{0,8000}"
# There are as many of these as of the others.
_NOTHING: Final = (
    rb"(?:(?:lost connection|timeout) after "
    rb"|(?:Anonymous|Untrusted|Trusted|Verified) TLS connection established from "
    rb"|warning: [^\s\[\]:]{1,255}\[[0-9A-Fa-f.:]{2,45}\]: SASL )" + _REST
)
_Maker: TypeAlias = Callable[..., Fact | Silent]
_FORMS: Final[tuple[tuple[bytes, _Maker], ...]] = (
    (postfix.SESSION, postfix.session),
    (postfix.DOUBT, postfix.doubt),
    (postfix.UNUSABLE + rb"([^\r\n]{1,1000})", postfix.unusable),
    (postfix.REJECTED + rb"(" + _REST + rb")", postfix.rejection),
    (postfix.ACCEPTED + _REST, postfix.acceptance),
)
USUAL: Final = re.compile(
    # The first group is empty, and stands where ``Framer.read_begin`` wants a line's begin to end.
    rb"/smtpd\[\d{1,10}()\]: (?:%b|%b)\r?\n" % (b"|".join([form for form, _ in _FORMS]), _NOTHING)
)


def _by_group() -> Iterator[tuple[int, tuple[_Maker, tuple[int, ...]]]]:
    """Of each group who makes a fact of its form, and which groups the form has."""
    first = 2
    for form, maker in _FORMS:
        groups = tuple(range(first, first + re.compile(form).groups))
        yield from ((group, (maker, groups)) for group in groups)
        first += len(groups)


_BY_GROUP: Final = dict(_by_group())


def read_usual(found: re.Match[bytes], at: float, process: bytes) -> Fact | Silent:
    """What a line says that was found by ``USUAL``."""
    # None for what says nothing: its last group is the first.
    form = _BY_GROUP.get(found.lastindex or 0)
    if form is None:
        return Unread.SAYS_NOTHING
    maker, groups = form
    return maker(at, process, *found.group(*groups))
