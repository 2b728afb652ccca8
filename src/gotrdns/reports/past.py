"""What there is to tell of a past decision, whatever the form it is told in."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from gotrdns.names import Address
from gotrdns.policy.allowances import Allowance, Allowances, Claims
from gotrdns.policy.confirmations import Confirmations
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


def judge_now(
    verdicts: Mapping[Address, Verdict],
    allowances: Sequence[Allowance],
    confirmations: Confirmations,
    now: float,
) -> dict[str, Recheck]:
    """What it comes to now, by address: with repairs that were seen, and the exceptions that DNS
    bears out without HELO name and sender.
    """
    holding = Allowances(allowances)
    known = {each: confirmations.apply(verdict, now) for each, verdict in verdicts.items()}
    return {
        address.text: Recheck(
            now, verdict, holding.find(Claims(address, tuple(verdict.confirmed)), now)
        )
        for address, verdict in known.items()
    }


def tell_pasts(
    found: Iterable[RecordedDecision],
    allowances: Iterable[Allowance],
    rechecks: Mapping[str, Recheck],
) -> list[Past]:
    """Each decision with what belongs to it."""
    numbered = {each.number: each for each in allowances}
    return [
        Past(
            each,
            numbered.get(each.allowance) if each.allowance is not None else None,
            rechecks.get(each.address),
        )
        for each in found
    ]
