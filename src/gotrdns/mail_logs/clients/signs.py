"""What speaks for and against one refused client's being a business's mail server.

Owns the signs and their weights. All that a client says of itself can be forged, so what it says
counts for little unless its parts agree; what counts most is mail that was taken in. Nothing is
looked up.
"""

import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from gotrdns.classification import HostClass, classify
from gotrdns.classification.suffixes import registrable_domain
from gotrdns.mail_logs.clients.accounts import KEPT, Account, each_said
from gotrdns.names import Address, DomainName
from gotrdns.reports.logs.report import Sign

WEIGHTS: Final[Mapping[Sign, int]] = {
    Sign.DELIVERED_AFTERWARDS: 4,
    Sign.DELIVERED_BEFORE: 3,
    Sign.NEIGHBOUR_DELIVERS: 2,
    Sign.HELO_IS_PTR_NAME: 3,
    Sign.HELO_IN_PTR_DOMAIN: 2,
    Sign.SENDER_IN_PTR_DOMAIN: 2,
    Sign.SENDER_IN_HELO_DOMAIN: 3,
    Sign.MAIL_HOST_PTR_NAME: 2,
    Sign.CHOSEN_PTR_NAME: 1,
    Sign.MAIL_HOST_HELO: 1,
    Sign.TRIED_AGAIN: 1,
    Sign.BARE_DOMAIN_HELO: -1,
    Sign.STATIC_GENERIC_PTR_NAME: -1,
    Sign.MANY_SENDER_DOMAINS: -1,
    Sign.REFUSED_OTHERWISE: -1,
    Sign.GENERIC_HELO: -2,
    Sign.NO_HOST_NAME_HELO: -2,
    Sign.MANY_HELOS: -2,
    Sign.DYNAMIC_PTR_NAME: -3,
    Sign.DOMAIN_IN_MANY_NETWORKS: -3,
}
# Seconds. RFC 5321 section 4.5.4.1 has a queue wait for half an hour; many begin with a quarter.
_PATIENCE: Final = 900.0
# RFC 6761, 6762 and 8375, and what people write instead: names that lead nowhere in public.
_PRIVATE_TOPS: Final = frozenset(
    {"local", "localhost", "localdomain", "lan", "internal", "home", "invalid", "arpa"}
)
# Two labels or more, and the last no number: nothing else can be a host in public DNS.
_HOST_NAME: Final = re.compile(rb"(?:[a-z0-9_-]{1,63}\.){1,126}(?=[a-z0-9-]*[a-z])[a-z0-9-]{1,63}")
_OF_PTR_CLASSES: Final = {
    HostClass.DYNAMIC: Sign.DYNAMIC_PTR_NAME,
    HostClass.STATIC_GENERIC: Sign.STATIC_GENERIC_PTR_NAME,
    HostClass.MAIL_HOST: Sign.MAIL_HOST_PTR_NAME,
    HostClass.OTHER_HOST: Sign.CHOSEN_PTR_NAME,
}
_MADE_BY_MACHINES: Final = frozenset({HostClass.DYNAMIC, HostClass.STATIC_GENERIC})


class Impression(msgspec.Struct, frozen=True):
    """``domain`` is the registered domain that the client goes by, None if by none."""

    domain: str | None
    signs: tuple[Sign, ...]


class _Named(msgspec.Struct, frozen=True):
    """A name of a client, its registered domain, and what kind of host it says."""

    text: bytes
    domain: str
    host_class: HostClass

    @property
    def is_chosen(self) -> bool:
        return self.host_class not in _MADE_BY_MACHINES


def score(signs: Iterable[Sign]) -> int:
    return sum(WEIGHTS[each] for each in signs)


def judge(address: Address, account: Account) -> Impression:
    """The signs that the client's own account has. It was refused at least once."""
    ptr = _named(address, (*each_said(account.claimed), *each_said(account.names)))
    helo = _named(address, each_said(account.helos), ptr)
    domains = map(registered_domain, each_said(account.sender_domains))
    senders = {each for each in domains if each is not None}
    signs = (
        *_deeds(account),
        *_signs_of_ptr(ptr, helo, senders),
        *_signs_of_helo(account, helo, senders),
    )
    return Impression(_domain(ptr, helo, senders), signs)


def _named(
    address: Address, texts: Sequence[bytes], known: "_Named | None" = None
) -> "_Named | None":
    """The first of the names that can be a public host's; ``known`` is one that was looked at."""
    for text in texts:
        if known is not None and known.text == text:
            return known
        domain = registered_domain(text)
        if domain is not None:
            name = DomainName.parse(text.decode("ascii"))
            return _Named(text, domain, classify(address, name).host_class)
    return None


def _domain(ptr: _Named | None, helo: _Named | None, senders: set[str]) -> str | None:
    """A name that somebody chose for the host tells more than one that a machine made."""
    for each in (ptr, helo):
        if each is not None and each.is_chosen:
            return each.domain
    return min(senders) if len(senders) == 1 else None


def _deeds(account: Account) -> Iterator[Sign]:
    first, last = account.first_rejection, account.last_rejection
    if account.last_delivery is not None and last is not None:
        delivers = account.last_delivery > last
        yield Sign.DELIVERED_AFTERWARDS if delivers else Sign.DELIVERED_BEFORE
    if first is not None and last is not None and last - first >= _PATIENCE:
        yield Sign.TRIED_AGAIN
    if len(each_said(account.sender_domains)) >= KEPT:
        yield Sign.MANY_SENDER_DOMAINS
    if account.otherwise.refused:
        yield Sign.REFUSED_OTHERWISE
    if len(each_said(account.helos)) >= KEPT:
        yield Sign.MANY_HELOS


def _signs_of_ptr(ptr: _Named | None, helo: _Named | None, senders: set[str]) -> Iterator[Sign]:
    if ptr is None:
        return
    yield _OF_PTR_CLASSES[ptr.host_class]
    if not ptr.is_chosen:
        return  # its domain is the provider's
    if helo is not None and helo.text == ptr.text:
        yield Sign.HELO_IS_PTR_NAME
    elif helo is not None and helo.domain == ptr.domain:
        yield Sign.HELO_IN_PTR_DOMAIN
    if ptr.domain in senders:
        yield Sign.SENDER_IN_PTR_DOMAIN


def _signs_of_helo(account: Account, helo: _Named | None, senders: set[str]) -> Iterator[Sign]:
    if helo is None:
        if account.helos:
            yield Sign.NO_HOST_NAME_HELO
        return
    if not helo.is_chosen:
        yield Sign.GENERIC_HELO
        return
    if helo.domain in senders:
        yield Sign.SENDER_IN_HELO_DOMAIN
    if helo.text.decode() == helo.domain:
        yield Sign.BARE_DOMAIN_HELO
    elif helo.host_class is HostClass.MAIL_HOST:
        yield Sign.MAIL_HOST_HELO


def registered_domain(octets: bytes) -> str | None:
    """The registered domain in which a name of a log is; None where it is no public host's."""
    text = octets.lower()
    if _HOST_NAME.fullmatch(text) is None:
        return None
    # Of a provider's many names only the first label is different.
    parent = text.partition(b".")[2]
    return _registered_at(parent) or _registered_at(text)


@functools.lru_cache(maxsize=20_000)
def _registered_at(text: bytes) -> str | None:
    """The registered domain in which a name is, None for a public suffix and what is not public."""
    name = text.decode("ascii")
    return None if name.rpartition(".")[2] in _PRIVATE_TOPS else registrable_domain(name)
