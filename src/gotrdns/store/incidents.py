"""Incidents: their ids, and which decisions are one and the same.

Owns that a decision which is made again within an hour is counted, not told anew; by whichever of a
daemon's processes it is made. Knows no database.
"""

import base64
import secrets
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

import msgspec

from gotrdns.policy import Decision, Transaction
from gotrdns.policy.history import HOUR
from gotrdns.store.pending import Pending, Sighting

COALESCED: Final = HOUR
_REMEMBERED: Final = 10_000


class Opened(msgspec.Struct, frozen=True):
    """An incident that one process has opened, for the others to count it on."""

    id: str
    first_at: float
    transaction: Transaction
    decision: Decision


def new_incident_id() -> str:
    """80 random bits, which cannot be guessed: who has the id may see the incident's page."""
    return base64.b32encode(secrets.token_bytes(10)).decode("ascii").lower()


class Incidents:
    """The incidents of late. ``write`` queues a new one; without it none is kept."""

    def __init__(self, pending: Pending, write: Callable[[Sighting], None] | None) -> None:
        self._pending = pending
        self._write = write
        self._open: OrderedDict[tuple[object, ...], Sighting] = OrderedDict()
        self._by_id: OrderedDict[str, Sighting] = OrderedDict()

    def remember(self, transaction: Transaction, decision: Decision, now: float) -> str:
        """The id under which the decision is kept."""
        key = _key(transaction, decision)
        known = self._open.get(key)
        if known is not None and self._count(known, now):
            return known.id
        decided = None if self._write is None else (transaction, decision)
        sighting = Sighting(new_incident_id(), now, now, decided)
        self._keep(key, sighting)
        if self._write is not None:
            self._write(sighting)
        return sighting.id

    def repeat(self, incident: str, now: float) -> bool:
        """Count an incident once more; False where it is over, or there is none."""
        known = self._by_id.get(incident)
        return known is not None and self._count(known, now)

    def absorb(self, told: Sighting) -> Opened | None:
        """Take in what another process counted; returns an incident that it has opened.

        Its count is what was added since it was last told.
        """
        known = self._by_id.get(told.id)
        if known is not None:
            self._add(known, told.count, told.last_at)
        elif told.decided is not None:
            transaction, decision = told.decided
            opened = Opened(told.id, told.first_at, transaction, decision)
            self._keep(_key(transaction, decision), told)
            if self._write is not None:
                self._write(told)
            return opened
        return None

    def adopt(self, opened: Opened) -> None:
        """Count another process's incident on, unless this one has opened the same meanwhile."""
        key = _key(opened.transaction, opened.decision)
        known = self._open.get(key)
        if known is None or abs(opened.first_at - known.first_at) >= COALESCED:
            self._keep(key, Sighting(opened.id, opened.first_at, opened.first_at, None, count=0))

    def _count(self, known: Sighting, now: float) -> bool:
        if known.lost or abs(now - known.first_at) >= COALESCED:
            return False
        self._add(known, 1, now)
        return True

    def _add(self, known: Sighting, more: int, last_at: float) -> None:
        known.count += more
        known.last_at = max(known.last_at, last_at)
        if not known.waits and self._write is not None:
            self._pending.add_repeated(known)

    def _keep(self, key: tuple[object, ...], sighting: Sighting) -> None:
        self._open.pop(key, None)
        self._open[key] = sighting
        # One that is over may still be told of by another process.
        self._by_id[sighting.id] = sighting
        for kept in (self._open, self._by_id):
            if len(kept) > _REMEMBERED:
                kept.popitem(last=False)


def _key(transaction: Transaction, decision: Decision) -> tuple[object, ...]:
    return (
        transaction.address,
        decision.reason,
        decision.action,
        decision.rule,
        transaction.sender.rpartition("@")[2].lower(),
        transaction.recipient.rpartition("@")[2].lower(),
    )
