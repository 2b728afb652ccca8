"""What there is to tell of a log that was replayed under other settings, in whatever form.

Owns the codes of what was and what would be, and what is counted. What a log amounts to is
concluded elsewhere, and the words are in ``english_what_if``.
"""

import enum
from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec

from gotrdns.names import Address
from gotrdns.policy import Mode, Rehearsal, Rule, Voucher
from gotrdns.reports.logs.report import Read, Sign
from gotrdns.verification import Cause


class Was(enum.Enum):
    """What the log says became of an attempt. Codes are permanent."""

    __hash__ = object.__hash__  # Enum would hash the name, in Python, every time.

    TAKEN_IN = "taken-in"
    REFUSED = "refused"  # for reverse DNS
    DEFERRED = "deferred"  # likewise
    OTHERWISE = "otherwise"  # turned away for another reason: that stays so


class Would(enum.Enum):
    """What would become of it. Codes are permanent."""

    __hash__ = object.__hash__  # as above

    LET_IN = "let-in"
    DEFERRED = "deferred"
    REFUSED = "refused"
    UNDECIDED = "undecided"  # it depends on what neither the log nor DNS says


class Basis(enum.Enum):
    """What a conclusion about a client's reverse DNS rests on. Codes are permanent."""

    __hash__ = object.__hash__  # as above

    LOG = "log"
    TODAY = "today"  # what DNS says today, where the log does not tell
    NOTHING = "nothing"
    EXEMPT = "exempt"  # it did not matter


class Turn(NamedTuple):
    """All that is counted of one attempt; whatever is the same in all of it is counted together.

    ``rule`` is None where it is undecided, ``cause`` where it does not matter or is not known.
    ``by`` are those who vouch, where that decided. ``helo_known`` is false where the log lacks the
    HELO name.
    """

    was: Was
    would: Would
    rule: Rule | None
    cause: Cause | None
    basis: Basis
    by: tuple[Voucher, ...] = ()
    helo_known: bool = True

    @property
    def is_change(self) -> bool:
        """Whether it would go otherwise; undecided is a change only for what was taken in."""
        if self.was is Was.TAKEN_IN:
            return self.would is not Would.LET_IN
        return self.was is not Was.OTHERWISE and self.would is Would.LET_IN


class Count(msgspec.Struct, frozen=True):
    """How many attempts, of how many clients."""

    attempts: int = 0
    clients: int = 0


class ReasonCount(msgspec.Struct, frozen=True):
    """What one rule would do, to messages that were taken in and to what was turned away."""

    rule: Rule | None
    would: Would
    taken_in: int
    turned_away: int

    @property
    def attempts(self) -> int:
        return self.taken_in + self.turned_away


class Setting(msgspec.Struct, frozen=True):
    """Under what a log was replayed.

    ``rehearsed`` is set in ``observe``: what it would do, ``observe`` only notes. ``settings`` is
    the settings' file, empty where a mode was named alone. ``asks_vouchers`` says that it matters
    who vouches, ``exempts_recipients`` that some recipients' mail is let in unexamined.
    """

    mode: Mode
    rehearsed: Rehearsal | None = None
    settings: str = ""
    offline: bool = False
    asks_vouchers: bool = False
    exempts_recipients: bool = False

    @property
    def protects(self) -> bool:
        return self.mode is Mode.PROTECT or self.rehearsed is Rehearsal.PROTECT


class Changed(msgspec.Struct, frozen=True):
    """Clients of one network and one registered domain for whom something would change.

    ``refused``, ``deferred`` and ``undecided`` are of the messages that were ``taken_in``;
    ``admitted`` of the attempts that were ``turned_away``, counted for reverse DNS alone. Of
    ``addresses`` and texts there are a few of each; what strangers said is escaped. Of ``rules``,
    which decided, that which ends it comes first. ``repaired`` says that all clients concerned were
    wrong and are confirmed today, ``passing`` that what would be deferred is let in by itself when
    it comes again. ``last_at`` is the latest change, in seconds since 1970. ``keep`` is what
    exceptions would be made for, empty where none is wanted.
    """

    network: str
    domain: str | None
    addresses: tuple[Address, ...]
    clients: int
    names: tuple[str, ...]
    helos: tuple[str, ...]
    sender_domains: tuple[str, ...]
    taken_in: int
    turned_away: int
    refused: int
    deferred: int
    undecided: int
    admitted: int
    causes: Mapping[Cause, int]
    rules: Mapping[Rule, int]
    by: tuple[Voucher, ...]
    basis: tuple[Basis, ...]
    repaired: bool
    passing: bool
    last_at: float
    score: int
    signs: tuple[Sign, ...]
    likely: bool
    keep: tuple[str, ...] = ()
    mailboxes: tuple[str, ...] = ()

    @property
    def lost(self) -> int:
        """Messages that were taken in and would be turned away."""
        return self.refused + self.deferred

    @property
    def messages(self) -> Mapping[Would, int]:
        """What would become of messages that were taken in, but for those let in; gravest first."""
        return {
            Would.REFUSED: self.refused,
            Would.DEFERRED: self.deferred,
            Would.UNDECIDED: self.undecided,
        }


class WhatIf(Read, frozen=True):
    """All there is to tell.

    ``doubtful`` are the clients whose verdict alone does not let them in every time, of whom
    ``turned_away`` would be deferred or refused at least once, and ``repaired`` of those are
    confirmed today. ``otherwise`` are attempts that were turned away for other reasons.
    ``helo_unknown`` are messages that would be turned away or are undecided, and of which the log
    does not tell the HELO name. ``unasked`` are attempts whose claims are too many for their
    vouchers to be asked.
    """

    setting: Setting
    clients: int
    doubtful: int
    turned_away: int
    repaired: int
    submissions: int
    otherwise: int
    outcomes: Mapping[tuple[Was, Would], Count]
    reasons: tuple[ReasonCount, ...]
    vouchers: Mapping[Voucher, Count]
    rests_on_today: Count
    undecided: Count
    helo_unknown: int
    unasked: int
    changed: tuple[Changed, ...]

    def attempts(self, was: tuple[Was, ...], would: tuple[Would, ...]) -> int:
        """How many of what was so would be so."""
        return sum(
            count.attempts
            for (before, after), count in self.outcomes.items()
            if before in was and after in would
        )


TAKEN_IN: Final = (Was.TAKEN_IN,)
TURNED_AWAY: Final = (Was.REFUSED, Was.DEFERRED)
EVERY_WOULD: Final = tuple(Would)
