"""What a mail log says, as text for people.

Owns the layout. The words are in ``english``. What strangers said reaches it escaped.
"""

from collections.abc import Iterator
from typing import Final

from gotrdns.reports import moments
from gotrdns.reports.columns import Column, shorten_end, table
from gotrdns.reports.layout import paragraph
from gotrdns.reports.logs import english as words
from gotrdns.reports.logs.layout import INDENT, begin, counts, room_in, who_it_is
from gotrdns.reports.logs.report import Amount, Ground, LogReport, Sender
from gotrdns.reports.logs.sentences import (
    delivered,
    fate,
    others_told,
    remarks_on,
    replies,
    why,
)
from gotrdns.reports.text import Paint, Style, plain

_NARROWEST_GROUND: Final = 20


def compose_log_report(
    report: LogReport, *, top: int, width: int | None = None, paint: Paint = plain
) -> str:
    """The whole report, every line ended; of the likely senders the first ``top``."""
    room = room_in(width)
    lines = [*_heading(report, room, paint)]
    if report.grounds:
        lines += ["", paint(words.GROUNDS_HEADING, Style.HEADING), *_grounds(report, room, paint)]
        lines += ["", *_likely(report, top, room, paint)]
        if report.others.amount.clients:
            lines += [
                "",
                *paragraph(
                    others_told(report.others, after_senders=bool(report.likely)), "", width=room
                ),
            ]
    return "".join(f"{line}\n" for line in lines)


def _heading(report: LogReport, room: int, paint: Paint) -> Iterator[str]:
    yield from begin(report, room, paint)
    if report.first_at is not None:
        yield from _facts(report, room)
    for remark in remarks_on(report):
        yield from paragraph(remark, "  ", width=room)


def _facts(report: LogReport, room: int) -> Iterator[str]:
    """Labels and values, the values in one column."""
    clients = [f"{report.clients:,}"]
    if report.connections:
        clients.append(words.CONNECTIONS.of(report.connections))
    messages = [words.MESSAGES.of(report.deliveries)]
    if report.submissions:
        messages.append(words.SUBMISSIONS.of(report.submissions))
    facts = {
        words.CLIENTS: ", ".join(clients),
        words.DELIVERIES: ", ".join(messages),
        words.REVERSE_DNS: _turned_away(report.reverse_dns),
        words.OTHERWISE: _turned_away(report.otherwise),
    }
    indent = max(map(len, facts)) + 4
    for label, value in facts.items():
        yield from paragraph(value, f"  {label}".ljust(indent), " " * indent, width=room)


def _turned_away(amount: Amount) -> str:
    if not amount.replies:
        return words.NOBODY
    return words.TURNED_AWAY.of(amount.clients, replies=replies(amount))


def _grounds(report: LogReport, room: int, paint: Paint) -> Iterator[str]:
    amounts = report.grounds.values()
    columns = [
        Column(
            words.GROUND,
            [words.GROUNDS[each] for each in report.grounds],
            least=_NARROWEST_GROUND,
            shorten=shorten_end,
        ),
        counts(words.GROUND_CLIENTS, [each.clients for each in amounts]),
        counts(words.GROUND_REFUSED, [each.refused for each in amounts]),
        counts(words.GROUND_DEFERRED, [each.deferred for each in amounts]),
    ]
    if report.reverse_dns.warned:
        columns.append(counts(words.GROUND_WARNED, [each.warned for each in amounts]))
    for line in table(columns, room - 2, paint):
        yield f"  {line}"
    if Ground.NO_PTR_OR_FAILED in report.grounds:
        yield from paragraph(words.AMBIGUOUS_GROUND, "  ", width=room)


def _likely(report: LogReport, top: int, room: int, paint: Paint) -> Iterator[str]:
    count = len(report.likely)
    if not count:
        yield from paragraph(words.NONE_LIKELY, "", width=room)
        return
    yield paint(words.LIKELY_HEADING, Style.HEADING)
    yield from paragraph(words.LIKELY.of(count), "  ", width=room)
    for number, sender in enumerate(report.likely[:top], 1):
        yield ""
        yield from _sender(number, sender, room, paint)
    if count > top:
        yield ""
        yield "  " + words.MORE.format(count=count - top, all=count)


def _sender(number: int, sender: Sender, room: int, paint: Paint) -> Iterator[str]:
    heading = words.SENDER.format(number=number, domain=sender.domain or words.NO_DOMAIN)
    yield paint(f"  {heading}", Style.HEADING)
    said = (fate(sender, moments.short), delivered(sender, moments.short), why(sender))
    facts = [who_it_is(sender, sender.amount.clients), *(each for each in said if each)]
    facts += [
        words.ENVELOPE.format(sender=each.sender, recipient=each.recipient)
        for each in sender.envelopes
    ]
    for fact in facts:
        yield from paragraph(fact, INDENT, INDENT + "  ", width=room)
    yield INDENT + words.COMMAND.format(address=sender.addresses[0])
