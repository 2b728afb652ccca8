"""What would become of a log's mail under other settings, as text for people.

Owns the layout. The sentences are in ``what_if_sentences``, the words in ``english_what_if``. What
strangers said reaches it escaped.
"""

from collections.abc import Iterator
from typing import Final

from gotrdns.reports import moments
from gotrdns.reports.columns import Column, shorten_end, table
from gotrdns.reports.layout import paragraph
from gotrdns.reports.logs import english as english_logs
from gotrdns.reports.logs import english_what_if as words
from gotrdns.reports.logs.layout import INDENT, begin, counts, room_in, who_it_is
from gotrdns.reports.logs.sentences import remarks_on
from gotrdns.reports.logs.what_if import Changed, Count, Was, WhatIf, Would
from gotrdns.reports.logs.what_if_sentences import (
    Group,
    causes,
    exceptions,
    fates,
    groups,
    looks,
    not_concerned,
    reason_for,
    rests_on,
    verdict_on,
    vouchers_told,
)
from gotrdns.reports.text import Paint, Style, plain

_NARROWEST_REASON: Final = 16


def compose_what_if(
    report: WhatIf, *, top: int, width: int | None = None, paint: Paint = plain
) -> str:
    """The whole report, every line ended; of each group of senders the first ``top``."""
    room = room_in(width)
    lines = [*begin(report, room, paint)]
    for remark in remarks_on(report):
        lines += paragraph(remark, "  ", width=room)
    if report.first_at is not None:
        lines += ["", *_sentences(verdict_on(report), "", room)]
        if report.outcomes:
            lines += ["", *_outcomes(report, room, paint), *_reasons(report, room, paint)]
        for group in groups(report):
            lines += ["", *_group(group, top, room, paint)]
        lines += ["", paint(words.BASIS_HEADING, Style.HEADING)]
        for sentence in rests_on(report):
            lines += paragraph(sentence, "  ", "    ", width=room)
        lines += _exceptions(report, top, room, paint)
    return "".join(f"{line}\n" for line in lines)


def _sentences(sentences: Iterator[str], indent: str, room: int) -> list[str]:
    return paragraph(" ".join(sentences), indent, width=room)


def _outcomes(report: WhatIf, room: int, paint: Paint) -> Iterator[str]:
    """A line for what the log says, a column for what would be."""
    yield paint(words.OUTCOMES_HEADING, Style.HEADING)
    rows = [was for was in words.WAS if any(report.outcomes.get((was, would)) for would in Would)]
    columns = [
        Column(words.OUTCOME, [words.WAS[was] for was in rows], least=8, shorten=shorten_end),
        counts(words.ALL, [report.attempts((was,), tuple(Would)) for was in rows]),
    ]
    for would, heading in words.WOULD.items():
        numbers = [_attempts(report, was, would) for was in rows]
        if would is not Would.UNDECIDED or any(numbers):
            columns.append(counts(heading, numbers))
    for line in table(columns, room - 2, paint):
        yield f"  {line}"
    yield from _sentences(not_concerned(report), "  ", room)


def _attempts(report: WhatIf, was: Was, would: Would) -> int:
    return report.outcomes.get((was, would), Count()).attempts


def _reasons(report: WhatIf, room: int, paint: Paint) -> Iterator[str]:
    yield ""
    yield paint(words.REASONS_HEADING, Style.HEADING)
    reasons = report.reasons
    columns = [
        Column(words.REASON_WOULD, [words.WOULD_BE[each.would] for each in reasons]),
        Column(
            words.REASON,
            [words.REASONS[each.rule] if each.rule else words.REASON_UNDECIDED for each in reasons],
            least=_NARROWEST_REASON,
            shorten=shorten_end,
        ),
        counts(words.REASON_TAKEN_IN, [each.taken_in for each in reasons]),
        counts(words.REASON_AWAY, [each.turned_away for each in reasons]),
    ]
    for line in table(columns, room - 2, paint):
        yield f"  {line}"
    vouchers = vouchers_told(report)
    if vouchers:
        yield from paragraph(vouchers, "  ", width=room)


def _group(group: Group, top: int, room: int, paint: Paint) -> Iterator[str]:
    yield paint(group.heading, Style.HEADING)
    yield from paragraph(" ".join(group.remarks), "  ", width=room)
    for number, sender in enumerate(group.senders[:top], 1):
        yield ""
        yield from _sender(number, sender, room, paint)
    count = len(group.senders)
    if count > top:
        yield ""
        yield "  " + words.MORE.format(count=count - top, all=count)


def _sender(number: int, sender: Changed, room: int, paint: Paint) -> Iterator[str]:
    domain = sender.domain or english_logs.NO_DOMAIN
    yield paint("  " + words.SENDER.format(number=number, domain=domain), Style.HEADING)
    for fact in (who_it_is(sender, sender.clients), *_told_of(sender)):
        yield from paragraph(fact, INDENT, INDENT + "  ", width=room)
    yield INDENT + english_logs.COMMAND.format(address=sender.addresses[0])


def _told_of(sender: Changed) -> Iterator[str]:
    """What would happen to its mail and why, and what it looks like."""
    yield from fates(sender, moments.short)
    yield from filter(None, [causes(sender)])
    reason = reason_for(sender)
    if reason:
        yield words.BECAUSE.format(reason=reason)
    yield from filter(None, [looks(sender)])
    for each in sender.mailboxes:
        yield words.MAILBOX.format(mailbox=each)


def _exceptions(report: WhatIf, top: int, room: int, paint: Paint) -> Iterator[str]:
    """Lines for a shell are never broken, and nothing stands before them."""
    lines = list(exceptions(report, top))
    if lines:
        yield ""
        yield paint(words.KEEP_HEADING, Style.HEADING)
        yield from paragraph(words.KEEP, "  ", width=room)
        yield ""
        yield from lines
