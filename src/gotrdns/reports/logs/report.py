"""What there is to tell of a mail log, whatever the form it is told in.

Owns the codes: why clients were refused, and what speaks for and against a refused sender. What a
log amounts to is concluded elsewhere, and the words are in ``english``.
"""

import enum
from collections.abc import Mapping
from typing import Final

import msgspec

from gotrdns.names import Address


class Ground(enum.Enum):
    """Why reverse DNS had a client refused, as exactly as the log tells. Codes are permanent.

    Those that are also a verdict's cause mean that cause.
    """

    # As those of verdicts' causes: Enum would hash the name, in Python, every time.
    __hash__ = object.__hash__

    NO_PTR = "no-ptr"
    NO_PTR_OR_FAILED = "no-ptr-or-reverse-failed"  # Postfix logs the same for both
    REVERSE_FAILED = "reverse-failed"
    FORWARD_MISMATCH = "forward-mismatch"
    FORWARD_NODATA = "forward-nodata"
    FORWARD_NXDOMAIN = "forward-nxdomain"
    FORWARD_UNCONFIRMED = "forward-unconfirmed"  # one of the three before
    FORWARD_FAILED = "forward-failed"
    PTR_UNUSABLE = "ptr-unusable"
    LOOKUP_FAILED = "lookup-failed"  # in one direction or the other
    DYNAMIC_NAME = "dynamic-name"  # the name is right, and looks like a line that anybody has
    UNTOLD = "untold"


class Sign(enum.Enum):
    """What speaks for or against a refused sender's being a mail server of some business."""

    __hash__ = object.__hash__  # as above

    DELIVERED_AFTERWARDS = "delivered-afterwards"
    DELIVERED_BEFORE = "delivered-before"
    NEIGHBOUR_DELIVERS = "neighbour-delivers"
    HELO_IS_PTR_NAME = "helo-is-ptr-name"
    HELO_IN_PTR_DOMAIN = "helo-in-ptr-domain"
    SENDER_IN_PTR_DOMAIN = "sender-in-ptr-domain"
    SENDER_IN_HELO_DOMAIN = "sender-in-helo-domain"
    MAIL_HOST_PTR_NAME = "mail-host-ptr-name"
    CHOSEN_PTR_NAME = "chosen-ptr-name"
    MAIL_HOST_HELO = "mail-host-helo"
    TRIED_AGAIN = "tried-again"

    BARE_DOMAIN_HELO = "bare-domain-helo"
    STATIC_GENERIC_PTR_NAME = "static-generic-ptr-name"
    MANY_SENDER_DOMAINS = "many-sender-domains"
    REFUSED_OTHERWISE = "refused-otherwise"
    GENERIC_HELO = "generic-helo"
    NO_HOST_NAME_HELO = "no-host-name-helo"
    MANY_HELOS = "many-helos"
    DYNAMIC_PTR_NAME = "dynamic-ptr-name"
    DOMAIN_IN_MANY_NETWORKS = "domain-in-many-networks"


SPEAKS_AGAINST: Final = frozenset(
    {
        Sign.BARE_DOMAIN_HELO,
        Sign.STATIC_GENERIC_PTR_NAME,
        Sign.MANY_SENDER_DOMAINS,
        Sign.REFUSED_OTHERWISE,
        Sign.GENERIC_HELO,
        Sign.NO_HOST_NAME_HELO,
        Sign.MANY_HELOS,
        Sign.DYNAMIC_PTR_NAME,
        Sign.DOMAIN_IN_MANY_NETWORKS,
    }
)


class Amount(msgspec.Struct, frozen=True):
    """Replies: one to each recipient that was named. ``clients`` had them."""

    clients: int = 0
    refused: int = 0
    deferred: int = 0
    warned: int = 0  # let through by a mail server that only says what it would have done

    @property
    def replies(self) -> int:
        return self.refused + self.deferred + self.warned


class Envelope(msgspec.Struct, frozen=True):
    """Mailboxes, which are private: told only on request."""

    sender: str
    recipient: str


class TurnedAway(msgspec.Struct, frozen=True):
    """One reply that turned a client away for reverse DNS. ``at`` is in seconds since 1970.

    ``fate`` is the field of an Amount that counts it. What strangers said is escaped; what was not
    said is empty.
    """

    at: float
    fate: str
    address: Address
    ground: Ground
    name: str
    helo: str
    sender_domain: str
    code: str
    enhanced: str
    envelope: Envelope | None = None


class Sender(msgspec.Struct, frozen=True):
    """Refused clients of one network that go by one registered domain, if by any.

    Of ``addresses``, ``names`` (from PTR records, not confirmed), ``helos`` and ``sender_domains``
    there are a few of each, the most telling client's first. ``amount`` and ``grounds`` are about
    reverse DNS. Times are seconds since 1970. What strangers said is escaped.
    """

    network: str
    domain: str | None
    addresses: tuple[Address, ...]
    names: tuple[str, ...]
    helos: tuple[str, ...]
    sender_domains: tuple[str, ...]
    amount: Amount
    grounds: Mapping[Ground, int]
    otherwise_refused: int
    deliveries: int
    first_at: float
    last_rejection: float
    last_delivery: float | None
    score: int
    signs: tuple[Sign, ...]
    envelopes: tuple[Envelope, ...] = ()


class Others(msgspec.Struct, frozen=True):
    """The refused clients that look like nobody's mail servers, and how many have which sign."""

    amount: Amount
    signs: Mapping[Sign, int]


class Read(msgspec.Struct, frozen=True):
    """What was read.

    ``facts`` counts lines that said something of a client, whether in the time that was asked about
    or not; ``unread`` those about clients in words that are not known here, ``damaged`` those that
    could not be read as lines. ``first_at`` and ``last_at`` are of the time that was asked about.
    """

    logs: tuple[str, ...]
    lines: int
    facts: int
    unread: int
    damaged: int
    first_at: float | None
    last_at: float | None


class LogReport(Read, frozen=True):
    """All there is to tell. ``likely`` are the senders that look legitimate, the likeliest first.

    ``hours`` counts replies for reverse DNS by the hour in which they were given (hours since 1970)
    and their ground; ``days`` how many clients were first seen on a day (days since 1970), and how
    many last.
    """

    clients: int
    connections: int
    deliveries: int
    submissions: int
    reverse_dns: Amount
    grounds: Mapping[Ground, Amount]
    otherwise: Amount
    likely: tuple[Sender, ...]
    others: Others
    hours: Mapping[tuple[int, Ground], int] = {}
    days: Mapping[int, int] = {}
