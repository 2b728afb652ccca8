"""What ``gotrdns doctor`` examines, and what it can find: the codes of checks, faults, obstacles.

Owns which fault belongs to which check and how grave it is. All codes are permanent. Nothing here
is wording.
"""

import enum
from collections.abc import Mapping
from typing import Final, TypeAlias

import msgspec


class Severity(enum.Enum):
    """How grave it is, the gravest first. The first two are wrong; the last three say no more than
    that a check could not be made, that it does not apply here, and that all is well.
    """

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    OK = "ok"


class Subject(enum.Enum):
    """What a check is about."""

    SETTINGS = "settings"
    DAEMON = "daemon"
    POSTFIX = "postfix"
    RESOLVER = "resolver"
    CLIENTS = "clients"
    SENDING = "sending"
    STORE = "store"
    CLOCK = "clock"
    DISK = "disk"


class Check(enum.Enum):
    """What is looked at, by what is right about it."""

    SETTINGS_VALID = "settings-valid"
    DAEMON_ANSWERS = "daemon-answers"
    DAEMON_CURRENT = "daemon-current"
    DAEMON_HEALTHY = "daemon-healthy"
    SOCKET_ANSWERS = "socket-answers"
    SOCKET_PERMITTED = "socket-permitted"
    POSTFIX_FOUND = "postfix-found"
    POSTFIX_ASKS = "postfix-asks"
    POLICY_TIMEOUT = "policy-timeout"
    POLICY_DEFAULT_ACTION = "policy-default-action"
    POLICY_TRY_LIMIT = "policy-try-limit"
    POSTFIX_DELAYS_REJECT = "postfix-delays-reject"
    POSTFIX_CHECKS_ONCE = "postfix-checks-once"
    MILTER_TIMEOUT = "milter-timeout"
    MILTER_DEFAULT_ACTION = "milter-default-action"
    CHROOT_RESOLV_CONF = "chroot-resolv-conf"
    RESOLVER_LISTED = "resolver-listed"
    RESOLVER_ANSWERS = "resolver-answers"
    RESOLVER_RECURSIVE = "resolver-recursive"
    RESOLVER_HONEST = "resolver-honest"
    RESOLVER_FAST = "resolver-fast"
    RESOLVER_SOA = "resolver-soa"
    RESOLVER_DNSSEC = "resolver-dnssec"
    RESOLVER_LOCAL = "resolver-local"
    CLIENTS_VISIBLE = "clients-visible"
    SENDING_PUBLIC = "sending-public"
    SENDING_CONFIRMED = "sending-confirmed"
    SENDING_HELO = "sending-helo"
    STORE_OPENS = "store-opens"
    STORE_SCHEMA = "store-schema"
    STORE_WRITABLE = "store-writable"
    STORE_INTACT = "store-intact"
    CLOCK_RIGHT = "clock-right"
    CLOCK_SYNCHRONISED = "clock-synchronised"
    DISK_SPACE = "disk-space"
    DISK_INODES = "disk-inodes"

    @property
    def subject(self) -> Subject:
        prefix = self.value.partition("-")[0]
        return _SUBJECTS.get(prefix) or Subject(prefix)


_SUBJECTS: Final = {
    "socket": Subject.DAEMON,
    "policy": Subject.POSTFIX,
    "milter": Subject.POSTFIX,
    "chroot": Subject.POSTFIX,
}


class Fault(enum.Enum):
    """What can be wrong, or worth knowing."""

    SETTINGS_MISSING = "settings-missing"
    SETTINGS_WRONG = "settings-wrong"
    DAEMON_SILENT = "daemon-silent"
    DAEMON_STRANGE = "daemon-strange"
    DAEMON_OTHER_VERSION = "daemon-other-version"
    DAEMON_OTHER_SETTINGS = "daemon-other-settings"
    DAEMON_HINDERED = "daemon-hindered"
    DAEMON_TROUBLED = "daemon-troubled"
    SOCKET_MISSING = "socket-missing"
    SOCKET_DEAD = "socket-dead"
    SOCKET_STRANGE = "socket-strange"
    SOCKET_FORBIDDEN = "socket-forbidden"
    POSTFIX_MISSING = "postfix-missing"
    POSTFIX_DOES_NOT_ASK = "postfix-does-not-ask"
    POSTFIX_PORT_UNASKED = "postfix-port-unasked"
    POSTFIX_ASKS_ELSEWHERE = "postfix-asks-elsewhere"
    POLICY_TIMEOUT_SHORT = "policy-timeout-short"
    POLICY_TIMEOUT_LONG = "policy-timeout-long"
    POLICY_DEFAULT_ACTION_UNSAFE = "policy-default-action-unsafe"
    POLICY_TRIED_AGAIN = "policy-tried-again"
    POSTFIX_REJECTS_EARLY = "postfix-rejects-early"
    POSTFIX_CHECKS_TWICE = "postfix-checks-twice"
    POSTFIX_WARNS_TOO = "postfix-warns-too"
    MILTER_TIMEOUT_SHORT = "milter-timeout-short"
    MILTER_DEFAULT_ACTION_UNSAFE = "milter-default-action-unsafe"
    CHROOT_RESOLV_CONF_MISSING = "chroot-resolv-conf-missing"
    CHROOT_RESOLV_CONF_STALE = "chroot-resolv-conf-stale"
    RESOLVER_NONE = "resolver-none"
    RESOLVER_LISTED_TWICE = "resolver-listed-twice"
    RESOLVER_SILENT = "resolver-silent"
    RESOLVER_FIRST_SILENT = "resolver-first-silent"
    RESOLVER_OTHER_SILENT = "resolver-other-silent"
    RESOLVER_REFUSES = "resolver-refuses"
    RESOLVER_NOT_RECURSIVE = "resolver-not-recursive"
    RESOLVER_DOES_NOT_RESOLVE = "resolver-does-not-resolve"
    RESOLVER_INVENTS = "resolver-invents"
    RESOLVER_SLOW = "resolver-slow"
    RESOLVER_STRIPS_SOA = "resolver-strips-soa"
    RESOLVER_DOES_NOT_VALIDATE = "resolver-does-not-validate"
    RESOLVER_STRIPS_DNSSEC = "resolver-strips-dnssec"
    RESOLVER_REMOTE = "resolver-remote"
    CLIENTS_HIDDEN = "clients-hidden"
    CLIENTS_ONE_ADDRESS = "clients-one-address"
    SENDING_BEHIND_NAT = "sending-behind-nat"
    SENDING_UNCONFIRMED = "sending-unconfirmed"
    SENDING_HELO_UNQUALIFIED = "sending-helo-unqualified"
    SENDING_HELO_UNRESOLVABLE = "sending-helo-unresolvable"
    SENDING_HELO_DIFFERS = "sending-helo-differs"
    STORE_NONE = "store-none"
    STORE_MISSING = "store-missing"
    STORE_UNUSABLE = "store-unusable"
    STORE_NEWER = "store-newer"
    STORE_OLDER = "store-older"
    STORE_READ_ONLY = "store-read-only"
    STORE_DAMAGED = "store-damaged"
    CLOCK_ABSURD = "clock-absurd"
    CLOCK_BEHIND = "clock-behind"
    CLOCK_UNSYNCHRONISED = "clock-unsynchronised"
    DISK_FULL = "disk-full"
    DISK_LOW = "disk-low"
    DISK_INODES_LOW = "disk-inodes-low"

    @property
    def check(self) -> Check:
        return _FAULTS[self][0]

    @property
    def severity(self) -> Severity:
        return _FAULTS[self][1]


_ERROR: Final = Severity.ERROR
_WARNING: Final = Severity.WARNING
_INFO: Final = Severity.INFO

_FAULTS: Final[Mapping[Fault, tuple[Check, Severity]]] = {
    Fault.SETTINGS_MISSING: (Check.SETTINGS_VALID, _ERROR),
    Fault.SETTINGS_WRONG: (Check.SETTINGS_VALID, _ERROR),
    Fault.DAEMON_SILENT: (Check.DAEMON_ANSWERS, _ERROR),
    Fault.DAEMON_STRANGE: (Check.DAEMON_ANSWERS, _ERROR),
    Fault.DAEMON_OTHER_VERSION: (Check.DAEMON_CURRENT, _WARNING),
    Fault.DAEMON_OTHER_SETTINGS: (Check.DAEMON_CURRENT, _WARNING),
    Fault.DAEMON_HINDERED: (Check.DAEMON_HEALTHY, _ERROR),
    Fault.DAEMON_TROUBLED: (Check.DAEMON_HEALTHY, _WARNING),
    Fault.SOCKET_MISSING: (Check.SOCKET_ANSWERS, _ERROR),
    Fault.SOCKET_DEAD: (Check.SOCKET_ANSWERS, _ERROR),
    Fault.SOCKET_STRANGE: (Check.SOCKET_ANSWERS, _ERROR),
    Fault.SOCKET_FORBIDDEN: (Check.SOCKET_PERMITTED, _ERROR),
    Fault.POSTFIX_MISSING: (Check.POSTFIX_FOUND, _INFO),
    Fault.POSTFIX_DOES_NOT_ASK: (Check.POSTFIX_ASKS, _ERROR),
    Fault.POSTFIX_PORT_UNASKED: (Check.POSTFIX_ASKS, _WARNING),
    Fault.POSTFIX_ASKS_ELSEWHERE: (Check.POSTFIX_ASKS, _ERROR),
    Fault.POLICY_TIMEOUT_SHORT: (Check.POLICY_TIMEOUT, _ERROR),
    Fault.POLICY_TIMEOUT_LONG: (Check.POLICY_TIMEOUT, _WARNING),
    Fault.POLICY_DEFAULT_ACTION_UNSAFE: (Check.POLICY_DEFAULT_ACTION, _ERROR),
    Fault.POLICY_TRIED_AGAIN: (Check.POLICY_TRY_LIMIT, _WARNING),
    Fault.POSTFIX_REJECTS_EARLY: (Check.POSTFIX_DELAYS_REJECT, _WARNING),
    Fault.POSTFIX_CHECKS_TWICE: (Check.POSTFIX_CHECKS_ONCE, _WARNING),
    Fault.POSTFIX_WARNS_TOO: (Check.POSTFIX_CHECKS_ONCE, _INFO),
    Fault.MILTER_TIMEOUT_SHORT: (Check.MILTER_TIMEOUT, _ERROR),
    Fault.MILTER_DEFAULT_ACTION_UNSAFE: (Check.MILTER_DEFAULT_ACTION, _WARNING),
    Fault.CHROOT_RESOLV_CONF_MISSING: (Check.CHROOT_RESOLV_CONF, _ERROR),
    Fault.CHROOT_RESOLV_CONF_STALE: (Check.CHROOT_RESOLV_CONF, _WARNING),
    Fault.RESOLVER_NONE: (Check.RESOLVER_LISTED, _ERROR),
    Fault.RESOLVER_LISTED_TWICE: (Check.RESOLVER_LISTED, _WARNING),
    Fault.RESOLVER_SILENT: (Check.RESOLVER_ANSWERS, _ERROR),
    Fault.RESOLVER_FIRST_SILENT: (Check.RESOLVER_ANSWERS, _ERROR),
    Fault.RESOLVER_OTHER_SILENT: (Check.RESOLVER_ANSWERS, _WARNING),
    Fault.RESOLVER_REFUSES: (Check.RESOLVER_ANSWERS, _ERROR),
    Fault.RESOLVER_NOT_RECURSIVE: (Check.RESOLVER_RECURSIVE, _ERROR),
    Fault.RESOLVER_DOES_NOT_RESOLVE: (Check.RESOLVER_RECURSIVE, _ERROR),
    Fault.RESOLVER_INVENTS: (Check.RESOLVER_HONEST, _ERROR),
    Fault.RESOLVER_SLOW: (Check.RESOLVER_FAST, _WARNING),
    Fault.RESOLVER_STRIPS_SOA: (Check.RESOLVER_SOA, _WARNING),
    Fault.RESOLVER_DOES_NOT_VALIDATE: (Check.RESOLVER_DNSSEC, _INFO),
    Fault.RESOLVER_STRIPS_DNSSEC: (Check.RESOLVER_DNSSEC, _INFO),
    Fault.RESOLVER_REMOTE: (Check.RESOLVER_LOCAL, _WARNING),
    Fault.CLIENTS_HIDDEN: (Check.CLIENTS_VISIBLE, _ERROR),
    Fault.CLIENTS_ONE_ADDRESS: (Check.CLIENTS_VISIBLE, _WARNING),
    Fault.SENDING_BEHIND_NAT: (Check.SENDING_PUBLIC, _INFO),
    Fault.SENDING_UNCONFIRMED: (Check.SENDING_CONFIRMED, _ERROR),
    Fault.SENDING_HELO_UNQUALIFIED: (Check.SENDING_HELO, _ERROR),
    Fault.SENDING_HELO_UNRESOLVABLE: (Check.SENDING_HELO, _ERROR),
    Fault.SENDING_HELO_DIFFERS: (Check.SENDING_HELO, _WARNING),
    Fault.STORE_NONE: (Check.STORE_OPENS, _INFO),
    Fault.STORE_MISSING: (Check.STORE_OPENS, _WARNING),
    Fault.STORE_UNUSABLE: (Check.STORE_OPENS, _ERROR),
    Fault.STORE_NEWER: (Check.STORE_SCHEMA, _ERROR),
    Fault.STORE_OLDER: (Check.STORE_SCHEMA, _WARNING),
    Fault.STORE_READ_ONLY: (Check.STORE_WRITABLE, _ERROR),
    Fault.STORE_DAMAGED: (Check.STORE_INTACT, _ERROR),
    Fault.CLOCK_ABSURD: (Check.CLOCK_RIGHT, _ERROR),
    Fault.CLOCK_BEHIND: (Check.CLOCK_RIGHT, _ERROR),
    Fault.CLOCK_UNSYNCHRONISED: (Check.CLOCK_SYNCHRONISED, _WARNING),
    Fault.DISK_FULL: (Check.DISK_SPACE, _ERROR),
    Fault.DISK_LOW: (Check.DISK_SPACE, _WARNING),
    Fault.DISK_INODES_LOW: (Check.DISK_INODES, _ERROR),
}


class Obstacle(enum.Enum):
    """Why a check was not made."""

    NOT_PERMITTED = "not-permitted"
    UNREADABLE = "unreadable"
    NO_SETTINGS = "no-settings"
    NO_DAEMON = "no-daemon"
    NO_CONTROL_SOCKET = "no-control-socket"
    NO_POSTFIX = "no-postfix"
    COMMAND_FAILED = "command-failed"
    COMMAND_SLOW = "command-slow"
    NO_USER = "no-user"
    NOT_ASKED = "not-asked"
    NO_MILTER = "no-milter"
    NOT_CHROOTED = "not-chrooted"
    RESOLVER_DOWN = "resolver-down"
    NO_RECURSION = "no-recursion"
    UNDETERMINED = "undetermined"
    RELAYED = "relayed"
    NO_ADDRESS = "no-address"
    NOT_PUBLIC = "not-public"
    FEW_CLIENTS = "few-clients"
    INTRANET = "intranet"
    NOTHING_KEPT = "nothing-kept"
    NO_STORE = "no-store"
    STORE_BUSY = "store-busy"
    LOOKS_AFTER_ITSELF = "looks-after-itself"
    TAKES_LONG = "takes-long"
    NOT_TOLD = "not-told"
    TIMED_OUT = "timed-out"
    FAULTY = "faulty"

    @property
    def severity(self) -> Severity:
        return Severity.SKIPPED if self in _NOT_APPLYING else Severity.UNKNOWN


# With these there is nothing to check.
_NOT_APPLYING: Final = frozenset(
    {
        Obstacle.NO_CONTROL_SOCKET,
        Obstacle.NO_POSTFIX,
        Obstacle.NOT_ASKED,
        Obstacle.NO_MILTER,
        Obstacle.NOT_CHROOTED,
        Obstacle.RELAYED,
        Obstacle.NOT_PUBLIC,
        Obstacle.INTRANET,
        Obstacle.NOTHING_KEPT,
        Obstacle.NO_STORE,
        Obstacle.LOOKS_AFTER_ITSELF,
    }
)

Details: TypeAlias = Mapping[str, str]


class Well(msgspec.Struct, frozen=True):
    """A check was made, and all is well."""

    check: Check
    details: Details = {}

    @property
    def severity(self) -> Severity:
        return Severity.OK


class Wrong(msgspec.Struct, frozen=True):
    """A check found something."""

    fault: Fault
    details: Details = {}

    @property
    def check(self) -> Check:
        return self.fault.check

    @property
    def severity(self) -> Severity:
        return self.fault.severity


class Unmade(msgspec.Struct, frozen=True):
    """A check could not be made, or does not apply here."""

    check: Check
    obstacle: Obstacle
    details: Details = {}

    @property
    def severity(self) -> Severity:
        return self.obstacle.severity


Finding: TypeAlias = Well | Wrong | Unmade


def is_wrong(finding: Finding) -> bool:
    """Whether somebody has to mend something."""
    return finding.severity is Severity.ERROR or finding.severity is Severity.WARNING
