"""What waits to be written: bounded, and each thing once however often it changes.

Owns the queue between the mail path and the writer. Whatever is done to it takes microseconds; no
database here. Everything may be called from any thread.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

import msgspec

from gotrdns.policy import Decision, Transaction
from gotrdns.policy.tallies import Tally
from gotrdns.store.merging import Change
from gotrdns.vouching.reach import Spoken

# Beyond as many, the latest change of a client takes in the next.
_LONGEST_CHAIN: Final = 16


class Sighting(msgspec.Struct, eq=False):
    """An incident with its repetitions so far.

    ``decided`` is what was decided about, until it is written. ``waits`` while it is in the queue,
    ``lost`` when it never will be written. ``told`` is how much of the count another process of
    this daemon, which keeps it, has been told.
    """

    id: str
    first_at: float
    last_at: float
    decided: tuple[Transaction, Decision] | None
    count: int = 1
    waits: bool = False
    lost: bool = False
    told: int = 0

    @property
    def key(self) -> tuple[str, str]:
        return ("incident", self.id)

    def followed_by(self, later: "Write") -> "Write":
        return later


class ClientChanges(msgspec.Struct, frozen=True):
    """What became of one client's history, in order."""

    client: bytes
    changes: tuple[Change, ...]

    @property
    def key(self) -> tuple[str, bytes]:
        return ("client", self.client)

    def followed_by(self, later: "Write") -> "Write":
        if not isinstance(later, ClientChanges):
            return later
        changes = self.changes + later.changes
        if len(changes) > _LONGEST_CHAIN:
            kept = changes[: _LONGEST_CHAIN - 1]
            taken_in = Change(changes[_LONGEST_CHAIN - 1].before, changes[-1].after)
            changes = (*kept, taken_in)
        return ClientChanges(self.client, changes)


class Hits(msgspec.Struct, frozen=True):
    """An exception decided ``count`` times more."""

    allowance: int
    count: int
    at: float

    @property
    def key(self) -> tuple[str, int]:
        return ("hits", self.allowance)

    def followed_by(self, later: "Write") -> "Write":
        if not isinstance(later, Hits):
            return later
        return Hits(self.allowance, self.count + later.count, max(self.at, later.at))


class AddressSeen(msgspec.Struct, frozen=True):
    """What was seen of an address that has an exception: failed, then passed, or either."""

    address: str
    failed: bool = False
    first_pass: float | None = None
    last_pass: float | None = None

    @property
    def key(self) -> tuple[str, str]:
        return ("address", self.address)

    def followed_by(self, later: "Write") -> "Write":
        if not isinstance(later, AddressSeen) or later.failed:
            return later
        first_pass = later.first_pass if self.first_pass is None else self.first_pass
        return AddressSeen(self.address, self.failed, first_pass, later.last_pass)


class DomainSpoke(msgspec.Struct, frozen=True):
    """A domain spoke for an unconfirmed client."""

    spoken: Spoken

    @property
    def key(self) -> tuple[str, tuple[str, bytes]]:
        return ("domain", (self.spoken.domain.text, self.spoken.network))

    def followed_by(self, later: "Write") -> "Write":
        return later


class Tallied(msgspec.Struct, frozen=True):
    """So many decisions more."""

    tally: Tally

    @property
    def key(self) -> tuple[str, tuple[int, str, str, str]]:
        tally = self.tally
        return ("tally", (tally.began, tally.result, tally.reason, tally.action))

    def followed_by(self, later: "Write") -> "Write":
        if not isinstance(later, Tallied):
            return later
        count = self.tally.count + later.tally.count
        return Tallied(msgspec.structs.replace(self.tally, count=count))


Write = Sighting | ClientChanges | Hits | AddressSeen | DomainSpoke | Tallied


class Pending:
    """The queue. ``lost`` counts what had to be dropped, the oldest first."""

    def __init__(self, most: int) -> None:
        self.lost = 0
        self.most = most
        self._lock = threading.Lock()
        self._writes: OrderedDict[tuple[str, object], Write] = OrderedDict()
        self._repeated: dict[str, Sighting] = {}

    def __len__(self) -> int:
        return len(self._writes)

    def add(self, write: Write) -> None:
        with self._lock:
            waiting = self._writes.get(write.key)
            self._writes[write.key] = waiting.followed_by(write) if waiting else write
            _note_waiting(write, waits=True)
            self._drop_oldest()

    def add_repeated(self, sighting: Sighting) -> None:
        """Let an incident that is known wait for ``ripen``: its count alone has changed."""
        with self._lock:
            sighting.waits = True
            self._repeated[sighting.id] = sighting
            if len(self._repeated) > self.most:
                # No incident is lost with it, and its next repetition adds it anew.
                self._repeated.pop(next(iter(self._repeated))).waits = False

    def ripen(self) -> None:
        """Queue the incidents that were repeated."""
        with self._lock:
            repeated, self._repeated = self._repeated, {}
            for sighting in repeated.values():
                self._writes.setdefault(sighting.key, sighting)
            self._drop_oldest()

    def take(self, most: int) -> list[Write]:
        """The oldest, which belong to the caller from now on."""
        with self._lock:
            count = min(most, len(self._writes))
            taken = [self._writes.popitem(last=False)[1] for _ in range(count)]
            for write in taken:
                # Before anybody reads its count: what is counted from now on makes it wait anew.
                _note_waiting(write, waits=False)
            return taken

    def put_back(self, writes: Iterable[Write]) -> None:
        """Return what was taken and could not be written: it is older than all that waits."""
        with self._lock:
            for write in reversed(list(writes)):
                later = self._writes.get(write.key)
                self._writes[write.key] = write.followed_by(later) if later else write
                self._writes.move_to_end(write.key, last=False)
                _note_waiting(write, waits=True)
            self._drop_oldest()

    def give_up(self, writes: Iterable[Write]) -> None:
        """Count as lost what was taken and can never be written."""
        with self._lock:
            for write in writes:
                self._lose(write)

    def changes_of(self, client: bytes) -> tuple[Change, ...]:
        """What waits to be written about a client."""
        with self._lock:
            waiting = self._writes.get(("client", client))
            return waiting.changes if isinstance(waiting, ClientChanges) else ()

    def _drop_oldest(self) -> None:
        while len(self._writes) > self.most:
            self._lose(self._writes.popitem(last=False)[1])

    def _lose(self, write: Write) -> None:
        self.lost += 1
        if isinstance(write, Sighting):
            write.lost = True


def _note_waiting(write: Write, *, waits: bool) -> None:
    if isinstance(write, Sighting):
        write.waits = waits
