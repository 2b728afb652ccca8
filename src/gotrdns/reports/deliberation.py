"""What a decision was made of, for whoever tells of it."""

import msgspec

from gotrdns.policy import Circumstances, Decision, Mode, Transaction
from gotrdns.vouching import Testimony


class Deliberation(msgspec.Struct, frozen=True):
    """A decision about a client that might connect now.

    ``given`` is None where nothing but the verdict counts, or not even that. ``vouchers_count`` in
    the mode at all.
    """

    transaction: Transaction
    mode: Mode
    decision: Decision
    given: Circumstances | None = None
    testimonies: tuple[Testimony, ...] = ()
    vouchers_count: bool = False
