"""What a log says of each client in all, in memory that grows with the clients, not with the log.

Owns adding up. Which lines belong together is known elsewhere, and so is who is a business.
"""

import functools
from collections import Counter
from typing import Final, NamedTuple

import msgspec

from gotrdns.mail_logs.conclusions import claimed_name
from gotrdns.mail_logs.facts import Acceptance, Arrival, Fact, Fate, Rejection
from gotrdns.mail_logs.sessions import Noted
from gotrdns.reports.logs.report import Ground

# Names, HELO names, sender domains and envelopes of one client that are kept.
KEPT: Final = 4
_HOUR: Final = 3600

# What a client said of one kind: nothing (empty), one thing as most do, or several. A tuple for
# each would take as much memory as what is in it.
Said = bytes | tuple[bytes, ...]


class Tally(NamedTuple):
    """How often a client met with one fate on one ground."""

    ground: Ground
    fate: Fate
    times: int


class Otherwise(NamedTuple):
    """How often a client met with which fate for other reasons."""

    refused: int = 0
    deferred: int = 0
    warned: int = 0


NOTHING_OTHERWISE: Final = Otherwise()


class _Kind(msgspec.Struct, frozen=True, gc=False):
    """What may happen to a client; there is but one for each ground and fate."""

    ground: Ground
    fate: Fate


_KINDS: Final = {ground: {fate: _Kind(ground, fate) for fate in Fate} for ground in Ground}


class Account(msgspec.Struct, gc=False):
    """One client. Times are seconds since 1970; texts are octets of the log.

    ``deliveries`` were taken in and not refused at their end, from clients that did not log in.
    ``names`` were confirmed, ``claimed`` not. Of what happened to it for reverse DNS, ``kind``
    happened first, so many ``times``, and ``others`` is the rest: nothing, for most clients.
    """

    first_at: float
    last_at: float
    connections: int = 0
    deliveries: int = 0
    submissions: int = 0
    last_delivery: float | None = None
    first_rejection: float | None = None
    last_rejection: float | None = None
    names: Said = b""
    claimed: Said = b""
    helos: Said = b""
    sender_domains: Said = b""
    envelopes: tuple[tuple[bytes, bytes], ...] = ()
    kind: _Kind | None = None
    times: int = 0
    others: tuple[Tally, ...] = ()
    otherwise: Otherwise = NOTHING_OTHERWISE

    @property
    def tallies(self) -> tuple[Tally, ...]:
        if self.kind is None:
            return ()
        return (Tally(self.kind.ground, self.kind.fate, self.times), *self.others)

    def count(self, ground: Ground, fate: Fate, at: float) -> None:
        if self.first_rejection is None or at < self.first_rejection:
            self.first_rejection = at
        if self.last_rejection is None or at > self.last_rejection:
            self.last_rejection = at
        kind = _KINDS[ground][fate]
        if self.kind is None:
            self.kind = kind
        if self.kind is kind:
            self.times += 1
        else:
            self.others = _one_more(self.others, ground, fate)

    def count_otherwise(self, fate: Fate) -> None:
        refused, deferred, warned = self.otherwise
        self.otherwise = Otherwise(
            refused + (fate is Fate.REFUSED),
            deferred + (fate is Fate.DEFERRED),
            warned + (fate is Fate.WARNED),
        )

    def note_claims(self, said: Acceptance | Rejection) -> None:
        helo, domain = said.helo, said.sender.rpartition(b"@")[2]
        # Most say the same each time.
        if helo != self.helos:
            self.helos = _keep(self.helos, helo.lower())
        if domain != self.sender_domains:
            domain = domain.lower()
            # What is the same is kept once.
            self.sender_domains = _keep(self.sender_domains, helo if helo == domain else domain)

    def note_claimed(self, name: bytes) -> None:
        self.claimed = _keep(self.claimed, name)

    def note_envelope(self, rejection: Rejection) -> None:
        envelope = (rejection.sender, rejection.recipient)
        if any(envelope) and envelope not in self.envelopes and len(self.envelopes) < KEPT:
            self.envelopes = (*self.envelopes, envelope)


class Ledger:
    """All clients of one log or several; listens to their sessions.

    ``accounts`` are by address, as it stands in the log. ``hours`` counts rejections for reverse
    DNS by their ground and the hour in which they were (hours since 1970). Envelopes are kept only
    on request.
    """

    def __init__(self, *, keeps_envelopes: bool = False) -> None:
        self.accounts: dict[bytes, Account] = {}
        self.hours: dict[Ground, Counter[int]] = {}
        self._keeps_envelopes = keeps_envelopes

    def arrived(self, arrival: Arrival) -> None:
        self._account_of(arrival).connections += 1

    def rejected(self, rejection: Rejection, ground: Ground | None, noted: Noted) -> None:
        account = self._account_of(rejection)
        account.note_claims(rejection)
        if ground is None:
            account.count_otherwise(rejection.fate)
            return
        account.count(ground, rejection.fate, rejection.at)
        claimed = claimed_name(rejection, noted.doubt)
        if claimed != account.claimed:
            account.note_claimed(claimed)
        hours = self.hours.get(ground)
        if hours is None:
            hours = self.hours[ground] = Counter()
        hours[int(rejection.at) // _HOUR] += 1
        if self._keeps_envelopes:
            account.note_envelope(rejection)

    def taken_in(self, acceptance: Acceptance, _noted: Noted) -> None:
        account = self._account_of(acceptance)
        account.deliveries += 1
        account.last_delivery = max(acceptance.at, account.last_delivery or acceptance.at)

    def submitted(self, acceptance: Acceptance) -> None:
        self._account_of(acceptance).submissions += 1

    def _account_of(self, fact: Fact) -> Account:
        at = fact.at
        account = self.accounts.get(fact.client)
        if account is None:
            account = self.accounts[fact.client] = Account(at, at)
        elif at > account.last_at:
            account.last_at = at
        elif at < account.first_at:
            account.first_at = at
        if fact.name is not None:
            account.names = _keep(account.names, fact.name)
        return account


def each_said(said: Said) -> tuple[bytes, ...]:
    """What was said, in the order in which it was first heard."""
    if isinstance(said, tuple):
        return said
    return (said,) if said else ()


def _keep(said: Said, new: bytes) -> Said:
    if not said:
        return new
    if not new or new == said:
        return said
    several = each_said(said)
    return said if new in several or len(several) >= KEPT else (*several, new)


# Many clients come to the same, and then share it.
@functools.lru_cache(maxsize=4096)
def _one_more(tallies: tuple[Tally, ...], ground: Ground, fate: Fate) -> tuple[Tally, ...]:
    counted = {(each.ground, each.fate): each.times for each in tallies}
    counted[ground, fate] = counted.get((ground, fate), 0) + 1
    return tuple(Tally(*key, times) for key, times in counted.items())
