"""What a log says of each client in all, in memory that grows with the clients, not with the log.

Owns joining the lines of one session, and adding up. Who is a business is concluded elsewhere.
"""

import functools
import itertools
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

import msgspec

from gotrdns.mail_logs.conclusions import claimed_name, ground_of
from gotrdns.mail_logs.facts import (
    Acceptance,
    Arrival,
    Departure,
    Doubt,
    Fact,
    Fate,
    Rejection,
)
from gotrdns.reports.mail_log import Ground

# Names, HELO names, sender domains and envelopes of one client that are kept.
KEPT: Final = 4
# At once: more than a mail server has processes, or messages of which it is not yet known whether
# they are taken in.
_SESSIONS: Final = 20_000
_MESSAGES: Final = 20_000
_LONGEST_SESSION: Final = 3600.0  # seconds; Exim names no process by which to know its end
# After these nothing of a message is left, while one of several recipients may be refused.
_ENDS_A_MESSAGE: Final = (b"DATA", b"BDAT", b"END-OF-MESSAGE", b"after DATA")

# What a client said of one kind: nothing (empty), one thing as most do, or several. A tuple for
# each would take as much memory as what is in it.
Said = bytes | tuple[bytes, ...]


class Tally(NamedTuple):
    """How often a client met with one fate on one ground."""

    ground: Ground
    fate: Fate
    times: int


class Account(msgspec.Struct, gc=False):
    """One client. Times are seconds since 1970; texts are octets of the log.

    ``deliveries`` were taken in and not refused at their end, from clients that did not log in.
    ``names`` were confirmed, ``claimed`` not.
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
    tallies: tuple[Tally, ...] = ()
    otherwise_refused: int = 0
    otherwise_deferred: int = 0
    otherwise_warned: int = 0

    def count(self, ground: Ground, fate: Fate, at: float) -> None:
        if self.first_rejection is None or at < self.first_rejection:
            self.first_rejection = at
        if self.last_rejection is None or at > self.last_rejection:
            self.last_rejection = at
        self.tallies = _one_more(self.tallies, ground, fate)

    def count_otherwise(self, fate: Fate) -> None:
        if fate is Fate.REFUSED:
            self.otherwise_refused += 1
        elif fate is Fate.DEFERRED:
            self.otherwise_deferred += 1
        else:
            self.otherwise_warned += 1

    def note_claims(self, rejection: Rejection) -> None:
        self.helos = _keep(self.helos, rejection.helo.lower())
        domain = rejection.sender.rpartition(b"@")[2].lower()
        self.sender_domains = _keep(self.sender_domains, domain)

    def note_envelope(self, rejection: Rejection) -> None:
        envelope = (rejection.sender, rejection.recipient)
        if any(envelope) and envelope not in self.envelopes and len(self.envelopes) < KEPT:
            self.envelopes = (*self.envelopes, envelope)


class Ledger:
    """All clients of one log or several, fed with what their lines say.

    ``accounts`` are by address, as it stands in the log; they are complete after ``close``.
    Envelopes are kept only on request. Facts are to come in the order of their sessions' lines,
    however the sessions are interleaved.
    """

    def __init__(self, *, keeps_envelopes: bool = False) -> None:
        self.accounts: dict[bytes, Account] = {}
        self._keeps_envelopes = keeps_envelopes
        # By process: who is being served, and what was noted of their names.
        self._arrivals: dict[bytes, Arrival] = {}
        self._doubts: dict[bytes, Doubt] = {}
        # By queue id: begun, and perhaps refused yet.
        self._begun: dict[bytes, Acceptance] = {}

    def enter(self, facts: Iterable[Fact]) -> None:
        accounts = self.accounts
        for fact in facts:
            if isinstance(fact, Departure):
                self._doubts.pop(fact.process, None)
                self._arrivals.pop(fact.process, None)
            elif isinstance(fact, Doubt):
                _make_room(self._doubts, _SESSIONS)
                self._doubts[fact.process] = fact
            else:
                account = accounts.get(fact.client)
                if account is None:
                    account = accounts[fact.client] = Account(fact.at, fact.at)
                self._enter(account, fact)

    def _enter(self, account: Account, fact: Fact) -> None:
        if fact.at > account.last_at:
            account.last_at = fact.at
        elif fact.at < account.first_at:
            account.first_at = fact.at
        if fact.name is not None:
            account.names = _keep(account.names, fact.name)
        if isinstance(fact, Arrival):
            account.connections += 1
            self._begin_session(fact)
        elif isinstance(fact, Rejection):
            self._reject(account, fact)
        elif isinstance(fact, Acceptance):
            self._accept(account, fact)

    def close(self) -> None:
        """What is not refused by now is taken in."""
        for each in self._begun.values():
            self._take_in(each)
        self._begun.clear()

    def _begin_session(self, arrival: Arrival) -> None:
        doubt = self._doubts.get(arrival.process)
        if doubt is not None and doubt.client not in {b"", arrival.client}:
            del self._doubts[arrival.process]  # whose session's end was not logged
        _make_room(self._arrivals, _SESSIONS)
        self._arrivals[arrival.process] = arrival

    def _accept(self, account: Account, acceptance: Acceptance) -> None:
        if acceptance.login:
            account.submissions += 1
            return
        if acceptance.queue_id in self._begun:  # used again
            self._take_in(self._begun.pop(acceptance.queue_id))
        elif len(self._begun) >= _MESSAGES:
            # Many at once: a dict from whose beginning one at a time is taken searches longer and
            # longer for where it begins.
            for queue_id in list(itertools.islice(self._begun, _MESSAGES // 2)):
                self._take_in(self._begun.pop(queue_id))
        self._begun[acceptance.queue_id] = acceptance

    def _take_in(self, acceptance: Acceptance) -> None:
        account = self.accounts[acceptance.client]
        account.deliveries += 1
        account.last_delivery = max(acceptance.at, account.last_delivery or acceptance.at)

    def _reject(self, account: Account, rejection: Rejection) -> None:
        if rejection.queue_id and rejection.fate is not Fate.WARNED:
            self._undo(rejection)
        account.note_claims(rejection)
        doubt = self._doubt_about(rejection)
        arrival = self._arrivals.get(rejection.process)
        is_whole = arrival is not None and arrival.client == rejection.client
        ground = ground_of(rejection, doubt, is_whole_session=is_whole)
        if ground is None:
            account.count_otherwise(rejection.fate)
            return
        account.count(ground, rejection.fate, rejection.at)
        account.claimed = _keep(account.claimed, claimed_name(rejection, doubt))
        if self._keeps_envelopes:
            account.note_envelope(rejection)

    def _undo(self, rejection: Rejection) -> None:
        begun = self._begun.get(rejection.queue_id)
        is_it = begun is not None and begun.client == rejection.client
        if is_it and rejection.stage.endswith(_ENDS_A_MESSAGE):
            del self._begun[rejection.queue_id]

    def _doubt_about(self, rejection: Rejection) -> Doubt | None:
        doubt = self._doubts.get(rejection.process)
        if doubt is None or doubt.client not in {b"", rejection.client}:
            return None
        return doubt if rejection.at - doubt.at <= _LONGEST_SESSION else None


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


def _make_room(sessions: dict[bytes, Any], most: int) -> None:
    """Forgets the older half; of most of these the end was not logged."""
    if len(sessions) >= most:
        for process in list(itertools.islice(sessions, most // 2)):
            del sessions[process]
