"""Exim with ``verify = reverse_host_lookup``: every name, whatever their order.

Tried with Exim 4.96: a name whose look-up fails defers the mail even beside one that confirms. It
takes a slash in a name, which no host name has.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from gotrdns.receivers.pointed_names import (
    PointedName,
    is_host_name_but_for_slashes,
    pointed_names,
)
from gotrdns.receivers.predictions import Prediction, Reaction, Receiver, Reply, accept
from gotrdns.verification import Cause, CheckedName, NameState, Result, Verdict

_UNKNOWN: Final = frozenset({NameState.NOT_ASKED, NameState.UNUSABLE})


def predict(verdict: Verdict, also: Iterable[CheckedName] = ()) -> Prediction:
    """``also`` are the names with a slash, and what became of them."""
    looked_up = [each for each in pointed_names(verdict, also) if _is_looked_up(each)]
    failing = next((each for each in looked_up if each.has_trouble), None)
    if failing is not None:
        return _defer(failing)
    confirmed = any(each.confirms for each in looked_up)
    unknown = next((each for each in looked_up if each.state in _UNKNOWN), None)
    if unknown is not None:
        # It goes on where the check stops: one may confirm, and one that fails undoes that.
        otherwise = _defer(unknown) if confirmed else _refuse(unknown)
        return msgspec.structs.replace(otherwise, reaction=Reaction.CHANCE)
    if confirmed:
        return accept(Receiver.EXIM)
    no_answer = not looked_up and verdict.result is Result.TEMPERROR
    if no_answer and verdict.cause is not Cause.REVERSE_UNPROVEN:
        return _defer(None)
    return _refuse(looked_up[0] if looked_up else None)


def _is_looked_up(each: PointedName) -> bool:
    return each.is_plain or (is_host_name_but_for_slashes(each.name) and not each.hyphen_at_an_edge)


def _refuse(name: PointedName | None) -> Prediction:
    blamed = name.name if name else None
    return Prediction(Receiver.EXIM, Reaction.REFUSE, 550, None, Reply.EXIM_DENIED, blamed)


def _defer(name: PointedName | None) -> Prediction:
    blamed = name.name if name else None
    return Prediction(Receiver.EXIM, Reaction.DEFER, 451, None, Reply.EXIM_LATER, blamed)
