"""What ``gotrdns doctor`` says of each fault, in English, and what mends it.

Templates name the details of what was found. What mends it is commands and lines of configuration,
with a comment where there is more to know.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from gotrdns.reports.examination import Fault


class Words(NamedTuple):
    """What was seen, and what mends it: a line each."""

    seen: str
    remedy: tuple[str, ...] = ()


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
            "# and write the same place in [{door}] listen and in the mail server",
        ),
    ),
    Fault.SOCKET_DEAD: Words(
        "Nobody answers at {place}: {reason}.",
        ("systemctl restart gotrdns",),
    ),
    Fault.SOCKET_STRANGE: Words(
        "What answers at {place}, or is silent there, is not what [{door}] listens for.",
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
        "Postfix does not ask gotrdns: no check_policy_service and no milter leads to it.",
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
        "Postfix asks at {place}, where the settings do not listen; they name {listening}.",
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
    Fault.MILTER_TIMEOUT_SHORT: Words(
        "Postfix waits {timeout} for a milter that may take {deadline} s ({parameter}, {service}): "
        "a client whose DNS is slow gets in unexamined.",
        ("milter_command_timeout = {advised}s", _RELOAD_POSTFIX),
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
        ("dig +trace arpa. SOA   # how far does one get from this host?",),
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
