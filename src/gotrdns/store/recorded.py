"""The evidence of a decision, and who vouched, as they are kept.

Owns the form in which both are stored and read back. Knows no database.
"""

from typing import Final

import msgspec

from gotrdns.lookup import Answer
from gotrdns.names import DomainName
from gotrdns.policy.recorded import Evidence, RecordedAnswer, RecordedVouching
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


def evidence_of(verdict: Verdict | None) -> Evidence:
    if verdict is None:
        return Evidence()
    forward_type = "AAAA" if verdict.address.is_ipv6 else "A"
    return Evidence(
        reverse=_recorded(verdict.address.reverse_name, "PTR", verdict.reverse),
        forward=tuple(
            _recorded(each.name, forward_type, each.answer, each.state) for each in verdict.names
        ),
        secure=verdict.secure,
    )


def _recorded(
    name: DomainName, kind: str, answer: Answer | None, state: NameState | None = None
) -> RecordedAnswer:
    text = state.value if state else ""
    if answer is None:
        return RecordedAnswer(name.text, kind, state=text)
    values = answer.names if kind == "PTR" else answer.addresses
    return RecordedAnswer(
        name=name.text,
        type=kind,
        outcome=answer.outcome.value,
        ttl=answer.ttl,
        values=tuple(each.text for each in values),
        aliases=tuple(each.text for each in answer.aliases),
        zone=answer.zone.text if answer.zone is not None else "",
        authenticated=answer.authenticated,
        state=text,
    )


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
