"""What came of replaying a log, added up: an attempt is counted in one outcome, and for one reason.

Owns the totals. For which senders it matters is told in ``changed_senders``.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from typing import Final, Generic, TypeVar

from gotrdns.mail_logs.reading import Reading
from gotrdns.mail_logs.today.enquiries import Today
from gotrdns.mail_logs.what_if.changed_senders import find_changed
from gotrdns.mail_logs.what_if.claiming import Census
from gotrdns.mail_logs.what_if.replaying import Replay, Replayed
from gotrdns.names import Address
from gotrdns.policy import Rule, Voucher
from gotrdns.reports.logs.what_if import (
    Basis,
    Count,
    ReasonCount,
    Setting,
    Turn,
    Was,
    WhatIf,
    Would,
)

Key = TypeVar("Key", bound=Hashable)

_TURNS_AWAY: Final = frozenset({Would.REFUSED, Would.DEFERRED})
_UNDOUBTED: Final = frozenset({Rule.CONFIRMED, Rule.NON_PUBLIC_CLIENT})
_ORDER: Final = (Would.REFUSED, Would.DEFERRED, Would.UNDECIDED, Would.LET_IN)


class _Tally(Generic[Key]):
    """Attempts, and the clients that made them, by whatever they are told apart."""

    def __init__(self) -> None:
        self._attempts: Counter[Key] = Counter()
        self._clients: Counter[Key] = Counter()

    def add(self, of_one_client: Iterable[tuple[Key, int]]) -> None:
        counted: Counter[Key] = Counter()
        for key, times in of_one_client:
            counted[key] += times
        self._attempts.update(counted)
        self._clients.update(counted.keys())

    def of(self, key: Key) -> Count:
        return Count(self._attempts[key], self._clients[key])

    def all(self) -> dict[Key, Count]:
        return {key: self.of(key) for key in self._attempts}


class Totals:
    """Sums over all clients."""

    def __init__(self, today: Mapping[Address, Today] | None) -> None:
        self._today = today
        self.outcomes: _Tally[tuple[Was, Would]] = _Tally()
        self.vouchers: _Tally[Voucher] = _Tally()
        self.bases: _Tally[Basis] = _Tally()
        self.ends: _Tally[Would] = _Tally()
        self.reasons: Counter[tuple[Would, Rule | None, bool]] = Counter()
        self.doubtful = self.turned_away = self.repaired = 0
        self.helo_unknown = self.otherwise = 0

    def add(self, client: Replayed) -> None:
        counted = [(turn, times) for turn, times in client.turns if turn.was is not Was.OTHERWISE]
        self.otherwise += sum(n for turn, n in client.turns if turn.was is Was.OTHERWISE)
        self.outcomes.add(((turn.was, turn.would), n) for turn, n in counted)
        self.vouchers.add((voucher, n) for turn, n in counted for voucher in turn.by)
        self.bases.add((turn.basis, n) for turn, n in counted)
        self.ends.add((turn.would, n) for turn, n in counted)
        for turn, times in counted:
            self.reasons[turn.would, turn.rule, turn.was is Was.TAKEN_IN] += times
            if turn.was is Was.TAKEN_IN and _misses_helo(turn):
                self.helo_unknown += times
        self.doubtful += any(_is_doubtful(turn) for turn, _ in counted)
        if any(turn.would in _TURNS_AWAY for turn, _ in counted):
            self.turned_away += 1
            self.repaired += client.is_repaired(self._today)

    def each_reason(self) -> tuple[ReasonCount, ...]:
        """The gravest first, and of each kind that which decides most."""
        taken_in: Counter[tuple[Would, Rule | None]] = Counter()
        turned_away: Counter[tuple[Would, Rule | None]] = Counter()
        for (would, rule, was_taken_in), times in self.reasons.items():
            (taken_in if was_taken_in else turned_away)[would, rule] += times
        found = [
            ReasonCount(rule, would, taken_in[would, rule], turned_away[would, rule])
            for would, rule in {**taken_in, **turned_away}
        ]
        return tuple(sorted(found, key=lambda each: (_ORDER.index(each.would), -each.attempts)))


def conclude(
    replay: Replay,
    census: Census,
    today: Mapping[Address, Today] | None,
    *,
    setting: Setting,
    reading: Reading,
    logs: Iterable[str],
) -> WhatIf:
    """The whole report."""
    totals = Totals(today)
    for each in replay.clients.values():
        totals.add(each)
    accounts = census.accounts.values()
    return WhatIf(
        logs=tuple(logs),
        lines=reading.lines,
        facts=reading.facts.total(),
        unread=reading.unknown,
        damaged=reading.damaged,
        first_at=min((each.first_at for each in accounts), default=None),
        last_at=max((each.last_at for each in accounts), default=None),
        setting=setting,
        clients=len(accounts),
        doubtful=totals.doubtful,
        turned_away=totals.turned_away,
        submissions=sum(each.submissions for each in accounts),
        otherwise=totals.otherwise,
        outcomes=totals.outcomes.all(),
        reasons=totals.each_reason(),
        vouchers=totals.vouchers.all(),
        rests_on_today=totals.bases.of(Basis.TODAY),
        undecided=totals.ends.of(Would.UNDECIDED),
        repaired=totals.repaired,
        helo_unknown=totals.helo_unknown if setting.asks_vouchers else 0,
        unasked=replay.unasked,
        changed=find_changed(replay, census, today),
    )


def _is_doubtful(turn: Turn) -> bool:
    return turn.rule not in _UNDOUBTED and turn.basis is not Basis.EXEMPT


def _misses_helo(turn: Turn) -> bool:
    return not turn.helo_known and turn.would is not Would.LET_IN
