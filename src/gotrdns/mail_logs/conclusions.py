"""Why a mail server refused, told from its own words: reverse DNS or something else, and which cause.

Owns reading replies' texts. What a client said may be part of them, so only a reply's own codes and
its first words count.
"""

import re
from typing import Final

from gotrdns.mail_logs.facts import Doubt, Fate, Flaw, Rejection
from gotrdns.verification import Cause

# RFC 7372 section 3.3: X.7.25, "reverse DNS validation failed".
_ENHANCED: Final = re.compile(rb"[45]\.7\.25")
_OF_POSTFIX: Final = re.compile(
    rb"(?:<.*?>: )?Client host rejected: cannot find your (reverse )?hostname, \[", re.DOTALL
)
_OF_OTHERS: Final = re.compile(
    rb"(?:verify=reverse_host_lookup|host lookup (?:failed|deferred) .*reverse)"
    rb"|\b(?:reverse DNS|rDNS|PTR|reverse name)\b",
    re.DOTALL,
)
_CAUSES: Final = {
    Flaw.MISMATCH: Cause.FORWARD_MISMATCH,
    Flaw.NXDOMAIN: Cause.FORWARD_NXDOMAIN,
    Flaw.NODATA: Cause.FORWARD_NODATA,
    Flaw.TEMPORARY: Cause.FORWARD_SERVFAIL,
    Flaw.UNUSABLE: Cause.PTR_UNUSABLE,
}


def is_for_reverse_dns(rejection: Rejection) -> bool:
    """Whether a client was not accepted for want of reverse DNS that confirms."""
    if rejection.name is not None:
        return bool(_ENHANCED.fullmatch(rejection.enhanced))
    return bool(
        _ENHANCED.fullmatch(rejection.enhanced)
        or _OF_POSTFIX.match(rejection.text)
        or _OF_OTHERS.search(rejection.text)
    )


def cause_of(rejection: Rejection, doubt: Doubt | None) -> Cause:
    """The cause as it was then; ``doubt`` is what was logged of the client's name, if anything."""
    if doubt is not None:
        return _CAUSES[doubt.flaw]
    found = _OF_POSTFIX.match(rejection.text)
    # Where only the reverse look-up is judged, a temporary reply is given to temporary trouble.
    if found and found[1] and rejection.fate is Fate.DEFERRED:
        return Cause.REVERSE_SERVFAIL
    return Cause.NO_PTR
