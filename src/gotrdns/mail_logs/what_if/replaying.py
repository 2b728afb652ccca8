"""A log once more, from its beginning, as it would have gone under other settings.

Owns the order of things for each attempt, which is the daemon's (``deciding.decider``): exemptions,
the verdict, and circumstances where the verdict does not settle it, with the log's time for a clock
and a past of each client that the log itself is. Pure: what DNS says was asked before.
"""

import functools
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from gotrdns.deciding.counsel import asks_vouchers, find_allowance, is_dynamic
from gotrdns.mail_logs.clients.accounts import KEPT, Account
from gotrdns.mail_logs.facts import Acceptance, Arrival, Fate, Rejection
from gotrdns.mail_logs.sessions import Noted
from gotrdns.mail_logs.texts import address_in
from gotrdns.mail_logs.today.enquiries import Claim, Today
from gotrdns.mail_logs.what_if.claiming import Census, claim_of, vouched_today
from gotrdns.mail_logs.what_if.hindsight import Gap, Hindsight, Seen, judge_then, see
from gotrdns.names import Address
from gotrdns.policy import (
    NOBODY,
    Action,
    Circumstances,
    Decision,
    Policy,
    Rule,
    Transaction,
    Vouched,
    Voucher,
)
from gotrdns.policy.allowances import Allowances
from gotrdns.policy.history import History, client_key
from gotrdns.reports.logs.report import Ground
from gotrdns.reports.logs.what_if import Basis, Turn, Was, Would
from gotrdns.verification import Cause, Verdict

_WOULD: Final = {
    Action.PASS: Would.LET_IN,
    Action.DEFER: Would.DEFERRED,
    Action.REFUSE: Would.REFUSED,
}
# A warning is only seen: the fate of its message is told elsewhere.
_WAS: Final = {Fate.REFUSED: Was.REFUSED, Fate.DEFERRED: Was.DEFERRED, Fate.WARNED: None}
# What is possible where nobody was asked: that nobody vouches, or that all do.
_NOT_ASKED: Final = (
    NOBODY,
    Vouched(by=(Voucher.HELO,), helo_resolves=True, sender_covers=True),
)


class Replayed(msgspec.Struct, gc=False):
    """One client. ``changed_at`` is when something last went otherwise than in the log.

    ``mailboxes`` are senders of what was taken in and would be turned away.
    """

    address: Address
    turns: tuple[tuple[Turn, int], ...] = ()
    changed_at: float = 0.0
    mailboxes: tuple[bytes, ...] = ()

    def is_repaired(self, today: Mapping[Address, Today] | None) -> bool:
        """Whether it would be turned away for what is right now."""
        now = None if today is None else today.get(self.address)
        return (
            now is not None
            and now.verdict.cause is Cause.CONFIRMED
            and any(
                turn.would is not Would.LET_IN and turn.cause is not Cause.CONFIRMED
                for turn, _ in self.turns
            )
        )


class _Attempt(msgspec.Struct, frozen=True, gc=False):
    """``was`` is None for what is only seen."""

    was: Was | None
    at: float
    seen: Seen
    claim: Claim
    recipient: str


class Rulebook:
    """The policy and the exceptions under which a log is replayed.

    A policy that only observes is to be given as what it rehearses.
    """

    def __init__(self, policy: Policy, allowances: Allowances) -> None:
        self.policy = policy
        self.allowances = allowances
        self.asks_vouchers = asks_vouchers(policy, allowances)
        # Asked about every message of every client, and the same each time.
        self.matters = functools.lru_cache(maxsize=20_000)(self._matters)

    def _matters(self, client: Address, seen: Seen) -> bool:
        """Whether more than what the log shows matters for what would become of a client."""
        if self.policy.exemption(Transaction(client)) is not None:
            return False
        verdict = judge_then(client, seen, None, confirms_at_times=False).verdicts[0]
        return not self.policy.is_settled(verdict, dynamic=is_dynamic(self.policy, verdict))

    def decide(
        self,
        transaction: Transaction,
        verdict: Verdict,
        vouched: Vouched,
        history: History,
        now: float,
    ) -> Decision:
        """As the daemon does, for who is not exempt."""
        policy = self.policy
        dynamic = is_dynamic(policy, verdict)
        if policy.is_settled(verdict, dynamic=dynamic):
            return policy.decide(verdict)
        allowance = find_allowance(self.allowances, transaction, verdict, vouched, now)
        given = Circumstances(
            now=now, dynamic=dynamic, vouched=vouched, history=history, allowance=allowance
        )
        return policy.decide(verdict, given)


class Replay:
    """Listens to a log's sessions for the second time.

    ``today`` is what DNS says of the census's enquiries; None where nobody was asked. ``clients``
    are by address, as it stands in the log; ``unasked`` counts attempts with one claim too many for
    their vouchers to be known.
    """

    def __init__(
        self,
        rulebook: Rulebook,
        census: Census,
        today: Mapping[Address, Today] | None,
        *,
        keeps_mailboxes: bool = False,
    ) -> None:
        self.clients: dict[bytes, Replayed] = {}
        self.unasked = 0
        self._rulebook = rulebook
        self._census = census
        self._today = today
        self._keeps_mailboxes = keeps_mailboxes
        self._histories: dict[bytes, History] = {}

    def arrived(self, arrival: Arrival) -> None:
        """Who only connects is not decided about."""

    def submitted(self, acceptance: Acceptance) -> None:
        """Nor is who logs in."""

    def rejected(self, rejection: Rejection, ground: Ground | None, noted: Noted) -> None:
        was = _WAS[rejection.fate]
        if was is not None and ground is None:
            was = Was.OTHERWISE
        seen = see(rejection, ground, noted, looks_up=self._census.looks_up)
        self._replay(rejection, was, seen, rejection.recipient.decode("utf-8", "replace"))

    def taken_in(self, acceptance: Acceptance, noted: Noted) -> None:
        seen = see(acceptance, None, noted, looks_up=self._census.looks_up)
        turn = self._replay(acceptance, Was.TAKEN_IN, seen, "")
        if turn is not None and self._keeps_mailboxes and turn.would is not Would.LET_IN:
            client = self.clients[acceptance.client]
            if acceptance.sender not in client.mailboxes and len(client.mailboxes) < KEPT:
                client.mailboxes = (*client.mailboxes, acceptance.sender)

    def _replay(
        self, fact: Acceptance | Rejection, was: Was | None, seen: Seen, recipient: str
    ) -> Turn | None:
        account = self._census.accounts.get(fact.client)
        client = None if account is None else self._client(fact.client)
        if account is None or client is None:  # who came between the two readings, or is damaged
            return None
        attempt = _Attempt(was, fact.at, seen, claim_of(fact, account), recipient)
        turn = self._turn(client.address, attempt, account)
        if turn is not None:
            client.turns = _one_more(client.turns, turn)
            if turn.is_change:
                client.changed_at = max(client.changed_at, fact.at)
        return turn

    def _client(self, text: bytes) -> Replayed | None:
        """None for what only looks like an address, as a damaged line may have it."""
        client = self.clients.get(text)
        if client is None:
            address = address_in(text)
            if address is None:
                return None
            client = self.clients[text] = Replayed(address)
        return client

    def _turn(self, client: Address, attempt: _Attempt, account: Account) -> Turn | None:
        """What would become of an attempt, which then belongs to the client's past."""
        claim, was = attempt.claim, attempt.was
        transaction = Transaction(
            client, helo=claim.helo, sender=claim.sender, recipient=attempt.recipient
        )
        exemption = self._rulebook.policy.exemption(transaction)
        if exemption is not None:
            return was and Turn(was, Would.LET_IN, exemption.rule, None, Basis.EXEMPT)
        today = None if self._today is None else self._today.get(client)
        found = judge_then(
            client,
            attempt.seen,
            None if today is None else today.verdict,
            confirms_at_times=bool(account.names),
        )
        vouched = self._vouched(found, claim, today)
        key = client_key(client)
        history = self._histories.get(key, _NEW)
        decisions = [
            self._rulebook.decide(transaction, verdict, each, history, attempt.at)
            for verdict in found.verdicts
            for each in vouched
        ]
        self._remember(key, history, found, attempt)
        return was and _turn_from(was, decisions, found, helo_known=bool(claim.helo))

    def _vouched(self, found: Hindsight, claim: Claim, today: Today | None) -> tuple[Vouched, ...]:
        """Who may be vouching: more than one possibility where that is not known."""
        if not self._rulebook.asks_vouchers:
            return (NOBODY,)
        if all(self._is_settled(each) for each in found.verdicts):
            return (NOBODY,)
        if today is None:
            return _NOT_ASKED
        vouched = vouched_today(claim, today)
        if today.vouched and any(claim) and claim not in today.vouched:
            self.unasked += 1
        if vouched.undetermined and not vouched.by:
            return _NOT_ASKED
        return (vouched,)

    def _is_settled(self, verdict: Verdict) -> bool:
        policy = self._rulebook.policy
        return policy.is_settled(verdict, dynamic=is_dynamic(policy, verdict))

    def _remember(self, key: bytes, history: History, found: Hindsight, attempt: _Attempt) -> None:
        """As the daemon does; what is not even known to be wrong is no failure."""
        verdict = found.verdicts[0]
        if len(found.verdicts) > 1 and attempt.seen.said is Gap.NOTHING:
            return
        if verdict.cause is not Cause.CONFIRMED and self._is_settled(verdict):
            return  # whoever hides behind it has no past
        dynamic = is_dynamic(self._rulebook.policy, verdict)
        after = history.after(verdict.result, attempt.at, dynamic=dynamic)
        if after is not history:
            self._histories[key] = after


_NEW: Final = History()


def _turn_from(
    was: Was, decisions: Iterable[Decision], found: Hindsight, *, helo_known: bool
) -> Turn:
    first, *others = decisions
    cause = found.verdicts[0].cause if len(found.verdicts) == 1 else None
    would = _WOULD[first.action]
    if any(_WOULD[each.action] is not would for each in others):
        return Turn(was, Would.UNDECIDED, None, cause, found.basis, helo_known=helo_known)
    by = first.vouched.by if first.rule is Rule.VOUCHED else ()
    return Turn(was, would, first.rule, cause, found.basis, _in_order(by), helo_known)


@functools.lru_cache
def _in_order(by: tuple[Voucher, ...]) -> tuple[Voucher, ...]:
    return tuple(each for each in Voucher if each in by)


# Many clients come to the same, and then share it.
@functools.lru_cache(maxsize=4096)
def _one_more(turns: tuple[tuple[Turn, int], ...], turn: Turn) -> tuple[tuple[Turn, int], ...]:
    counted = dict(turns)
    counted[turn] = counted.get(turn, 0) + 1
    return tuple(counted.items())
