"""The English of ``gotrdns logs --complaint``: one table for each kind of code."""

from collections.abc import Mapping
from typing import Final

from gotrdns.reports.logs.complaint import By, Event, Meant, Standing, State
from gotrdns.reports.logs.english import DEFERRED, REFUSED, WARNED, Counted
from gotrdns.verification import Cause

SEARCHING: Final = "searching {log}: {share:.0%}, {lines:,} lines, {clients:,} clients found"
ASKING: Final = "asking DNS about {address}"

HEADING: Final = "Complaint about {whom}"
WHAT_WAS_READ: Final = "{lines}, {span} ({zone})"
CLIENTS: Final = Counted("One client is meant.", "{count:,} clients are meant.")

CASE: Final = "{address}: {state}"
STATE: Final[Mapping[State, str]] = {
    State.NOT_TURNED_AWAY: "not turned away for reverse DNS",
    State.REPAIRED: "repaired",
    State.NOT_REPAIRED: "NOT REPAIRED",
    State.UNTOLD: "whether it is repaired cannot be told",
}
LAST: Final[Mapping[Event, str]] = {
    Event.REFUSED: "Last refused for reverse DNS {at}: {ground}.",
    Event.DEFERRED: "Last deferred for reverse DNS {at}: {ground}.",
    Event.WARNED: "Last let in with a warning about reverse DNS {at}: {ground}.",
}
STANDINGS: Final[Mapping[Standing, str]] = {
    Standing.NEVER_TURNED_AWAY: "Nothing of this client was turned away for reverse DNS.",
    Standing.CONFIRMED_NOW: "Now name and address confirm one another.",
    Standing.CONFIRMED_SINCE: "Since then the log has its name confirmed, last {confirmed_at}.",
    Standing.TAKEN_IN_SINCE: "Since then its mail was taken in, last {taken_in_at}.",
    Standing.SAME_CAUSE: "It is the same now.",
    Standing.OTHER_CAUSE: "Now something else is wrong: {cause}.",
    Standing.STILL_FAILS: "Now {cause}.",
    Standing.STILL_DYNAMIC: "It is the same now.",
    Standing.DNS_TROUBLE: "Now it cannot be found out: {cause}.",
    Standing.NOT_ASKED: "DNS was not asked what it says now.",
}

WHO: Final = "Who"
FOUND_BY: Final = "found by {matches}"
BY: Final[Mapping[By, str]] = {
    By.ADDRESS: "its address",
    By.NETWORK: "its network",
    By.NAME: "its confirmed name {text}",
    By.PTR_NAME: "the name in its PTR record {text}, not confirmed",
    By.HELO: "its HELO name {text}",
    By.SENDER_DOMAIN: "senders of {text}",
    By.SENDER: "the sender",
    By.RECIPIENT: "the recipient",
}
WITH_CONFIRMED: Final = "{client}, confirmed name {name}"

HAPPENED: Final = "What happened"
SPAN: Final = "{first} to {last}"
AT: Final = "{when}: {what}"
FOR_REVERSE_DNS: Final = "{what}: {ground}"
FOR_ANOTHER_REASON: Final = "{what} for something else: {reply}"
AS: Final = "{what}, as {name}"
UNCONFIRMED: Final = "{what}, though its name is not confirmed"
EVENTS: Final[Mapping[Event, Counted]] = {
    Event.REFUSED: REFUSED,
    Event.DEFERRED: DEFERRED,
    Event.WARNED: WARNED,
    Event.TAKEN_IN: Counted("taken in: one message", "taken in: {count:,} messages"),
    Event.SUBMITTED: Counted(
        "taken in: one message of a user who had logged in",
        "taken in: {count:,} messages of users who had logged in",
    ),
    Event.CONNECTED: Counted(
        "connected, and nothing came of it", "connected {count:,} times, and nothing came of it"
    ),
}
LEFT_OUT: Final = Counted(
    "... one more, which is left out ...",
    "... {count:,} more, in {chapters:,} turns, which are left out ...",
)
ELSEWHERE: Final = Counted(
    "Once more it sent something, for others or for whom the log does not say.",
    "{count:,} times more it sent something, for others or for whom the log does not say.",
)

THEN: Final = "What the sender was told"
NOW: Final = "Now"

NEXT: Final = "Next"
NOTHING_TO_DO: Final = "Nothing is to be done."
SEE_REPLIES: Final = "Nothing about reverse DNS. What it was turned away for stands above."
ASK_NOW: Final = "Ask DNS what is wrong now, and for a letter to send:"
ASK_LATER: Final = "Ask again later:"
OR_ASK_LATER: Final = "{send} If it may be a passing trouble, ask again first:"
ANOTHER_NAME: Final = (
    "Its owner asks the provider for a PTR record with a name of its own, such as a mail host's."
)
LOOK_AT_OURS: Final = (
    "Find out why your mail server sees this address: it is your own network's, or something of "
    "yours is in between, such as a relay, a proxy or a NAT."
)
LETTER_BY: Final = "This writes the letter to send:"
SEND_LETTER: Final = Counted(
    "Send the letter below.", "Send the {count} letters below: each to whom it is for."
)
COMMAND: Final = "gotrdns explain --letter {address}"
COMMAND_WITH_HELO: Final = "gotrdns explain --letter --helo {helo} {address}"

SAY: Final = "What to say to the caller"
CAUSES: Final[Mapping[Cause, str]] = {
    Cause.CONFIRMED: "name and address confirm one another",
    Cause.NO_PTR: "it has no name in reverse DNS (no PTR record)",
    Cause.FORWARD_MISMATCH: "its name in reverse DNS, {name}, has other addresses",
    Cause.FORWARD_NODATA: "its name in reverse DNS, {name}, has no address",
    Cause.FORWARD_NXDOMAIN: "its name in reverse DNS, {name}, does not exist",
    Cause.PTR_UNUSABLE: "what its PTR record holds is no host name",
    Cause.REVERSE_SERVFAIL: "the name servers for its PTR record fail",
    Cause.REVERSE_REFUSED: "the name servers for its PTR record refuse to answer",
    Cause.REVERSE_TIMEOUT: "the name servers for its PTR record do not answer",
    Cause.REVERSE_UNPROVEN: "the name servers for its PTR record give empty answers",
    Cause.FORWARD_SERVFAIL: "the name servers of its name {name} fail",
    Cause.FORWARD_REFUSED: "the name servers of its name {name} refuse to answer",
    Cause.FORWARD_TIMEOUT: "the name servers of its name {name} do not answer",
    Cause.FORWARD_UNPROVEN: "the name servers of its name {name} give empty answers",
    Cause.RESOLVER_UNREACHABLE: "our own resolver does not answer",
}
SAY_NOT_REPAIRED: Final = (
    "\"Our server turns away mail from {address}: {cause}. That is in the DNS on the sender's "
    "side, and {keeper} can change it. I am sending you what to ask of them. Until then that "
    "server's mail does not come in.\""
)
SAY_WARNED: Final = (
    '"Our server lets in mail from {address} with a warning, and others may turn it away: {cause}. '
    "That is in the DNS on the sender's side, and {keeper} can change it. I am sending you what to "
    'ask of them."'
)
SAY_OURS: Final = '"Our own resolver has trouble with {address}. We look into it."'
SAY_NOT_PUBLIC: Final = (
    '"The mail came to our server from {address}, which is no public address: from our own '
    'network, or by way of something of ours that hides the sender. We look into it."'
)
SAY_STILL_DYNAMIC: Final = (
    '"Our server hesitates to take mail from {address}, because its name looks like any '
    "customer's line. Your provider can give that address a name of your own. A mail server that "
    'tries again is let in."'
)
SAY_REPAIRED: Final = (
    '"What was wrong with {address} has been put right. What came back is to be sent once more; '
    'what was only put off comes by itself."'
)
SAY_TAKEN_IN: Final = (
    '"Mail from {address} is taken in again. What came back is to be sent once more; what was only '
    'put off comes by itself."'
)
SAY_NOT_ASKED: Final = (
    '"Our server turned away mail from {address} at {at}, for its reverse DNS: {ground}. I am '
    'finding out whether that is still so."'
)
SAY_NOT_TURNED_AWAY: Final = (
    '"Our server has turned away nothing from {address} for its reverse DNS."'
)
SAY_TURNED_AWAY_OTHERWISE: Final = (
    '"Our server has turned away nothing from {address} for its reverse DNS, but for another '
    'reason: the answer says which."'
)

AND: Final = " and "
LETTER: Final = Counted("The letter to send", "The letters to send")

REST: Final = Counted(
    "Another client is meant, too: {what}. With --top {more} it is told of.",
    "Another {count:,} clients are meant, too: {what}. With --top {more} more are told of.",
)
TURNED_AWAY: Final = "{replies} for reverse DNS"
TAKEN_IN: Final = Counted("one message taken in", "{count:,} messages taken in")
NEITHER: Final = "neither turned away for reverse DNS nor taken in"

NOBODY: Final[Mapping[Meant, str]] = {
    Meant.ADDRESS: "No client there has this address.",
    Meant.NETWORK: "No client there is in this network.",
    Meant.NAME: "No client there has this name or one below it, in its PTR record or in HELO, and "
    "no sender is in this domain.",
    Meant.SENDER_DOMAIN: "No sender there is in this domain.",
    Meant.MAILBOX: "No sender and no recipient there has this address; of the recipients a log "
    "tells those who were not to get mail.",
}
NEAREST: Final = "The nearest to it: {nearest}."
WHERE_TO_LOOK: Final = (
    "The mail that came back has the address of the server that was turned away: --complaint "
    "ADDRESS finds it."
)
OLDER_LOGS: Final = "Older logs may know more: mail.log* names them all."
