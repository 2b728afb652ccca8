"""What would become of a log's mail under other settings, as one page of HTML for who decides.

Owns what the page shows, and how much of it however much there is; the layout is
``templates/what_if.html``.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from gotrdns.policy import Rule
from gotrdns.reports import moments
from gotrdns.reports.bars import Bar, Bars, Kind, draw_bars
from gotrdns.reports.charts import Texture
from gotrdns.reports.logs import english as english_logs
from gotrdns.reports.logs import english_page as english_logs_page
from gotrdns.reports.logs import english_what_if as words
from gotrdns.reports.logs import english_what_if_page as page_words
from gotrdns.reports.logs.page import Entry, Figure, compose_logs_page, tell_clients
from gotrdns.reports.logs.what_if import (
    EVERY_WOULD,
    TAKEN_IN,
    TURNED_AWAY,
    Changed,
    WhatIf,
    Would,
)
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
from gotrdns.reports.templating import as_data, fill

_UNFOLDED: Final = 10  # senders of each group
_LINES: Final = 20
_TEXTURES: Final = {
    Would.LET_IN: Texture.PLAIN,
    Would.DEFERRED: Texture.DOTTED,
    Would.REFUSED: Texture.RISING,
    Would.UNDECIDED: Texture.CROSSED,
}


class _Section(msgspec.Struct, frozen=True):
    """A group of senders: those that are shown, those that are folded, and how many are neither."""

    heading: str
    remarks: tuple[str, ...]
    entries: list[Entry]
    folded: list[Entry]
    left_out: int
    all: int


def compose_what_if_page(report: WhatIf, *, top: int, generated: str) -> str:
    """The whole page; of each group of senders the first ``top``.

    ``generated`` says in words when the page was made.
    """
    lines = list(exceptions(report, top))
    mode = words.MODES[report.setting.rehearsed or report.setting.mode]
    return compose_logs_page(
        "what_if.html",
        report,
        generated=generated,
        title=page_words.TITLE.replace("{mode}", mode),
        what_if=words,
        own=page_words,
        verdict=list(verdict_on(report)),
        tone=_tone(report),
        figures=list(_figures(report)),
        outcomes=list(_outcomes(report)),
        woulds=[page_words.WOULD[would] for would in _woulds(report)],
        not_concerned=list(not_concerned(report)),
        charts=[draw_bars(each) for each in _charts(report)],
        vouchers=vouchers_told(report),
        sections=[_section(group, top) for group in groups(report)],
        rests=list(rests_on(report)),
        lines=lines[:_LINES],
        more_lines=lines[_LINES:],
    )


def _tone(report: WhatIf) -> str:
    if report.attempts(TAKEN_IN, (Would.REFUSED, Would.DEFERRED)):
        return "bad"
    return "unsure" if report.attempts(TAKEN_IN, (Would.UNDECIDED,)) else "good"


def _figures(report: WhatIf) -> Iterator[Figure]:
    taken_in = report.attempts(TAKEN_IN, EVERY_WOULD)
    yield Figure(page_words.TAKEN_IN, taken_in, page_words.MESSAGES.of(taken_in))
    lost = {would: report.attempts(TAKEN_IN, (would,)) for would in page_words.LOST_AS}
    told = (page_words.LOST_AS[would].format(count=count) for would, count in lost.items() if count)
    yield Figure(page_words.LOST, sum(lost.values()), ", ".join(told))
    undecided = report.attempts(TAKEN_IN, (Would.UNDECIDED,))
    if undecided:
        yield Figure(page_words.UNDECIDED, undecided, page_words.MESSAGES.of(undecided))
    away = report.attempts(TURNED_AWAY, EVERY_WOULD)
    admitted = report.attempts(TURNED_AWAY, (Would.LET_IN,))
    yield Figure(page_words.AWAY, away, page_words.AWAY_LET_IN.format(count=admitted))
    told_of_clients = page_words.DOUBTFUL_AWAY.format(count=report.turned_away)
    yield Figure(page_words.DOUBTFUL, report.doubtful, told_of_clients)


def _woulds(report: WhatIf) -> list[Would]:
    """The columns, as in the text: what is undecided only where something is."""
    undecided = any(would is Would.UNDECIDED for _, would in report.outcomes)
    return [would for would in words.WOULD if undecided or would is not Would.UNDECIDED]


def _outcomes(report: WhatIf) -> Iterator[tuple[str, list[str]]]:
    """A row for what the log says."""
    for was, label in words.WAS.items():
        total = report.attempts((was,), EVERY_WOULD)
        if total:
            counts = [total, *(report.attempts((was,), (would,)) for would in _woulds(report))]
            yield label, [f"{each:,}" for each in counts]


def _charts(report: WhatIf) -> Iterator[Bars]:
    """One each, since what is turned away would dwarf what is taken in."""
    taken_in = {(each.rule, each.would): each.taken_in for each in report.reasons}
    away = {(each.rule, each.would): each.turned_away for each in report.reasons}
    if any(taken_in.values()):
        yield _chart("taken", page_words.REASONS_TAKEN_IN, taken_in)
    if any(away.values()):
        yield _chart("away", page_words.REASONS_AWAY, away)


def _chart(name: str, title: str, counts: Mapping[tuple[Rule | None, Would], int]) -> Bars:
    present = {would for (_, would), count in counts.items() if count}
    woulds = [would for would in words.WOULD_BE if would in present]
    rules = dict.fromkeys(rule for (rule, _), count in counts.items() if count)
    return Bars(
        name=name,
        title=title,
        things=page_words.REASON,
        kinds=tuple(Kind(words.WOULD_BE[would], _TEXTURES[would]) for would in woulds),
        bars=tuple(
            Bar(
                words.REASONS[rule] if rule else words.REASON_UNDECIDED,
                tuple(counts.get((rule, would), 0) for would in woulds),
            )
            for rule in rules
        ),
        of_data=False,
    )


def _section(group: Group, top: int) -> _Section:
    entries = [_entry(number, each) for number, each in enumerate(group.senders[:top], 1)]
    return _Section(
        heading=group.heading,
        remarks=group.remarks,
        entries=entries[:_UNFOLDED],
        folded=entries[_UNFOLDED:],
        left_out=len(group.senders) - len(entries),
        all=len(group.senders),
    )


def _entry(number: int, sender: Changed) -> Entry:
    facts = {
        english_logs_page.ADDRESS: (
            tell_clients(sender.addresses, sender.clients, sender.network),
        ),
        english_logs_page.PTR_NAME: _first(sender.names),
        english_logs_page.HELO: _first(sender.helos),
        page_words.MAIL: tuple(fates(sender, moments.short_utc)),
        page_words.CAUSES: (causes(sender),),
        page_words.BECAUSE: (reason_for(sender),),
        page_words.LOOKS: (looks(sender),),
        page_words.MAILBOXES: tuple(fill(words.MAILBOX, mailbox=each) for each in sender.mailboxes),
        english_logs_page.COMMAND: (
            as_data(english_logs.COMMAND.format(address=sender.addresses[0])),
        ),
    }
    told = {label: values for label, values in facts.items() if any(values)}
    return Entry(number, sender.domain, told)


def _first(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(map(as_data, texts[:1]))
