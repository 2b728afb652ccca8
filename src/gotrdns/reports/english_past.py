"""The English of past decisions: one table for each kind of code, as in `english`.

Owns every sentence that only ``gotrdns why`` says and decides nothing.
"""

from typing import Final

from gotrdns.policy import Action, Voucher
from gotrdns.policy.allowances import AllowanceKind

DONE: Final = {Action.PASS: "let in", Action.DEFER: "deferred", Action.REFUSE: "refused"}
HELD_BACK: Final = {Action.DEFER: "would defer", Action.REFUSE: "would refuse"}
DONE_IN_FULL: Final = {
    Action.PASS: "LET IN",
    Action.DEFER: "DEFERRED (450 4.7.25)",
    Action.REFUSE: "REFUSED (550 5.7.25)",
}
HELD_BACK_IN_FULL: Final = {
    Action.DEFER: "LET IN, but would have been deferred",
    Action.REFUSE: "LET IN, but would have been refused",
}
OUTCOME: Final = "{done}: {rule}."

HEADING: Final = "{client}  (incident {incident})"
NO_ADDRESS: Final = "a client of unknown address"
NO_ADDRESS_IN_SHORT: Final = "-"

ONCE: Final = "{first} {zone}, once"
REPEATED: Final = "{first} to {last} {zone}, {count} times"
LABELS: Final = {
    "when": "When",
    "helo": "HELO",
    "sender": "From",
    "recipient": "To",
    "verdict": "Verdict",
    "rule": "Rule",
    "vouched": "Vouched for",
    "exception": "Exception",
    "follow_up": "Follow-up",
}
VERDICT: Final = "{result} ({cause})"
OVERRULED: Final = "{verdict}; our own resolver said {said}"

VOUCHERS: Final = {
    Voucher.HELO: "its HELO name",
    Voucher.MX: "MX",
    Voucher.SPF: "SPF",
}
VOUCHED_BY: Final = "by {by}"
VOUCHED_BY_DOMAINS: Final = "by {by} ({domains})"
AND: Final = "{others} and {last}"
VOUCHED_BY_NOBODY: Final = "by nobody"
VOUCHING_UNKNOWN: Final = "not known: DNS did not say it of all who might have"
VOUCHED_IN_SHORT: Final = "{by} {domains}"

EXCEPTION: Final = "number {number}: {target}, {author}: {reason}"
EXCEPTION_GONE: Final = "number {number}, which is no longer remembered"
TARGETS: Final = {
    AllowanceKind.ADDRESS: "{value}",
    AllowanceKind.NETWORK: "{value}",
    AllowanceKind.NAME: ".{value}",
    AllowanceKind.SENDER_DOMAIN: "@{value}",
}

FOLLOW_UP_OPEN: Final = "wanted: this looks like a business with a mistake in its DNS"
FOLLOW_UP_DONE: Final = "done, {moment}"

ASKING: Final = "asking DNS what it says now"
NOW: Final = "What DNS says now"
NOW_SAME: Final = "The same: {result} ({cause})."
NOW_BETTER: Final = "{result} ({cause}): it has been put right since."
NOW_WORSE: Final = "{result} ({cause}), no longer {before}."
NOW_REPAIR_SEEN: Final = (
    "{result} ({cause}): every authoritative server has the repair; our own resolver still says "
    "{overruled}."
)
NOW_NOT_YET_KNOWN: Final = "Our own resolver does not know the repair yet: {result} ({cause})."
NOW_UNKNOWN: Final = "DNS does not answer now: {result} ({cause})."
NOW_PASSES: Final = "It would be let in now."
NOW_DECIDED_THE_SAME: Final = (
    "It would be decided the same, unless settings or vouchers have changed."
)
NOW_PAST_COUNTS: Final = "The rule looks at the client's past, so it may decide otherwise by now."
NOW_EXCEPTION: Final = "Exception {number} holds for it: it would be let in."
NOW_OF: Final = "{address}: {said}"

TO_DO: Final = "What to do"
COMMANDS: Final = {
    "explain": ("gotrdns explain {address}", "who can change it, and what to publish"),
    "allow": ('gotrdns allow add {address} --reason "..."', "let it in until that is done"),
    "done": ("gotrdns why --done {incident}", "once the business knows, or it is put right"),
}

HEADINGS: Final = {
    "last": "LAST SEEN",
    "count": "TIMES",
    "address": "ADDRESS",
    "name": "NAME",
    "sender": "FROM",
    "recipient": "TO",
    "vouched": "VOUCHED FOR BY",
    "done": "DONE",
    "reason": "CAUSE",
    "incident": "INCIDENT",
}
ALL_THE_SAME: Final = "All of them: {facts}"
SAME_FACTS: Final = {
    "address": "address {value}",
    "name": "name {value}",
    "sender": "from {value}",
    "recipient": "to {value}",
    "vouched": "vouched for by {value}",
}
FOUND: Final = "{count} decisions. One in full: gotrdns why INCIDENT"
FOUND_MOST: Final = (
    "The latest {count} decisions; more with --limit. One in full: gotrdns why INCIDENT"
)

NOTHING_FOUND: Final = (
    "nothing is remembered of {subject}{span}; clients that simply passed are not remembered"
)
NOTHING_TO_FOLLOW_UP: Final = "no follow-up is wanted about {subject}{span}"
ANY_DECISION: Final = "any decision"
SUBJECTS: Final = {
    "incident": "incident {text}",
    "network": "addresses in {text}",
    "below": "hosts named {text} or below it",
    "name": "hosts named {text} or senders there (for all below it write .{text})",
    "sender": "senders at {text}",
}
SINCE: Final = " since {since}"
UNTIL: Final = " until {until}"
MARKED_DONE: Final = "Incident {incident} is done."
NOT_OPEN: Final = "incident {incident} is not among those to follow up"
