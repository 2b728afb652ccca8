"""When so many networks are in DNS trouble at once that our own resolver is the likelier cause.

Owns the counting. Pure: the time is passed in, in seconds.
"""

from typing import Final

from gotrdns.names import Address

WINDOW: Final = 300.0
FEWEST_NETWORKS: Final = 20
TROUBLED_SHARE: Final = 0.3
_MOST_NETWORKS: Final = 4096


def network_key(address: Address) -> bytes:
    """The network that counts once, however many of its addresses come: /24, or /48."""
    return bytes(address[:6]) if address.is_ipv6 else bytes(address[:3])


class Breaker:
    """Counts networks, those in trouble and all, over the last five minutes."""

    __slots__ = ("_networks",)

    def __init__(self) -> None:
        # In the order they were heard of; the time, and the time of the latest trouble.
        self._networks: dict[bytes, tuple[float, float | None]] = {}

    def note(self, client: Address, now: float, *, troubled: bool) -> None:
        """Take notice of one verdict."""
        key = network_key(client)
        _, trouble = self._networks.pop(key, (now, None))
        self._networks[key] = (now, now if troubled else trouble)
        if len(self._networks) > _MOST_NETWORKS:
            del self._networks[next(iter(self._networks))]

    def is_alarming(self, now: float) -> bool:
        """Whether more than three in ten of at least twenty networks are in trouble."""
        seen, troubled = self.count(now)
        return seen >= FEWEST_NETWORKS and troubled > TROUBLED_SHARE * seen

    def count(self, now: float) -> tuple[int, int]:
        """How many networks were heard of, and how many of them were in trouble."""
        began = now - WINDOW
        for key, (heard, _) in list(self._networks.items()):
            if heard >= began:
                break
            del self._networks[key]
        troubled = sum(
            trouble is not None and trouble >= began for _, trouble in self._networks.values()
        )
        return len(self._networks), troubled
