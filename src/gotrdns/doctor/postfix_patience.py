"""How long Postfix waits for us, and what it does when there is no answer.

Owns which of that is safe: mail neither gets in unexamined nor is held up (docs/postfix.md).
"""

from collections.abc import Iterator, Sequence
from typing import Final

from gotrdns.deciding.settings import MAIL_SERVER_PATIENCE
from gotrdns.doctor.circumstances import Circumstances
from gotrdns.doctor.conclusions import conclude
from gotrdns.doctor.policy_calls import Call
from gotrdns.doctor.postfix_configuration import Place, PostfixConfiguration
from gotrdns.doctor.restrictions import read_seconds
from gotrdns.reports.examination import Check, Fault, Finding, Obstacle, Unmade, Wrong

# Beyond it a daemon that hangs, which happens to none that is well, holds up mail for long.
_TOO_PATIENT: Final = 60.0
_HARMLESS: Final = "dunno"
_MILTER_HARMLESS: Final = frozenset({"accept", "quarantine"})
OF_POLICY_CALLS: Final = (
    Check.POLICY_TIMEOUT,
    Check.POLICY_DEFAULT_ACTION,
    Check.POLICY_TRY_LIMIT,
)
OF_MILTERS: Final = (Check.MILTER_TIMEOUT, Check.MILTER_DEFAULT_ACTION)


def examine_policy_calls(
    around: Circumstances, postfix: PostfixConfiguration, ours: Sequence[Call]
) -> Iterator[Finding]:
    if not ours:
        for check in OF_POLICY_CALLS:
            yield Unmade(check, Obstacle.NOT_ASKED)
        return
    yield from conclude(Check.POLICY_TIMEOUT, _timeout(around, postfix, ours))
    yield from conclude(Check.POLICY_DEFAULT_ACTION, _default_action(postfix, ours))
    yield from conclude(Check.POLICY_TRY_LIMIT, _try_limit(postfix, ours))


def examine_milters(
    around: Circumstances, postfix: PostfixConfiguration, milters: Sequence[Call]
) -> Iterator[Finding]:
    """Any milter's default action, and how patient Postfix is with ours."""
    if not milters:
        for check in OF_MILTERS:
            yield Unmade(check, Obstacle.NO_MILTER)
        return
    ours = [each for each in milters if each.is_ours]
    if ours:
        yield from conclude(Check.MILTER_TIMEOUT, _milter_timeout(around, postfix, ours))
    else:
        yield Unmade(Check.MILTER_TIMEOUT, Obstacle.NOT_ASKED)
    yield from conclude(Check.MILTER_DEFAULT_ACTION, _milter_default_action(postfix, milters))


def where(place: Place) -> dict[str, str]:
    return {"service": place.service, "parameter": place.parameter}


def _attribute(postfix: PostfixConfiguration, call: Call, prefix: str, name: str) -> str:
    """As it is said in the call, or else holds for all calls."""
    return call.said.attributes.get(name, postfix.value(f"{prefix}_{name}", call.service))


def _policy(postfix: PostfixConfiguration, call: Call, name: str) -> str:
    return _attribute(postfix, call, "smtpd_policy_service", name)


def _waiting(around: Circumstances, call: Call, timeout: str) -> dict[str, str]:
    return {
        **where(call.written),
        "timeout": timeout,
        "deadline": f"{around.deadline:g}",
        "advised": f"{MAIL_SERVER_PATIENCE:g}",
    }


def _timeout(
    around: Circumstances, postfix: PostfixConfiguration, ours: Sequence[Call]
) -> Iterator[Finding]:
    for call in ours:
        text = _policy(postfix, call, "timeout")
        seconds = read_seconds(text)
        if seconds is not None and seconds <= around.deadline:
            yield Wrong(Fault.POLICY_TIMEOUT_SHORT, _waiting(around, call, text))
        elif seconds is None or seconds > _TOO_PATIENT:
            yield Wrong(Fault.POLICY_TIMEOUT_LONG, _waiting(around, call, text))


def _default_action(postfix: PostfixConfiguration, ours: Sequence[Call]) -> Iterator[Finding]:
    for call in ours:
        action = _policy(postfix, call, "default_action")
        if action.lower() != _HARMLESS:
            details = {**where(call.written), "action": action}
            yield Wrong(Fault.POLICY_DEFAULT_ACTION_UNSAFE, details)


def _try_limit(postfix: PostfixConfiguration, ours: Sequence[Call]) -> Iterator[Finding]:
    for call in ours:
        limit = _policy(postfix, call, "try_limit")
        if limit != "1":
            yield Wrong(Fault.POLICY_TRIED_AGAIN, {**where(call.written), "limit": limit})


def _milter_timeout(
    around: Circumstances, postfix: PostfixConfiguration, ours: Sequence[Call]
) -> Iterator[Finding]:
    for call in ours:
        text = _attribute(postfix, call, "milter", "command_timeout")
        seconds = read_seconds(text)
        if seconds is not None and seconds <= around.deadline:
            yield Wrong(Fault.MILTER_TIMEOUT_SHORT, _waiting(around, call, text))


def _milter_default_action(
    postfix: PostfixConfiguration, milters: Sequence[Call]
) -> Iterator[Finding]:
    for call in milters:
        action = _attribute(postfix, call, "milter", "default_action")
        if action not in _MILTER_HARMLESS:
            details = {**where(call.written), "milter": call.said.place, "action": action}
            yield Wrong(Fault.MILTER_DEFAULT_ACTION_UNSAFE, details)
