"""The words of the administrator's pages, in English.

Owns every sentence that only they say and decides nothing. A second language is a second file with
the same names.
"""

from typing import Final

NAME: Final = "gotrdns"
NAVIGATION: Final = "Sections"
SECTIONS: Final = {
    "now": "Now",
    "follow-up": "Follow-up",
    "look-up": "Look up",
    "exceptions": "Exceptions",
}
USER: Final = "Logged in: {user}"
MODE: Final = "Mode: {mode}"
MODES: Final = {
    "observe": "nothing is refused; what would be is recorded",
    "strict": "whatever is wrong is refused",
    "protect": "what nobody vouches for is refused, after a day",
}
MODE_MEANS: Final = "In mode {mode}, {meaning}."
TIMES: Final = "All times are UTC."
NO_DAEMON: Final = "No daemon answers"

# Tables of decisions, and one in full.
HEADINGS: Final = {
    "last": "Last seen",
    "count": "Times",
    "address": "Address",
    "host_name": "Name",
    "sender": "From",
    "recipient": "To",
    "done": "Done",
    "reason": "Cause",
}
UNREADABLE: Final = "What is stored of this decision cannot be read: {error}"
OUTCOME: Final = "{rule}."
WHEN: Final = "When"
UNTIL: Final = "to"
TIMES_SEEN: Final = "{count} times"
ONCE: Final = "once"
CAUSE: Final = "Why"
ANSWERS: Final = "What DNS said then"
NOW: Final = "What DNS says now"
NOW_TOO_SLOW: Final = "DNS did not say in time what it says now. Try again in a moment."
MORE: Final = "Earlier ones"
LATEST: Final = "Back to the latest"
WHOLE_STORY: Final = "The whole story of {address}"
ADD_EXCEPTION: Final = "Make an exception"
LOOK_NOW: Final = "Look at it now"
LOOK_NOW_REMARK: Final = (
    "Asks the name servers themselves, past every cache. This can take half a minute."
)
INCIDENT_PAGE: Final = "What the sender sees"
WHAT_TO_DO: Final = "What can be done"
PAGES: Final = "Pages"
DONE_AT: Final = "Followed up:"
REOPEN: Final = "Not done after all"
FOLLOW_IT_UP: Final = "Follow it up"

# Look up.
LOOK_UP: Final = "Look up"
LOOK_UP_LEAD: Final = (
    "What was decided about a client, why, and what DNS says now. Clients that simply passed are "
    "not remembered."
)
SUBJECT: Final = "Incident, address, network, name or sender"
SUBJECT_HINT: Final = (
    "An incident's number or link, 192.0.2.7, 192.0.2.0/24, mail.example.org, .example.org for "
    "all below it, or @example.org for a sender. Empty: the latest decisions."
)
SINCE: Final = "Since"
UNTIL_DAY: Final = "Until"
FIND: Final = "Find"
NO_DAY: Final = "{text} is no day: write it as 2026-05-31."
SINCE_AFTER_UNTIL: Final = "It begins after it ends."
DECISIONS: Final = "Decisions"
LATEST_DECISIONS: Final = "The latest decisions"
FOUND_ONE: Final = "Incident {incident}"

# The store is out of reach.
STORE_TITLE: Final = "What is remembered cannot be read just now"
STORE_TROUBLE: Final = (
    "Mail is not affected: the daemon decides without it, and writes down later what it decided. "
    "Try again in a minute."
)
STORE_SAYS: Final = "The store says: {error}"

# Exceptions.
EXCEPTIONS: Final = "Exceptions"
EXCEPTIONS_LEAD: Final = (
    "An exception lets a client in whatever its reverse DNS says. It has a reason, an author and "
    "an end, and the daemon heeds it within a second."
)
HOLDING: Final = "Those that hold"
ENDED: Final = "Those that ended"
NONE_HOLDS: Final = "No exception holds."
NONE_ENDED: Final = "None has ended."
EXCEPTION_HEADINGS: Final = {
    "number": "No.",
    "target": "For",
    "until": "Until",
    "hits": "Hits",
    "author": "By",
    "reason": "Reason",
    "ended": "Ended because",
}
LAST_HIT: Final = "last {moment}"
FOR_EVER: Final = "for ever"
END: Final = "End it"
END_NOW: Final = "End exception {number} now"
END_NOTE: Final = "Why it ends (may be empty)"
MAKE: Final = "Make an exception"
TARGET: Final = "For whom"
TARGET_HINT: Final = (
    "192.0.2.7, 192.0.2.0/24, mail.example.org (and all below it, where the name leads back), or "
    "@example.org (senders there, from clients that its SPF or MX covers)."
)
KIND: Final = "What that is"
KIND_BY_SPELLING: Final = "as its spelling tells"
KINDS: Final = {
    "address": "an address",
    "network": "a network",
    "name": "a host name",
    "sender-domain": "a sender's domain",
}
REASON: Final = "Why"
REASON_HINT: Final = "For whoever asks next year."
ENDS: Final = "Last day"
ENDS_HINT: Final = "That day included."
LASTS: Final = "It does not end"
MADE_BY: Final = "It is made in the name of {author}."
SOMEBODY: Final = "administrator's pages"
NO_REASON: Final = "The reason is empty: say why, for whoever asks next year."
ENDS_IN_THE_PAST: Final = "The last day lies in the past."
OUTCOMES: Final = {
    "made": "Exception {number} holds now: {whom}.",
    "prolonged": "Exception {number} lasts longer now: {whom}.",
    "unchanged": "Exception {number} holds already: {whom}. Nothing is changed.",
    "ended": "Exception {number} has ended: {whom}.",
}
