"""How many decisions of each kind there were, span by span of time: as it is stored and drawn.

Owns the length of a span, the codes of what was done, and which outcome each kind counts as.
"""

import enum
from typing import Final, assert_never

from msgspec import Struct

from gotrdns.policy.decisions import Action
from gotrdns.verification import Result

SPAN: Final = 300  # seconds
_WITHHELD: Final = "withheld-"


class Tally(Struct, frozen=True):
    """So many decisions of one kind in the span that ``began`` then (seconds since 1970).

    ``reason`` is a decision's reason code. ``action`` is what was done; where the mode held that
    back and let the client in, it is ``withheld-`` and what was held back. Empty codes and no
    count say that a daemon was there to count: so it is known when none was.
    """

    began: int
    result: str = ""
    reason: str = ""
    action: str = ""
    count: int = 0


class Outcome(enum.Enum):
    """What became of mail, as an administrator tells it apart. Codes are permanent."""

    PASSED = "passed"
    MARKED = "marked"  # let in though the client is not confirmed
    WOULD_DEFER = "would-defer"
    WOULD_REFUSE = "would-refuse"
    UNDETERMINED = "undetermined"  # DNS did not answer, whatever was done then
    DEFERRED = "deferred"
    REFUSED = "refused"


def span_of(moment: float) -> int:
    """When the span began that a moment (seconds since 1970) is in."""
    return int(moment // SPAN) * SPAN


def action_code(action: str, withheld: str) -> str:
    """``Tally.action``, of the codes of what was done and held back; empty for nothing."""
    return f"{_WITHHELD}{withheld}" if withheld else action


def outcome_of(tally: Tally) -> Outcome | None:
    """None where nothing was decided, and for codes of another version."""
    if tally.result == Result.TEMPERROR.value:
        return Outcome.UNDETERMINED
    is_withheld = tally.action.startswith(_WITHHELD)
    try:
        action = Action(tally.action.removeprefix(_WITHHELD))
    except ValueError:
        return None
    match action:
        case Action.PASS:
            is_plain = tally.result in ("", Result.PASS.value)
            return Outcome.PASSED if is_plain else Outcome.MARKED
        case Action.DEFER:
            return Outcome.WOULD_DEFER if is_withheld else Outcome.DEFERRED
        case Action.REFUSE:
            return Outcome.WOULD_REFUSE if is_withheld else Outcome.REFUSED
        case _:
            assert_never(action)
