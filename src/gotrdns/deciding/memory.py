"""What is remembered of clients and decisions, and what whoever remembers has to promise.

Owns the vocabulary between the mail path and a store. Nothing here waits for a disk or a database:
what is not known by the deadline counts as unknown. Times are seconds since 1970.
"""

import enum
from collections.abc import Awaitable
from typing import Final, Protocol

import msgspec

from gotrdns.names import Address
from gotrdns.policy import Decision, Transaction
from gotrdns.policy.allowances import Allowances
from gotrdns.policy.confirmations import Confirmations
from gotrdns.policy.history import History
from gotrdns.verification import Result

HISTORY_DEADLINE: Final = 0.02  # seconds until a client's past counts as unknown


class Envelope(enum.Enum):
    """How much of an envelope is kept."""

    NOTHING = "nothing"
    DOMAINS = "domains"
    ADDRESSES = "addresses"


class Incident(msgspec.Struct, frozen=True):
    """A decision that was not a plain pass, as it is remembered: ``id`` is its public name."""

    id: str
    at: float
    transaction: Transaction
    decision: Decision


class Memory(Protocol):
    """Remembers for the mail path; never raises, and never waits.

    ``history`` is a client's past by ``policy.history.client_key``: None when it cannot be known
    now. The other calls take effect at once for this process and are written later, in batches;
    what cannot be written is counted.
    """

    @property
    def allowances(self) -> Allowances:
        """The exceptions as of at most a second ago."""

    @property
    def confirmations(self) -> Confirmations:
        """The confirmations as of at most a second ago."""

    @property
    def allowances_known(self) -> bool:
        """False until the exceptions have been read for the first time."""

    def history(self, client: bytes) -> Awaitable[History | None]: ...

    def note_sighting(self, client: bytes, result: Result, now: float, *, dynamic: bool) -> None:
        """Add to a client's past, whether or not it is known now."""

    def note_pass(self, client: Address, now: float) -> None:
        """A client simply passed. Called for every such request: must cost next to nothing."""

    def remember(self, transaction: Transaction, decision: Decision, now: float) -> str:
        """Keep a decision; returns its incident's id, that of the first for a repetition."""

    def repeat(self, incident: str, now: float) -> bool:
        """Count an incident once more; False where it is over, or there is none."""

    def note_hit(self, allowance: int, now: float) -> None:
        """An exception decided."""
