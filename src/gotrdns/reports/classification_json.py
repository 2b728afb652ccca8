"""What a name says as one JSON object, the contract of ``gotrdns classify --json``.

Owns the keys and their order. Nothing here is wording.
"""

import msgspec

from gotrdns.classification import Classification, Reason
from gotrdns.names import Address, DomainName


class _ClassificationObject(msgspec.Struct, frozen=True):
    address: str
    name: str
    class_: str = msgspec.field(name="class")
    confidence: float
    reasons: tuple[Reason, ...]


def encode_classification(
    address: Address, name: DomainName, classification: Classification
) -> bytes:
    """One JSON object without a line end."""
    return msgspec.json.encode(
        _ClassificationObject(
            address.text,
            name.text,
            classification.host_class.value,
            classification.confidence,
            classification.reasons,
        )
    )
