"""Clients' histories in memory: those used lately, and requests for those that are not there.

Owns what is known without the database. May be used from any thread; nothing here waits.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from gotrdns.policy.history import History
from gotrdns.store.merging import NO_HISTORY, Change, apply_changes
from gotrdns.verification import Result

HISTORIES_REMEMBERED: Final = 100_000
_MOST_REQUESTS: Final = 10_000
_FOR_EVER: Final = float("inf")

Answer = Callable[[History | None], None]


class _Entry(msgspec.Struct, frozen=True):
    """``whole`` when what the database had is part of it; ``at`` is when that was."""

    history: History
    whole: bool
    at: float


class Histories:
    """What is known of clients. ``fresh_for`` is how many seconds others' changes may be missed.

    ``alone`` when there is no database: then everything is known.
    """

    def __init__(
        self,
        *,
        alone: bool,
        fresh_for: float = _FOR_EVER,
        most: int = HISTORIES_REMEMBERED,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._alone = alone
        self._fresh_for = fresh_for
        self._most = most
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: OrderedDict[bytes, _Entry] = OrderedDict()
        self._requests: dict[bytes, list[Answer]] = {}

    def find(self, client: bytes, *, however_old: bool) -> History | None:
        """The client's past, if all of it is known."""
        with self._lock:
            entry = self._entries.get(client)
            if entry is None:
                return NO_HISTORY if self._alone else None
            self._entries.move_to_end(client)
            is_fresh = however_old or self._clock() - entry.at < self._fresh_for
            return entry.history if entry.whole and is_fresh else None

    def note_sighting(
        self, client: bytes, result: Result, now: float, *, dynamic: bool = False
    ) -> Change:
        """The client was seen, whatever else is known of it."""
        with self._lock:
            entry = self._entries.get(client)
            before = entry.history if entry else NO_HISTORY
            return self._change(client, before.after(result, now, dynamic=dynamic))

    def repeat(self, client: bytes, changes: Sequence[Change]) -> Change:
        """What another process saw of the client, on top of what is known here."""
        with self._lock:
            entry = self._entries.get(client)
            before = entry.history if entry else NO_HISTORY
            return self._change(client, apply_changes(before, changes))

    def _change(self, client: bytes, after: History) -> Change:
        entry = self._entries.get(client)
        if entry is None:
            entry = _Entry(NO_HISTORY, self._alone, self._clock())
        self._put(client, _Entry(after, entry.whole, entry.at))
        return Change(entry.history, after)

    def _put(self, client: bytes, entry: _Entry) -> None:
        self._entries[client] = entry
        self._entries.move_to_end(client)
        if len(self._entries) > self._most:
            self._entries.popitem(last=False)

    def ask(self, client: bytes, answer: Answer) -> bool:
        """Request a history; ``answer`` is called once, from another thread. False when full."""
        with self._lock:
            if len(self._requests) >= _MOST_REQUESTS:
                return False
            self._requests.setdefault(client, []).append(answer)
            return True

    def requested(self, most: int) -> dict[bytes, History | None]:
        """Some of the clients asked for, with what is in memory of each."""
        with self._lock:
            clients = list(self._requests)[:most]
            entries = {client: self._entries.get(client) for client in clients}
        return {client: entry.history if entry else None for client, entry in entries.items()}

    def loaded(self, client: bytes, before: History | None, history: History) -> None:
        """The database's answer; void if the client was seen since ``requested`` told ``before``.

        Then it stays requested.
        """
        with self._lock:
            entry = self._entries.get(client)
            if (entry.history if entry else None) != before:
                return
            self._put(client, _Entry(history, True, self._clock()))
            answers = self._requests.pop(client, [])
        for answer in answers:
            answer(history)

    def written(self, client: bytes, after: History, history: History) -> None:
        """What became of a change that ended with ``after``, others' changes included."""
        with self._lock:
            entry = self._entries.get(client)
            if entry is not None and entry.history == after:
                self._entries[client] = _Entry(history, True, self._clock())

    def give_up_on(self, client: bytes) -> None:
        """Answer those who asked for this client that its past cannot be known."""
        with self._lock:
            answers = self._requests.pop(client, [])
        for answer in answers:
            answer(None)

    def give_up(self) -> None:
        """Answer all requests with what is known."""
        with self._lock:
            requests: Mapping[bytes, list[Answer]] = self._requests
            self._requests = {}
        for client, answers in requests.items():
            known = self.find(client, however_old=True)
            for answer in answers:
                answer(known)
