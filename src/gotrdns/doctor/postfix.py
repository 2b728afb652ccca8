"""Postfix's side: that it asks us, asks nobody else the same, and can resolve names itself.

Owns what is right in main.cf and master.cf (docs/postfix.md says why).
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from gotrdns.doctor.circumstances import MILTER, POSTFIX, Absent, Circumstances
from gotrdns.doctor.conclusions import conclude
from gotrdns.doctor.host import Host
from gotrdns.doctor.policy_calls import Call, milter_calls, policy_calls
from gotrdns.doctor.postfix_configuration import PostfixConfiguration, Service
from gotrdns.doctor.postfix_patience import (
    OF_MILTERS,
    OF_POLICY_CALLS,
    examine_milters,
    examine_policy_calls,
    where,
)
from gotrdns.doctor.restrictions import Restriction
from gotrdns.reports.examination import Check, Fault, Finding, Obstacle, Unmade, Well, Wrong

RESOLV_CONF: Final = Path("/etc/resolv.conf")
# Postfix's own checks of the same; the second is what the first was called before 2.3.
_SAME_CHECKS: Final = frozenset(
    {
        "reject_unknown_client_hostname",
        "reject_unknown_client",
        "reject_unknown_reverse_client_hostname",
    }
)
_CHECKS: Final = (
    Check.POSTFIX_ASKS,
    *OF_POLICY_CALLS,
    Check.POSTFIX_DELAYS_REJECT,
    Check.POSTFIX_CHECKS_ONCE,
    *OF_MILTERS,
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
    calls = list(policy_calls(host, around, postfix))
    milters = list(milter_calls(host, around, postfix))
    ours = [each for each in calls if each.is_ours]
    asking = [*ours, *(each for each in milters if each.is_ours)]
    yield from _asks(around, postfix, asking, others=[each for each in calls if not each.is_ours])
    yield from examine_policy_calls(around, postfix, ours)
    yield from examine_milters(around, postfix, milters)
    yield from _examine_services(postfix, ours, asking)
    yield from conclude(Check.CHROOT_RESOLV_CONF, _chroot(host, postfix))


def _asks(
    around: Circumstances,
    postfix: PostfixConfiguration,
    asking: Sequence[Call],
    others: Sequence[Call],
) -> Iterator[Finding]:
    if asking:
        found = _asks_wrongly(around, postfix, asking)
        places = {"places": _joined(each.said.place for each in asking)}
        yield from conclude(Check.POSTFIX_ASKS, found, places)
    else:
        details = {"others": _joined(each.said.place for each in others)}
        yield Wrong(Fault.POSTFIX_DOES_NOT_ASK, details)


def _asks_wrongly(
    around: Circumstances, postfix: PostfixConfiguration, asking: Sequence[Call]
) -> Iterator[Finding]:
    if around.valid_settings is None:
        yield Unmade(Check.POSTFIX_ASKS, Obstacle.NO_SETTINGS)
    elif not any(each.listened for each in asking):
        doors = (str(each) for name in (POSTFIX, MILTER) for each in around.doors[name])
        listening = _joined(doors) or "no place"
        for each in asking:
            details = {"place": each.said.place, "listening": listening}
            yield Wrong(Fault.POSTFIX_ASKS_ELSEWHERE, details)
    names = {each.service.name for each in asking}
    for service in postfix.smtpds:
        if service.takes_mail_from_outside and service.name not in names:
            yield Wrong(Fault.POSTFIX_PORT_UNASKED, {"service": service.name})


def _joined(texts: Iterable[str]) -> str:
    return ", ".join(sorted(set(texts)))


def _examine_services(
    postfix: PostfixConfiguration, ours: Sequence[Call], asking: Sequence[Call]
) -> Iterator[Finding]:
    for check, calls, examine in (
        (Check.POSTFIX_DELAYS_REJECT, ours, _delays_reject),
        (Check.POSTFIX_CHECKS_ONCE, asking, _checks_once),
    ):
        services = {each.service.name: each.service for each in calls}
        if services:
            yield from conclude(check, examine(postfix, services.values()))
        else:
            yield Unmade(check, Obstacle.NOT_ASKED)


def _delays_reject(postfix: PostfixConfiguration, asking: Iterable[Service]) -> Iterator[Finding]:
    name = "smtpd_delay_reject"
    for service in asking:
        if postfix.value(name, service) == "no":
            yield Wrong(Fault.POSTFIX_REJECTS_EARLY, where(postfix.place(name, service)))


def _checks_once(postfix: PostfixConfiguration, asking: Iterable[Service]) -> Iterator[Finding]:
    for service in asking:
        for place, each in postfix.restrictions(service):
            if isinstance(each, Restriction) and each.name in _SAME_CHECKS:
                fault = Fault.POSTFIX_WARNS_TOO if each.warned else Fault.POSTFIX_CHECKS_TWICE
                yield Wrong(fault, {**where(place), "restriction": each.name})


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
