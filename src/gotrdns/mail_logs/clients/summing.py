"""What was read and added up -> the report on it.

Owns the counts over all clients. Who is told of by name is decided in ``senders``.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Final

from gotrdns.mail_logs.clients.accounts import Account, Ledger
from gotrdns.mail_logs.clients.senders import amount_from, find_senders
from gotrdns.mail_logs.facts import Fate
from gotrdns.mail_logs.reading import Reading
from gotrdns.reports.logs.report import Amount, Ground, LogReport

_DAY: Final = 86_400


def sum_up(ledger: Ledger, reading: Reading, logs: Iterable[str]) -> LogReport:
    """The ledger is closed."""
    accounts = ledger.accounts.values()
    likely, others = find_senders(ledger.accounts)
    return LogReport(
        logs=tuple(logs),
        lines=reading.lines,
        facts=reading.facts.total(),
        unread=reading.unknown,
        damaged=reading.damaged,
        first_at=min((each.first_at for each in accounts), default=None),
        last_at=max((each.last_at for each in accounts), default=None),
        clients=len(accounts),
        connections=sum(each.connections for each in accounts),
        deliveries=sum(each.deliveries for each in accounts),
        submissions=sum(each.submissions for each in accounts),
        reverse_dns=_for_reverse_dns(accounts),
        grounds=_by_ground(accounts),
        otherwise=_otherwise(accounts),
        likely=likely,
        others=others,
        hours={
            (hour, ground): count
            for ground, hours in ledger.hours.items()
            for hour, count in hours.items()
        },
        days=_by_day(accounts),
    )


def _by_day(accounts: Collection[Account]) -> dict[int, int]:
    """When clients were first and last seen."""
    first = Counter(int(each.first_at // _DAY) for each in accounts)
    last = Counter(int(each.last_at // _DAY) for each in accounts)
    return first + last


def _for_reverse_dns(accounts: Collection[Account]) -> Amount:
    replies: Counter[Fate] = Counter()
    for account in accounts:
        for tally in account.tallies:
            replies[tally.fate] += tally.times
    return amount_from(sum(1 for each in accounts if each.tallies), replies)


def _by_ground(accounts: Collection[Account]) -> dict[Ground, Amount]:
    """The grounds of most clients first; a client may have met with several."""
    clients: Counter[Ground] = Counter()
    replies: dict[Ground, Counter[Fate]] = {}
    for account in accounts:
        clients.update({tally.ground for tally in account.tallies})
        for tally in account.tallies:
            replies.setdefault(tally.ground, Counter())[tally.fate] += tally.times
    return {ground: amount_from(count, replies[ground]) for ground, count in clients.most_common()}


def _otherwise(accounts: Collection[Account]) -> Amount:
    return Amount(
        clients=sum(1 for each in accounts if any(each.otherwise)),
        refused=sum(each.otherwise.refused for each in accounts),
        deferred=sum(each.otherwise.deferred for each in accounts),
        warned=sum(each.otherwise.warned for each in accounts),
    )
