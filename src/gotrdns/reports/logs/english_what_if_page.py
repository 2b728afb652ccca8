"""The English of what only the page about a replayed log says: titles, captions and labels.

Owns no sentence that the text report has as well.
"""

from collections.abc import Mapping
from typing import Final

from gotrdns.reports.logs.english import Counted
from gotrdns.reports.logs.what_if import Would

TITLE: Final = "What {mode} would change: {logs}"

TAKEN_IN: Final = "Taken in"
MESSAGES: Final = Counted("message", "messages")
LOST: Final = "Of these, to be turned away"
LOST_AS: Final[Mapping[Would, str]] = {
    Would.REFUSED: "{count:,} refused",
    Would.DEFERRED: "{count:,} deferred",
}
UNDECIDED: Final = "Of these, undecided"
AWAY: Final = "Turned away for reverse DNS"
AWAY_LET_IN: Final = "attempts, of which {count:,} would be let in"
DOUBTFUL: Final = "Clients in doubt"
DOUBTFUL_AWAY: Final = "{count:,} would be turned away"

OUTCOME: Final = "In the log"
ALL: Final = "All"
WOULD: Final[Mapping[Would, str]] = {
    Would.LET_IN: "Let in",
    Would.DEFERRED: "Deferred",
    Would.REFUSED: "Refused",
    Would.UNDECIDED: "Undecided",
}
REASON: Final = "Because"
REASONS_TAKEN_IN: Final = "Messages that were taken in: what would become of them, and why"
REASONS_AWAY: Final = "Attempts turned away for reverse DNS: what would become of them, and why"

MAIL: Final = "Its mail"
CAUSES: Final = "Reverse DNS"
BECAUSE: Final = "Because"
LOOKS: Final = "Signs"
MAILBOXES: Final = "Senders"
MORE_LINES: Final = Counted("One more line", "{count:,} more lines")
