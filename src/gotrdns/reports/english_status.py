"""The English of ``gotrdns status`` and of readiness: one table for each kind of code."""

from collections.abc import Mapping
from typing import Final

from gotrdns.policy import Action, Trust
from gotrdns.reports.status import Trouble

TROUBLES: Final[Mapping[Trouble, str]] = {
    Trouble.STOPPING: "The daemon is stopping: it answers what is in hand, and ends.",
    Trouble.NOT_LISTENING: (
        "No mail server can ask: nothing of [postfix], [milter] and [exim] is listened at."
    ),
    Trouble.NOT_ANSWERING: (
        "Mail servers wait for answers that are long due: the daemon has to be started anew."
    ),
    Trouble.RESOLVER_UNREACHABLE: (
        "Mail passes unexamined, marked, because the resolver does not answer:"
    ),
    Trouble.CANNOT_LISTEN: "A place to listen cannot be had:",
    Trouble.RESOLVER_SUSPECT: (
        "Many networks are in DNS trouble at once and control questions fail: the resolver here is "
        "the suspect, and nobody is deferred for it."
    ),
    Trouble.RESOLVER_LIES: (
        "The resolver denies what must exist: nothing it says refuses or defers anybody."
    ),
    Trouble.NON_PUBLIC_CLIENT: (
        "Clients come from private addresses, and pass unexamined: a proxy or NAT hides the real "
        "ones. Where that is meant, set refuse-non-public = true."
    ),
    Trouble.STORE_FAILED: "The database is out of reach; decisions rest on what is in memory:",
    Trouble.WITHOUT_STORE: (
        "There is no place for the database: what is learnt is forgotten when the daemon ends. "
        "Make its directory, or set url in [store]."
    ),
    Trouble.EXCEPTIONS_UNKNOWN: (
        "Which exceptions there are could not be read yet: until then nobody is refused."
    ),
    Trouble.PAGES_ENDED: "The pages ended, and are started again after a pause; mail flows.",
}

TITLE: Final = "gotrdns {version}, mode {mode}, up {uptime}, process {pid}, {memory} MiB"
ALL_IS_WELL: Final = "All is well."
WRONG: Final = "Something is wrong:"
ALARM_SINCE: Final = "alarm {alarm}, on for {duration}"

DECISIONS: Final = "Mail"
LATELY: Final = "last {duration}"
SINCE_START: Final = "since start"
NO_DECISIONS: Final = "nobody has asked yet"
EXEMPT: Final = "no look-up needed"
ACTIONS: Final[Mapping[str, str]] = {
    Action.PASS.value: "let in",
    Action.DEFER.value: "deferred",
    Action.REFUSE.value: "refused",
}
WITHHELD: Final[Mapping[str, str]] = {
    Action.PASS.value: "let in",
    Action.DEFER.value: "let in (would defer)",
    Action.REFUSE.value: "let in (would refuse)",
}
TOTAL: Final = "all"
RATE: Final = "{count} ({rate}/min)"
LOOKUPS: Final = "{count} had to wait for a look-up, {mean} on average"
WITHIN: Final = ", 95 % at most {bound}"
REPAIRS: Final = (
    "{passes} let in by a repair that the resolver did not know yet; {held} such clients now"
)

LISTENING: Final = "Listening"
ONE_CONNECTION: Final = "1 connection"
CONNECTIONS: Final = "{count} connections"

WORKERS: Final = "Workers"
WORKER: Final = "process {pid}"
WORKER_READY: Final = "answers"
WORKER_STARTS: Final = "starts"
MEMORY: Final = "{memory} MiB"

PAGES: Final = "Pages"
PAGES_RUN: Final = "process {pid}"
PAGES_DO_NOT_RUN: Final = "no process now"
PAGES_ENDED: Final = "{count} ended since the start"

RESOLVER: Final = "Resolver"
SERVER_ANSWERS: Final = "answers"
SERVER_SUSPECT: Final = "silent lately"
SERVER_UNREACHABLE: Final = "does not answer"
SERVER_FIGURES: Final = "{questions} asked, {answers} answered, {timeouts} timed out"
ERRORS: Final = "ended in trouble: {errors}"
ERROR: Final = "{count} {kind}"
FORGED: Final = "{forged} replies with a wrong id or question, {malformed} unreadable"
TRUST: Final[Mapping[str, str]] = {
    Trust.SOUND.value: "believed",
    Trust.SUSPECT.value: "not believed: suspect",
    Trust.LYING.value: "not believed: it lies",
}
BREAKER: Final = "{trust}; {troubled} of {seen} networks in trouble within five minutes"
BREAKER_ALARMING: Final = ", so control questions are asked"

CACHE: Final = "Cache"
CACHE_USE: Final = "{entries} of at most {capacity} answers; {share} of questions answered from it"
NO_CACHE: Final = "none"

STORE: Final = "Store"
NO_STORE: Final = "none: what is learnt is forgotten when the daemon ends"
STORE_WORKS: Final = "works"
STORE_FAILS: Final = "out of reach"
STORE_FIGURES: Final = "{state}; {written} written, {queue} waiting, {lost} lost"

DAYS: Final = "{days} d {hours} h"
HOURS: Final = "{hours} h {minutes} min"
MINUTES: Final = "{minutes} min"
SECONDS: Final = "{seconds} s"
MILLISECONDS: Final = "{milliseconds} ms"

CONDITION: Final = "mode {mode}, {connections}; {condition}"
CONDITION_WELL: Final = "all is well"
CONDITION_WRONG: Final = "wrong: {codes}"
PAGES_CONDITION: Final = "{connections} of the pages"

ALIVE: Final = "alive"
READY: Final = "ready"
NOT_READY: Final = "not ready: {reason}"
WARNING: Final = "warning: {reason}"
