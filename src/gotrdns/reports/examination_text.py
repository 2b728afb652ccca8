"""What the doctor found, for people: what is wrong first, with what mends it, then the rest.

Owns the layout for a terminal of 80 columns; the words are in ``english_doctor``. What was read on
the host reaches the terminal with its control characters escaped.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from gotrdns.reports import english_doctor as words
from gotrdns.reports.english_faults import FAULTS
from gotrdns.reports.examination import Finding, Severity, Unmade, Well, Wrong, is_wrong
from gotrdns.reports.layout import paragraph
from gotrdns.reports.text import Paint, Style, plain

_STYLES: Final = {
    Severity.ERROR: Style.BAD,
    Severity.WARNING: Style.UNSURE,
    Severity.INFO: Style.HEADING,
}
_BY_GRAVITY: Final = {severity: place for place, severity in enumerate(Severity)}
_LABEL_WIDTH: Final = max(map(len, words.SUBJECTS.values())) + 2


def sentence(finding: Finding) -> str:
    """What was seen, in one sentence on one line."""
    match finding:
        case Well(check, details):
            return _fill(words.WELL[check], details)
        case Wrong(fault, details):
            return _fill(FAULTS[fault].seen, details)
        case Unmade(_, obstacle, details):
            return _fill(words.OBSTACLES[obstacle], details)


def remedy(finding: Finding) -> list[str]:
    """The lines that mend it; none where nothing has to be."""
    if not isinstance(finding, Wrong):
        return []
    lines = FAULTS[finding.fault].remedy
    return [_fill(line, finding.details) for line in lines]


def _fill(template: str, details: object) -> str:
    filled = template.format_map(details)  # type: ignore[arg-type]  # a mapping of texts
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in filled)


def compose_examination(findings: Sequence[Finding], paint: Paint = plain) -> str:
    """The whole text, every line ended."""
    return "".join(f"{line}\n" for line in _lines(findings, paint))


def _lines(findings: Sequence[Finding], paint: Paint) -> Iterator[str]:
    wrong = [each for each in findings if is_wrong(each)]
    yield from _verdict(findings, wrong, paint)
    for each in sorted(wrong, key=lambda each: _BY_GRAVITY[each.severity]):
        yield ""
        yield from _in_full(each, paint)
    notes = [each for each in findings if each.severity is Severity.INFO]
    if notes:
        yield from ["", paint(words.TO_KNOW, Style.HEADING)]
        for each in notes:
            yield from _in_brief(each)
    for heading, severity in (
        (words.UNKNOWN, Severity.UNKNOWN),
        (words.NOT_APPLYING, Severity.SKIPPED),
    ):
        unmade = [each for each in findings if each.severity is severity]
        if unmade:
            yield from ["", paint(heading, Style.HEADING), *_by_reason(unmade)]
    well = [each for each in findings if isinstance(each, Well)]
    if well:
        yield from ["", paint(words.IN_ORDER, Style.HEADING), *_by_subject(well)]


def _verdict(findings: Sequence[Finding], wrong: Sequence[Finding], paint: Paint) -> Iterator[str]:
    if wrong:
        style = Style.BAD
        counts = [
            (one if count == 1 else several).format(count=count)
            for severity, (one, several) in (
                (Severity.ERROR, words.ERRORS),
                (Severity.WARNING, words.WARNINGS),
            )
            if (count := sum(each.severity is severity for each in wrong))
        ]
        text = words.WRONG.format(counts=words.AND.join(counts))
    else:
        style, text = Style.GOOD, words.ALL_IS_WELL
    line = paint(text, style)
    checks = {each.check for each in findings if each.severity is not Severity.SKIPPED}
    unknown = {each.check for each in findings if each.severity is Severity.UNKNOWN}
    if unknown:
        line += " " + words.MADE.format(made=len(checks - unknown), all=len(checks))
    yield line


def _in_full(finding: Finding, paint: Paint) -> Iterator[str]:
    severity = finding.severity
    title = f"{words.SEVERITIES[severity]}  {_code(finding)}"
    yield paint(title, _STYLES[severity])
    yield from paragraph(sentence(finding), "  ")
    yield f"  {words.MEND}"
    for line in remedy(finding):
        yield f"    {line}"


def _in_brief(finding: Finding) -> Iterator[str]:
    yield from paragraph(f"{_code(finding)}: {sentence(finding)}", "  - ", "    ")
    for line in remedy(finding):
        yield f"      {line}"


def _code(finding: Finding) -> str:
    return finding.fault.value if isinstance(finding, Wrong) else finding.check.value


def _by_reason(findings: Iterable[Finding]) -> Iterator[str]:
    """What could not be checked, by what hindered it: often the same thing."""
    reasons: dict[str, dict[str, None]] = {}
    for each in findings:
        reasons.setdefault(sentence(each), {})[_code(each)] = None
    for reason, codes in reasons.items():
        yield from paragraph(f"{reason} ({', '.join(codes)})", "  - ", "    ")


def _by_subject(findings: Iterable[Finding]) -> Iterator[str]:
    before = None
    for each in findings:
        subject = each.check.subject
        label = words.SUBJECTS[subject] if subject is not before else ""
        before = subject
        first = f"  {label:<{_LABEL_WIDTH}}"
        yield from paragraph(sentence(each), first, " " * len(first))
