"""Gmail, by its published rules for senders: a PTR and a forward record that matches it."""

from gotrdns.receivers.predictions import (
    Prediction,
    Reaction,
    Receiver,
    Reply,
    accept,
    whichever_comes_first,
)
from gotrdns.verification import NameState, Result, Verdict


def predict(verdict: Verdict) -> Prediction:
    concluded = _conclude(verdict)
    if any(each.state is NameState.NOT_ASKED for each in verdict.names):
        # How many names it evaluates is not published, and one of these may confirm.
        return whichever_comes_first((concluded, accept(Receiver.GMAIL)))
    return concluded


def _conclude(verdict: Verdict) -> Prediction:
    match verdict.result:
        case Result.PASS:
            return accept(Receiver.GMAIL)
        case Result.TEMPERROR:
            return Prediction(Receiver.GMAIL, Reaction.DEFER, 421, "4.7.23", Reply.GMAIL_LATER)
        case Result.FAIL | Result.PERMERROR:
            blamed = verdict.names[0].name if verdict.names else None
            return Prediction(
                Receiver.GMAIL, Reaction.REFUSE, 550, "5.7.25", Reply.GMAIL_UNAUTHENTICATED, blamed
            )
