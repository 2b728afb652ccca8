"""Several daemons, one past: what becomes of a client's history that others have changed as well.

Owns how a change is repeated on top of another. Pure: what a daemon saw is read off the history
before and after, and told anew to the history that is stored.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from gotrdns.policy.history import History
from gotrdns.verification import Result

NO_HISTORY: Final = History()


class Change(msgspec.Struct, frozen=True):
    """One daemon's view before and after a sighting; ``before`` is empty when it was unknown."""

    before: History
    after: History


def apply_changes(stored: History, changes: Sequence[Change]) -> History:
    """The stored history after what one daemon saw, in order."""
    for change in changes:
        if stored == change.before:
            stored = change.after
        elif stored != change.after:
            stored = _repeat(stored, change)
    return stored


def _repeat(stored: History, change: Change) -> History:
    before, after = change.before, change.after
    stored = _end_what_ended(stored, before, after)
    for at, result, dynamic in sorted(_sightings(before, after), key=lambda each: each[0]):
        if result is Result.PASS and _latest(stored.failed_at, stored.troubled_at) > at:
            # Seen by another daemon since: the pass counts, but ends nothing.
            if not dynamic:
                passed_at = max(at, stored.passed_at or at)
                stored = msgspec.structs.replace(stored, passed_at=passed_at)
        elif result is Result.PASS or _latest(stored.passed_at) <= at:
            stored = stored.after(result, at, dynamic=dynamic)
    return stored


def _end_what_ended(stored: History, before: History, after: History) -> History:
    """A second pass within the hour leaves no time of its own, but ends a run all the same."""
    replace = msgspec.structs.replace
    if _ended(before.failed_at, after.failed_at, stored.failed_at):
        stored = replace(stored, failures=0, failing_since=None, failed_at=None)
    if _ended(before.troubled_at, after.troubled_at, stored.troubled_at):
        stored = replace(stored, troubled_since=None, troubled_at=None)
    return stored


def _ended(before: float | None, after: float | None, stored: float | None) -> bool:
    return before is not None and after is None and _latest(stored) <= before


def _sightings(before: History, after: History) -> list[tuple[float, Result, bool]]:
    """What was seen: when, with which result, and whether by a dynamic name alone."""
    seen: list[tuple[float, Result, bool]] = []
    if after.passed_at is not None and after.passed_at != before.passed_at:
        seen.append((after.passed_at, Result.PASS, False))
    if after.failed_at is not None and after.failed_at != before.failed_at:
        seen.append((after.failed_at, Result.FAIL, False))
    if after.troubled_at is not None and after.troubled_at != before.troubled_at:
        seen.append((after.troubled_at, Result.TEMPERROR, False))
    if after.greeted_at is not None and after.greeted_at != before.greeted_at:
        seen.append((after.greeted_at, Result.PASS, True))
    return seen


def _latest(*times: float | None) -> float:
    return max((each for each in times if each is not None), default=float("-inf"))


def last_seen(history: History) -> float:
    """When anything was last seen of the client; 0 for never."""
    return max(
        0.0,
        _latest(history.failed_at, history.passed_at, history.troubled_at, history.greeted_at),
    )
