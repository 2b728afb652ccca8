"""Postfix's side: that it asks us, patiently and without harm where we are away, and nobody twice.

Owns what is right in main.cf and master.cf (docs/postfix.md says why).
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from gotrdns.deciding.settings import MAIL_SERVER_PATIENCE
from gotrdns.doctor.circumstances import Absent, Circumstances
from gotrdns.doctor.conclusions import conclude
from gotrdns.doctor.host import Host
from gotrdns.doctor.policy_calls import Milter, OurCall, milters, our_calls
from gotrdns.doctor.postfix_configuration import Place, PostfixConfiguration, Service
from gotrdns.doctor.restrictions import (
    PolicyCall,
    Restriction,
    read_seconds,
)
from gotrdns.reports.examination import Check, Fault, Finding, Obstacle, Unmade, Well, Wrong

RESOLV_CONF: Final = Path("/etc/resolv.conf")
# Beyond it a daemon that hangs, which happens to none that is well, holds up mail for long.
_TOO_PATIENT: Final = 60.0
# Postfix's own checks of the same; the second is what the first was called before 2.3.
_SAME_CHECKS: Final = frozenset(
    {
        "reject_unknown_client_hostname",
        "reject_unknown_client",
        "reject_unknown_reverse_client_hostname",
    }
)
_HARMLESS: Final = "dunno"
_MILTER_HARMLESS: Final = frozenset({"accept", "quarantine"})
_OF_CALLS: Final = (
    Check.POLICY_TIMEOUT,
    Check.POLICY_DEFAULT_ACTION,
    Check.POLICY_TRY_LIMIT,
    Check.POSTFIX_DELAYS_REJECT,
)
_CHECKS: Final = (
    Check.POSTFIX_ASKS,
    *_OF_CALLS,
    Check.POSTFIX_CHECKS_ONCE,
    Check.MILTER_DEFAULT_ACTION,
    Check.CHROOT_RESOLV_CONF,
)


def examine_postfix(host: Host, around: Circumstances) -> Iterator[Finding]:
    postfix = around.postfix
    if isinstance(postfix, Absent):
        if postfix.obstacle is Obstacle.NO_POSTFIX:
            yield Wrong(Fault.POSTFIX_MISSING)
        else:
            yield postfix.hinders(Check.POSTFIX_FOUND)
        for check in _CHECKS:
            yield postfix.hinders(check)
        return
    yield Well(Check.POSTFIX_FOUND, {"queue": str(postfix.queue_directory)})
    calls = list(our_calls(host, around, postfix))
    yield from _examine_calls(around, postfix, calls)
    yield from conclude(Check.MILTER_DEFAULT_ACTION, _milters(postfix))
    yield from conclude(Check.CHROOT_RESOLV_CONF, _chroot(host, postfix))


def _examine_calls(
    around: Circumstances, postfix: PostfixConfiguration, calls: Sequence[OurCall]
) -> Iterator[Finding]:
    ours = [each for each in milters(postfix) if each.is_ours]
    if calls:
        places = {"places": _joined(each.call.place for each in calls)}
        yield from conclude(Check.POSTFIX_ASKS, _asks(around, postfix, calls, ours), places)
        yield from conclude(Check.POLICY_TIMEOUT, _timeout(around, postfix, calls))
        yield from conclude(Check.POLICY_DEFAULT_ACTION, _default_action(postfix, calls))
        yield from conclude(Check.POLICY_TRY_LIMIT, _try_limit(postfix, calls))
        yield from conclude(Check.POSTFIX_DELAYS_REJECT, _delays_reject(postfix, calls))
    else:
        if ours:
            yield Well(Check.POSTFIX_ASKS, {"places": _joined(each.place for each in ours)})
        else:
            details = {"others": _joined(_policy_services(postfix))}
            yield Wrong(Fault.POSTFIX_DOES_NOT_ASK, details)
        for check in _OF_CALLS:
            yield Unmade(check, Obstacle.NOT_ASKED)
    asking = _services([*calls, *ours])
    if asking:
        yield from conclude(Check.POSTFIX_CHECKS_ONCE, _checks_once(postfix, asking))
    else:
        yield Unmade(Check.POSTFIX_CHECKS_ONCE, Obstacle.NOT_ASKED)


def _joined(texts: Iterable[str]) -> str:
    return ", ".join(sorted(set(texts)))


def _policy_services(postfix: PostfixConfiguration) -> set[str]:
    return {
        each.place
        for service in postfix.smtpds
        for _, each in postfix.restrictions(service)
        if isinstance(each, PolicyCall)
    }


def _services(asking: Iterable[OurCall | Milter]) -> tuple[Service, ...]:
    return tuple({each.service.name: each.service for each in asking}.values())


def _where(place: Place) -> dict[str, str]:
    return {"service": place.service, "parameter": place.parameter}


def _asks(
    around: Circumstances,
    postfix: PostfixConfiguration,
    calls: Sequence[OurCall],
    ours: Sequence[Milter],
) -> Iterator[Finding]:
    listening = ", ".join(map(str, around.doors))
    if not around.doors:
        yield Unmade(Check.POSTFIX_ASKS, Obstacle.NO_SETTINGS)
    elif not any(each.listened for each in calls):
        for each in calls:
            details = {"place": each.call.place, "listening": listening}
            yield Wrong(Fault.POSTFIX_ASKS_ELSEWHERE, details)
    asking = {each.name for each in _services([*calls, *ours])}
    for service in postfix.smtpds:
        if service.takes_mail_from_outside and service.name not in asking:
            yield Wrong(Fault.POSTFIX_PORT_UNASKED, {"service": service.name})


def _attribute(postfix: PostfixConfiguration, ours: OurCall, name: str) -> str:
    default = postfix.value(f"smtpd_policy_service_{name}", ours.service)
    return ours.call.attributes.get(name, default)


def _timeout(
    around: Circumstances, postfix: PostfixConfiguration, calls: Sequence[OurCall]
) -> Iterator[Finding]:
    for ours in calls:
        text = _attribute(postfix, ours, "timeout")
        seconds = read_seconds(text)
        details = {
            **_where(ours.written),
            "timeout": text,
            "deadline": f"{around.deadline:g}",
            "advised": f"{MAIL_SERVER_PATIENCE:g}",
        }
        if seconds is not None and seconds <= around.deadline:
            yield Wrong(Fault.POLICY_TIMEOUT_SHORT, details)
        elif seconds is None or seconds > _TOO_PATIENT:
            yield Wrong(Fault.POLICY_TIMEOUT_LONG, details)


def _default_action(postfix: PostfixConfiguration, calls: Sequence[OurCall]) -> Iterator[Finding]:
    for ours in calls:
        action = _attribute(postfix, ours, "default_action")
        if action.lower() != _HARMLESS:
            details = {**_where(ours.written), "action": action}
            yield Wrong(Fault.POLICY_DEFAULT_ACTION_UNSAFE, details)


def _try_limit(postfix: PostfixConfiguration, calls: Sequence[OurCall]) -> Iterator[Finding]:
    for ours in calls:
        limit = _attribute(postfix, ours, "try_limit")
        if limit != "1":
            yield Wrong(Fault.POLICY_TRIED_AGAIN, {**_where(ours.written), "limit": limit})


def _delays_reject(postfix: PostfixConfiguration, calls: Sequence[OurCall]) -> Iterator[Finding]:
    name = "smtpd_delay_reject"
    for service in _services(calls):
        if postfix.value(name, service) == "no":
            yield Wrong(Fault.POSTFIX_REJECTS_EARLY, _where(postfix.place(name, service)))


def _checks_once(postfix: PostfixConfiguration, asking: Sequence[Service]) -> Iterator[Finding]:
    for service in asking:
        for place, each in postfix.restrictions(service):
            if isinstance(each, Restriction) and each.name in _SAME_CHECKS:
                fault = Fault.POSTFIX_WARNS_TOO if each.warned else Fault.POSTFIX_CHECKS_TWICE
                yield Wrong(fault, {**_where(place), "restriction": each.name})


def _milters(postfix: PostfixConfiguration) -> Iterator[Finding]:
    used = list(milters(postfix))
    for each in used:
        if each.default_action not in _MILTER_HARMLESS:
            details = {"milter": each.place, "action": each.default_action}
            where = _where(each.written)
            yield Wrong(Fault.MILTER_DEFAULT_ACTION_UNSAFE, {**where, **details})
    if not used:
        yield Unmade(Check.MILTER_DEFAULT_ACTION, Obstacle.NO_MILTER)


def _chroot(host: Host, postfix: PostfixConfiguration) -> Iterator[Finding]:
    """Postfix copies the file when it starts, and nobody does when it changes."""
    check = Check.CHROOT_RESOLV_CONF
    chrooted = [each.name for each in postfix.smtpds if each.chrooted]
    if not chrooted:
        yield Unmade(check, Obstacle.NOT_CHROOTED)
        return
    copy = postfix.queue_directory / RESOLV_CONF.relative_to("/")
    details = {"copy": str(copy), "original": str(RESOLV_CONF)}
    reading = RESOLV_CONF
    try:
        original = _meaning(host.read_text(reading))
        reading = copy
        if _meaning(host.read_text(reading)) != original:
            yield Wrong(Fault.CHROOT_RESOLV_CONF_STALE, details)
    except OSError as error:
        if reading == copy and isinstance(error, FileNotFoundError):
            yield Wrong(Fault.CHROOT_RESOLV_CONF_MISSING, details)
            return
        reason = error.strerror or str(error)
        yield Unmade(check, Obstacle.UNREADABLE, {"path": str(reading), "reason": reason})


def _meaning(resolv_conf: str) -> list[list[str]]:
    """Its lines without what has no meaning."""
    lines = [line.split() for line in resolv_conf.splitlines() if line[:1] not in {"#", ";"}]
    return [each for each in lines if each]
