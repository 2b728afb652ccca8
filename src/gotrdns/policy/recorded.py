"""A decision as it is remembered, with the evidence it rested on: what can still be told of it.

Owns the vocabulary between whoever remembers and whoever tells. Knows no database and no wording.
"""

import msgspec

from gotrdns.lookup import Answer, Outcome
from gotrdns.names import Address, DomainName
from gotrdns.policy.confirmations import overrule
from gotrdns.policy.decisions import Action, Rule, Voucher
from gotrdns.verification import Cause, CheckedName, NameState, Result, Verdict


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
    """What DNS said at the moment of the decision.

    ``overruled`` is the cause that this came to, where a confirmation counted in its place.
    """

    reverse: RecordedAnswer | None = None
    forward: tuple[RecordedAnswer, ...] = ()
    secure: bool = False
    overruled: str = ""


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

    @property
    def wanted(self) -> Action:
        """What the rules asked for, done or held back."""
        return self.withheld or self.action

    def verdict(self) -> Verdict | None:
        """The verdict of then, put together again; None where DNS was not asked.

        Raises ValueError for texts that this program did not write.
        """
        if self.result is None:
            return None
        said = self._said(Cause(self.evidence.overruled or self.reason))
        return overrule(said, DomainName.parse(self.host_name)) if self.evidence.overruled else said

    def _said(self, cause: Cause) -> Verdict:
        """What DNS said."""
        reverse = self.evidence.reverse
        return Verdict(
            address=Address.parse(self.address),
            cause=cause,
            names=tuple(
                CheckedName(DomainName.parse(each.name), NameState(each.state), _revived(each))
                for each in self.evidence.forward
            ),
            reverse=_revived(reverse) if reverse is not None else None,
            secure=self.evidence.secure,
        )


def evidence_of(verdict: Verdict | None) -> Evidence:
    if verdict is None:
        return Evidence()
    if verdict.overruled is not None:
        cause = verdict.overruled.cause.value
        return msgspec.structs.replace(evidence_of(verdict.overruled), overruled=cause)
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


def _revived(recorded: RecordedAnswer) -> Answer | None:
    if not recorded.outcome:
        return None
    is_reverse = recorded.type == "PTR"
    return Answer(
        outcome=Outcome(recorded.outcome),
        names=tuple(map(DomainName.parse, recorded.values)) if is_reverse else (),
        addresses=() if is_reverse else tuple(map(Address.parse, recorded.values)),
        ttl=recorded.ttl,
        authenticated=recorded.authenticated,
        aliases=tuple(map(DomainName.parse, recorded.aliases)),
        zone=DomainName.parse(recorded.zone) if recorded.zone else None,
    )
