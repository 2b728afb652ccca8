"""What every page about mail logs has: what was read, from when to when, and what could not be.

Owns the frame; its layout is ``templates/logs_page.html``, which others extend with a block
``findings``. Nothing that strangers said can add to the page: all of it is escaped, and the page's
own policy lets it neither run nor load anything.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
from markupsafe import Markup

from gotrdns.names import Address
from gotrdns.reports import moments
from gotrdns.reports.html_page import compose_html
from gotrdns.reports.logs import english as words
from gotrdns.reports.logs import english_page as page_words
from gotrdns.reports.logs.report import Read
from gotrdns.reports.logs.sentences import nothing_told, remarks_on
from gotrdns.reports.sentences import legible_path
from gotrdns.reports.templating import as_data, fill

_STYLES: Final = ("facts.css", "chart.css", "bars.css", "logs.css")
_LOGS_NAMED: Final = 50


class Entry(msgspec.Struct, frozen=True):
    """A sender that is told of, and whatever is said of it under which label."""

    number: int
    domain: str | None
    facts: dict[str, tuple[Markup | str | None, ...]]


class Figure(msgspec.Struct, frozen=True):
    """A count that is told before anything else, and what goes on from it."""

    label: str
    count: int
    told: str


def compose_logs_page(
    layout: str,
    report: Read,
    *,
    generated: str,
    title: str = page_words.TITLE,
    **findings: object,
) -> str:
    """The whole page, of ``layout``, which is handed ``findings``, ``words`` and ``page``'s words.

    ``generated`` says in words when the page was made; ``title`` names the ``logs``.
    """
    return compose_html(
        layout,
        title=title.format(logs=_logs(report)),
        styles=_STYLES,
        generated=generated,
        words=words,
        page=page_words,
        report=report,
        opening=_opening(report),
        logs=[legible_path(each) for each in report.logs[:_LOGS_NAMED]],
        remarks=remarks_on(report),
        **findings,
    )


def tell_clients(addresses: Sequence[Address], clients: int, network: str) -> Markup:
    """Who they are: one address, and how many more there are in its network."""
    address = addresses[0].text
    if clients == 1:
        return as_data(address)
    return fill(words.AND_MORE, address=address, count=clients - 1, network=network)


def _logs(report: Read) -> str:
    if len(report.logs) == 1:
        return legible_path(report.logs[0])
    return page_words.OF_SEVERAL_LOGS.format(count=len(report.logs))


def _opening(report: Read) -> str:
    if report.first_at is None or report.last_at is None:
        return nothing_told(report)
    return page_words.SPAN.format(
        lines=page_words.LINES.of(report.lines),
        first=moments.short_utc(report.first_at),
        last=moments.short_utc(report.last_at),
    )
