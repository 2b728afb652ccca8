"""How often visitors may ask for what costs us or others something.

Owns counting: buckets of tokens, one for each network of visitors, and one for them all together.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

import msgspec

from gotrdns.names import Address

# Who has a /48 has as many addresses as anybody wants (RFC 6177); a /24 is rarely more than one's.
_NETWORK_OCTETS: Final = {4: 3, 16: 6}
_MOST_NETWORKS: Final = 10_000


class TooMany(Exception):
    """Asked too often: ``seconds`` until it may be tried again, ``of_all`` visitors together."""

    def __init__(self, seconds: float, *, of_all: bool) -> None:
        super().__init__(f"too many: again in {seconds:.0f} s")
        self.seconds = seconds
        self.of_all = of_all

    @property
    def whole_seconds(self) -> int:
        return whole(self.seconds)

    @property
    def status(self) -> HTTPStatus:
        """What an answer says that has nothing else to say."""
        busy, many = HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS
        return busy if self.of_all else many

    @property
    def headers(self) -> dict[str, str]:
        """Of an answer that refuses."""
        return retry_after(self.seconds)


def whole(seconds: float) -> int:
    """Seconds as they are told: never none, and never too few."""
    return max(1, math.ceil(seconds))


def retry_after(seconds: float) -> dict[str, str]:
    """The header (RFC 9110 section 10.2.3)."""
    return {"Retry-After": str(whole(seconds))}


class Rate(msgspec.Struct, frozen=True):
    """``count`` in ``seconds``, which may come all at once."""

    count: int
    seconds: float


class Bucket:
    """Tokens that come back with time."""

    __slots__ = ("_filled_at", "_rate", "_tokens")

    def __init__(self, rate: Rate, now: float) -> None:
        self._rate = rate
        self._tokens = float(rate.count)
        self._filled_at = now

    def wait(self, count: int, now: float) -> float:
        """Seconds until there are so many."""
        rate = self._rate
        gained = max(0.0, now - self._filled_at) * rate.count / rate.seconds
        self._tokens = min(float(rate.count), self._tokens + gained)
        self._filled_at = now
        return max(0.0, (count - self._tokens) * rate.seconds / rate.count)

    def take(self, count: int, now: float) -> bool:
        """Whether there were so many."""
        if self.wait(count, now) > 0:
            return False
        self._tokens -= count
        return True


class Budget:
    """What visitors may use up, as each one's network (/24, /48) and all together.

    Visitors of unknown address are one network.
    """

    def __init__(
        self,
        network: Rate,
        everybody: Rate | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        most_networks: int = _MOST_NETWORKS,
    ) -> None:
        self._network = network
        self._clock = clock
        self._most_networks = most_networks
        self._all = Bucket(everybody, clock()) if everybody is not None else None
        self._networks: OrderedDict[bytes, Bucket] = OrderedDict()

    def take(self, visitor: Address | None, count: int = 1) -> None:
        """Raises TooMany, and then has taken nothing."""
        now = self._clock()
        own = self._bucket_of(visitor, now)
        self._require(own, count, now)
        own.take(count, now)
        if self._all is not None:
            self._all.take(count, now)

    @property
    def networks(self) -> int:
        """How many are being counted."""
        return len(self._networks)

    def require(self, visitor: Address | None, count: int = 1) -> None:
        """Take nothing, but raise TooMany where so much could not be taken."""
        now = self._clock()
        self._require(self._bucket_of(visitor, now), count, now)

    def _require(self, own: Bucket, count: int, now: float) -> None:
        if (seconds := own.wait(count, now)) > 0:
            raise TooMany(seconds, of_all=False)
        if self._all is not None and (seconds := self._all.wait(count, now)) > 0:
            raise TooMany(seconds, of_all=True)

    def _bucket_of(self, visitor: Address | None, now: float) -> Bucket:
        key = network_of(visitor)
        bucket = self._networks.get(key)
        if bucket is None:
            bucket = self._networks[key] = Bucket(self._network, now)
            if len(self._networks) > self._most_networks:
                self._networks.popitem(last=False)
        self._networks.move_to_end(key)
        return bucket


def network_of(address: Address | None) -> bytes:
    """The first octets, which the addresses of one network share."""
    return b"" if address is None else bytes(address[: _NETWORK_OCTETS[len(address)]])


def server_ration(
    walks_a_minute: int, clock: Callable[[], float] = time.monotonic
) -> Callable[[Address], bool]:
    """Whether a name server may be asked once more, for all walks of the pages.

    Somebody may delegate a name to a stranger's servers, and have it walked again and again. Walks
    that all end at one operator's ask its network 25 times each; 40 are let through.
    """
    budget = Budget(Rate(max(100, 40 * walks_a_minute // 6), 10.0), clock=clock)

    def may_ask(server: Address) -> bool:
        try:
            budget.take(server)
        except TooMany:
            return False
        return True

    return may_ask
