"""The clients of a log whom a complaint is about, in memory that grows with them alone.

Owns choosing those whose stories are told: who looks most like somebody's mail server, for a domain
that is often forged is the sender of many a taken-over machine.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from gotrdns.mail_logs.clients.accounts import Account, Ledger
from gotrdns.mail_logs.clients.senders import amount_from
from gotrdns.mail_logs.clients.signs import judge, score
from gotrdns.mail_logs.complaints.whom import Whom
from gotrdns.mail_logs.facts import Acceptance, Arrival, Fact, Fate, Rejection
from gotrdns.mail_logs.sessions import Noted
from gotrdns.mail_logs.texts import address_in
from gotrdns.names import Address
from gotrdns.reports.logs.complaint import OF_THE_ENVELOPE, By, Rest
from gotrdns.reports.logs.report import Ground

_NOTHING_NOTED: Final = Noted(None, is_whole=False)


class Search:
    """Listens to a log once. ``found`` are the clients, as they stand in it, and by what each is.

    What a client did before it was found is not counted.
    """

    def __init__(self, whom: Whom) -> None:
        self.found: dict[bytes, frozenset[By]] = {}
        self._whom = whom
        self._ledger = Ledger()
        self._sets: dict[frozenset[By], frozenset[By]] = {}  # few, which many clients share

    def arrived(self, arrival: Arrival) -> None:
        if self._is_about(arrival, _NOTHING_NOTED):
            self._ledger.arrived(arrival)

    def rejected(self, rejection: Rejection, ground: Ground | None, noted: Noted) -> None:
        if self._is_about(rejection, noted):
            self._ledger.rejected(rejection, ground, noted)

    def taken_in(self, acceptance: Acceptance, noted: Noted) -> None:
        if self._is_about(acceptance, noted):
            self._ledger.taken_in(acceptance, noted)

    def submitted(self, acceptance: Acceptance) -> None:
        if self._is_about(acceptance, _NOTHING_NOTED):
            self._ledger.submitted(acceptance)

    def most_telling(self, number: int) -> dict[bytes, frozenset[By]]:
        """The first of those found."""
        chosen = sorted(self.found, key=self._most_telling_first)[:number]
        return {client: self.found[client] for client in chosen}

    def rest(self, chosen: Iterable[bytes]) -> Rest:
        """What the clients come to that are not chosen."""
        others = self.found.keys() - set(chosen)
        accounts = [self._ledger.accounts[each] for each in others]
        replies: Counter[Fate] = Counter()
        for tally in (tally for account in accounts for tally in account.tallies):
            replies[tally.fate] += tally.times
        turned_away = sum(1 for each in accounts if each.tallies)
        deliveries = sum(each.deliveries for each in accounts)
        return Rest(len(accounts), amount_from(turned_away, replies), deliveries)

    def _is_about(self, fact: Fact, noted: Noted) -> bool:
        """Whether the client was found, by this or before."""
        client = fact.client
        known = self.found.get(client)
        by = frozenset(each.by for each in self._whom.in_fact(fact, noted))
        if known is None and (not by or address_in(client) is None):
            return False
        if known is None or not by <= known:
            found = by | (known or frozenset())
            self.found[client] = self._sets.setdefault(found, found)
        return True

    def _most_telling_first(self, client: bytes) -> tuple[bool, int, int, float, bytes]:
        account = self._ledger.accounts[client]
        address = Address.parse(client.decode("ascii"))
        signs = score(judge(address, account).signs)
        # Whoever only stands in an envelope may have been named by anybody.
        signs += 2 * len(self.found[client] - OF_THE_ENVELOPE)
        return not account.tallies, -signs, -_replies(account), -account.last_at, address


def _replies(account: Account) -> int:
    return sum(each.times for each in account.tallies) or account.deliveries
