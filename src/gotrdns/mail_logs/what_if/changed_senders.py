"""The senders for whom other settings change something, those with most to lose first.

Owns who is one sender, the order, and for whom an exception is proposed. The signs and their
weights are those by which refused senders are judged (``signs``). Pure.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from gotrdns.mail_logs.clients.accounts import Account, each_said
from gotrdns.mail_logs.clients.senders import (
    NETWORKS_OF_A_DOMAIN,
    SHOWN,
    Place,
    delivering_places,
    network_of,
    place_of,
    texts,
)
from gotrdns.mail_logs.clients.signs import WEIGHTS, judge, registered_domain, score
from gotrdns.mail_logs.texts import text_in
from gotrdns.mail_logs.today.enquiries import Today
from gotrdns.mail_logs.what_if.claiming import Census
from gotrdns.mail_logs.what_if.replaying import Replay, Replayed
from gotrdns.names import Address
from gotrdns.policy import Rule
from gotrdns.policy.history import HOUR
from gotrdns.reports.logs.report import Sign
from gotrdns.reports.logs.what_if import TURNED_AWAY, Basis, Changed, Turn, Was, Would
from gotrdns.verification import Cause

_DELIVERED: Final = frozenset({Sign.DELIVERED_BEFORE, Sign.DELIVERED_AFTERWARDS})
_OF_PLACES: Final = frozenset({Sign.NEIGHBOUR_DELIVERS, Sign.DOMAIN_IN_MANY_NETWORKS})
# Less than of those who were only ever refused: what was taken in was not so bad.
_LIKELY: Final = 1
# Who is deferred for these is let in in the end, having come back.
_PASSING: Final = frozenset({Rule.DYNAMIC_NAME, Rule.DNS_TROUBLE})


# Of what one sender may meet with in turn, that which ends it.
_GRAVEST: Final = (Rule.UNVOUCHED, Rule.FEW_FAILURES, Rule.PASSED_BEFORE)


class _Client(NamedTuple):
    replayed: Replayed
    account: Account
    domain: str | None
    signs: tuple[Sign, ...]
    is_repaired: bool

    @property
    def address(self) -> Address:
        return self.replayed.address


def find_changed(
    replay: Replay, census: Census, today: Mapping[Address, Today] | None
) -> tuple[Changed, ...]:
    """By network and registered domain: first who would lose mail and looks legitimate."""
    delivering = delivering_places(census.accounts)
    places: dict[Place, list[_Client]] = {}
    for text, replayed in replay.clients.items():
        if any(turn.is_change for turn, _ in replayed.turns):
            client = _look_at(replayed, census.accounts[text], today)
            places.setdefault(place_of(client.address, client.domain), []).append(client)
    widespread = Counter(place.domain for place in places)
    found = []
    for place, clients in places.items():
        signs = max(clients, key=_promise).signs
        if place in delivering:
            signs = (*signs, Sign.NEIGHBOUR_DELIVERS)
        if place.domain is not None and widespread[place.domain] > NETWORKS_OF_A_DOMAIN:
            signs = (*signs, Sign.DOMAIN_IN_MANY_NETWORKS)
        found.append(_changed(place, clients, signs))
    return tuple(sorted(found, key=_most_to_lose_first))


def _look_at(
    replayed: Replayed, account: Account, today: Mapping[Address, Today] | None
) -> _Client:
    impression = judge(replayed.address, account)
    signs = impression.signs
    if _keeps_delivering(account) and _DELIVERED.isdisjoint(signs):
        signs = (*signs, Sign.DELIVERED_BEFORE)
    return _Client(replayed, account, impression.domain, signs, replayed.is_repaired(today))


def _keeps_delivering(account: Account) -> bool:
    """Machines that were taken over seldom come back to the same mail server."""
    last = account.last_delivery
    return account.deliveries > 1 and last is not None and last - account.first_at >= HOUR


def _promise(client: _Client) -> tuple[int, int, Address]:
    return score(client.signs), client.account.deliveries, client.address


def _most_to_lose_first(each: Changed) -> tuple[bool, bool, int, int, int, int, Address]:
    return (
        each.repaired,
        not each.likely,
        -each.refused,
        -each.deferred,
        -each.undecided,
        -each.admitted,
        each.addresses[0],
    )


def _changed(place: Place, clients: Sequence[_Client], signs: tuple[Sign, ...]) -> Changed:
    ordered = sorted(clients, key=_promise, reverse=True)
    accounts = [each.account for each in ordered]
    turns = [each for client in ordered for each in client.replayed.turns]
    changed = [(turn, times) for turn, times in turns if turn.is_change]
    causes: Counter[Cause] = Counter()
    rules: Counter[Rule] = Counter()
    for turn, times in changed:
        if turn.rule is not None:
            rules[turn.rule] += times
        if turn.cause is not None:
            causes[turn.cause] += times
    is_likely = score(signs) >= _LIKELY
    return Changed(
        network=network_of(ordered[0].address),
        domain=place.domain,
        addresses=tuple(each.address for each in ordered[:SHOWN]),
        clients=len(ordered),
        names=texts(
            name for each in accounts for name in (*each_said(each.claimed), *each_said(each.names))
        ),
        helos=texts(helo for each in accounts for helo in each_said(each.helos)),
        sender_domains=texts(
            domain for each in accounts for domain in each_said(each.sender_domains)
        ),
        taken_in=_count(turns, (Was.TAKEN_IN,), tuple(Would)),
        turned_away=_count(turns, TURNED_AWAY, tuple(Would)),
        refused=_count(turns, (Was.TAKEN_IN,), (Would.REFUSED,)),
        deferred=_count(turns, (Was.TAKEN_IN,), (Would.DEFERRED,)),
        undecided=_count(turns, (Was.TAKEN_IN,), (Would.UNDECIDED,)),
        admitted=_count(turns, TURNED_AWAY, (Would.LET_IN,)),
        causes=dict(causes.most_common()),
        rules={rule: rules[rule] for rule in sorted(rules, key=_gravest_first)},
        by=tuple(dict.fromkeys(voucher for turn, _ in changed for voucher in turn.by)),
        basis=tuple(each for each in Basis if any(turn.basis is each for turn, _ in changed)),
        repaired=all(each.is_repaired for each in ordered),
        passing=not any(map(_loses, ordered)),
        last_at=max(each.replayed.changed_at for each in ordered),
        score=score(signs),
        signs=tuple(sorted(signs, key=lambda sign: -WEIGHTS[sign])),
        likely=is_likely,
        keep=tuple(_worth_keeping(ordered, place, signs)) if is_likely else (),
        mailboxes=tuple(text_in(each) for one in ordered for each in one.replayed.mailboxes),
    )


def _gravest_first(rule: Rule) -> int:
    return _GRAVEST.index(rule) if rule in _GRAVEST else len(_GRAVEST)


def _count(
    turns: Sequence[tuple[Turn, int]], was: tuple[Was, ...], would: tuple[Would, ...]
) -> int:
    return sum(times for turn, times in turns if turn.was in was and turn.would in would)


def _worth_keeping(
    clients: Sequence[_Client], place: Place, signs: Sequence[Sign]
) -> Iterator[str]:
    """What exceptions would be made for: addresses, or their network where there are many.

    Who looks like nobody's mail server has none for being near, or under the name, of another.
    """
    of_the_place = [each for each in signs if each in _OF_PLACES]
    losing = [
        each
        for each in clients
        if not each.is_repaired and _loses(each) and score((*each.signs, *of_the_place)) >= _LIKELY
    ]
    if len(losing) > SHOWN and all(_has_ptr_name_in(each, place.domain) for each in losing):
        yield network_of(losing[0].address)
    else:
        yield from (each.address.text for each in losing)


def _has_ptr_name_in(client: _Client, domain: str | None) -> bool:
    """Anybody may say any name in HELO; a PTR record's is the word of whoever has the network."""
    names = (*each_said(client.account.claimed), *each_said(client.account.names))
    return domain is not None and domain in map(registered_domain, names)


def _loses(client: _Client) -> bool:
    """Whether mail that was taken in would be turned away, and not only until it comes again."""
    return any(
        turn.was is Was.TAKEN_IN
        and turn.would in {Would.REFUSED, Would.DEFERRED}
        and turn.rule not in _PASSING
        for turn, _ in client.replayed.turns
    )
