"""What was seen of a client before, and how one more sighting changes it.

Owns what counts as a sighting. Pure: the time is passed in, in seconds since 1970.
"""

from typing import Final

import msgspec

from gotrdns.names import Address
from gotrdns.verification import Result

HOUR: Final = 3600.0
DAY: Final = 24 * HOUR

SIGHTINGS_APART: Final = HOUR
# A client that has not been seen for as long begins anew.
FORGOTTEN_AFTER: Final = 30 * DAY
_SITE_OCTETS: Final = 8  # a /64: what one IPv6 customer has at least


def client_key(address: Address) -> bytes:
    """Whose history it is: an IPv4 address, or the /64 of an IPv6 one."""
    return bytes(address[:_SITE_OCTETS]) if address.is_ipv6 else bytes(address)


class History(msgspec.Struct, frozen=True, gc=False):
    """One client's past; None stands for never.

    ``failures`` are sightings at least an hour apart, the first at ``failing_since`` and the latest
    at ``failed_at``; a pass ends the run. ``troubled_since`` is when DNS trouble began that nothing
    else has ended since. ``greeted_at`` is when it was first seen with a dynamic name alone.
    """

    failures: int = 0
    failing_since: float | None = None
    failed_at: float | None = None
    passed_at: float | None = None
    troubled_since: float | None = None
    troubled_at: float | None = None
    greeted_at: float | None = None

    def as_of(self, now: float) -> "History":
        """What of it still counts."""
        past = self
        if past.failed_at is not None and now - past.failed_at > FORGOTTEN_AFTER:
            past = _without_failures(past)
        if past.troubled_at is not None and now - past.troubled_at > FORGOTTEN_AFTER:
            past = _without_trouble(past)
        if past.greeted_at is not None and now - past.greeted_at > FORGOTTEN_AFTER:
            past = msgspec.structs.replace(past, greeted_at=None)
        return past

    def after(self, result: Result, now: float, *, dynamic: bool = False) -> "History":
        """The past once this sighting belongs to it; itself where that adds nothing.

        ``dynamic`` says that all that confirms it is a dynamic name: that is no pass.
        """
        past = self.as_of(now)
        if result is Result.TEMPERROR:
            return _with_trouble(past, now)
        if result is Result.PASS:
            return _greeted(past, now) if dynamic else _passed(past, now)
        return _failed(_without_trouble(past), now)


def _with_trouble(past: History, now: float) -> History:
    since = now if past.troubled_since is None else past.troubled_since
    if past.troubled_at is not None and now - past.troubled_at < SIGHTINGS_APART:
        return past
    return msgspec.structs.replace(past, troubled_since=since, troubled_at=now)


def _failed(past: History, now: float) -> History:
    if past.failed_at is not None and now - past.failed_at < SIGHTINGS_APART:
        return past
    since = now if past.failing_since is None else past.failing_since
    return msgspec.structs.replace(
        past, failures=past.failures + 1, failing_since=since, failed_at=now
    )


def _passed(past: History, now: float) -> History:
    past = _without_failures(_without_trouble(past))
    if past.passed_at is not None and now - past.passed_at < SIGHTINGS_APART:
        return past
    return msgspec.structs.replace(past, passed_at=now)


def _greeted(past: History, now: float) -> History:
    past = _without_failures(_without_trouble(past))
    return past if past.greeted_at is not None else msgspec.structs.replace(past, greeted_at=now)


def _without_failures(past: History) -> History:
    if past.failing_since is None:
        return past
    return msgspec.structs.replace(past, failures=0, failing_since=None, failed_at=None)


def _without_trouble(past: History) -> History:
    if past.troubled_since is None:
        return past
    return msgspec.structs.replace(past, troubled_since=None, troubled_at=None)
