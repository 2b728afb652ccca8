"""An exception as one JSON object.

Owns the keys, their order and their spelling. Nothing here is wording.
"""

import msgspec

from gotrdns.policy.allowances import Allowance
from gotrdns.reports import moments


def encode_allowance(allowance: Allowance, now: float) -> bytes:
    """One JSON object without a line end. Times are RFC 3339, in UTC."""
    return msgspec.json.encode(
        {
            "number": allowance.number,
            "kind": allowance.kind.value,
            "target": allowance.value,
            "reason": allowance.reason,
            "author": allowance.author,
            "created": moments.utc(allowance.created),
            "ends": None if allowance.ends is None else moments.utc(allowance.ends),
            "holds": allowance.holds(now),
            "hits": allowance.hits,
            "last_hit": None if allowance.hit_at is None else moments.utc(allowance.hit_at),
            "note": allowance.note or None,
        }
    )
