"""The mode ``protect``: refuse what nobody vouches for, and nobody in haste.

Owns its rules as an ordered table, from which the documentation's is made: the first that applies
decides. Pure.
"""

from collections.abc import Callable
from typing import Final

import msgspec

from gotrdns.policy.decisions import Action, Rule, Vouched
from gotrdns.policy.history import DAY, HOUR, History
from gotrdns.verification import Result

FAILURES_UNTIL_REFUSED: Final = 3
FAILING_UNTIL_REFUSED: Final = DAY
PASS_COUNTS_FOR: Final = 30 * DAY
GRACE_AFTER_PASS: Final = 48 * HOUR
LONGEST_TROUBLE: Final = 24 * HOUR
GREETING: Final = 600.0


class Case(msgspec.Struct, frozen=True):
    """What the rules look at. ``history`` is the past without this sighting, None if unknown."""

    now: float
    vouched: Vouched
    history: History | None


class ProtectRule(msgspec.Struct, frozen=True):
    """``applies`` to a case: then ``action`` is done, in the name of ``rule``."""

    rule: Rule
    action: Action
    applies: Callable[[Case], bool]


def _is_vouched_for(case: Case) -> bool:
    return bool(case.vouched.by)


def _vouching_is_unknown(case: Case) -> bool:
    return case.vouched.undetermined


def _history_is_unknown(case: Case) -> bool:
    return case.history is None


def _passed_before(case: Case) -> bool:
    past = case.history or History()
    if past.passed_at is None or case.now - past.passed_at > PASS_COUNTS_FOR:
        return False
    return past.failing_since is None or case.now - past.failing_since < GRACE_AFTER_PASS


def _failed_too_seldom(case: Case) -> bool:
    past = case.history or History()
    return (
        past.failures < FAILURES_UNTIL_REFUSED
        or past.failing_since is None
        or case.now - past.failing_since < FAILING_UNTIL_REFUSED
    )


def _troubled_for_long(case: Case) -> bool:
    since = case.history.troubled_since if case.history else None
    return since is not None and case.now - since >= LONGEST_TROUBLE


def _came_back(case: Case) -> bool:
    greeted_at = case.history.greeted_at if case.history else None
    return greeted_at is not None and case.now - greeted_at >= GREETING


def _always(_case: Case) -> bool:
    return True


_VOUCHED: Final = ProtectRule(Rule.VOUCHED, Action.PASS, _is_vouched_for)

WHEN_WRONG: Final = (
    _VOUCHED,
    ProtectRule(Rule.VOUCHING_UNKNOWN, Action.DEFER, _vouching_is_unknown),
    ProtectRule(Rule.HISTORY_UNKNOWN, Action.DEFER, _history_is_unknown),
    ProtectRule(Rule.PASSED_BEFORE, Action.DEFER, _passed_before),
    ProtectRule(Rule.FEW_FAILURES, Action.DEFER, _failed_too_seldom),
    ProtectRule(Rule.UNVOUCHED, Action.REFUSE, _always),
)
WHEN_IN_TROUBLE: Final = (
    _VOUCHED,
    ProtectRule(Rule.LONG_DNS_TROUBLE, Action.PASS, _troubled_for_long),
    ProtectRule(Rule.DNS_TROUBLE, Action.DEFER, _always),
)
WHEN_DYNAMIC: Final = (
    _VOUCHED,
    ProtectRule(Rule.DYNAMIC_RETRIED, Action.PASS, _came_back),
    ProtectRule(Rule.DYNAMIC_NAME, Action.DEFER, _always),
)


def choose(result: Result, case: Case) -> ProtectRule:
    """The rule for a client that is not simply confirmed; one that passes has a dynamic name."""
    rules = {Result.PASS: WHEN_DYNAMIC, Result.TEMPERROR: WHEN_IN_TROUBLE}.get(result, WHEN_WRONG)
    return next(each for each in rules if each.applies(case))
