"""What a mail log says, as one page of HTML that needs nothing else.

Owns what the page shows, and how much of it however much there is; the layout is
``templates/logs.html``.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from gotrdns.reports import moments
from gotrdns.reports.bars import Bar, Bars, Kind, draw_bars
from gotrdns.reports.charts import Texture, draw_chart
from gotrdns.reports.logs import english as words
from gotrdns.reports.logs import english_page as page_words
from gotrdns.reports.logs.chart import chart_grounds
from gotrdns.reports.logs.page import Entry, Figure, compose_logs_page, tell_clients
from gotrdns.reports.logs.report import Amount, Ground, LogReport, Sender
from gotrdns.reports.logs.sentences import delivered, fate, others_told, replies, why
from gotrdns.reports.logs.span import find_span
from gotrdns.reports.templating import as_data, fill

_UNFOLDED: Final = 10  # senders
_BARS: Final = 15


def compose_log_report_page(report: LogReport, *, top: int, generated: str) -> str:
    """The whole page; of the likely senders the first ``top``.

    ``generated`` says in words when the page was made.
    """
    entries = [_entry(number, each) for number, each in enumerate(report.likely[:top], 1)]
    chart = chart_grounds(report)
    return compose_logs_page(
        "logs.html",
        report,
        generated=generated,
        figures=_figures(report),
        chart=chart and draw_chart(chart),
        left_out_of_chart=chart and _left_out(report),
        grounds=list(_grounds(report)),
        is_ambiguous=Ground.NO_PTR_OR_FAILED in report.grounds,
        volumes=draw_bars(_volumes(report.likely, len(entries))) if entries else None,
        entries=entries[:_UNFOLDED],
        folded=entries[_UNFOLDED:],
        left_out=len(report.likely) - len(entries),
        others=others_told(report.others, after_senders=bool(report.likely))
        if report.others.amount.clients
        else None,
    )


def _left_out(report: LogReport) -> str | None:
    span = find_span(report)
    if span is None or not span.is_cut:
        return None
    first, last = moments.short_utc(span.first), moments.short_utc(span.last)
    return page_words.LEFT_OUT.of(span.left_out, first=first, last=last)


def _figures(report: LogReport) -> tuple[Figure, ...]:
    connections = words.CONNECTIONS.of(report.connections) if report.connections else ""
    taken = [page_words.MESSAGES.of(report.deliveries)]
    if report.submissions:
        taken.append(words.SUBMISSIONS.of(report.submissions))
    return (
        Figure(words.CLIENTS, report.clients, connections),
        Figure(words.DELIVERIES, report.deliveries, ", ".join(taken)),
        _turned_away(words.REVERSE_DNS, report.reverse_dns),
        _turned_away(words.OTHERWISE, report.otherwise),
    )


def _turned_away(label: str, amount: Amount) -> Figure:
    told = page_words.CLIENTS.of(amount.clients, replies=replies(amount)) if amount.replies else ""
    return Figure(label, amount.clients, told)


def _grounds(report: LogReport) -> Iterator[tuple[str, list[str]]]:
    """The rows of the table by cause."""
    for ground, amount in report.grounds.items():
        counts = _counts(amount, has_warnings=bool(report.reverse_dns.warned))
        yield words.GROUNDS[ground], [f"{each:,}" for each in counts]


def _counts(amount: Amount, *, has_warnings: bool) -> list[int]:
    counts = [amount.clients, amount.refused, amount.deferred]
    return [*counts, amount.warned] if has_warnings else counts


def _volumes(likely: Sequence[Sender], told: int) -> Bars:
    """The senders with most mail; those that the page tells more of are led to."""
    ordered = sorted(enumerate(likely, 1), key=lambda each: -_volume(each[1]))
    rest = [each for _, each in ordered[_BARS:]]
    return Bars(
        name="volumes",
        title=page_words.VOLUMES,
        things=page_words.SENDER,
        kinds=(
            Kind(page_words.TURNED_AWAY, Texture.RISING),
            Kind(page_words.TAKEN_IN, Texture.PLAIN),
        ),
        bars=tuple(
            Bar(
                label=sender.domain or words.NO_DOMAIN,
                values=(sender.amount.replies, sender.deliveries),
                hint=sender.addresses[0].text if sender.amount.clients == 1 else sender.network,
                anchor=f"sender-{number}" if number <= told else None,
            )
            for number, sender in ordered[:_BARS]
        ),
        rest=_together(rest) if rest else None,
    )


def _volume(sender: Sender) -> int:
    return sender.amount.replies + sender.deliveries


def _together(senders: Sequence[Sender]) -> Bar:
    replies = sum(each.amount.replies for each in senders)
    taken = sum(each.deliveries for each in senders)
    return Bar(page_words.SENDERS_LEFT.of(len(senders)), (replies, taken))


def _entry(number: int, sender: Sender) -> Entry:
    facts = {
        page_words.ADDRESS: (
            tell_clients(sender.addresses, sender.amount.clients, sender.network),
        ),
        page_words.PTR_NAME: tuple(map(as_data, sender.names[:1])),
        page_words.HELO: tuple(map(as_data, sender.helos[:1])),
        page_words.FATE: (fate(sender, moments.short_utc),),
        page_words.DELIVERED: (delivered(sender, moments.short_utc),),
        page_words.WHY: (why(sender),),
        page_words.ENVELOPES: tuple(
            fill(words.ENVELOPE, sender=each.sender, recipient=each.recipient)
            for each in sender.envelopes
        ),
        page_words.COMMAND: (as_data(words.COMMAND.format(address=sender.addresses[0])),),
    }
    told = {label: values for label, values in facts.items() if any(values)}
    return Entry(number, sender.domain, told)
