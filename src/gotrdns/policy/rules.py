"""The decision: a verdict and its circumstances, under one set of settings.

Owns the order in which the rules are asked. Pure: no input or output, no clock, no wording, and no
knowledge of the mail server's protocol.
"""

import functools
from collections.abc import Mapping
from typing import Final

import msgspec

from gotrdns.names import special_use
from gotrdns.policy.allowances import Allowance
from gotrdns.policy.decisions import (
    NOBODY,
    Action,
    Alarm,
    Decision,
    Rule,
    Trust,
    Vouched,
)
from gotrdns.policy.exemptions import Exemptions
from gotrdns.policy.history import History
from gotrdns.policy.protect import Case, choose
from gotrdns.policy.settings import Mode, PolicySettings, Rehearsal, strict_action
from gotrdns.verification import Cause, Result, Verdict

_PASS: Final = Action.PASS
_CONFIRMED: Final = Cause.CONFIRMED


class Circumstances(msgspec.Struct, frozen=True):
    """All that counts beside the verdict.

    ``now`` is seconds since 1970. ``dynamic`` says that the one name which confirms is clearly
    dynamic. ``history`` is the client's past without this sighting, None where it is not known.
    ``allowance`` is the exception that holds for this client; ``exceptions_known`` is false while
    nobody could read which there are.
    """

    now: float = 0.0
    dynamic: bool = False
    vouched: Vouched = NOBODY
    history: History | None = None
    allowance: Allowance | None = None
    exceptions_known: bool = True
    trust: Trust = Trust.SOUND


_NO_CIRCUMSTANCES: Final = Circumstances()


class Policy:
    """The rules under one set of settings. ``exemption`` comes first, and needs no look-up."""

    __slots__ = (
        "_actions",
        "_mark_passes",
        "_mode",
        "_own_actions",
        "_protects",
        "_refuse_non_public",
        "_special_use",
        "exemption",
    )

    def __init__(self, settings: PolicySettings) -> None:
        self.exemption = Exemptions(settings).decide
        self._mode = settings.mode
        self._protects = settings.mode is Mode.PROTECT or (
            settings.mode is Mode.OBSERVE and settings.rehearse is Rehearsal.PROTECT
        )
        self._mark_passes = settings.mark_passes
        self._refuse_non_public = settings.refuse_non_public
        self._own_actions: Mapping[Cause, Action] = settings.actions
        self._actions = {
            cause: settings.actions.get(cause, strict_action(cause)) for cause in Cause
        }
        # Asked about every client; a miss walks all the special blocks.
        self._special_use = functools.lru_cache(maxsize=4096)(special_use)

    @property
    def protects(self) -> bool:
        """Whether names, vouchers and history count: in ``protect`` and its rehearsal."""
        return self._protects

    def is_settled(self, verdict: Verdict, *, dynamic: bool = False) -> bool:
        """Whether the verdict alone decides, so that no circumstances need be found out."""
        if verdict.cause is _CONFIRMED:
            return not (dynamic and self._protects)
        return verdict.cause is Cause.RESOLVER_UNREACHABLE or self._hides_client(verdict)

    def decide(self, verdict: Verdict, given: Circumstances = _NO_CIRCUMSTANCES) -> Decision:
        """The decision about a client that is not exempt."""
        cause = verdict.cause
        if cause is Cause.RESOLVER_UNREACHABLE:
            return _let_in(Rule.RESOLVER_UNREACHABLE, verdict, alarm=Alarm.RESOLVER_UNREACHABLE)
        if self._hides_client(verdict):
            return _let_in(
                Rule.NON_PUBLIC_CLIENT,
                verdict,
                withheld=_unless_pass(self._actions[cause]),
                alarm=Alarm.NON_PUBLIC_CLIENT,
            )
        if self.is_settled(verdict, dynamic=given.dynamic):
            rule = Rule.CONFIRMED if verdict.overruled is None else Rule.REPAIR_SEEN
            return Decision(_PASS, rule, verdict, marked=self._mark_passes)
        if given.allowance is not None:
            return Decision(
                _PASS,
                Rule.ALLOWED,
                verdict,
                marked=True,
                vouched=given.vouched,
                allowance=given.allowance.number,
            )
        action, rule = self._judge(verdict, given)
        if self._mode is Mode.OBSERVE:
            return _let_in(
                Rule.OBSERVE, verdict, withheld=_unless_pass(action), vouched=given.vouched
            )
        doubted = _doubt(verdict, action, given.trust)
        if doubted is not None:
            return doubted
        if action is Action.REFUSE and not given.exceptions_known:
            action, rule = Action.DEFER, Rule.EXCEPTIONS_UNKNOWN
        return Decision(action, rule, verdict, marked=action is _PASS, vouched=given.vouched)

    def _judge(self, verdict: Verdict, given: Circumstances) -> tuple[Action, Rule]:
        """What would be done if our resolver could be believed."""
        cause = verdict.cause
        if cause in self._own_actions:
            return self._actions[cause], Rule.OWN_ACTION
        if not self._protects:
            return self._actions[cause], Rule.STRICT
        history = None if given.history is None else given.history.as_of(given.now)
        chosen = choose(verdict.result, Case(given.now, given.vouched, history))
        return chosen.action, chosen.rule

    def _hides_client(self, verdict: Verdict) -> bool:
        return not self._refuse_non_public and self._special_use(verdict.address) is not None


def _doubt(verdict: Verdict, action: Action, trust: Trust) -> Decision | None:
    """What becomes of an action that rests on a resolver which is not to be believed."""
    if action is _PASS or trust is Trust.SOUND:
        return None
    if trust is Trust.LYING:
        rule, alarm = Rule.RESOLVER_LIES, Alarm.RESOLVER_LIES
    elif verdict.result is Result.TEMPERROR:
        rule, alarm = Rule.RESOLVER_SUSPECT, Alarm.RESOLVER_SUSPECT
    else:
        return None
    return _let_in(rule, verdict, withheld=action, alarm=alarm)


def _let_in(
    rule: Rule,
    verdict: Verdict,
    *,
    withheld: Action | None = None,
    alarm: Alarm | None = None,
    vouched: Vouched = NOBODY,
) -> Decision:
    return Decision(
        _PASS, rule, verdict, marked=True, withheld=withheld, alarm=alarm, vouched=vouched
    )


def _unless_pass(action: Action) -> Action | None:
    return None if action is _PASS else action
