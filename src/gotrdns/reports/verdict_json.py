"""A verdict and its findings as one JSON object, the contract of every verb's ``--json``.

Owns the keys, their order and their spelling. Nothing here is wording.
"""

from collections.abc import Iterable

import msgspec

from gotrdns.classification import HostClass, classify
from gotrdns.diagnosis.findings import Finding
from gotrdns.names import Address
from gotrdns.verification import Cause, CheckedName, NameState, Result, Verdict


class _NameObject(msgspec.Struct, frozen=True):
    name: str
    state: NameState
    addresses: list[str]
    class_: HostClass = msgspec.field(name="class")


class _VerdictObject(msgspec.Struct, frozen=True):
    address: str
    result: Result
    cause: Cause
    reverse_name: str
    names: list[_NameObject]
    confirmed: list[str]
    dnssec: str
    findings: tuple[Finding, ...]
    elapsed_ms: float


def encode_verdict(verdict: Verdict, findings: Iterable[Finding], elapsed: float) -> bytes:
    """One JSON object without a line end; ``elapsed`` is seconds."""
    return msgspec.json.encode(
        _VerdictObject(
            address=verdict.address.text,
            result=verdict.result,
            cause=verdict.cause,
            reverse_name=verdict.address.reverse_name.text,
            names=[_name_object(verdict.address, each) for each in verdict.names],
            confirmed=[name.text for name in verdict.confirmed],
            dnssec="secure" if verdict.secure else "insecure",
            findings=tuple(findings),
            elapsed_ms=round(elapsed * 1000, 1),
        )
    )


def _name_object(client: Address, checked: CheckedName) -> _NameObject:
    addresses = checked.answer.addresses if checked.answer else ()
    return _NameObject(
        checked.name.text,
        checked.state,
        [address.text for address in addresses],
        classify(client, checked.name).host_class,
    )
