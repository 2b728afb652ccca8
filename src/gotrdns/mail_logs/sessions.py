"""The lines of one session joined: what was noted of a client's name goes with what became of it.

Owns which lines belong together, and when a message is known to be taken in. What it amounts to is
others' business: they listen.
"""

import itertools
from collections.abc import Callable, Iterable
from typing import Any, Final, Protocol

import msgspec

from gotrdns.mail_logs.conclusions import ground_of
from gotrdns.mail_logs.copies import Copies
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
from gotrdns.reports.logs.report import Ground

# At once: more than a mail server has processes, or messages of which it is not yet known whether
# they are taken in.
_SESSIONS: Final = 20_000
_MESSAGES: Final = 20_000
_LONGEST_SESSION: Final = 3600.0  # seconds; Exim names no process by which to know its end
# After these nothing of a message is left, while one of several recipients may be refused.
_ENDS_A_MESSAGE: Final = (b"DATA", b"BDAT", b"END-OF-MESSAGE", b"after DATA")


class Noted(msgspec.Struct, frozen=True, gc=False):
    """What a session's lines said of the client's name, up to some moment.

    Without a ``doubt`` it matters whether the session was logged from its beginning, where one
    would stand.
    """

    doubt: Doubt | None
    is_whole: bool


class Listener(Protocol):
    """Is told of each client's session, line by line, in the order of the lines.

    Only of what is taken in it may be told late: after the lines that could have undone it, an hour
    at most.
    """

    def arrived(self, arrival: Arrival, /) -> None: ...

    def rejected(self, rejection: Rejection, ground: Ground | None, noted: Noted, /) -> None:
        """``ground`` is None where the reason was another than reverse DNS."""

    def taken_in(self, acceptance: Acceptance, noted: Noted, /) -> None:
        """A message from outside. Its sender is known where the log tells it (``Queued``)."""

    def submitted(self, acceptance: Acceptance, /) -> None:
        """A message of a user who logged in."""


class _Session(msgspec.Struct, gc=False):
    """A connection that was logged from its beginning. ``waiting`` are messages it began."""

    arrival: Arrival
    waiting: dict[bytes, None] = {}
    taken_in: int = 0


class _Message(msgspec.Struct, frozen=True, gc=False):
    """Begun, and perhaps refused yet, or not sent to its end."""

    acceptance: Acceptance
    noted: Noted
    session: _Session | None


class Sessions:
    """Joins facts for a listener.

    Facts are to come in the order of their sessions' lines, however the sessions are interleaved.
    """

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        # By process: who is being served, and what was noted of their names.
        self._sessions: dict[bytes, _Session] = {}
        self._doubts: dict[bytes, Doubt] = {}
        self._begun: dict[bytes, _Message] = {}  # by queue id
        self._copies = Copies()
        self._enter_by_kind: dict[type[Fact], Callable[[Any], None]] = {
            Arrival: self._begin_session,
            Departure: self._end_session,
            Doubt: self._note,
            Rejection: self._reject,
            Acceptance: self._accept,
            Queued: self._queue,
        }

    def enter(self, facts: Iterable[Fact]) -> None:
        enter, fact = self._enter_by_kind, None
        for fact in facts:
            enter[fact.__class__](fact)
        if fact is not None:
            self._take_in_from_before(fact.at - _LONGEST_SESSION)

    def close(self) -> None:
        """What is not undone by now is taken in."""
        for queue_id in list(self._begun):
            self._take_in(queue_id)

    def _note(self, doubt: Doubt) -> None:
        if len(self._doubts) >= _SESSIONS:
            _forget_half(self._doubts)
        self._doubts[doubt.process] = doubt

    def _begin_session(self, arrival: Arrival) -> None:
        self._listener.arrived(arrival)
        doubt = self._doubts.get(arrival.process)
        if doubt is not None and not _is_about(doubt, arrival):
            del self._doubts[arrival.process]  # whose session's end was not logged
        if len(self._sessions) >= _SESSIONS:
            _forget_half(self._sessions)
        self._sessions[arrival.process] = _Session(arrival)

    def _end_session(self, departure: Departure) -> None:
        self._doubts.pop(departure.process, None)
        session = self._sessions.pop(departure.process, None)
        if session is None or not session.waiting or departure.messages is None:
            return
        # Of several, it is not known which were given up.
        unfinished = len(session.waiting) + session.taken_in - departure.messages
        for queue_id in list(session.waiting)[: max(0, unfinished)]:
            self._give_up(queue_id)

    def _accept(self, acceptance: Acceptance) -> None:
        if acceptance.is_final:
            self._tell(acceptance, self._noted_of(acceptance))
            return
        begun = self._begun
        if acceptance.queue_id in begun:  # used again
            self._take_in(acceptance.queue_id)
        elif len(begun) >= _MESSAGES:
            # Many at once: a dict from whose beginning one at a time is taken searches longer and
            # longer for where it begins.
            for queue_id in list(itertools.islice(begun, _MESSAGES // 2)):
                self._take_in(queue_id)
        session = self._session_of(acceptance)
        noted = self._noted_in(session, acceptance)
        begun[acceptance.queue_id] = _Message(acceptance, noted, session)
        if session is not None:
            session.waiting[acceptance.queue_id] = None

    def _take_in_from_before(self, then: float) -> None:
        """What was not undone for so long; where the queue is not logged, all of them wait."""
        waiting = self._begun.items()
        old = itertools.takewhile(lambda each: each[1].acceptance.at < then, waiting)
        for queue_id in [queue_id for queue_id, _ in old]:
            self._take_in(queue_id)

    def _queue(self, queued: Queued) -> None:
        self._take_in(queued.queue_id, queued.sender)

    def _take_in(self, queue_id: bytes, sender: bytes = b"") -> None:
        """Who has a message in the queue has taken it in."""
        message = self._give_up(queue_id)
        if message is None:
            return
        acceptance = message.acceptance
        if message.session is not None:
            message.session.taken_in += 1
        if sender and not acceptance.sender:
            acceptance = msgspec.structs.replace(acceptance, sender=sender)
        self._tell(acceptance, message.noted)

    def _tell(self, acceptance: Acceptance, noted: Noted) -> None:
        if acceptance.login:
            self._listener.submitted(acceptance)
        else:
            self._listener.taken_in(acceptance, noted)

    def _give_up(self, queue_id: bytes) -> _Message | None:
        """It is no longer waited for what becomes of it."""
        message = self._begun.pop(queue_id, None)
        if message is not None and message.session is not None:
            del message.session.waiting[queue_id]
        return message

    def _reject(self, rejection: Rejection) -> None:
        if rejection.may_be_copy and self._copies.is_copy(rejection):
            return
        begun = self._begun.get(rejection.queue_id)
        if not rejection.client:
            if begun is None:
                return  # it cannot be known whose it was
            noted = begun.noted
            rejection = _by(begun.acceptance, rejection)
        else:
            noted = self._noted_of(rejection)
        if begun is not None and _undoes(rejection, begun.acceptance):
            self._give_up(rejection.queue_id)
        ground = ground_of(rejection, noted.doubt, is_whole_session=noted.is_whole)
        self._listener.rejected(rejection, ground, noted)

    def _session_of(self, fact: Fact) -> _Session | None:
        session = self._sessions.get(fact.process)
        return session if session is not None and session.arrival.client == fact.client else None

    def _noted_of(self, fact: Fact) -> Noted:
        return self._noted_in(self._session_of(fact), fact)

    def _noted_in(self, session: _Session | None, fact: Fact) -> Noted:
        is_whole = session is not None and session.arrival.is_looked_up
        doubt = self._doubts.get(fact.process)
        if doubt is None or not _is_about(doubt, fact) or fact.at - doubt.at > _LONGEST_SESSION:
            return _WHOLE if is_whole else _PARTIAL
        return Noted(doubt, is_whole)


_WHOLE: Final = Noted(None, is_whole=True)
_PARTIAL: Final = Noted(None, is_whole=False)


def _by(acceptance: Acceptance, rejection: Rejection) -> Rejection:
    """The rejection of what that client sent."""
    return msgspec.structs.replace(rejection, client=acceptance.client, name=acceptance.name)


def _undoes(rejection: Rejection, acceptance: Acceptance) -> bool:
    return (
        rejection.fate is not Fate.WARNED
        and rejection.client == acceptance.client
        and rejection.stage.endswith(_ENDS_A_MESSAGE)
    )


def _is_about(doubt: Doubt, fact: Fact) -> bool:
    """Where the line named nobody, it is about whomever the process served."""
    return not doubt.client or doubt.client == fact.client


def _forget_half(sessions: dict[bytes, Any]) -> None:
    """The older; of most of these the end was not logged."""
    for process in list(itertools.islice(sessions, len(sessions) // 2)):
        del sessions[process]
