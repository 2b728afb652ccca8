"""Postfix with ``reject_unknown_client_hostname``: the C library's first name, and only that.

Tried with Postfix 3.7: `unknown_client_reject_code` is 450 unless set, so that a refusal reads like
trouble. An address in hexadecimal passes for a name, because getaddrinfo reads it as one.
"""

from gotrdns.names import Address
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
        return whichever_comes_first(
            outcome for each in names for outcome in _outcomes(each, verdict.address)
        )
    # No PTR, or none that was given; an answer without proof counts as none.
    in_trouble = verdict.result is Result.TEMPERROR and verdict.cause is not Cause.REVERSE_UNPROVEN
    return _turn_away(Reaction.DEFER if in_trouble else Reaction.REFUSE)


def _outcomes(first: PointedName, client: Address) -> tuple[Prediction, ...]:
    """What may follow if this name comes first."""
    if first.is_in_hexadecimal(client) or (first.is_plain and first.confirms):
        return (accept(Receiver.POSTFIX),)
    if first.state is NameState.NOT_ASKED and first.is_plain:
        return (accept(Receiver.POSTFIX), _turn_away(Reaction.REFUSE, first))
    troubled = first.is_plain and first.has_trouble
    return (_turn_away(Reaction.DEFER if troubled else Reaction.REFUSE, first),)


def _turn_away(reaction: Reaction, name: PointedName | None = None) -> Prediction:
    blamed = name.name if name else None
    return Prediction(Receiver.POSTFIX, reaction, 450, "4.7.25", Reply.POSTFIX_UNKNOWN, blamed)
