"""What a log says of each client in all, in memory that grows with the clients and not with the log.

Owns joining the lines of one session, and adding up. Conclusions about who is a business are drawn
elsewhere.
"""

from collections import Counter
from typing import Final

from gotrdns.mail_logs.conclusions import cause_of, is_for_reverse_dns
from gotrdns.mail_logs.facts import (
    Acceptance,
    Arrival,
    Departure,
    Doubt,
    Fact,
    Fate,
    Rejection,
)
from gotrdns.verification import Cause

# Names, HELO names and sender domains of one client that are kept.
_KEPT: Final = 4
_SESSIONS: Final = 20_000
_MESSAGES: Final = 20_000


class Account:
    """One client. Times are seconds since 1970; texts are octets of the log."""

    __slots__ = (
        "claimed",
        "connections",
        "deliveries",
        "first_at",
        "helos",
        "last_at",
        "last_delivery",
        "last_rejection",
        "name",
        "other_rejections",
        "rejections",
        "senders",
    )

    def __init__(self, at: float) -> None:
        self.first_at = at
        self.last_at = at
        self.connections = 0
        self.deliveries = 0
        self.last_delivery: float | None = None
        self.last_rejection: float | None = None
        self.name: bytes | None = None  # the last that was confirmed
        self.claimed: bytes | None = None  # the last that was not
        self.other_rejections = 0
        # Made when wanted: most clients are never refused.
        self.rejections: Counter[tuple[Cause, Fate]] | None = None
        self.helos: tuple[bytes, ...] = ()
        self.senders: tuple[bytes, ...] = ()

    def count(self, cause: Cause, fate: Fate) -> None:
        if self.rejections is None:
            self.rejections = Counter()
        self.rejections[cause, fate] += 1


class Ledger:
    """All clients of one log or several, fed with what their lines say."""

    def __init__(self) -> None:
        self.accounts: dict[bytes, Account] = {}
        self._doubts: dict[bytes, Doubt] = {}
        # Messages begun, by queue id: refused after all, they are no deliveries.
        self._begun: dict[bytes, Account] = {}

    def enter(self, fact: Fact) -> None:
        account = self.accounts.get(fact.client)
        if account is None:
            if not fact.client:  # a doubt that names no client
                self._doubts[fact.process] = fact  # type: ignore[assignment]
                return
            account = self.accounts[fact.client] = Account(fact.at)
        if fact.at > account.last_at:
            account.last_at = fact.at
        kind = type(fact)
        if kind is Arrival:
            account.connections += 1
            if fact.name is not None:
                account.name = fact.name
        elif kind is Departure:
            self._doubts.pop(fact.process, None)
        elif kind is Acceptance:
            self._accepted(account, fact)  # type: ignore[arg-type]
        elif kind is Rejection:
            self._rejected(account, fact)  # type: ignore[arg-type]
        elif kind is Doubt:
            self._doubts[fact.process] = fact  # type: ignore[assignment]
            account.claimed = fact.claimed  # type: ignore[attr-defined]
