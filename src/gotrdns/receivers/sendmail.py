"""Sendmail with ``FEATURE(require_rdns)``: the first name; what does not confirm may be forged.

From the configuration it ships: only a missing PTR is refused for good.
"""

from gotrdns.receivers.pointed_names import PointedName, pointed_names
from gotrdns.receivers.predictions import (
    Prediction,
    Reaction,
    Receiver,
    Reply,
    accept,
    whichever_comes_first,
)
from gotrdns.verification import Cause, NameState, Result, Verdict


def predict(verdict: Verdict) -> Prediction:
    names = pointed_names(verdict)
    if names:
        return whichever_comes_first(outcome for each in names for outcome in _outcomes(each))
    if verdict.result is Result.TEMPERROR and verdict.cause is not Cause.REVERSE_UNPROVEN:
        return _reply(Reaction.DEFER, 451, "4.1.8", Reply.SENDMAIL_UNRESOLVED)
    return _reply(Reaction.REFUSE, 550, "5.7.1", Reply.SENDMAIL_NO_NAME)


def _outcomes(first: PointedName) -> tuple[Prediction, ...]:
    """What may follow if this name comes first."""
    if first.is_plain and first.confirms:
        return (accept(Receiver.SENDMAIL),)
    reaction = Reaction.DEFER if first.has_trouble else Reaction.REFUSE
    forged = _reply(reaction, 451, "4.1.8", Reply.SENDMAIL_FORGED, first)
    if first.state is NameState.NOT_ASKED and first.is_plain:
        return (accept(Receiver.SENDMAIL), forged)
    return (forged,)


def _reply(
    reaction: Reaction, code: int, enhanced: str, reply: Reply, name: PointedName | None = None
) -> Prediction:
    blamed = name.name if name else None
    return Prediction(Receiver.SENDMAIL, reaction, code, enhanced, reply, blamed)
