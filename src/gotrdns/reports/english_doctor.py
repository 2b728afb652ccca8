"""The English of ``gotrdns doctor``: one table for each kind of code.

Templates name the details of what was found. What mends it is commands and lines of configuration,
with a comment where there is more to know.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from gotrdns.reports.examination import Check, Fault, Obstacle, Severity, Subject


class Words(NamedTuple):
    """What was seen, and what mends it: a line each."""

    seen: str
    remedy: tuple[str, ...] = ()


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
        "Does the policy protocol work at each place that the settings listen at, and at each that "
        "Postfix asks? The question is about an authenticated client, so nothing is looked up or "
        "recorded for it."
    ),
    Check.SOCKET_PERMITTED: "May Postfix's user reach and write to the unix sockets?",
    Check.POSTFIX_FOUND: "Is there a Postfix, and can its configuration be read?",
    Check.POSTFIX_ASKS: (
        "Does Postfix ask gotrdns, at a place that the settings listen at, and does every service "
        "that takes mail from outside? Restrictions that hang on a table's entry are not followed."
    ),
    Check.POLICY_TIMEOUT: "Does Postfix wait longer than gotrdns takes, and not much longer?",
    Check.POLICY_DEFAULT_ACTION: "Does mail pass while gotrdns does not run?",
    Check.POLICY_TRY_LIMIT: "Does Postfix ask once, and not again when the answer is late?",
    Check.POSTFIX_DELAYS_REJECT: "Does Postfix ask at RCPT, when the recipient is known?",
    Check.POSTFIX_CHECKS_ONCE: "Does Postfix leave the check to gotrdns?",
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

_RELOAD_POSTFIX: Final = "postfix reload"
_RELOAD_DAEMON: Final = "systemctl reload gotrdns   # or send it SIGHUP"
_RESTART_DAEMON: Final = "systemctl restart gotrdns"
_POLICY: Final = "# in check_policy_service of {parameter}, {service}:"

FAULTS: Final[Mapping[Fault, Words]] = {
    Fault.SETTINGS_MISSING: Words(
        "There are no settings at {path}: without them the daemon does not start.",
        (
            "# name the file with --settings FILE, or begin with",
            "[policy]",
            'mode = "observe"',
        ),
    ),
    Fault.SETTINGS_WRONG: Words(
        "The settings are wrong, and the daemon would not start with them: {problem}",
        ("gotrdns serve --check-settings --settings {path}",),
    ),
    Fault.DAEMON_SILENT: Words(
        "No daemon answers at {place} ({reason}): Postfix goes without the check.",
        ("systemctl start gotrdns   # or: gotrdns serve",),
    ),
    Fault.DAEMON_STRANGE: Words(
        "What answers at {place} tells what this version does not understand: {reason}",
        (_RESTART_DAEMON,),
    ),
    Fault.DAEMON_OTHER_VERSION: Words(
        "The daemon runs as version {running}; installed is {installed}.",
        (_RESTART_DAEMON,),
    ),
    Fault.DAEMON_OTHER_SETTINGS: Words(
        "The daemon goes by {key} {running}; the settings now say {wanted}.",
        (_RELOAD_DAEMON,),
    ),
    Fault.DAEMON_HINDERED: Words(
        "The daemon says: {remark}",
        ("gotrdns status",),
    ),
    Fault.DAEMON_TROUBLED: Words(
        "The daemon says: {remark}",
        ("gotrdns status",),
    ),
    Fault.SOCKET_MISSING: Words(
        "There is no socket {place}.",
        (
            "systemctl start gotrdns",
            "# and write the same place in [postfix] listen and in main.cf",
        ),
    ),
    Fault.SOCKET_DEAD: Words(
        "Nobody answers at {place}: {reason}.",
        ("systemctl restart gotrdns",),
    ),
    Fault.SOCKET_STRANGE: Words(
        "What answers at {place} does not speak Postfix's policy protocol, or is silent.",
        ("ss -lpx; ss -lpt   # who listens there?", _RESTART_DAEMON),
    ),
    Fault.SOCKET_FORBIDDEN: Words(
        "Postfix's user {user} may not get at the socket: {path} has mode {mode}.",
        (
            "# listen in Postfix's own directory, which admits it alone:",
            'listen = ["unix:/var/spool/postfix/private/gotrdns"]',
            'socket-mode = "0666"',
        ),
    ),
    Fault.POSTFIX_MISSING: Words(
        "No Postfix was found (there is no postconf): what concerns it is left out.",
    ),
    Fault.POSTFIX_DOES_NOT_ASK: Words(
        "Postfix does not ask gotrdns: no list of restrictions has a check_policy_service that "
        "leads to it.",
        (
            "smtpd_client_restrictions =",
            "    permit_mynetworks",
            "    permit_sasl_authenticated",
            "    check_policy_service {{ unix:private/gotrdns,",
            "        timeout=15s, try_limit=1, default_action=DUNNO }}",
        ),
    ),
    Fault.POSTFIX_PORT_UNASKED: Words(
        "The service {service} takes mail from outside and does not ask gotrdns, though others do.",
        ("# in master.cf: take its smtpd_*_restrictions out, or add the call to them",),
    ),
    Fault.POSTFIX_ASKS_ELSEWHERE: Words(
        "Postfix asks at {place}, where the settings do not listen ({listening}).",
        ("# write the same place in [postfix] listen and in check_policy_service",),
    ),
    Fault.POLICY_TIMEOUT_SHORT: Words(
        "Postfix waits {timeout} for an answer that may take {deadline} s: a client whose DNS is "
        "slow gets in unexamined.",
        (_POLICY, "timeout={advised}s", _RELOAD_POSTFIX),
    ),
    Fault.POLICY_TIMEOUT_LONG: Words(
        "Postfix would wait {timeout} for a daemon that hangs, and hold up each mail as long.",
        (_POLICY, "timeout={advised}s", _RELOAD_POSTFIX),
    ),
    Fault.POLICY_DEFAULT_ACTION_UNSAFE: Words(
        'While gotrdns does not answer, Postfix does "{action}" to all mail.',
        (_POLICY, "default_action=DUNNO", _RELOAD_POSTFIX),
    ),
    Fault.POLICY_TRIED_AGAIN: Words(
        "Where gotrdns does not answer, Postfix asks {limit} times, and waits as often.",
        (_POLICY, "try_limit=1", _RELOAD_POSTFIX),
    ),
    Fault.POSTFIX_REJECTS_EARLY: Words(
        "smtpd_delay_reject is off ({service}): Postfix asks before it knows the recipient, so "
        "postmaster@ and those who opted out cannot be let through.",
        ("smtpd_delay_reject = yes", _RELOAD_POSTFIX),
    ),
    Fault.POSTFIX_CHECKS_TWICE: Words(
        "Postfix checks by itself as well ({restriction} in {parameter}, {service}), and refuses "
        "whom gotrdns lets in.",
        ("# take {restriction} out of {parameter}", _RELOAD_POSTFIX),
    ),
    Fault.POSTFIX_WARNS_TOO: Words(
        "Postfix checks by itself as well, and only logs it (warn_if_reject {restriction} in "
        "{parameter}, {service}).",
    ),
    Fault.MILTER_DEFAULT_ACTION_UNSAFE: Words(
        'While the milter {milter} does not answer, Postfix does "{action}" to all mail '
        "({service}).",
        ("milter_default_action = accept", _RELOAD_POSTFIX),
    ),
    Fault.CHROOT_RESOLV_CONF_MISSING: Words(
        "Postfix's smtpd is chrooted, and {copy} is missing: to Postfix every client is unknown.",
        ("install -D -m 644 {original} {copy}", _RELOAD_POSTFIX),
    ),
    Fault.CHROOT_RESOLV_CONF_STALE: Words(
        "Postfix's smtpd is chrooted, and {copy} differs from {original}: Postfix asks other "
        "resolvers than this host, and to it every client may be unknown.",
        ("install -D -m 644 {original} {copy}", _RELOAD_POSTFIX),
    ),
    Fault.RESOLVER_NONE: Words(
        "There is no resolver to ask: {reason}",
        ("[resolver]", 'servers = ["127.0.0.1"]'),
    ),
    Fault.RESOLVER_LISTED_TWICE: Words(
        "The resolver {server} is listed twice: that is no second one.",
        ("# name each once in [resolver] servers or /etc/resolv.conf",),
    ),
    Fault.RESOLVER_SILENT: Words(
        "The resolver {server} does not answer, and there is no other: all mail passes unexamined.",
        ("systemctl restart unbound   # or whichever runs there",),
    ),
    Fault.RESOLVER_FIRST_SILENT: Words(
        "The first resolver, {server}, does not answer: everything waits for it before {others} is "
        "asked.",
        ("# restart it, or take it out of [resolver] servers or /etc/resolv.conf",),
    ),
    Fault.RESOLVER_OTHER_SILENT: Words(
        "The resolver {server} does not answer; {others} does.",
        ("# restart it, or take it out of [resolver] servers or /etc/resolv.conf",),
    ),
    Fault.RESOLVER_REFUSES: Words(
        "The resolver {server} refuses our questions.",
        (
            "# let this host ask there (this is for unbound), or name another resolver:",
            "access-control: 127.0.0.0/8 allow",
        ),
    ),
    Fault.RESOLVER_NOT_RECURSIVE: Words(
        "{server} does not resolve for us (it offers no recursion): it is a name server, or does "
        "not serve us.",
        ("[resolver]", 'servers = ["127.0.0.1"]   # a resolver, such as unbound'),
    ),
    Fault.RESOLVER_DOES_NOT_RESOLVE: Words(
        "The resolver {server} answers what it has, but cannot look up a new name ({outcome}): "
        "perhaps a firewall keeps it from the Internet.",
        ("dig @ADDRESS +trace arpa.   # how far does it get?",),
    ),
    Fault.RESOLVER_INVENTS: Words(
        "The resolver {server} gives an address for a name that does not exist: no check can rest "
        "on it.",
        ("[resolver]", 'servers = ["127.0.0.1"]   # one that does not rewrite answers'),
    ),
    Fault.RESOLVER_SLOW: Words(
        "The resolver {server} is slow: {cached} ms for an answer that it has, {fresh} ms for a "
        "new name.",
        ("[resolver]", 'servers = ["127.0.0.1"]   # a caching resolver on this host'),
    ),
    Fault.RESOLVER_STRIPS_SOA: Words(
        "The resolver {server} leaves the SOA record out of negative answers, so a missing record "
        "cannot be told from a broken zone.",
        ("[resolver]", 'servers = ["127.0.0.1"]   # not a stub or a forwarder that strips it'),
    ),
    Fault.RESOLVER_DOES_NOT_VALIDATE: Words(
        "The resolver {server} does not validate DNSSEC: signed records came without AD.",
        ('auto-trust-anchor-file: "/var/lib/unbound/root.key"   # in unbound.conf',),
    ),
    Fault.RESOLVER_STRIPS_DNSSEC: Words(
        "The resolver {server} does not validate DNSSEC, and leaves out signatures: the root's "
        "records came without.",
        ('auto-trust-anchor-file: "/var/lib/unbound/root.key"   # in unbound.conf',),
    ),
    Fault.RESOLVER_REMOTE: Words(
        "The resolver {server} is not on this host: each check waits for the way to it ({cached} "
        "ms), and answers can be forged on the way.",
        ("apt install unbound", "[resolver]", 'servers = ["127.0.0.1"]'),
    ),
    Fault.CLIENTS_HIDDEN: Words(
        "All {count} connections seen came from private addresses ({addresses}): a container "
        "bridge, NAT or proxy hides the clients, and nothing can be checked.",
        (
            "# let Postfix see the clients: its container on the host's network, no NAT",
            "# for port 25, or the PROXY protocol:",
            "smtpd_upstream_proxy_protocol = haproxy",
        ),
    ),
    Fault.CLIENTS_ONE_ADDRESS: Words(
        "All {count} connections in {source} came from {addresses}: a mail host before this one, "
        "or a proxy, hides the clients.",
        ("# check at the host that the clients connect to",),
    ),
    Fault.SENDING_BEHIND_NAT: Words(
        "This host seems to send from {address}, which is not public: which address others see "
        "cannot be told from here.",
        ("gotrdns doctor --address PUBLIC-ADDRESS",),
    ),
    Fault.SENDING_UNCONFIRMED: Words(
        "Mail from here leaves by {address}, which fails the check ({cause}): many receivers "
        "refuse it.",
        ("gotrdns explain {address}",),
    ),
    Fault.SENDING_HELO_UNQUALIFIED: Words(
        "Postfix says HELO {helo}, which is no full host name.",
        ("myhostname = mail.example.org   # in main.cf, with your name", _RELOAD_POSTFIX),
    ),
    Fault.SENDING_HELO_UNRESOLVABLE: Words(
        "Postfix says HELO {helo}, and that name has no address ({types}).",
        ("gotrdns check {helo}", "# publish an address for it, or set myhostname in main.cf"),
    ),
    Fault.SENDING_HELO_DIFFERS: Words(
        "Postfix says HELO {helo}, which leads to {found} and not to {address}, by which mail "
        "leaves.",
        ("# add {address} to the name, or set smtp_helo_name in main.cf",),
    ),
    Fault.STORE_NONE: Words(
        'Nothing is kept ([store] url = "none"): what is learnt is forgotten when the daemon ends.',
    ),
    Fault.STORE_MISSING: Words(
        "There is no database {place} yet: the daemon makes it when it first starts.",
        ("systemctl start gotrdns",),
    ),
    Fault.STORE_UNUSABLE: Words(
        "The database {place} cannot be used: {reason}",
        ("# mend it, or name another in [store] url",),
    ),
    Fault.STORE_NEWER: Words(
        "The database {place} belongs to a newer gotrdns: {reason}",
        ("# install that version again, or name another database in [store] url",),
    ),
    Fault.STORE_OLDER: Words(
        "The database {place} is not yet this version's: {reason}",
        (_RESTART_DAEMON,),
    ),
    Fault.STORE_READ_ONLY: Words(
        "The database {place} cannot be written: {reason}",
        ("# who owns it and its directory? Is the disk full, or read-only?",),
    ),
    Fault.STORE_DAMAGED: Words(
        "The database {place} is damaged: {damage}",
        (
            "systemctl stop gotrdns",
            "# then move the file away, or repair it: sqlite3 FILE .recover",
            "systemctl start gotrdns",
        ),
    ),
    Fault.CLOCK_ABSURD: Words(
        "The clock says {now}, which cannot be.",
        ("timedatectl set-ntp true",),
    ),
    Fault.CLOCK_BEHIND: Words(
        "The clock says {now}, but {where} was written at {newest}: the clock is behind, or was "
        "ahead.",
        ("timedatectl set-ntp true",),
    ),
    Fault.CLOCK_UNSYNCHRONISED: Words(
        "Nothing sets the clock, as far as the kernel knows: exceptions end, and clients that come "
        "back are recognised, by it.",
        ("timedatectl set-ntp true   # or install chrony",),
    ),
    Fault.DISK_FULL: Words(
        "The file system of {path} is full: {free} MiB are left.",
        ("df -h {path}", "du -xh {path} | sort -h | tail"),
    ),
    Fault.DISK_LOW: Words(
        "The file system of {path} is nearly full: {free} MiB are left, {share}.",
        ("df -h {path}", "du -xh {path} | sort -h | tail"),
    ),
    Fault.DISK_INODES_LOW: Words(
        "The file system of {path} has hardly any inodes left: {free}.",
        ("df -i {path}",),
    ),
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
