"""The lines of one session joined: what was noted of a client's name goes with what became of it.

Owns which lines belong together, and when a message is known to be taken in. What it amounts to is
others' business: they listen.
"""

import itertools
from collections.abc import Iterable
from typing import Any, Final, NamedTuple, Protocol

import msgspec

from gotrdns.mail_logs.conclusions import ground_of
from gotrdns.mail_logs.facts import (
    Acceptance,
    Arrival,
    Departure,
    Doubt,
    Fact,
    Fate,
    Queued,
    Rejection,
)
from gotrdns.reports.mail_log import Ground

# At once: more than a mail server has processes, or messages of which it is not yet known whether
# they are taken in.
_SESSIONS: Final = 20_000
_MESSAGES: Final = 20_000
_LONGEST_SESSION: Final = 3600.0  # seconds; Exim names no process by which to know its end
# After these nothing of a message is left, while one of several recipients may be refused.
_ENDS_A_MESSAGE: Final = (b"DATA", b"BDAT", b"END-OF-MESSAGE", b"after DATA")


class Noted(NamedTuple):
    """What a session's lines said of the client's name, up to some moment.

    Without a ``doubt`` it matters whether the session was logged from its beginning, where one
    would stand.
    """

    doubt: Doubt | None
    is_whole: bool


class Listener(Protocol):
    """Is told of each client's session, line by line, in the order of the lines.

    Only of what is taken in it may be told late: after the lines that could have undone it.
    """

    def arrived(self, arrival: Arrival, /) -> None: ...

    def rejected(self, rejection: Rejection, ground: Ground | None, noted: Noted, /) -> None:
        """``ground`` is None where the reason was another than reverse DNS."""

    def taken_in(self, acceptance: Acceptance, noted: Noted, /) -> None:
        """A message from outside. Its sender is known where the log tells it (``Queued``)."""

    def submitted(self, acceptance: Acceptance, /) -> None:
        """A message of a user who logged in."""


class Sessions:
    """Joins facts for a listener.

    Facts are to come in the order of their sessions' lines, however the sessions are interleaved.
    """

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        # By process: who is being served, and what was noted of their names.
        self._arrivals: dict[bytes, Arrival] = {}
        self._doubts: dict[bytes, Doubt] = {}
        # By queue id: begun, and perhaps refused yet.
        self._begun: dict[bytes, tuple[Acceptance, Noted]] = {}

    def enter(self, facts: Iterable[Fact]) -> None:
        for fact in facts:
            if isinstance(fact, Departure):
                self._doubts.pop(fact.process, None)
                self._arrivals.pop(fact.process, None)
            elif isinstance(fact, Doubt):
                _make_room(self._doubts, _SESSIONS)
                self._doubts[fact.process] = fact
            elif isinstance(fact, Arrival):
                self._listener.arrived(fact)
                self._begin_session(fact)
            elif isinstance(fact, Rejection):
                self._reject(fact)
            elif isinstance(fact, Acceptance):
                self._accept(fact)
            elif isinstance(fact, Queued):
                self._queue(fact)

    def close(self) -> None:
        """What is not refused by now is taken in."""
        for begun in self._begun.values():
            self._listener.taken_in(*begun)
        self._begun.clear()

    def _begin_session(self, arrival: Arrival) -> None:
        doubt = self._doubts.get(arrival.process)
        if doubt is not None and doubt.client not in {b"", arrival.client}:
            del self._doubts[arrival.process]  # whose session's end was not logged
        _make_room(self._arrivals, _SESSIONS)
        self._arrivals[arrival.process] = arrival

    def _accept(self, acceptance: Acceptance) -> None:
        if acceptance.login:
            self._listener.submitted(acceptance)
            return
        if acceptance.is_final:
            self._listener.taken_in(acceptance, self._noted_of(acceptance))
            return
        begun = self._begun
        if acceptance.queue_id in begun:  # used again
            self._listener.taken_in(*begun.pop(acceptance.queue_id))
        elif len(begun) >= _MESSAGES:
            # Many at once: a dict from whose beginning one at a time is taken searches longer and
            # longer for where it begins.
            for queue_id in list(itertools.islice(begun, _MESSAGES // 2)):
                self._listener.taken_in(*begun.pop(queue_id))
        begun[acceptance.queue_id] = (acceptance, self._noted_of(acceptance))

    def _queue(self, queued: Queued) -> None:
        """Who has a message in the queue has taken it in."""
        found = self._begun.pop(queued.queue_id, None)
        if found is not None:
            acceptance, noted = found
            known = msgspec.structs.replace(acceptance, sender=acceptance.sender or queued.sender)
            self._listener.taken_in(known, noted)

    def _reject(self, rejection: Rejection) -> None:
        if rejection.queue_id and rejection.fate is not Fate.WARNED:
            self._undo(rejection)
        noted = self._noted_of(rejection)
        ground = ground_of(rejection, noted.doubt, is_whole_session=noted.is_whole)
        self._listener.rejected(rejection, ground, noted)

    def _undo(self, rejection: Rejection) -> None:
        begun = self._begun.get(rejection.queue_id)
        is_it = begun is not None and begun[0].client == rejection.client
        if is_it and rejection.stage.endswith(_ENDS_A_MESSAGE):
            del self._begun[rejection.queue_id]

    def _noted_of(self, fact: Fact) -> Noted:
        arrival = self._arrivals.get(fact.process)
        is_whole = arrival is not None and arrival.client == fact.client and arrival.is_looked_up
        doubt = self._doubts.get(fact.process)
        if (
            doubt is None
            or doubt.client not in {b"", fact.client}
            or fact.at - doubt.at > _LONGEST_SESSION
        ):
            return _WHOLE if is_whole else _PARTIAL
        return Noted(doubt, is_whole)


_WHOLE: Final = Noted(None, is_whole=True)
_PARTIAL: Final = Noted(None, is_whole=False)


def _make_room(sessions: dict[bytes, Any], most: int) -> None:
    """Forgets the older half; of most of these the end was not logged."""
    if len(sessions) >= most:
        for process in list(itertools.islice(sessions, most // 2)):
            del sessions[process]
