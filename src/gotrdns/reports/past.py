"""What there is to tell of a past decision, whatever the form it is told in."""

import msgspec

from gotrdns.policy.allowances import Allowance
from gotrdns.policy.recorded import RecordedDecision
from gotrdns.verification import Verdict


class Recheck(msgspec.Struct, frozen=True):
    """What DNS says of the client now, and the exception that holds for it, if one does."""

    at: float
    verdict: Verdict
    allowance: Allowance | None = None


class Past(msgspec.Struct, frozen=True):
    """A decision; ``allowance`` is the exception that decided, while it is remembered."""

    decision: RecordedDecision
    allowance: Allowance | None = None
    recheck: Recheck | None = None
