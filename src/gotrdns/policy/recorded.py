"""A decision as it is remembered, with the evidence it rested on: what can still be told of it.

Owns the vocabulary between whoever remembers and whoever tells. Knows no database and no wording.
"""

import msgspec

from gotrdns.policy.decisions import Action, Rule, Voucher
from gotrdns.verification import Result


class RecordedAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """A question and what it brought; ``outcome`` is empty when no answer was waited for.

    ``ttl`` is what was left of it then, in seconds. ``values`` are names or addresses. ``state`` is
    that of a name.
    """

    name: str
    type: str
    outcome: str = ""
    ttl: int = 0
    values: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    zone: str = ""
    authenticated: bool = False
    state: str = ""


class Evidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """What DNS said at the moment of the decision."""

    reverse: RecordedAnswer | None = None
    forward: tuple[RecordedAnswer, ...] = ()
    secure: bool = False


class RecordedVouching(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who spoke for the client."""

    by: tuple[Voucher, ...] = ()
    domains: tuple[str, ...] = ()
    undetermined: bool = False


class RecordedDecision(msgspec.Struct, frozen=True):
    """A decision that was not a plain pass, and its repetitions within an hour.

    All texts are printable ASCII: what strangers sent is escaped. ``reason`` is the cause, or the
    rule where there was no verdict. ``sender`` and ``recipient`` are as much of them as is kept.
    """

    id: str
    first_at: float
    last_at: float
    count: int
    address: str
    host_name: str
    helo: str
    sender: str
    recipient: str
    result: Result | None
    reason: str
    action: Action
    rule: Rule
    withheld: Action | None
    vouched: RecordedVouching
    allowance: int | None
    follow_up: bool
    done_at: float | None
    evidence: Evidence
