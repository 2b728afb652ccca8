"""What is decided about, and what a decision is: the words that every other room uses.

Owns the vocabulary of the policy. Codes are permanent.
"""

import enum

from msgspec import Struct

from gotrdns.names import Address, DomainName
from gotrdns.verification import Cause, Verdict


class Action(enum.Enum):
    """What becomes of the mail."""

    # Singletons that are equal to nothing else. Enum would hash the name, in Python, every time.
    __hash__ = object.__hash__

    PASS = "pass"  # noqa: S105 - an action, not a password
    DEFER = "defer"
    REFUSE = "refuse"


class Rule(enum.Enum):
    """The rule that decided. Codes are permanent."""

    __hash__ = object.__hash__  # as above

    AUTHENTICATED = "authenticated"
    LISTED_NETWORK = "listed-network"
    ROLE_RECIPIENT = "role-recipient"
    OPTED_OUT_RECIPIENT = "opted-out-recipient"
    UNKNOWN_CLIENT = "unknown-client"
    CONFIRMED = "confirmed"
    REPAIR_SEEN = "repair-seen"  # confirmed, and our resolver does not know it yet
    RESOLVER_UNREACHABLE = "resolver-unreachable"
    RESOLVER_SUSPECT = "resolver-suspect"
    RESOLVER_LIES = "resolver-lies"
    NON_PUBLIC_CLIENT = "non-public-client"
    ALLOWED = "allowed"
    EXCEPTIONS_UNKNOWN = "exceptions-unknown"
    OBSERVE = "observe"
    STRICT = "strict"
    OWN_ACTION = "own-action"
    # Those of the mode protect.
    VOUCHED = "vouched"
    VOUCHING_UNKNOWN = "vouching-unknown"
    HISTORY_UNKNOWN = "history-unknown"
    PASSED_BEFORE = "passed-before"
    FEW_FAILURES = "few-failures"
    UNVOUCHED = "unvouched"
    DNS_TROUBLE = "dns-trouble"
    LONG_DNS_TROUBLE = "long-dns-trouble"
    DYNAMIC_NAME = "dynamic-name"
    DYNAMIC_RETRIED = "dynamic-retried"


class Alarm(enum.Enum):
    """What the administrator of this host must hear about. Codes are permanent."""

    RESOLVER_UNREACHABLE = "resolver-unreachable"
    RESOLVER_SUSPECT = "resolver-suspect"
    RESOLVER_LIES = "resolver-lies"
    NON_PUBLIC_CLIENT = "non-public-client"


class Voucher(enum.Enum):
    """What can speak for a client that is not confirmed."""

    HELO = "helo"
    MX = "mx"
    SPF = "spf"


class Trust(enum.Enum):
    """How far our own resolver can be believed."""

    SOUND = "sound"
    SUSPECT = "suspect"  # many networks in trouble, and control questions fail as well
    LYING = "lying"  # control questions that must succeed come back negative


class Transaction(Struct, frozen=True, gc=False):
    """A client and the envelope it brings, as the mail server tells them.

    ``address`` is None when the mail server does not know it. ``queue_id`` is its name for the
    message, and ``mail_server_found`` what its own look-up of the client came to (``ok``,
    ``forged``, ``temp`` or ``fail``), where it tells: both are for the log, and decide nothing.
    """

    address: Address | None
    helo: str = ""
    authenticated: bool = False
    sender: str = ""
    recipient: str = ""
    queue_id: str = ""
    mail_server_found: str = ""


class Vouched(Struct, frozen=True):
    """Who speaks for a client: ``by`` in no order, ``domains`` whose word it is.

    ``undetermined`` when DNS did not say it of all, so that nobody's silence is proven.
    ``helo_resolves`` and ``sender_covers`` (MX or SPF, however wide) are too little to vouch, and
    enough for an exception.
    """

    by: tuple[Voucher, ...] = ()
    domains: tuple[DomainName, ...] = ()
    undetermined: bool = False
    helo_resolves: bool = False
    sender_covers: bool = False


NOBODY: Vouched = Vouched()


class Decision(Struct, frozen=True, cache_hash=True):
    """What is done, and why.

    ``verdict`` is None when the client was exempt from verification. ``marked`` asks for a mark in
    the message. ``withheld`` is the action that the rule held back, when it held one back.
    ``incident`` is the id under which it is remembered, empty when it is not. ``allowance`` is the
    number of the exception that decided.
    """

    action: Action
    rule: Rule
    verdict: Verdict | None = None
    marked: bool = False
    withheld: Action | None = None
    alarm: Alarm | None = None
    vouched: Vouched = NOBODY
    allowance: int | None = None
    incident: str = ""

    @property
    def reason(self) -> str:
        """The reason code: the verdict's cause, or the exemption where there is no verdict."""
        return self.verdict.cause.value if self.verdict else self.rule.value

    @property
    def wants_follow_up(self) -> bool:
        """Whether somebody speaks for a client whose DNS is wrong: a business, most likely.

        Whatever became of its mail.
        """
        return (
            (self.rule is Rule.ALLOWED or bool(self.vouched.by))
            and self.verdict is not None
            and self.verdict.cause is not Cause.CONFIRMED
        )
