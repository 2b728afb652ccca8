"""What is said of a replayed log in sentences, whatever the form they are set in.

Owns which sentences there are, which facts each has, and in which groups senders are told of.
"""

import shlex
from collections.abc import Iterator
from typing import Final, NamedTuple

from gotrdns.policy import Rule
from gotrdns.reports.logs import english_what_if as words
from gotrdns.reports.logs.sentences import Clock, signs_told
from gotrdns.reports.logs.what_if import (
    TAKEN_IN,
    TURNED_AWAY,
    Basis,
    Changed,
    Setting,
    WhatIf,
    Would,
)
from gotrdns.reports.sentences import legible_path

_CAUSES_TOLD: Final = 3
_EVERY: Final = tuple(Would)
_SETTINGS_OF_DAEMON: Final = "/etc/gotrdns/gotrdns.toml"  # which `gotrdns allow` reads by itself


class Group(NamedTuple):
    """Senders to whom the same would happen; there is at least one."""

    heading: str
    remarks: tuple[str, ...]
    senders: tuple[Changed, ...]


def verdict_on(report: WhatIf) -> Iterator[str]:
    """The sentences to decide by."""
    under = _under(report.setting)
    if not report.doubtful:
        yield words.NOBODY_DOUBTFUL.format(under=under)
    else:
        template = _clients_away(report)
        yield template.format(under=under, count=report.doubtful, away=report.turned_away)
    yield _lost(report)
    repaired = sum(1 for each in report.changed if each.lost and each.repaired)
    if repaired:
        yield words.LOST_AND_REPAIRED.of(repaired)
    admitted = report.attempts(TURNED_AWAY, (Would.LET_IN,))
    if admitted:
        yield words.ADMITTED.of(admitted)


def _clients_away(report: WhatIf) -> str:
    is_open = report.undecided.attempts > 0
    if report.doubtful > 1:
        return words.CLIENTS_SURELY_AWAY if is_open else words.CLIENTS_AWAY
    if report.turned_away:
        return words.ONE_CLIENT_AWAY
    return words.ONE_CLIENT_UNDECIDED if is_open else words.ONE_CLIENT_LET_IN


def not_concerned(report: WhatIf) -> Iterator[str]:
    """What no settings would change."""
    if report.submissions:
        yield words.SUBMISSIONS.of(report.submissions)
    if report.otherwise:
        yield words.OTHERWISE.of(report.otherwise)


def groups(report: WhatIf) -> Iterator[Group]:
    """Each sender belongs to one: that of the gravest that would happen to it."""
    lost = [each for each in report.changed if each.lost]
    wrong = [each for each in lost if not each.repaired]
    others = [each for each in report.changed if not each.lost]
    refused = tuple(each for each in wrong if each.refused)
    if refused:
        yield Group(words.REFUSED_HEADING, (words.REFUSED.of(len(refused)),), refused)
    deferred = tuple(each for each in wrong if not each.refused and not each.passing)
    if deferred:
        remarks = (words.DEFERRED.of(len(deferred)), *_on_protect(report.setting))
        yield Group(words.DEFERRED_HEADING, remarks, deferred)
    for heading, remark, senders in (
        (words.REPAIRED_HEADING, words.REPAIRED, [each for each in lost if each.repaired]),
        (
            words.PASSING_HEADING,
            words.PASSING,
            [each for each in wrong if not each.refused and each.passing],
        ),
        (
            words.UNDECIDED_HEADING,
            words.UNDECIDED,
            [each for each in others if each.undecided],
        ),
        (
            words.ADMITTED_HEADING,
            words.ADMITTED_SENDERS,
            [each for each in others if not each.undecided],
        ),
    ):
        if senders:
            yield Group(heading, (remark.of(len(senders)),), tuple(senders))


def rests_on(report: WhatIf) -> Iterator[str]:
    """How far all that can be believed."""
    setting, rests, undecided = report.setting, report.rests_on_today, report.undecided
    yield words.RESTS_ON_LOG
    if rests.attempts:
        yield words.RESTS_ON_TODAY.of(rests.clients, attempts=rests.attempts)
    if setting.offline:
        yield words.NOT_ASKED
    elif undecided.attempts:
        yield words.UNANSWERED.of(undecided.clients, attempts=undecided.attempts)
    if setting.asks_vouchers and not setting.offline:
        yield words.VOUCHING_TODAY
        if report.unasked:
            yield words.UNASKED.of(report.unasked)
    if report.helo_unknown:
        yield words.HELO_UNKNOWN.of(report.helo_unknown)
    if setting.exempts_recipients:
        yield words.RECIPIENTS
    if setting.protects:
        yield words.HISTORY


def exceptions(report: WhatIf, top: int | None = None) -> Iterator[str]:
    """Lines for a shell, one an exception, for the first ``top`` senders that are told of.

    Whatever strangers said is quoted, and has no character that a terminal or a shell would heed.
    """
    told = [each for group in groups(report) for each in group.senders[:top]]
    path = report.setting.settings
    for sender in told:
        for target in sender.keep:
            parts = ["gotrdns", "allow", "add", target, "--reason", _exception_for(sender)]
            if path and path != _SETTINGS_OF_DAEMON:
                parts += ["--settings", path]
            yield shlex.join(parts)


def vouchers_told(report: WhatIf) -> str | None:
    if not report.vouchers:
        return None
    told = (
        words.VOUCHER_AND_COUNT.of(count.attempts, voucher=words.VOUCHERS[voucher])
        for voucher, count in report.vouchers.items()
    )
    return words.VOUCHERS_TOLD.format(vouchers=", ".join(told))


def _under(setting: Setting) -> str:
    mode = words.MODES[setting.rehearsed or setting.mode]
    if not setting.settings:
        return (words.REHEARSED if setting.rehearsed else words.WITH).format(mode=mode)
    template = words.REHEARSED_SETTINGS if setting.rehearsed else words.WITH_SETTINGS
    return template.format(mode=mode, settings=legible_path(setting.settings))


def _on_protect(setting: Setting) -> tuple[str, ...]:
    return (words.DEFERRED_PROTECT,) if setting.protects else ()


def _lost(report: WhatIf) -> str:
    taken_in = report.attempts(TAKEN_IN, _EVERY)
    if not taken_in:
        return words.NOTHING_TAKEN_IN
    counts = {
        each: report.attempts(TAKEN_IN, (each,))
        for each in (Would.REFUSED, Would.DEFERRED, Would.UNDECIDED)
    }
    lost = [
        words.LOST_AS[each].format(count=count, senders=_senders(report, each))
        for each, count in counts.items()
        if count
    ]
    if not lost:
        return words.NONE_LOST.of(taken_in)
    return words.LOST.of(taken_in, lost=words.AND.join(lost))


def _senders(report: WhatIf, would: Would) -> str:
    return words.SENDERS.of(sum(each.messages[would] > 0 for each in report.changed))


def fates(sender: Changed, clock: Clock) -> Iterator[str]:
    """What would happen to its mail."""
    last = clock(sender.last_at)
    if sender.lost or sender.undecided:
        told = ", ".join(_each_fate(sender))
        yield words.FATE.of(sender.taken_in, fates=told, last=last)
    away, admitted = sender.turned_away, sender.admitted
    if admitted and admitted == away > 1:
        yield words.FATE_ADMITTED_EACH_TIME.format(count=away, last=last)
    elif admitted:
        yield words.FATE_ADMITTED.of(away, admitted=admitted, last=last)


def _each_fate(sender: Changed) -> Iterator[str]:
    for would, count in sender.messages.items():
        if count and count == sender.taken_in:
            table = words.FATES_OF_ONE if count == 1 else words.FATES_OF_ALL
            yield table[would]
        elif count:
            yield words.FATES[would].format(count=count)


def causes(sender: Changed) -> str | None:
    """What is wrong, and how that is known; None where it does not matter."""
    if not sender.causes:
        return None
    told = ", ".join(words.CAUSES[each] for each in list(sender.causes)[:_CAUSES_TOLD])
    bases = [words.BASES[each] for each in sender.basis if each is not Basis.EXEMPT]
    if not bases:
        return told
    return words.CAUSE_AND_BASIS.format(causes=told, bases=words.ALSO.join(bases))


def looks(sender: Changed) -> str | None:
    """What speaks for it, and what against it; None where nothing does."""
    if not sender.signs:
        return None
    signs, against = signs_told(sender.signs)
    template = words.LOOKS_LIKELY if sender.likely else words.LOOKS_UNLIKELY
    told = template.format(signs=signs or words.NO_SIGN)
    return told + (words.THOUGH.format(against=against) if against else "")


def reason_for(sender: Changed) -> str | None:
    """What decided; None where it is undecided."""
    if not sender.rules:
        return None
    rule = next(iter(sender.rules))
    if rule is not Rule.VOUCHED:
        return words.REASONS[rule]
    template = words.VOUCHED_BY_SEVERAL if len(sender.by) > 1 else words.VOUCHED_BY
    return template.format(vouchers=words.ALSO.join(words.VOUCHERS[each] for each in sender.by))


def _exception_for(sender: Changed) -> str:
    count = sender.lost
    if sender.domain is None:
        return words.KEEP_REASON_NO_DOMAIN.of(count)
    return words.KEEP_REASON.of(count, domain=sender.domain)
