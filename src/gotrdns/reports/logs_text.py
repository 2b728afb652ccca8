"""What a mail log says, as text for people.

Owns the layout. The words are in ``english_logs``. What strangers said reaches it escaped.
"""

from collections.abc import Iterator
from typing import Final

from gotrdns.reports import english_logs as words
from gotrdns.reports import moments
from gotrdns.reports.columns import Column, shorten_end, table
from gotrdns.reports.layout import WIDTH, paragraph
from gotrdns.reports.mail_log import SPEAKS_AGAINST, Amount, Ground, LogReport, Others, Sender
from gotrdns.reports.sentences import legible
from gotrdns.reports.text import Paint, Style, plain

_WIDEST: Final = 100  # columns in which a sentence can still be read
_INDENT: Final = "     "
_GROUNDS_SHOWN: Final = 3
_NARROWEST_GROUND: Final = 20
_SIGNS_SHOWN: Final = 3


def compose_log_report(
    report: LogReport, *, top: int, width: int | None = None, paint: Paint = plain
) -> str:
    """The whole report, every line ended; of the likely senders the first ``top``."""
    room = min(width or WIDTH, _WIDEST)
    lines = [*_heading(report, room, paint)]
    if report.grounds:
        lines += ["", paint(words.GROUNDS_HEADING, Style.HEADING), *_grounds(report, room, paint)]
        lines += ["", *_likely(report, top, room, paint)]
        if report.others.amount.clients:
            lines += ["", *_others(report.others, room)]
    return "".join(f"{line}\n" for line in lines)


def _heading(report: LogReport, room: int, paint: Paint) -> Iterator[str]:
    several = len(report.logs) > 1
    logs = words.LOGS.format(count=len(report.logs)) if several else legible(report.logs[0])
    yield paint(words.HEADING.of(report.lines, logs=logs), Style.HEADING)
    if report.first_at is None or report.last_at is None:
        nothing = words.NOTHING_WITHIN if report.facts else words.NOTHING_READ
        yield from paragraph(nothing, "  ", width=room)
    else:
        first, last = moments.short(report.first_at), moments.short(report.last_at)
        yield "  " + words.SPAN.format(first=first, last=last, zone=moments.zone(report.last_at))
        yield from _facts(report, room)
    if report.unread:
        yield from paragraph(words.UNREAD.of(report.unread), "  ", width=room)
    if report.damaged:
        yield from paragraph(words.DAMAGED.of(report.damaged), "  ", width=room)


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
    return words.TURNED_AWAY.of(amount.clients, replies=replies_of(amount))


def replies_of(amount: Amount) -> str:
    counts = {
        words.REFUSED: amount.refused,
        words.DEFERRED: amount.deferred,
        words.WARNED: amount.warned,
    }
    return ", ".join(text.of(count) for text, count in counts.items() if count)


def _grounds(report: LogReport, room: int, paint: Paint) -> Iterator[str]:
    amounts = report.grounds.values()
    columns = [
        Column(
            words.GROUND,
            [words.GROUNDS[each] for each in report.grounds],
            least=_NARROWEST_GROUND,
            shorten=shorten_end,
        ),
        _numbers(words.GROUND_CLIENTS, [each.clients for each in amounts]),
        _numbers(words.GROUND_REFUSED, [each.refused for each in amounts]),
        _numbers(words.GROUND_DEFERRED, [each.deferred for each in amounts]),
    ]
    if report.reverse_dns.warned:
        columns.append(_numbers(words.GROUND_WARNED, [each.warned for each in amounts]))
    for line in table(columns, room - 2, paint):
        yield f"  {line}"
    if Ground.NO_PTR_OR_FAILED in report.grounds:
        yield from paragraph(words.AMBIGUOUS_GROUND, "  ", width=room)


def _numbers(heading: str, numbers: list[int]) -> Column:
    return Column(heading, [f"{each:,}" for each in numbers], right=True)


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
    facts = [_who(sender), _fate(sender)]
    if sender.last_delivery is not None:
        last = moments.short(sender.last_delivery)
        facts.append(words.DELIVERED.of(sender.deliveries, last=last))
    facts.append(_why(sender))
    facts += [
        words.ENVELOPE.format(sender=each.sender, recipient=each.recipient)
        for each in sender.envelopes
    ]
    for fact in facts:
        yield from paragraph(fact, _INDENT, _INDENT + "  ", width=room)
    yield _INDENT + words.COMMAND.format(address=sender.addresses[0])


def _who(sender: Sender) -> str:
    client = sender.addresses[0].text
    if sender.amount.clients > 1:
        count = sender.amount.clients - 1
        client = words.AND_MORE.format(address=client, count=count, network=sender.network)
    if sender.names:
        client = words.WITH_NAME.format(address=client, name=sender.names[0])
    if sender.helos:
        client = words.WITH_HELO.format(client=client, helo=sender.helos[0])
    return client


def _fate(sender: Sender) -> str:
    several = len(sender.grounds) > 1
    grounds = [
        words.GROUND_AND_COUNT.format(ground=words.GROUNDS[ground], count=count)
        if several
        else words.GROUNDS[ground]
        for ground, count in list(sender.grounds.items())[:_GROUNDS_SHOWN]
    ]
    return words.FATE.format(
        replies=replies_of(sender.amount),
        last=moments.short(sender.last_rejection),
        grounds=", ".join(grounds),
    )


def _why(sender: Sender) -> str:
    signs = [words.SIGNS[each] for each in sender.signs if each not in SPEAKS_AGAINST]
    against = [words.SIGNS[each] for each in sender.signs if each in SPEAKS_AGAINST]
    template = words.WHY_THOUGH if against else words.WHY
    return template.format(signs=", ".join(signs), against=", ".join(against))


def _others(others: Others, room: int) -> Iterator[str]:
    count = others.amount.clients
    text = words.OTHERS.of(count, replies=replies_of(others.amount))
    signs = _signs_of(others)
    if signs:
        text += " " + words.OTHERS_SIGNS.format(signs=", ".join(signs))
    yield from paragraph(text, "", width=room)


def _signs_of(others: Others) -> list[str]:
    against = {sign: count for sign, count in others.signs.items() if sign in SPEAKS_AGAINST}
    frequent = sorted(against.items(), key=lambda each: -each[1])[:_SIGNS_SHOWN]
    return [
        words.SIGN_AND_COUNT.format(sign=words.SIGNS[sign], count=count) for sign, count in frequent
    ]
