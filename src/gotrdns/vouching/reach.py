"""How far a domain's word reaches: three networks a week, and then it is worth nothing.

Whoever owns a domain can let it speak for every machine in the world, one record after the other.
Owns counting against that. Pure: the time is passed in, in seconds since 1970.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from gotrdns.classification.suffixes import registrable_at
from gotrdns.names import Address, DomainName

MOST_NETWORKS: Final = 3
WINDOW: Final = 7 * 86400.0
NOTED_APART: Final = 3600.0
_MOST_DOMAINS: Final = 16384


class Spoken(msgspec.Struct, frozen=True):
    """A domain, as registered, spoke for an unconfirmed client in a network."""

    domain: DomainName
    network: bytes
    at: float


class Reach:
    """The networks that each domain has spoken for lately, in bounded memory.

    Domains count as registered, because the names below one are its owner's to invent.
    """

    __slots__ = ("_heard", "_most_domains")

    def __init__(self, most_domains: int = _MOST_DOMAINS) -> None:
        self._most_domains = most_domains
        # When each domain last spoke for a network; the domain heard last comes last.
        self._heard: dict[DomainName, dict[bytes, float]] = {}

    def note(self, domain: DomainName, client: Address, now: float) -> Spoken | None:
        """The domain spoke for an unconfirmed client. Returns what is news, once an hour."""
        spoken = Spoken(registered(domain), network_of(client), now)
        known = self._heard.get(spoken.domain, {}).get(spoken.network)
        if known is not None and now - known < NOTED_APART:
            return None
        self._take(spoken)
        return spoken

    def is_spent(self, domain: DomainName, now: float) -> bool:
        """Whether the domain has spoken for more than three networks within a week."""
        times = self._heard.get(registered(domain), {}).values()
        return sum(now - at <= WINDOW for at in times) > MOST_NETWORKS

    def snapshot(self) -> tuple[Spoken, ...]:
        """All that is known."""
        return tuple(
            Spoken(domain, network, at)
            for domain, networks in self._heard.items()
            for network, at in networks.items()
        )

    def load(self, spoken: Iterable[Spoken]) -> None:
        """Take in what was known before, or elsewhere; in whatever order, and however often."""
        for each in spoken:
            self._take(each)

    def _take(self, spoken: Spoken) -> None:
        networks = self._heard.pop(spoken.domain, {})
        networks[spoken.network] = max(spoken.at, networks.get(spoken.network, spoken.at))
        if len(networks) > MOST_NETWORKS + 1:
            # The latest decide: one more than its reach is enough to know that it went beyond.
            del networks[min(networks, key=networks.__getitem__)]
        self._heard[spoken.domain] = networks
        if len(self._heard) > self._most_domains:
            del self._heard[next(iter(self._heard))]


def network_of(client: Address) -> bytes:
    """The network that counts once: a /24, or the /48 that one IPv6 site has."""
    return bytes(client[:6] if client.is_ipv6 else client[:3])


def registered(domain: DomainName) -> DomainName:
    """The domain as its owner registered it: one label more than the public suffix."""
    labels = domain.labels
    at = registrable_at([label.decode("latin-1") for label in labels])
    return DomainName(domain[sum(1 + len(label) for label in labels[:at]) :])
