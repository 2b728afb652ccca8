"""OpenSMTPD with ``!fcrdns`` and a reply of its own: the first name its own resolver lets pass.

Tried with OpenSMTPD 6.8: names of some forms are skipped, longer ones than 64 characters cut off,
the client's address in dotted decimal passes for a name, and there is no temporary reply: whatever
does not confirm, DNS trouble included, gets the configured one.
"""

from typing import Final

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
from gotrdns.verification import NameState, Verdict

_LONGEST: Final = 64
_SKIPPED_FOR: Final = frozenset(b" */@[:")


def predict(verdict: Verdict) -> Prediction:
    kept = [each for each in pointed_names(verdict) if not _is_skipped(each)]
    if not kept:
        return _refuse(None)
    return whichever_comes_first(
        outcome for each in kept for outcome in _outcomes(each, verdict.address)
    )


def _is_skipped(each: PointedName) -> bool:
    octets = b".".join(each.name.labels)
    return octets.startswith(b"-") or any(
        octet in _SKIPPED_FOR or octet > 0x7F or octet < 0x20 for octet in octets
    )


def _outcomes(first: PointedName, client: Address) -> tuple[Prediction, ...]:
    """What may follow if this name comes first."""
    fits = len(first.text) <= _LONGEST
    if fits and first.state is NameState.NOT_ASKED:
        return (accept(Receiver.OPENSMTPD), _refuse(first))
    if (fits and first.confirms) or (not client.is_ipv6 and first.is_literally(client)):
        return (accept(Receiver.OPENSMTPD),)
    return (_refuse(first),)


def _refuse(name: PointedName | None) -> Prediction:
    blamed = name.name if name else None
    return Prediction(
        Receiver.OPENSMTPD, Reaction.REFUSE, 550, "5.7.25", Reply.OPENSMTPD_CONFIGURED, blamed
    )
