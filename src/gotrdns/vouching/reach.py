"""How far a domain's word reaches: three networks a week, and no further.

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
_MOST_SIGHTINGS: Final = 65536


class Sighting(msgspec.Struct, frozen=True):
    """A domain spoke for a client in a network, for the last time at ``seen_at``."""

    domain: DomainName
    network: bytes
    seen_at: float


class Reach:
    """The networks that each domain has spoken for, in bounded memory: the oldest are dropped.

    Domains count as registered, because the names below one are its owner's to invent.
    """

    __slots__ = ("_most", "_networks", "_seen")

    def __init__(self, most_sightings: int = _MOST_SIGHTINGS) -> None:
        self._most = most_sightings
        self._seen: dict[tuple[DomainName, bytes], float] = {}  # the latest last
        self._networks: dict[DomainName, set[bytes]] = {}

    def __len__(self) -> int:
        return len(self._seen)

    def note(self, domain: DomainName, client: Address, now: float) -> None:
        """The domain spoke for an unconfirmed client. Beyond its reach, nothing is noted."""
        if not self.is_spent(domain, client, now):
            self._note(registered(domain), network_of(client), now)

    def is_spent(self, domain: DomainName, client: Address, now: float) -> bool:
        """Whether the domain has spoken for three networks within a week, and not for this one."""
        owner = registered(domain)
        networks = self._networks.get(owner, set())
        for network in [each for each in networks if now - self._seen[owner, each] > WINDOW]:
            self._forget(owner, network)
        return len(networks) >= MOST_NETWORKS and network_of(client) not in networks

    def snapshot(self) -> tuple[Sighting, ...]:
        """All that is known, the oldest first."""
        return tuple(Sighting(*key, seen_at) for key, seen_at in self._seen.items())

    def load(self, sightings: Iterable[Sighting]) -> None:
        """Take in what was known before, or elsewhere."""
        for each in sorted(sightings, key=lambda each: each.seen_at):
            known = self._seen.get((each.domain, each.network))
            if known is None or known < each.seen_at:
                self._note(each.domain, each.network, each.seen_at)

    def _note(self, owner: DomainName, network: bytes, now: float) -> None:
        self._seen.pop((owner, network), None)
        self._seen[owner, network] = now
        self._networks.setdefault(owner, set()).add(network)
        while len(self._seen) > self._most:
            self._forget(*next(iter(self._seen)))

    def _forget(self, owner: DomainName, network: bytes) -> None:
        del self._seen[owner, network]
        networks = self._networks[owner]
        networks.discard(network)
        if not networks:
            del self._networks[owner]


def network_of(client: Address) -> bytes:
    """The network that counts once: a /24, or the /48 that one IPv6 site has."""
    return bytes(client[:6] if client.is_ipv6 else client[:3])


def registered(domain: DomainName) -> DomainName:
    """The domain as its owner registered it: one label more than the public suffix."""
    labels = domain.labels
    at = registrable_at([label.decode("latin-1") for label in labels])
    return DomainName(domain[sum(1 + len(label) for label in labels[:at]) :])
