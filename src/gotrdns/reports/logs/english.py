"""The English of ``gotrdns logs``: one table for each kind of code."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from gotrdns.reports.logs.report import Ground, Sign


class Counted(NamedTuple):
    """What is said of one and of several."""

    one: str
    several: str

    def of(self, count: int, **facts: object) -> str:
        return (self.one if count == 1 else self.several).format(count=count, **facts)


READING: Final = "reading {log}: {share:.0%}, {lines:,} lines, {clients:,} clients"
READING_STREAM: Final = "reading {log}: {lines:,} lines, {clients:,} clients"
SUMMING: Final = Counted("looking at one client", "looking at {count:,} clients")

STANDARD_INPUT: Final = "standard input"
LOGS: Final = "{count} logs"
HEADING: Final = Counted("{logs}: one line", "{logs}: {count:,} lines")
SPAN: Final = "{first} to {last} ({zone})"
NOTHING_READ: Final = (
    "Nothing in it was written by a mail server that is known here (Postfix, Exim) about a client."
)
NOTHING_WITHIN: Final = "Nothing in it is about a client in the time that was asked about."
UNREAD: Final = Counted(
    "One line about a client has words that are not known here.",
    "{count:,} lines about clients have words that are not known here.",
)
DAMAGED: Final = Counted(
    "One line is damaged or too long.", "{count:,} lines are damaged or too long."
)
# By what became of a source.
DAMAGES: Final = {
    "cut-short": "{log} is cut short: what is there was read",
    "corrupt": "{log} cannot be decompressed beyond some point ({text}): what came before was read",
    "unreadable": "{log} cannot be read any further ({text}): what came before was read",
}

# While a log is written.
FOLLOWING: Final = "following {log}: {lines:,} lines, {clients:,} clients; Ctrl-C for the report"
LIVE: Final = "{time}  {fate}  {client}  {told}"
LIVE_NAME: Final = ", PTR {name}"
LIVE_HELO: Final = ", HELO {name}"
FATES: Final = {"refused": "refused", "deferred": "deferred", "warned": "let in"}
AGAIN: Final = Counted("{ground}, once more", "{ground}, {count:,} times more")
NOT_REGULAR: Final = "{log}: only a file can be followed"
COMPRESSED: Final = "{log} is compressed: only a log that is still written can be followed"
NOT_THERE_YET: Final = "{log} is not there yet: waiting for it"
NOT_READABLE: Final = "{log}: {text}: waiting until it can be read"

CLIENTS: Final = "Clients"
CONNECTIONS: Final = Counted("which connected once", "which connected {count:,} times")
DELIVERIES: Final = "Taken in"
MESSAGES: Final = Counted("one message", "{count:,} messages")
SUBMISSIONS: Final = Counted("one from a user who logged in", "{count:,} from users who logged in")
REVERSE_DNS: Final = "Turned away for reverse DNS"
OTHERWISE: Final = "Turned away otherwise"
TURNED_AWAY: Final = Counted("one client: {replies}", "{count:,} clients: {replies}")
NOBODY: Final = "nobody"
REFUSED: Final = Counted("refused once", "refused {count:,} times")
DEFERRED: Final = Counted("deferred once", "deferred {count:,} times")
WARNED: Final = Counted("let in once with a warning", "let in {count:,} times with a warning")

GROUNDS_HEADING: Final = "Turned away for reverse DNS, by cause"
GROUND: Final = "CAUSE"
GROUND_CLIENTS: Final = "CLIENTS"
GROUND_REFUSED: Final = "REFUSED"
GROUND_DEFERRED: Final = "DEFERRED"
GROUND_WARNED: Final = "WARNED"
GROUNDS: Final[Mapping[Ground, str]] = {
    Ground.NO_PTR: "no PTR record",
    Ground.NO_PTR_OR_FAILED: "no PTR record, or its look-up failed",
    Ground.REVERSE_FAILED: "the PTR record's look-up failed",
    Ground.FORWARD_MISMATCH: "PTR name has other addresses",
    Ground.FORWARD_NODATA: "PTR name has no address",
    Ground.FORWARD_NXDOMAIN: "PTR name does not exist",
    Ground.FORWARD_UNCONFIRMED: "PTR name does not lead back",
    Ground.FORWARD_FAILED: "the PTR name's look-up failed",
    Ground.PTR_UNUSABLE: "PTR name is no host name",
    Ground.LOOKUP_FAILED: "a look-up failed",
    Ground.DYNAMIC_NAME: "PTR name looks dynamic",
    Ground.UNTOLD: "the log does not say",
}
AMBIGUOUS_GROUND: Final = (
    "Postfix logs the same for a missing PTR record and for a look-up that failed; gotrdns explain "
    "tells which it is now."
)

LIKELY_HEADING: Final = "Senders among them that look legitimate"
LIKELY: Final = Counted(
    "One. What a log says is no proof, but it is worth a look before somebody complains.",
    "{count:,}, the likeliest first. What a log says is no proof, but these are worth a look "
    "before somebody complains.",
)
NONE_LIKELY: Final = "No sender turned away for reverse DNS looks like a business's mail server."
MORE: Final = "{count:,} more: --top {all}"
NO_DOMAIN: Final = "(no domain)"
SENDER: Final = "{number}. {domain}"
AND_MORE: Final = "{address} and {count:,} more in {network}"
WITH_NAME: Final = "{address}, PTR {name}"
WITH_HELO: Final = "{client}, HELO {helo}"
FATE: Final = "{replies}, last {last}: {grounds}"
GROUND_AND_COUNT: Final = "{ground} ({count:,})"
DELIVERED: Final = Counted(
    "one message taken in, {last}", "{count:,} messages taken in, last {last}"
)
WHY: Final = "because {signs}"
WHY_THOUGH: Final = "because {signs}; though {against}"
ENVELOPE: Final = "from <{sender}> to <{recipient}>"
COMMAND: Final = "gotrdns explain {address}"

SIGNS: Final[Mapping[Sign, str]] = {
    Sign.DELIVERED_AFTERWARDS: "its mail was taken in afterwards",
    Sign.DELIVERED_BEFORE: "its mail was taken in before",
    Sign.NEIGHBOUR_DELIVERS: "mail of the same domain from the same network is taken in",
    Sign.HELO_IS_PTR_NAME: "HELO is the PTR name",
    Sign.HELO_IN_PTR_DOMAIN: "HELO and PTR name share a domain",
    Sign.SENDER_IN_PTR_DOMAIN: "sender and PTR name share a domain",
    Sign.SENDER_IN_HELO_DOMAIN: "sender and HELO share a domain",
    Sign.MAIL_HOST_PTR_NAME: "the PTR name is a mail host's",
    Sign.CHOSEN_PTR_NAME: "somebody chose the PTR name",
    Sign.MAIL_HOST_HELO: "HELO is a mail host's name",
    Sign.TRIED_AGAIN: "it tried again later",
    Sign.BARE_DOMAIN_HELO: "HELO is a bare domain",
    Sign.STATIC_GENERIC_PTR_NAME: "the PTR name is a provider's",
    Sign.MANY_SENDER_DOMAINS: "its senders have many domains",
    Sign.REFUSED_OTHERWISE: "it was also refused for other reasons",
    Sign.GENERIC_HELO: "HELO is a name that a machine made",
    Sign.NO_HOST_NAME_HELO: "HELO is no public host name",
    Sign.MANY_HELOS: "it gives many HELO names",
    Sign.DYNAMIC_PTR_NAME: "the PTR name is a dynamic line's",
    Sign.DOMAIN_IN_MANY_NETWORKS: "clients in many networks go by this domain",
}

OTHERS: Final = Counted(
    "Another client looks like nobody's mail server: {replies}.",
    "Another {count:,} clients look like nobody's mail servers: {replies}.",
)
# Where no sender was told of before them.
ALL: Final = Counted(
    "One client looks like nobody's mail server: {replies}.",
    "{count:,} clients look like nobody's mail servers: {replies}.",
)
OTHERS_SIGNS: Final = "Most often {signs}."
SIGN_AND_COUNT: Final = "{sign} ({count:,})"
