"""What became of a mail, as far as its sender is concerned.

Owns which decisions are told alike. Who let a mail in for which reason is nobody's business but the
receiving side's: exceptions and vouchers are told as nothing but that it was accepted.
"""

import enum
from typing import Final

from gotrdns.policy import Action, Rule
from gotrdns.policy.recorded import RecordedDecision
from gotrdns.verification import Result


class Fate(enum.Enum):
    """What became of it."""

    REFUSED = "refused"
    DEFERRED = "deferred"
    GREETED = "greeted"  # deferred once, to see whether it comes back; nothing is wrong
    WOULD_REFUSE = "would-refuse"
    WOULD_DEFER = "would-defer"
    ACCEPTED = "accepted"  # although its DNS is not right
    FINE = "fine"  # and its DNS is right
    UNJUDGED = "unjudged"  # what DNS said was not to be believed
    NOT_PUBLIC = "not-public"
    NOT_CHECKED = "not-checked"


_OUR_TROUBLE: Final = frozenset(
    {Rule.RESOLVER_UNREACHABLE, Rule.RESOLVER_SUSPECT, Rule.RESOLVER_LIES}
)
# Of these the sender has something to put right.
TO_CHANGE: Final = frozenset(
    {Fate.REFUSED, Fate.DEFERRED, Fate.WOULD_REFUSE, Fate.WOULD_DEFER, Fate.ACCEPTED}
)


def fate_of(decision: RecordedDecision) -> Fate:
    if decision.action is Action.REFUSE:
        return Fate.REFUSED
    if decision.action is Action.DEFER:
        return Fate.GREETED if decision.result is Result.PASS else Fate.DEFERRED
    if decision.result is None:
        return Fate.NOT_CHECKED
    if decision.rule in _OUR_TROUBLE:
        return Fate.UNJUDGED
    if decision.rule is Rule.NON_PUBLIC_CLIENT:
        return Fate.NOT_PUBLIC
    if decision.result is Result.PASS:
        return Fate.FINE
    if decision.withheld is Action.REFUSE:
        return Fate.WOULD_REFUSE
    return Fate.ACCEPTED if decision.withheld is None else Fate.WOULD_DEFER
