"""The English of what only a page about a mail log says: titles, captions and labels.

Owns no sentence that the text report has as well.
"""

from typing import Final

from gotrdns.reports.logs.english import Counted

TITLE: Final = "Reverse DNS in {logs}"
OF_SEVERAL_LOGS: Final = "{count:,} mail logs"
LINES: Final = Counted("One line", "{count:,} lines")
SPAN: Final = "{lines}, {first} to {last}. All times are UTC."
LOGS: Final = "The logs"
MORE_LOGS: Final = "... and {count:,} more"

# After a figure.
MESSAGES: Final = Counted("message", "messages")
CLIENTS: Final = Counted("client: {replies}", "clients: {replies}")

GROUNDS_OVER_TIME: Final = "Turned away for reverse DNS, by cause"
OTHER_GROUNDS: Final = "other causes"
LEFT_OUT: Final = Counted(
    "The chart is of {first} to {last}. A few lines are dated far from all others, which may "
    "be damage; one reply in them is not in the chart.",
    "The chart is of {first} to {last}. A few lines are dated far from all others, which may "
    "be damage; {count:,} replies in them are not in the chart.",
)
GROUNDS: Final = "Clients and replies by cause"
GROUND: Final = "Cause"
GROUND_CLIENTS: Final = "Clients"
GROUND_REFUSED: Final = "Refused"
GROUND_DEFERRED: Final = "Deferred"
GROUND_WARNED: Final = "Warned"

VOLUMES: Final = "Replies that turned them away, and messages taken in"
SENDER: Final = "Sender"
TURNED_AWAY: Final = "turned away"
TAKEN_IN: Final = "taken in"
SENDERS_LEFT: Final = Counted("one more", "{count:,} more")

ADDRESS: Final = "Client"
PTR_NAME: Final = "PTR name"
HELO: Final = "HELO"
FATE: Final = "Turned away"
DELIVERED: Final = "Taken in"
WHY: Final = "Listed"
ENVELOPES: Final = "Mail"
COMMAND: Final = "What is wrong now"
FOLDED_SENDERS: Final = Counted("The next one", "The next {count:,}")
MORE: Final = "{count:,} more are not on this page: --top {all}"
