"""The words of the administrator's now page, in English.

What the daemon tells of itself is worded in ``english_status``.
"""

from collections.abc import Mapping
from typing import Final

from gotrdns.policy.tallies import Outcome
from gotrdns.reports.status import Trouble

TITLE: Final = "Now"
AS_OF: Final = "As of {time} UTC."
REFRESH: Final = "Refresh"
PAUSE: Final = "Stop refreshing"
RESUME: Final = "Keep refreshing"
REFRESHING: Final = "Refreshes every 30 seconds."
REFRESH_FAILED: Final = "Could not be refreshed; what is shown is from the time above."

NO_DAEMON: Final = "No daemon answers on this host."
NO_DAEMON_WHAT: Final = (
    "Mail servers that ask it get no answer, and go on by their own settings. What was counted "
    "before is shown below. See whether it runs: {command}"
)
STORE_SLOW: Final = "no answer within {seconds:g} s"
NO_DAEMON_COMMAND: Final = "gotrdns status"
ALL_IS_WELL: Final = "All is well."

# What to do, beside what is wrong.
REMEDIES: Final[Mapping[Trouble, str]] = {
    Trouble.STOPPING: "Nothing, if you stopped it; else start it again.",
    Trouble.NOT_LISTENING: (
        "Set listen in [postfix], [milter] or [exim], and have the daemon read its settings again."
    ),
    Trouble.NOT_ANSWERING: "Restart the daemon, and report what its log says before that.",
    Trouble.RESOLVER_UNREACHABLE: (
        "Start the resolver, or name one that answers in [resolver] servers. The daemon notices by "
        "itself when it answers again."
    ),
    Trouble.CANNOT_LISTEN: (
        "See who has that place, or whether the daemon's user may make a socket there."
    ),
    Trouble.RESOLVER_SUSPECT: (
        "Look at the resolver's log, its network and its clock (DNSSEC needs a right one), and run "
        "gotrdns doctor. Trust returns by itself."
    ),
    Trouble.RESOLVER_LIES: (
        "See what answers in the resolver's place: a filter, a captive portal, a broken zone of "
        "its own. Run gotrdns doctor. Trust returns by itself."
    ),
    Trouble.NON_PUBLIC_CLIENT: (
        "Have the proxy hand on the client's address (PROXY protocol or XCLIENT), or list your own "
        "networks as exempt."
    ),
    Trouble.STORE_FAILED: (
        "See to the disk, or the database server. What waits is written once it is back; what does "
        "not fit in the queue is lost, and counted."
    ),
    Trouble.WITHOUT_STORE: "Make its directory, or set url in [store], and restart the daemon.",
    Trouble.EXCEPTIONS_UNKNOWN: "See to the store; it is read as soon as it can be.",
    Trouble.PAGES_ENDED: "Read what the daemon's log says of it; mail needs nothing.",
}
WHAT_TO_DO: Final = "What to do:"

# The most important figures.
FIGURES: Final = "At a glance"
A_MINUTE: Final = "decisions a minute"
REFUSED_A_MINUTE: Final = "refused a minute"
DEFERRED_A_MINUTE: Final = "deferred a minute"
WITHHELD_A_MINUTE: Final = "would be refused or deferred, a minute"
CONNECTIONS: Final = "connections of mail servers"
UP: Final = "since the daemon started"
LATELY: Final = "Rates are those of the last {duration}."

DECISIONS: Final = "Decisions"
FAILURES: Final = "Failures"
RANGES_LABEL: Final = "Time shown"
RANGES: Final[Mapping[str, str]] = {"24h": "24 hours", "7d": "7 days", "30d": "30 days"}
OUTCOMES_TITLE: Final = "What became of mail"
FAILURES_TITLE: Final = "Why clients were not confirmed"
OUTCOMES: Final[Mapping[Outcome, str]] = {
    Outcome.PASSED: "let in",
    Outcome.MARKED: "let in, marked",
    Outcome.WOULD_DEFER: "let in, would be deferred",
    Outcome.WOULD_REFUSE: "let in, would be refused",
    Outcome.UNDETERMINED: "DNS did not answer",
    Outcome.DEFERRED: "deferred",
    Outcome.REFUSED: "refused",
}
OTHER_CAUSES: Final = "other causes"
NO_CHART: Final = "What was counted cannot be read just now: {error}"
NOTHING_KEPT: Final = "Nothing is kept on this host, so there is nothing to draw and no past."

RATES: Final = "By result and cause"
RESULT: Final = "Result"
DONE: Final = "Done"
REFUSALS: Final = "The latest refusals"
NO_REFUSALS: Final = "None among the latest {count} decisions that were kept."
ALL_DECISIONS: Final = "All decisions"

RESOLVER: Final = "Resolver"
SERVER: Final = "Server"
STATE: Final = "State"
SINCE_START: Final = "Since start"
LISTENING: Final = "Listening"
DOOR: Final = "For"
PLACE: Final = "Where"
DAEMON: Final = "Daemon"
VERSION: Final = "Version"
PROCESS: Final = "Process"
MEMORY: Final = "Memory"
LOOKUPS: Final = "Look-ups"
REPAIRS: Final = "Repairs seen"
CACHE: Final = "Cache"
STORE: Final = "Store"
PAGES: Final = "Pages"
WORKERS: Final = "Workers"
CONNECTIONS_HEADING: Final = "Connections"
