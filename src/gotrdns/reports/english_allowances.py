"""The English of exceptions: one table for each kind of code, as in `english`.

Owns every sentence that only ``gotrdns allow`` says and decides nothing.
"""

from typing import Final

from gotrdns.policy.allowances import AllowanceKind

WHOM: Final = {
    AllowanceKind.ADDRESS: "the client {value}",
    AllowanceKind.NETWORK: "clients in {value}",
    AllowanceKind.NAME: "clients named {value} or below it, where the name leads back to them",
    AllowanceKind.SENDER_DOMAIN: "senders at {value}, from clients that its SPF or MX covers",
}
MADE: Final = "Exception {number}: {whom}; {until}."
PROLONGED: Final = "Exception {number} lasts longer now: {whom}; {until}, not {before}."
HELD_ALREADY: Final = "Exception {number} holds already: {whom}; {until}. Nothing is changed."
UNTIL: Final = "until {moment}"
FOR_EVER: Final = "for ever"
ENDS_BY_ITSELF: Final = "It ends earlier if the client is seen to pass for a week."

REMOVED: Final = "Exception {number} ends now: {whom}."
NO_SUCH_NUMBER: Final = "there is no exception {number} that holds"
NO_SUCH_TARGET: Final = "there is no exception for {target} that holds"

NONE: Final = "no exception holds; --all shows those that ended"
NONE_EVER: Final = "there are no exceptions"
HEADINGS: Final = {
    "number": "NO",
    "target": "FOR",
    "until": "UNTIL",
    "hits": "HITS",
    "last_hit": "LAST HIT",
    "author": "BY",
    "reason": "REASON",
    "ended": "ENDED BECAUSE",
}
LASTING: Final = "for ever"
NEVER_HIT: Final = "-"

TIME_IS_UP: Final = "its time was up"
SEEN_FIXED: Final = "the client has passed for a week"

# Kept with an exception that somebody ended.
REMOVED_NOTE: Final = "removed by {author}"
REMOVED_NOTE_BECAUSE: Final = "{note}: {reason}"
