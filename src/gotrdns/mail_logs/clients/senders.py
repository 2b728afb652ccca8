"""The refused clients by place and domain, those that look like somebody's mail servers first.

Owns the grouping, the signs that only others' accounts can give, and where the line is drawn
between senders that are told of and those that are only counted. Pure: nothing is looked up.
"""

import functools
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from gotrdns.mail_logs.clients.accounts import Account, each_said
from gotrdns.mail_logs.clients.signs import WEIGHTS, Impression, judge, registered_domain, score
from gotrdns.mail_logs.facts import Fate
from gotrdns.mail_logs.texts import address_in, text_in
from gotrdns.names import Address, network_around
from gotrdns.reports.logs.report import Amount, Envelope, Ground, Others, Sender, Sign

# Each sign's weight is in ``signs``: agreement of HELO name and sender is just enough.
LIKELY: Final = 3
# As for vouching: whoever fails from more networks than this is forged, or no small business.
NETWORKS_OF_A_DOMAIN: Final = 3
_FATES: Final = (Fate.REFUSED, Fate.DEFERRED, Fate.WARNED)  # as in an Amount
SHOWN: Final = 4  # of each kind, of one sender


class _Client(NamedTuple):
    address: Address
    account: Account
    impression: Impression


class Place(NamedTuple):
    """A /24 or a /48, and the registered domain."""

    network: bytes
    domain: str | None


class _Unlikely:
    """Counts those that are not told of."""

    def __init__(self) -> None:
        self._clients = 0
        self._replies: Counter[Fate] = Counter()
        self._signs: Counter[Sign] = Counter()

    def add(self, account: Account, signs: Iterable[Sign]) -> None:
        self._clients += 1
        self._signs.update(signs)
        for tally in account.tallies:
            self._replies[tally.fate] += tally.times

    def all(self) -> Others:
        return Others(amount_from(self._clients, self._replies), self._signs)


def find_senders(accounts: Mapping[bytes, Account]) -> tuple[tuple[Sender, ...], Others]:
    """Those that look legitimate, the likeliest first, and what the others come to."""
    delivering = delivering_places(accounts)
    unlikely = _Unlikely()
    places = _promising(accounts, {place.network for place in delivering}, unlikely)
    widespread = Counter(place.domain for place in places)
    likely = []
    while places:  # one is made of the other, and both are not wanted in memory
        place, clients = places.popitem()
        signs = max(clients, key=_promise).impression.signs
        if place in delivering:
            signs = (*signs, Sign.NEIGHBOUR_DELIVERS)
        if place.domain is not None and widespread[place.domain] > NETWORKS_OF_A_DOMAIN:
            signs = (*signs, Sign.DOMAIN_IN_MANY_NETWORKS)
        if score(signs) >= LIKELY:
            likely.append(_sender(place, clients, signs))
        else:
            for each in clients:
                unlikely.add(each.account, signs)
    return tuple(sorted(likely, key=_likeliest_first)), unlikely.all()


def amount_from(clients: int, replies: Mapping[Fate, int]) -> Amount:
    return Amount(clients, *(replies.get(each, 0) for each in _FATES))


def _replies_to(account: Account) -> int:
    return sum(tally.times for tally in account.tallies)


def _promising(
    accounts: Mapping[bytes, Account], delivering: Container[bytes], unlikely: _Unlikely
) -> dict[Place, list[_Client]]:
    """The clients that may be likely, and others for whom something speaks in the same places.

    Most have nothing, and take no more memory; nor do those whose place does not matter in the end.
    """
    places: dict[Place, list[_Client]] = {}
    doubtful = []
    for text, account in accounts.items():
        client = _look_at(text, account)
        if client is None:
            continue
        promise = score(client.impression.signs)
        place = _place(client)
        if promise >= LIKELY or (promise > 0 and place.network in delivering):
            places.setdefault(place, []).append(client)
        elif promise > 0:
            doubtful.append(text)
        else:
            unlikely.add(account, client.impression.signs)
    for text in doubtful:
        client = _look_at(text, accounts[text])
        if client is not None and _place(client) in places:
            places[_place(client)].append(client)
        elif client is not None:
            unlikely.add(client.account, client.impression.signs)
    return places


def _look_at(text: bytes, account: Account) -> _Client | None:
    """None for a client that was never refused for its reverse DNS."""
    address = address_in(text) if account.tallies else None
    return None if address is None else _Client(address, account, judge(address, account))


def _place(client: _Client) -> Place:
    return place_of(client.address, client.impression.domain)


def place_of(address: Address, domain: str | None) -> Place:
    return Place(address[:6] if address.is_ipv6 else address[:3], domain)


def network_of(address: Address) -> str:
    """The place's network, as people write it."""
    return network_around(address, 48 if address.is_ipv6 else 24).text


def delivering_places(accounts: Mapping[bytes, Account]) -> set[Place]:
    """From where mail of clients that were never refused was taken in, by confirmed names."""
    found = set()
    for text, account in accounts.items():
        if account.deliveries and account.names and not account.tallies:
            address = address_in(text)
            if address is not None:
                domain = registered_domain(each_said(account.names)[0])
                found.add(place_of(address, domain))
    return found


def _promise(client: _Client) -> tuple[int, int, bytes]:
    return score(client.impression.signs), _replies_to(client.account), client.address


def _likeliest_first(sender: Sender) -> tuple[int, int, float, bytes]:
    return -sender.score, -sender.amount.replies, -sender.last_rejection, sender.addresses[0]


def _told_first(item: tuple[Ground, int]) -> tuple[bool, int]:
    ground, count = item
    return ground is Ground.UNTOLD, -count


# Many senders come to the same, and then share it.
@functools.lru_cache(maxsize=4096)
def _in_order(grounds: tuple[tuple[Ground, int], ...]) -> Mapping[Ground, int]:
    return dict(sorted(grounds, key=_told_first))


@functools.lru_cache(maxsize=4096)
def _weightiest_first(signs: tuple[Sign, ...]) -> tuple[Sign, ...]:
    return tuple(sorted(signs, key=lambda sign: -WEIGHTS[sign]))


def _sender(place: Place, clients: Sequence[_Client], signs: tuple[Sign, ...]) -> Sender:
    ordered = sorted(clients, key=_promise, reverse=True)
    every = [each.account for each in ordered]
    best = ordered[0].address
    grounds: Counter[Ground] = Counter()
    replies: Counter[Fate] = Counter()
    for tally in (tally for each in every for tally in each.tallies):
        grounds[tally.ground] += tally.times
        replies[tally.fate] += tally.times
    delivered = [each.last_delivery for each in every if each.last_delivery is not None]
    return Sender(
        network=network_of(best),
        domain=place.domain,
        addresses=tuple(each.address for each in ordered[:SHOWN]),
        names=texts(
            name for each in every for name in (*each_said(each.claimed), *each_said(each.names))
        ),
        helos=texts(helo for each in every for helo in each_said(each.helos)),
        sender_domains=texts(domain for each in every for domain in each_said(each.sender_domains)),
        amount=amount_from(len(every), replies),
        grounds=_in_order(tuple(grounds.items())),
        otherwise_refused=sum(each.otherwise.refused for each in every),
        deliveries=sum(each.deliveries for each in every),
        first_at=min(each.first_at for each in every),
        last_rejection=max(each.last_rejection or each.last_at for each in every),
        last_delivery=max(delivered, default=None),
        score=score(signs),
        signs=_weightiest_first(signs),
        envelopes=tuple(
            Envelope(text_in(sender), text_in(recipient))
            for each in every
            for sender, recipient in each.envelopes
        ),
    )


def texts(octets: Iterable[bytes]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(text_in, octets)))[:SHOWN]
