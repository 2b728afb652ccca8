"""Whether a mail server refused a client for its reverse DNS, and why, told from its own words.

Owns reading replies' texts: gotrdns's own, Postfix's, and the usual words of others. What a
stranger said may be part of a text, so a reply's codes, its first words and what the mail server
noted apart count before anything found in the midst of it. Where a log cannot tell, the ground says
so.
"""

import re
from typing import Final

from gotrdns.mail_logs.facts import Doubt, Fate, Flaw, Rejection
from gotrdns.reports.logs.report import Ground

# RFC 7372 section 3.3: X.7.25, "reverse DNS validation failed".
_ENHANCED: Final = frozenset({b"4.7.25", b"5.7.25"})
# What Postfix puts before the words of a policy service or a restriction, twice at times.
_PREFIX: Final = re.compile(rb"(?:<.{0,1000}>: )?(?:[A-Z][a-z]+ [a-z]+ rejected: )*", re.DOTALL)
_OF_POSTFIX: Final = re.compile(rb"cannot find your (reverse )?hostname, \[")

_NAME: Final = rb"\S{1,255}"
_CLIENT: Final = rb"[0-9A-Fa-f.:]{2,45}"
_RECORD: Final = rb"A(?:AAA)? record"
_LED: Final = _CLIENT + rb" has the reverse name " + _NAME
# The wording of ``reports.smtp``: of each cause every length, and what is left of the shortest.
_OF_GOTRDNS: Final = tuple(
    (re.compile(pattern), ground)
    for pattern, ground in (
        (_CLIENT + rb" has no (?:reverse name|PTR record)\b", Ground.NO_PTR),
        (_LED + rb" but the " + _RECORD + rb" of that name is ", Ground.FORWARD_MISMATCH),
        (_LED + rb" whose " + _RECORD + rb" is another address", Ground.FORWARD_MISMATCH),
        (_RECORD + rb" of " + _NAME + rb" is not " + _CLIENT, Ground.FORWARD_MISMATCH),
        (_LED + rb" but that name has no " + _RECORD, Ground.FORWARD_NODATA),
        (_NAME + rb" has no " + _RECORD + rb" " + _CLIENT, Ground.FORWARD_NODATA),
        (_LED + rb" but that name does not exist", Ground.FORWARD_NXDOMAIN),
        (_NAME + rb" does not exist: PTR of ", Ground.FORWARD_NXDOMAIN),
        (_CLIENT + rb" has the PTR record " + _NAME + rb" which cannot be", Ground.PTR_UNUSABLE),
        (rb"PTR of " + _CLIENT + rb" is no host name: ", Ground.PTR_UNUSABLE),
        (rb"the PTR record of " + _CLIENT + rb" could not be", Ground.REVERSE_FAILED),
        (rb"PTR of " + _CLIENT + rb": its DNS servers ", Ground.REVERSE_FAILED),
        (_LED + rb" but the " + _RECORD + rb" of that name could not be", Ground.FORWARD_FAILED),
        (_LED + rb" whose " + _RECORD + rb" could not be", Ground.FORWARD_FAILED),
        (_RECORD + rb" of " + _NAME + rb" its DNS servers ", Ground.FORWARD_FAILED),
        (_CLIENT + rb" has a dynamic reverse name", Ground.DYNAMIC_NAME),
        (rb"(?:" + _CLIENT + rb" fails the )?reverse DNS check", Ground.UNTOLD),
    )
)

_NAMES_IT: Final = b" has the "
# With a comma after it the name is whole.
_NAMED_BY_GOTRDNS: Final = re.compile(
    _CLIENT + _NAMES_IT + rb"(?:reverse name|PTR record) (\S{1,255}),"
)

# The words that policy services, filters and other mail servers have for it.
_ABOUT: Final = (
    rb"(?:PTR|r-?DNS|FC-?r?DNS|iprev|reverse[ -](?:DNS|names?|look-?ups?|host ?names?|records?|IP)"
    rb"|reverse_host_lookup)"
)
_OF_OTHERS: Final = re.compile(
    rb"\b" + _ABOUT + rb"\b|possibly forged hostname|host lookup (?:failed|deferred)", re.IGNORECASE
)
# Read in this order: what says that nothing is known comes before what says that something is not.
_TOLD_BY_OTHERS: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), ground)
    for pattern, ground in (
        (
            rb"forward.{0,80}(?:temporar|timed? ?out|SERVFAIL|look-?up failed)",
            Ground.FORWARD_FAILED,
        ),
        (
            rb"temporar|timed? ?out|SERVFAIL|look-?up failed",
            Ground.LOOKUP_FAILED,
        ),
        (rb"generic|dynamic|dial-?up|residential", Ground.DYNAMIC_NAME),
        (rb"\bPTR [^\s.]+\.\S+ does not exist", Ground.FORWARD_NXDOMAIN),
        (
            rb"\b(?:no|missing|lacks?|without|not have|fix|not found|cannot find)\b.{0,30}\b"
            + _ABOUT
            + rb"|\b"
            + _ABOUT
            + rb"\b.{0,20}\b(?:missing|not (?:found|set|exist)|required)",
            Ground.NO_PTR,
        ),
        (
            rb"resolve back|not match|mismatch|forged|not resolve|forward[ -]confirm",
            Ground.FORWARD_UNCONFIRMED,
        ),
    )
)
# What a stranger may have shaped, and places on the web, whose names say nothing of the reason.
_SHAPED: Final = re.compile(rb"<[^>]*>|https?://\S+")
_WORDS_OF_BLOCKLISTS: Final = b"blocked using"
_LOOKED_AT: Final = 400  # octets of a text, more than an SMTP reply's first line has words

_OF_FLAWS: Final = {
    Flaw.NO_NAME: Ground.NO_PTR,
    Flaw.MISMATCH: Ground.FORWARD_MISMATCH,
    Flaw.NXDOMAIN: Ground.FORWARD_NXDOMAIN,
    Flaw.NODATA: Ground.FORWARD_NODATA,
    Flaw.TEMPORARY: Ground.FORWARD_FAILED,
    Flaw.UNUSABLE: Ground.PTR_UNUSABLE,
    Flaw.UNCONFIRMED: Ground.FORWARD_UNCONFIRMED,
    Flaw.UNDETERMINED: Ground.LOOKUP_FAILED,
}


def ground_of(
    rejection: Rejection, doubt: Doubt | None, *, is_whole_session: bool
) -> Ground | None:
    """Why, as far as the log tells; None where the reason was another than reverse DNS.

    ``doubt`` is what the mail server noted of the client's name in the same session. Without one it
    matters whether the session was logged from its beginning, where the note would stand.
    """
    begin = _end_of_prefix(rejection.text)
    found = _OF_POSTFIX.match(rejection.text, begin)
    if found is not None:
        return _of_postfix(rejection, doubt, is_whole_session or found[1] is not None)
    if rejection.flaw is not None:
        return _OF_FLAWS[rejection.flaw]
    text = rejection.text[begin : begin + _LOOKED_AT]
    told = _told_by_gotrdns(text)
    if told is None and (rejection.enhanced in _ENHANCED or _is_about_reverse_dns(text)):
        told = _told_by_others(text)
        # What the mail server found itself says more than a service's general words.
        if doubt is not None and told in {Ground.UNTOLD, Ground.FORWARD_UNCONFIRMED}:
            return _OF_FLAWS[doubt.flaw]
    return told


def claimed_name(rejection: Rejection, doubt: Doubt | None) -> bytes:
    """The PTR record's name that did not confirm, as far as the log tells; else empty."""
    if doubt is not None:
        return doubt.claimed
    if _NAMES_IT not in rejection.text:
        return rejection.claimed
    found = _NAMED_BY_GOTRDNS.match(rejection.text, _end_of_prefix(rejection.text))
    return found[1] if found else rejection.claimed


def _end_of_prefix(text: bytes) -> int:
    found = _PREFIX.match(text)
    return found.end() if found else 0


def _of_postfix(rejection: Rejection, doubt: Doubt | None, is_complete: bool) -> Ground:
    """Postfix notes a name that does not confirm; having noted none, it found no name.

    It answers 4xx, whatever code is set, where the look-up failed. But 450 is also the code that is
    set by default.
    """
    if doubt is not None:
        return _OF_FLAWS[doubt.flaw]
    if not is_complete:
        return Ground.UNTOLD
    return Ground.NO_PTR if rejection.fate is Fate.REFUSED else Ground.NO_PTR_OR_FAILED


def _told_by_gotrdns(text: bytes) -> Ground | None:
    return next((ground for pattern, ground in _OF_GOTRDNS if pattern.match(text)), None)


def _is_about_reverse_dns(text: bytes) -> bool:
    return (
        _WORDS_OF_BLOCKLISTS not in text and _OF_OTHERS.search(_SHAPED.sub(b"", text)) is not None
    )


def _told_by_others(text: bytes) -> Ground:
    words = _SHAPED.sub(b"", text)
    told = (ground for pattern, ground in _TOLD_BY_OTHERS if pattern.search(words))
    return next(told, Ground.UNTOLD)
