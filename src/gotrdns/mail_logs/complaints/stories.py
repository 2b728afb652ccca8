"""The stories of a few clients, told by their sessions.

Owns what belongs to a client's story, and what is kept of it.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from gotrdns.mail_logs.clients.accounts import Account, Ledger, Said, each_said
from gotrdns.mail_logs.clients.senders import amount_from
from gotrdns.mail_logs.complaints.chapters import Folding, Kind
from gotrdns.mail_logs.complaints.replies import likeness, reply_of
from gotrdns.mail_logs.complaints.whom import Found, Whom
from gotrdns.mail_logs.conclusions import claimed_name
from gotrdns.mail_logs.facts import Acceptance, Arrival, Fact, Fate, Rejection
from gotrdns.mail_logs.sessions import Noted
from gotrdns.mail_logs.texts import address_in, text_in
from gotrdns.names import Address
from gotrdns.reports.logs.complaint import (
    OF_THE_ENVELOPE,
    By,
    Confirmation,
    Event,
    Match,
    Story,
    Turning,
)
from gotrdns.reports.logs.report import Envelope, Ground

_NOTHING_NOTED: Final = Noted(None, is_whole=False)
_MATCHES: Final = 8  # of one client that are told
_CONNECTIONS: Final = 2000  # of one client of which it is not yet known what came of them

# By what a client is known to be meant; None where it is not.
Choice = Callable[[bytes], frozenset[By] | None]


class _Teller:
    """One client's story as it goes on."""

    def __init__(self, address: Address, by: frozenset[By]) -> None:
        self.address = address
        self.folding = Folding()
        self.matches: dict[Found, None] = {}
        self.last: Turning | None = None
        self.confirmed: Confirmation | None = None
        self.elsewhere = 0
        self._is_whole = not by <= OF_THE_ENVELOPE
        self._connections: dict[bytes, list[float]] = {}
        self._count = 0

    def is_of_the_story(self, found: Iterable[Found]) -> bool:
        """Whether what was ``found`` in a line makes it part; by what it was, is kept."""
        found = tuple(found)
        for each in found:
            if len(self.matches) < _MATCHES:
                self.matches[each] = None
        return self._is_whole or bool(found)

    def connect(self, process: bytes, at: float) -> None:
        if not self._is_whole:
            return  # nobody knows what for
        self._connections.setdefault(process, []).append(at)
        self._count += 1
        if self._count > _CONNECTIONS:
            self.end_connections()

    def use_connection(self, fact: Fact) -> None:
        """Something came of the last that its process had begun by then."""
        begun = self._connections.get(fact.process, [])
        for place in range(len(begun) - 1, -1, -1):
            if begun[place] <= fact.at:
                del begun[place]
                self._count -= 1
                return

    def end_connections(self) -> None:
        for begun in self._connections.values():
            for at in begun:
                self.folding.add(at, Kind(Event.CONNECTED))
        self._connections.clear()
        self._count = 0

    def confirm(self, fact: Fact) -> None:
        """Lines of one second are in order; what is told late is not earlier than that second."""
        earliest = max(
            self.last.at if self.last else fact.at,
            self.confirmed.at if self.confirmed else fact.at,
        )
        if fact.name is not None and fact.at >= earliest:
            self.confirmed = Confirmation(fact.at, text_in(fact.name))

    def turn_away(self, turning: Turning) -> None:
        if self.last is None or turning.at >= self.last.at:
            self.last = turning
            if self.confirmed is not None and self.confirmed.at <= turning.at:
                self.confirmed = None


class Stories:
    """Listens to a log; ``all`` are the stories of the clients of ``choice``, when it is read.

    ``shows_mailboxes`` keeps mailboxes in replies, and a few envelopes.
    """

    def __init__(self, whom: Whom, choice: Choice, *, shows_mailboxes: bool = False) -> None:
        self._whom = whom
        self._choice = choice
        self._shows_mailboxes = shows_mailboxes
        self._ledger = Ledger(keeps_envelopes=shows_mailboxes)
        self._tellers: dict[bytes, _Teller] = {}

    def __len__(self) -> int:
        return len(self._tellers)

    def arrived(self, arrival: Arrival) -> None:
        teller = self._teller_of(arrival)
        if teller is None:
            return
        self._ledger.arrived(arrival)
        teller.is_of_the_story(self._whom.in_fact(arrival, _NOTHING_NOTED))
        teller.confirm(arrival)
        teller.connect(arrival.process, arrival.at)

    def rejected(self, rejection: Rejection, ground: Ground | None, noted: Noted) -> None:
        teller = self._teller_of(rejection)
        if teller is None:
            return
        self._ledger.rejected(rejection, ground, noted)
        teller.confirm(rejection)
        teller.use_connection(rejection)
        is_of_it = teller.is_of_the_story(self._whom.in_fact(rejection, noted))
        event = Event(rejection.fate.value)
        reply = reply_of(rejection, with_mailboxes=self._shows_mailboxes)
        if ground is not None:  # that is the client's, whoever sends
            teller.folding.add(rejection.at, Kind(event, ground))
            name = text_in(claimed_name(rejection, noted.doubt))
            helo = text_in(rejection.helo)
            teller.turn_away(Turning(rejection.at, event, ground, reply, name, helo))
        elif is_of_it:
            teller.folding.add(rejection.at, Kind(event, likeness=likeness(reply)), reply)
        else:
            teller.elsewhere += 1

    def taken_in(self, acceptance: Acceptance, noted: Noted) -> None:
        teller = self._teller_of(acceptance)
        if teller is None:
            return
        self._ledger.taken_in(acceptance, noted)
        teller.confirm(acceptance)
        teller.use_connection(acceptance)
        if teller.is_of_the_story(self._whom.in_fact(acceptance, noted)):
            name = text_in(acceptance.name or b"")
            teller.folding.add(acceptance.at, Kind(Event.TAKEN_IN, name=name))
        else:
            teller.elsewhere += 1

    def submitted(self, acceptance: Acceptance) -> None:
        teller = self._teller_of(acceptance)
        if teller is None:
            return
        self._ledger.submitted(acceptance)
        teller.use_connection(acceptance)
        if teller.is_of_the_story(self._whom.in_fact(acceptance, _NOTHING_NOTED)):
            teller.folding.add(acceptance.at, Kind(Event.SUBMITTED))
        else:
            teller.elsewhere += 1

    def all(self) -> list[Story]:
        return [
            _story(teller, self._ledger.accounts[client])
            for client, teller in self._tellers.items()
        ]

    def _teller_of(self, fact: Fact) -> _Teller | None:
        teller = self._tellers.get(fact.client)
        if teller is None and (by := self._choice(fact.client)) is not None:
            address = address_in(fact.client)
            if address is not None:
                teller = self._tellers[fact.client] = _Teller(address, by)
        return teller


def in_order_of(chosen: Mapping[bytes, frozenset[By]], stories: Iterable[Story]) -> list[Story]:
    """The stories as their clients stand in ``chosen``."""
    places = {address_in(client): place for place, client in enumerate(chosen)}
    return sorted(stories, key=lambda each: places[each.address])


def _story(teller: _Teller, account: Account) -> Story:
    teller.end_connections()
    replies = {
        fate: sum(each.times for each in account.tallies if each.fate is fate) for fate in Fate
    }
    otherwise = sum(account.otherwise)
    return Story(
        address=teller.address,
        matches=tuple(Match(by, text_in(text)) for by, text in teller.matches),
        chronicle=teller.folding.chronicle(),
        amount=amount_from(1 if account.tallies else 0, replies),
        otherwise=otherwise,
        deliveries=account.deliveries,
        elsewhere=teller.elsewhere,
        names=_texts(account.names),
        claimed=_texts(account.claimed),
        helos=_texts(account.helos),
        sender_domains=_texts(account.sender_domains),
        last=teller.last,
        confirmed=teller.confirmed,
        taken_in_at=account.last_delivery,
        envelopes=tuple(Envelope(text_in(each), text_in(to)) for each, to in account.envelopes),
    )


def _texts(said: Said) -> tuple[str, ...]:
    return tuple(map(text_in, each_said(said)))
