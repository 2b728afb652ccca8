"""A verdict as text for people: what was asked and answered, why, and what to change.

Owns the layout for a terminal of 80 columns; the sentences are in `english`, chosen in `sentences`.
Names reach it escaped (``DomainName.text``), so nothing that strangers publish in DNS can steer the
terminal.
"""

import enum
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from gotrdns.diagnosis.findings import EXAMPLE_HOST, Finding, Fixer, Repair, Severity
from gotrdns.names import special_use
from gotrdns.reports import english as words
from gotrdns.reports.layout import paragraph
from gotrdns.reports.records import forward_lines, reverse_lines
from gotrdns.reports.sentences import sentence
from gotrdns.verification import Cause, Result, Verdict

_REPAIRS_SHOWN: Final = 4  # any of them would do


class Style(enum.Enum):
    """What a piece of text is; how that looks is the caller's choice."""

    HEADING = "heading"
    GOOD = "good"
    BAD = "bad"
    UNSURE = "unsure"


Paint = Callable[[str, Style], str]


def plain(text: str, _style: Style) -> str:
    return text


STYLE_OF_RESULT: Final = {
    Result.PASS: Style.GOOD,
    Result.FAIL: Style.BAD,
    Result.PERMERROR: Style.BAD,
    Result.TEMPERROR: Style.UNSURE,
}


def compose(
    verdict: Verdict,
    findings: Sequence[Finding],
    *,
    origin: str | None = None,
    servers: Sequence[str] = (),
    paint: Paint = plain,
) -> str:
    """The whole report on one address, every line ended.

    ``origin`` says where the address comes from (a host name, an MX), ``servers`` which resolvers
    were asked.
    """
    lines = [paint(verdict.address.text, Style.HEADING) + (f"  ({origin})" if origin else "")]

    def add_section(heading: str, section: Iterable[str]) -> None:
        lines.extend(["", paint(f"  {heading}", Style.HEADING), *section])

    add_section(words.ASK_REVERSE, reverse_lines(verdict))
    if verdict.names:
        several = len(verdict.names) > 1
        question = words.ASK_FORWARD_SEVERAL if several else words.ASK_FORWARD
        add_section(question, forward_lines(verdict))
    lines += ["", *result_lines(verdict, paint)]
    remarks = list(findings)
    if verdict.cause is not Cause.CONFIRMED:
        cause = remarks.pop(0)
        add_section(words.REASON, paragraph(sentence(cause, verdict, servers)))
        add_section(words.CHANGE, _changes(cause))
        if _sender_needs_the_steps(cause, verdict):
            add_section(words.STEPS, _steps(cause, verdict))
    if remarks:
        add_section(words.ALSO, _remarks(remarks, verdict))
    return "".join(f"{line}\n" for line in lines)


def result_lines(verdict: Verdict, paint: Paint) -> Iterator[str]:
    """The result with its cause, and what it means."""
    result = verdict.result
    label = f"{result.value.upper()} ({verdict.cause.value})"
    line, *rest = paragraph(f"{label}: {words.RESULTS[result]}", first="  ")
    yield line.replace(label, paint(label, STYLE_OF_RESULT[result]), 1)
    yield from rest


def _changes(cause: Finding) -> Iterator[str]:
    """The records to publish, those of whoever ought to act first."""
    repairs = cause.repairs
    fixer = words.FIXERS[cause.fixer]
    if not repairs:
        if cause.fixer is Fixer.RECEIVER:
            advice = f"{words.CHECK_THE_RESOLVER} {words.SENDER_IS_RIGHT}"
        else:
            advice = words.WAIT_OR_MEND.format(fixer=fixer)
        yield from paragraph(advice)
        return
    if cause.details.get("made_from_address"):
        yield from paragraph(words.MADE_FROM_ADDRESS)
    first = [repair for repair in repairs if repair.fixer is cause.fixer]
    others = [repair for repair in repairs if repair.fixer is not cause.fixer]
    publish = words.PUBLISH if len(first) == 1 else words.PUBLISH_ONE_OF
    yield from _records_to_publish(publish.format(fixer=fixer), first)
    if others:
        fixer = words.FIXERS[others[0].fixer]
        yield from _records_to_publish(words.PUBLISH_OR.format(fixer=fixer), others)
    if any(repair.names_example_host for repair in repairs):
        yield from paragraph(words.EXAMPLE_HOST_REMARK.format(example=EXAMPLE_HOST))


def _records_to_publish(introduction: str, repairs: Iterable[Repair]) -> Iterator[str]:
    yield from paragraph(introduction)
    # The PTR record first: it is the one that most often has to change.
    lines = [each.zone_file for each in sorted(repairs, key=lambda each: each.type != "PTR")]
    # In one piece however long they are: they are made to be copied.
    yield from (f"      {line}" for line in lines[:_REPAIRS_SHOWN])
    if len(lines) > _REPAIRS_SHOWN:
        yield f"      {words.MORE.format(count=len(lines) - _REPAIRS_SHOWN)}"


def _sender_needs_the_steps(cause: Finding, verdict: Verdict) -> bool:
    """Not where the sender has a name of its own in the PTR record, or the client is hidden."""
    return (
        cause.severity is Severity.ERROR
        and cause.fixer is not Fixer.DOMAIN_OWNER
        and special_use(verdict.address) is None
    )


def _steps(cause: Finding, verdict: Verdict) -> Iterator[str]:
    host = next(repair.data for repair in cause.repairs if repair.type == "PTR")
    record_type = "AAAA" if verdict.address.is_ipv6 else "A"
    for number, step in enumerate(words.SENDER_STEPS, 1):
        text = step.format(record=words.ADDRESS_RECORDS[record_type])
        yield from paragraph(text, first=f"    {number}. ", rest="       ")
        if step.endswith(":"):
            yield f"         {host} IN {record_type} {verdict.address}"


def _remarks(findings: Iterable[Finding], verdict: Verdict) -> Iterator[str]:
    for finding in findings:
        text = words.REMARK.format(
            code=finding.code,
            severity=words.SEVERITIES[finding.severity],
            fixer=words.FIXERS_IN_SHORT[finding.fixer],
            sentence=sentence(finding, verdict),
        )
        yield from paragraph(text, first="    - ", rest="      ")
