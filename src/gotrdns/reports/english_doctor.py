"""The English of ``gotrdns doctor``: one table for each kind of code.

Templates name the details of what was found. What is said of faults is in ``english_faults``.
"""

from collections.abc import Mapping
from typing import Final

from gotrdns.reports.examination import Check, Obstacle, Severity, Subject

SEVERITIES: Final[Mapping[Severity, str]] = {
    Severity.ERROR: "ERROR",
    Severity.WARNING: "WARNING",
    Severity.INFO: "NOTE",
    Severity.UNKNOWN: "UNKNOWN",
    Severity.SKIPPED: "SKIPPED",
    Severity.OK: "ok",
}

SUBJECTS: Final[Mapping[Subject, str]] = {
    Subject.SETTINGS: "Settings",
    Subject.DAEMON: "Daemon",
    Subject.POSTFIX: "Postfix",
    Subject.RESOLVER: "Resolver",
    Subject.CLIENTS: "Clients",
    Subject.SENDING: "Sending",
    Subject.STORE: "Store",
    Subject.CLOCK: "Clock",
    Subject.DISK: "Disk",
}

# What each check asks, for the documentation.
QUESTIONS: Final[Mapping[Check, str]] = {
    Check.SETTINGS_VALID: "Is the settings file there, readable and right?",
    Check.DAEMON_ANSWERS: "Does the daemon run, and answer at its control socket?",
    Check.DAEMON_CURRENT: "Does it run as this version, and as the settings say now?",
    Check.DAEMON_HEALTHY: "Does it find something wrong itself? (As `gotrdns status` shows it.)",
    Check.SOCKET_ANSWERS: (
        "Does the daemon answer at each place that the settings listen at, and at each where "
        "Postfix asks? The question is about an authenticated client, so nothing is looked up or "
        "recorded for it; milters are only asked which protocol they speak."
    ),
    Check.SOCKET_PERMITTED: "May Postfix's user reach and write to the unix sockets?",
    Check.POSTFIX_FOUND: "Is there a Postfix, and can its configuration be read?",
    Check.POSTFIX_ASKS: (
        "Does Postfix ask gotrdns, as a policy service or a milter, at a place that the settings "
        "listen at, and does every service that takes mail from outside? Restrictions that hang on "
        "a table's entry are not followed."
    ),
    Check.POLICY_TIMEOUT: "Does Postfix wait longer than gotrdns takes, and not much longer?",
    Check.POLICY_DEFAULT_ACTION: "Does mail pass while gotrdns does not run?",
    Check.POLICY_TRY_LIMIT: "Does Postfix ask once, and not again when the answer is late?",
    Check.POSTFIX_DELAYS_REJECT: "Does Postfix ask at RCPT, when the recipient is known?",
    Check.POSTFIX_CHECKS_ONCE: "Does Postfix leave the check to gotrdns?",
    Check.MILTER_TIMEOUT: "Where gotrdns is a milter: does Postfix wait longer than it takes?",
    Check.MILTER_DEFAULT_ACTION: "Where milters are used: does mail pass while they do not run?",
    Check.CHROOT_RESOLV_CONF: (
        "Where Postfix's smtpd is chrooted: is the copy of `/etc/resolv.conf` in its queue "
        "directory there, and up to date?"
    ),
    Check.RESOLVER_LISTED: "Is a resolver named, and none twice?",
    Check.RESOLVER_ANSWERS: "Does each resolver answer? The control question is the root's NS.",
    Check.RESOLVER_RECURSIVE: "Does it resolve names for us?",
    Check.RESOLVER_HONEST: "Does it deny a name that does not exist?",
    Check.RESOLVER_FAST: "Is it quick, with answers that it has and with new ones?",
    Check.RESOLVER_SOA: (
        "Does it send the SOA record with a negative answer? `arpa.` exists and has no A record."
    ),
    Check.RESOLVER_DNSSEC: "Does it validate? The root is signed, so its SOA comes with AD set.",
    Check.RESOLVER_LOCAL: "Is it on this host?",
    Check.CLIENTS_VISIBLE: (
        "Do the clients' own addresses arrive? Told by the mail log, or by the store if many "
        "clients with private addresses were let in within a week."
    ),
    Check.SENDING_PUBLIC: "Are the addresses that this host sends from public?",
    Check.SENDING_CONFIRMED: "Do they pass the check that clients here have to pass?",
    Check.SENDING_HELO: "Does the HELO name of Postfix lead to them?",
    Check.STORE_OPENS: "Is the database there, and can it be opened?",
    Check.STORE_SCHEMA: "Are its tables those of this version?",
    Check.STORE_WRITABLE: "Can it be written? The trial is undone.",
    Check.STORE_INTACT: "Is it sound inside? (SQLite's `quick_check`.)",
    Check.CLOCK_RIGHT: "Is the time possible, and nothing here from the future?",
    Check.CLOCK_SYNCHRONISED: "Does something set the clock, as the kernel has it?",
    Check.DISK_SPACE: "Is there room for the store and for Postfix's queue?",
    Check.DISK_INODES: "Are there inodes left?",
}

WELL: Final[Mapping[Check, str]] = {
    Check.SETTINGS_VALID: "{path} is right; mode {mode}",
    Check.DAEMON_ANSWERS: "answers at {place}; version {version}, mode {mode}",
    Check.DAEMON_CURRENT: "runs as installed, and as the settings say",
    Check.DAEMON_HEALTHY: "finds nothing wrong itself",
    Check.SOCKET_ANSWERS: "{place} answers",
    Check.SOCKET_PERMITTED: "user {user} may connect",
    Check.POSTFIX_FOUND: "queue in {queue}",
    Check.POSTFIX_ASKS: "asks at {places}",
    Check.POLICY_TIMEOUT: "waits long enough for gotrdns",
    Check.POLICY_DEFAULT_ACTION: "lets mail pass while gotrdns does not run",
    Check.POLICY_TRY_LIMIT: "asks once",
    Check.POSTFIX_DELAYS_REJECT: "asks at RCPT",
    Check.POSTFIX_CHECKS_ONCE: "leaves the check to gotrdns",
    Check.MILTER_TIMEOUT: "waits long enough for gotrdns as a milter",
    Check.MILTER_DEFAULT_ACTION: "lets mail pass while milters do not run",
    Check.CHROOT_RESOLV_CONF: "the chroot's resolv.conf is up to date",
    Check.RESOLVER_LISTED: "{servers}",
    Check.RESOLVER_ANSWERS: "{server} answers",
    Check.RESOLVER_RECURSIVE: "{server} resolves",
    Check.RESOLVER_HONEST: "{server} denies what does not exist",
    Check.RESOLVER_FAST: "{server} takes {cached} ms for what it has, {fresh} ms for a new name",
    Check.RESOLVER_SOA: "{server} proves negative answers",
    Check.RESOLVER_DNSSEC: "{server} validates DNSSEC",
    Check.RESOLVER_LOCAL: "{server} is on this host",
    Check.CLIENTS_VISIBLE: "{distinct} addresses in {count} connections of {source}",
    Check.SENDING_PUBLIC: "{address} is public",
    Check.SENDING_CONFIRMED: "{address} is confirmed by {names}",
    Check.SENDING_HELO: "{helo} leads to {found}",
    Check.STORE_OPENS: "{place} opens",
    Check.STORE_SCHEMA: "its tables are this version's",
    Check.STORE_WRITABLE: "it can be written",
    Check.STORE_INTACT: "it is sound",
    Check.CLOCK_RIGHT: "{now}, and nothing is from the future",
    Check.CLOCK_SYNCHRONISED: "something sets it",
    Check.DISK_SPACE: "{path} has {free} MiB free, {share}",
    Check.DISK_INODES: "{path} has {free} inodes left",
}

OBSTACLES: Final[Mapping[Obstacle, str]] = {
    Obstacle.NOT_PERMITTED: "{path} is not for this user: run this as root.",
    Obstacle.UNREADABLE: "{path} cannot be read: {reason}",
    Obstacle.NO_SETTINGS: "Only valid settings tell it.",
    Obstacle.NO_DAEMON: "No daemon answers.",
    Obstacle.NO_CONTROL_SOCKET: "The settings give the daemon no control socket.",
    Obstacle.NO_POSTFIX: "There is no Postfix here.",
    Obstacle.COMMAND_FAILED: "{command} failed: {reason}",
    Obstacle.COMMAND_SLOW: "{command} did not come to an end in time.",
    Obstacle.NO_USER: "There is no user {user}.",
    Obstacle.NOT_ASKED: "Postfix does not ask gotrdns.",
    Obstacle.NO_MILTER: "Postfix uses no milter.",
    Obstacle.NOT_CHROOTED: "Postfix's smtpd is not chrooted.",
    Obstacle.RESOLVER_DOWN: "The resolver {server} does not answer.",
    Obstacle.NO_RECURSION: "{server} does not resolve for us.",
    Obstacle.UNDETERMINED: "DNS gave no answer about {subject}: {outcome}",
    Obstacle.RELAYED: "Mail leaves through {relay}, whose address counts.",
    Obstacle.NO_ADDRESS: "This host has no address to send from; name one with --address.",
    Obstacle.NOT_PUBLIC: "The address that others see is not known; name it with --address.",
    Obstacle.FEW_CLIENTS: (
        "{source} has too few connections to judge by: {count}, not {wanted}. Name another with "
        "--mail-log."
    ),
    Obstacle.INTRANET: "Clients with private addresses are meant (refuse-non-public = true).",
    Obstacle.NOTHING_KEPT: "Nothing is kept.",
    Obstacle.NO_STORE: "There is no database that can be used.",
    Obstacle.STORE_BUSY: "The database is busy: {reason}",
    Obstacle.LOOKS_AFTER_ITSELF: "PostgreSQL looks after itself.",
    Obstacle.TAKES_LONG: "The database is too large to be read in time.",
    Obstacle.NOT_TOLD: "The system does not tell.",
    Obstacle.TIMED_OUT: "It took more than {seconds} s.",
    Obstacle.FAULTY: "This is a mistake in gotrdns, please report it: {error}",
}

ALL_IS_WELL: Final = "Nothing is wrong."
WRONG: Final = "Something is wrong: {counts}."
ERRORS: Final = ("1 error", "{count} errors")
WARNINGS: Final = ("1 warning", "{count} warnings")
AND: Final = " and "
MADE: Final = "{made} of {all} checks could be made."
MEND: Final = "Mend it:"
TO_KNOW: Final = "Worth knowing"
UNKNOWN: Final = "Could not be found out"
NOT_APPLYING: Final = "Does not apply here"
IN_ORDER: Final = "In order"
