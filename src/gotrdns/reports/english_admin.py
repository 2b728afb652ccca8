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
MADE_BY: Final = "It is noted as made by {author}."
MADE_BY_SOMEBODY: Final = "It is noted as made on these pages, without a name: nobody logs in here."
SOMEBODY: Final = "administrator's pages"
NO_REASON: Final = "The reason is empty: say why, for whoever asks next year."
ENDS_IN_THE_PAST: Final = "The last day lies in the past."
OUTCOMES: Final = {
    "made": "Exception {number} holds now: {whom}.",
    "prolonged": "Exception {number} lasts longer now: {whom}.",
    "unchanged": "Exception {number} holds already: {whom}. Nothing is changed.",
    "ended": "Exception {number} has ended: {whom}.",
}

# Follow-up.
FOLLOW_UP: Final = "Follow-up"
FOLLOW_UP_LEAD: Final = (
    "Businesses, most likely, with a mistake in their DNS: somebody vouches for them, or an "
    "exception holds. Tell them, or whoever can put it right, and mark them as done."
)
NOBODY_TO_FOLLOW_UP: Final = "There is nobody to follow up."
BUSINESS_MORE: Final = "and {count} more"
BY_EXCEPTION: Final = "an exception lets it in"
FATE: Final = "{done}: {count}"
SHOW_LETTERS: Final = "Letters and details"
ALL_DONE: Final = "Done"
ALL_DONE_FOR: Final = "Mark {client} as done"
ONE_DONE: Final = "Done"
ONE_DONE_FOR: Final = "Mark incident {incident} as done"
MARKED_DONE: Final = "{client} is done."
REOPENED: Final = "{client} is to be followed up again."
UNDO: Final = "Undo"
MOST_READ: Final = "Only the latest {count} decisions were read: there are more businesses."
ADDRESSES: Final = "Addresses"
NAMES: Final = "Names"
HELO_NAMES: Final = "HELO"
VOUCHED_FOR: Final = "Vouched for"
SENDERS: Final = "Senders"
MAIL: Final = "Mail"
BY_ITSELF: Final = "As it was at the latest decision"
BY_ITSELF_REMARK: Final = (
    "Put together from what was seen then. Looking at it now also finds who keeps the zones, and "
    "their mail addresses."
)
NOT_TOLD: Final = "What was stored of this decision tells no cause."
THE_BUSINESS: Final = "To the business itself"
THE_BUSINESS_REMARK: Final = (
    "Every mail domain has to have a postmaster (RFC 5321 section 4.5.1). The letter only says "
    "what is wrong; what to change is in the letters below, and on the incident's page."
)
BUSINESS_SUBJECT: Final = "Your mail server {address} has a mistake in its reverse DNS"
BUSINESS_LETTER: Final = (
    "Hello,",
    "your mail server {address} sends mail to us. {cause} Many mail servers refuse mail from such "
    "an address, and the mail is lost for whoever wrote it.",
    "{where}",
    "Kind regards",
)
BUSINESS_WHERE: Final = "What has to be changed, and by whom, is told here:\n{link}"
BUSINESS_ASK: Final = "Your Internet provider, or whoever keeps your DNS, can put it right."
INCIDENTS: Final = "Decisions to follow up"

# The story of one client.
STORY: Final = "The story of {address}"
SEEN: Final = "What was seen"
NEVER_SEEN: Final = "Nothing is remembered of it: it was never seen, or it simply passed each time."
FIRST_SEEN: Final = "First decision that is kept"
HISTORY: Final = {
    "passed_at": "Last passed",
    "failing_since": "Failing since",
    "failures": "Failures, an hour or more apart",
    "failed_at": "Last failed",
    "troubled_since": "DNS in trouble since",
    "troubled_at": "DNS last in trouble",
    "greeted_at": "First seen with a dynamic name alone",
}
HISTORY_OF_SITE: Final = "IPv6: this is the history of the whole {network}."
CONFIRMED_BY_LOOK: Final = (
    "Its repair was seen at every name server at {at}: it passes as {name} until {until}, whatever "
    "resolvers remember."
)
NAMES_IT_HAD: Final = "Names it had"
NAME_HEADINGS: Final = {
    "name": "Name",
    "first": "First seen",
    "last": "Last seen",
    "says": "What the name says",
}
EXCEPTIONS_FOR_IT: Final = "Exceptions for it"
EXCEPTIONS_REMARK: Final = (
    "Those for names and senders let it in only where DNS bears out that it is theirs."
)
HOLDS_UNTIL: Final = "until"
NO_EXCEPTION: Final = "None."
IN_ORDER: Final = "Decisions, the latest first"
CHANGED: Final = "What had changed"
CHANGES: Final = {
    "cause": "Cause: {after}, not {before}",
    "name": "Name: {after}, not {before}",
    "helo": "HELO: {after}, not {before}",
    "done": "Now {after}, not {before}",
}
NO_NAME: Final = "none"
NEIGHBOURS: Final = "Others in {network}"
NOT_AN_ADDRESS: Final = "{text} is not an address"

# Looking at it now.
LOOKED: Final = "{address} as it is now"
TOO_MANY: Final = "Too many looks at once: try again in {seconds} seconds."
PRIVATE_TARGET: Final = (
    "{address} is not public: no name server outside knows it. private-targets, under [page], lets "
    "such addresses be looked at."
)

# What went wrong.
ERRORS: Final = {
    400: "That cannot be understood",
    401: "Log in, please",
    403: "This form is too old, or was not sent from here: open the page again",
    404: "There is no such page, or it is not remembered any more",
    405: "That cannot be done here",
    429: "Too many attempts: wait a little",
}
ERROR: Final = "Something went wrong: {phrase}"
