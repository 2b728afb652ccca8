"""The columns of a decision that hold more than a value, and the name it is found by.

Owns their form in the database, and knows none.
"""

from typing import Final

import msgspec

from gotrdns.names import DomainName
from gotrdns.policy.recorded import Evidence, RecordedVouching
from gotrdns.verification import Cause, NameState, Verdict

_ENCODER: Final = msgspec.json.Encoder()


def encode(value: Evidence | RecordedVouching) -> str:
    return _ENCODER.encode(value).decode()


def decode_evidence(text: str) -> Evidence:
    """Raises msgspec.DecodeError."""
    return msgspec.json.decode(text, type=Evidence)


def decode_vouching(text: str) -> RecordedVouching:
    """Raises msgspec.DecodeError."""
    return msgspec.json.decode(text, type=RecordedVouching)


_TELLING: Final = {
    Cause.FORWARD_MISMATCH: NameState.MISMATCH,
    Cause.FORWARD_NODATA: NameState.NODATA,
    Cause.FORWARD_NXDOMAIN: NameState.NXDOMAIN,
    Cause.PTR_UNUSABLE: NameState.UNUSABLE,
    Cause.FORWARD_SERVFAIL: NameState.SERVFAIL,
    Cause.FORWARD_REFUSED: NameState.REFUSED,
    Cause.FORWARD_TIMEOUT: NameState.TIMEOUT,
    Cause.FORWARD_UNPROVEN: NameState.UNPROVEN,
    Cause.CONFIRMED: NameState.CONFIRMED,
}


def host_name_of(verdict: Verdict | None) -> DomainName | None:
    """The name that made the verdict what it is, else the first."""
    if verdict is None or not verdict.names:
        return None
    wanted = _TELLING.get(verdict.cause)
    telling = (each.name for each in verdict.names if each.state is wanted)
    return next(telling, verdict.names[0].name)
