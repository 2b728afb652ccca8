"""The verdict: every rule that turns DNS answers into one of RFC 8601's four results.

Owns the rules of forward-confirmed reverse DNS (``iprev``, RFC 8601 section 3) and nothing else:
no input or output, no clock, no wording. A ``Verification`` says what to ask, is told what was
heard in whatever order it comes, and is asking or decided, never both, never neither.
"""

import enum
from collections.abc import Sequence
from typing import Final

import msgspec

from gotrdns.lookup import Answer, Outcome, RecordType
from gotrdns.names import Address, DomainName, HostName, is_host_name

# RFC 8601 section 3 demands a limit on the names evaluated; RFC 7208 section 4.6.4 stops at 10.
NAMES_EVALUATED: Final = 10


class Result(enum.Enum):
    """The four results of ``iprev`` (RFC 8601 section 2.7.3)."""

    PASS = "pass"  # noqa: S105 - a result, not a password
    FAIL = "fail"
    PERMERROR = "permerror"
    TEMPERROR = "temperror"


class Cause(enum.Enum):
    """Why the result is what it is. Codes are permanent."""

    # Singletons that are equal to nothing else. Enum would hash the name, in Python, every time.
    __hash__ = object.__hash__

    CONFIRMED = "confirmed"
    NO_PTR = "no-ptr"
    FORWARD_MISMATCH = "forward-mismatch"
    FORWARD_NODATA = "forward-nodata"
    FORWARD_NXDOMAIN = "forward-nxdomain"
    PTR_UNUSABLE = "ptr-unusable"
    REVERSE_SERVFAIL = "reverse-servfail"
    REVERSE_REFUSED = "reverse-refused"
    REVERSE_TIMEOUT = "reverse-timeout"
    REVERSE_UNPROVEN = "reverse-unproven"
    FORWARD_SERVFAIL = "forward-servfail"
    FORWARD_REFUSED = "forward-refused"
    FORWARD_TIMEOUT = "forward-timeout"
    FORWARD_UNPROVEN = "forward-unproven"
    RESOLVER_UNREACHABLE = "resolver-unreachable"

    @property
    def result(self) -> Result:
        return _RESULTS.get(self, Result.TEMPERROR)


_RESULTS: Final = {
    Cause.CONFIRMED: Result.PASS,
    Cause.NO_PTR: Result.PERMERROR,
    Cause.FORWARD_MISMATCH: Result.FAIL,
    Cause.FORWARD_NODATA: Result.FAIL,
    Cause.FORWARD_NXDOMAIN: Result.FAIL,
    Cause.PTR_UNUSABLE: Result.FAIL,
}


class NameState(enum.Enum):
    """What became of one PTR name."""

    __hash__ = object.__hash__  # as above

    CONFIRMED = "confirmed"
    MISMATCH = "mismatch"
    NODATA = "nodata"
    NXDOMAIN = "nxdomain"
    UNUSABLE = "unusable"
    SERVFAIL = "servfail"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    UNPROVEN = "unproven"
    NOT_ASKED = "not-asked"


class CheckedName(msgspec.Struct, frozen=True):
    """One PTR name and what the forward question about it brought; ``answer`` if it was heard."""

    name: DomainName
    state: NameState
    answer: Answer | None = None


class Verdict(msgspec.Struct, frozen=True):
    """The outcome of one verification, with all that was seen.

    ``secure`` is true when the PTR and a confirming answer were both authenticated (DNSSEC).
    ``overruled`` is what our resolver's answers came to where they do not count: a repair that it
    knows nothing of yet was seen at every authoritative server.
    """

    address: Address
    cause: Cause
    names: tuple[CheckedName, ...]
    reverse: Answer | None
    secure: bool
    overruled: "Verdict | None" = None

    @property
    def result(self) -> Result:
        return self.cause.result

    @property
    def confirmed(self) -> tuple[DomainName, ...]:
        return tuple(each.name for each in self.names if each.state is NameState.CONFIRMED)


# Module constants: a global is read faster than an enum's attribute, and this is the hot path.
_FOUND: Final = Outcome.FOUND
_UNREACHABLE: Final = Outcome.UNREACHABLE
_CONFIRMED: Final = Cause.CONFIRMED
_NAME_CONFIRMED: Final = NameState.CONFIRMED
_A: Final = RecordType.A
_AAAA: Final = RecordType.AAAA

_REVERSE_CAUSES: Final = {
    Outcome.NXDOMAIN: Cause.NO_PTR,
    Outcome.NODATA: Cause.NO_PTR,
    Outcome.UNPROVEN: Cause.REVERSE_UNPROVEN,
    Outcome.SERVFAIL: Cause.REVERSE_SERVFAIL,
    Outcome.REFUSED: Cause.REVERSE_REFUSED,
    Outcome.TIMEOUT: Cause.REVERSE_TIMEOUT,
    Outcome.UNREACHABLE: Cause.RESOLVER_UNREACHABLE,
}

_NAME_STATES: Final = {
    Outcome.FOUND: NameState.MISMATCH,
    Outcome.NXDOMAIN: NameState.NXDOMAIN,
    Outcome.NODATA: NameState.NODATA,
    Outcome.UNPROVEN: NameState.UNPROVEN,
    Outcome.SERVFAIL: NameState.SERVFAIL,
    Outcome.REFUSED: NameState.REFUSED,
    Outcome.TIMEOUT: NameState.TIMEOUT,
    Outcome.UNREACHABLE: NameState.TIMEOUT,
}

# Where names ended differently the first of these is the cause: trouble before any "no", and among
# each kind the order of DESIGN, so that the order of answers never matters.
_CAUSES: Final = {
    NameState.SERVFAIL: Cause.FORWARD_SERVFAIL,
    NameState.REFUSED: Cause.FORWARD_REFUSED,
    NameState.TIMEOUT: Cause.FORWARD_TIMEOUT,
    NameState.UNPROVEN: Cause.FORWARD_UNPROVEN,
    NameState.MISMATCH: Cause.FORWARD_MISMATCH,
    NameState.NODATA: Cause.FORWARD_NODATA,
    NameState.NXDOMAIN: Cause.FORWARD_NXDOMAIN,
    NameState.UNUSABLE: Cause.PTR_UNUSABLE,
}


class Verification(msgspec.Struct, eq=False, gc=False):
    """One address on its way to a verdict.

    Ask the PTR question of ``client.reverse_name``, tell ``reverse_heard``, ask the
    ``forward_type`` question of each name it returns, and tell ``forward_heard`` with the name's
    position. ``cause`` is None until decided; ``outstanding`` is how many questions are left
    unanswered, ``asked`` the names it returned. ``helo`` is the name the client gave for itself, if
    any: among the PTR names it comes first.
    """

    client: Address
    helo: DomainName | None = None
    limit: int = NAMES_EVALUATED
    cause: Cause | None = None
    outstanding: int = 1
    asked: Sequence[HostName] = ()
    _reverse: Answer | None = None
    _names: Sequence[DomainName] = ()  # empty when they are those asked
    _answers: list[Answer | None] = []  # about each name asked
    _resolver_failed: bool = False

    @property
    def forward_type(self) -> RecordType:
        """The client's own family only: an AAAA record cannot confirm an IPv4 client."""
        return _A if len(self.client) == 4 else _AAAA

    @property
    def complete(self) -> bool:
        return self.outstanding == 0

    def reverse_heard(self, answer: Answer) -> Sequence[HostName]:
        """Take the answer to the PTR question; returns the names to ask next, in order."""
        self._reverse = answer
        names = answer.names
        if answer.outcome is not _FOUND:
            self.outstanding = 0
            self.cause = _REVERSE_CAUSES[answer.outcome]
            return ()
        # The common case: one name, known to be a host's. Each field is set once, because a store
        # into a Struct is dear.
        if len(names) == 1 and (only := names[0]).__class__ is HostName:
            self._answers = [None]
            self.asked = asked = (only,)
            return asked
        return self._choose_names(names)

    def _choose_names(self, names: Sequence[DomainName]) -> Sequence[HostName]:
        helo = self.helo
        # Sorted, so that rotation of the answers never changes which names are evaluated.
        distinct = sorted({name for name in names if len(name) > 1}, key=_canonical_key)
        if helo is not None and helo in distinct:
            distinct.remove(helo)
            distinct.insert(0, helo)
        self._names = distinct
        self.asked = [name for name in distinct if is_host_name(name)][: self.limit]
        self._answers = [None] * len(self.asked)
        self.outstanding = len(self.asked)
        if not distinct:
            self.cause = Cause.NO_PTR
        elif not self.asked:
            self.cause = Cause.PTR_UNUSABLE
        return self.asked

    def forward_heard(self, index: int, answer: Answer) -> None:
        """Take the answer about name ``index``; once decided it is recorded, and changes nothing.

        A confirmation decides at once: whatever becomes of the other names cannot undo it.
        """
        self._answers[index] = answer
        self.outstanding = outstanding = self.outstanding - 1
        outcome = answer.outcome
        if outcome is _FOUND and self.client in answer.addresses:
            self.cause = _CONFIRMED
            return
        if outcome is _UNREACHABLE:
            self._resolver_failed = True
        if outstanding == 0 and self.cause is None:
            self.cause = self._cause_without_confirmation()

    def give_up(self, *, resolver_answers: bool) -> None:
        """Stop waiting: what has not been heard by now counts as a time-out."""
        if self.cause is not None:
            return
        self.outstanding = 0
        if not resolver_answers:
            self.cause = Cause.RESOLVER_UNREACHABLE
        elif self._reverse is None:
            self.cause = Cause.REVERSE_TIMEOUT
        else:
            self.cause = self._cause_without_confirmation()

    def _cause_without_confirmation(self) -> Cause:
        if self._resolver_failed:
            return Cause.RESOLVER_UNREACHABLE
        if len(self._answers) == 1:  # the common case has nothing to put in order
            return _CAUSES[self._state(self._answers[0])]
        states = {self._state(answer) for answer in self._answers}
        return next(_CAUSES[state] for state in _CAUSES if state in states)

    def _state(self, answer: Answer | None) -> NameState:
        if answer is None:
            return NameState.TIMEOUT
        if answer.outcome is _FOUND and self.client in answer.addresses:
            return _NAME_CONFIRMED
        return _NAME_STATES[answer.outcome]

    def verdict(self) -> Verdict:
        """The frozen outcome. Raises RuntimeError while undecided.

        A name whose answer was not waited for, because another had confirmed, is ``not-asked``.
        """
        if self.cause is None:
            raise RuntimeError("the verification is still asking")
        heard = dict(zip(self.asked, self._answers, strict=True))
        names = tuple(self._checked_name(name, heard) for name in self._names or self.asked)
        secure = (
            self._reverse is not None
            and self._reverse.authenticated
            and any(
                each.state is _NAME_CONFIRMED and each.answer and each.answer.authenticated
                for each in names
            )
        )
        return Verdict(self.client, self.cause, names, self._reverse, secure)

    def _checked_name(self, name: DomainName, heard: dict[HostName, Answer | None]) -> CheckedName:
        if not is_host_name(name):
            return CheckedName(name, NameState.UNUSABLE)
        if name not in heard:
            return CheckedName(name, NameState.NOT_ASKED)
        answer = heard[name]
        if answer is None and self.cause is _CONFIRMED:
            return CheckedName(name, NameState.NOT_ASKED)
        return CheckedName(name, self._state(answer), answer)


def _canonical_key(name: DomainName) -> tuple[bytes, ...]:
    return name.canonical_key
