"""An explanation as text for people: why, what to publish, who acts, and then the evidence.

Owns the layout for a terminal of 80 columns; what there is to say is `explanation_outline`'s. Names
reach it escaped (``DomainName.text``) and strangers' free text tamed, so nothing can steer the
terminal.
"""

from collections.abc import Iterable, Iterator

from gotrdns.explaining.explanation import Explanation
from gotrdns.reports import english_explain as words
from gotrdns.reports.delegation_text import way_lines
from gotrdns.reports.english_receivers import OTHERS
from gotrdns.reports.explanation_outline import Outline, Step, Waits, outline
from gotrdns.reports.layout import WIDTH, paragraph
from gotrdns.reports.text import Paint, Style, plain, result_lines


def compose_explanation(
    explanation: Explanation, *, origin: str | None = None, paint: Paint = plain
) -> str:
    """The whole explanation of one address, every line ended.

    ``origin`` says where the address comes from (a host name, an MX).
    """
    verdict = explanation.verdict
    lines = [paint(verdict.address.text, Style.HEADING) + (f"  ({origin})" if origin else "")]
    lines += ["", *result_lines(verdict, paint)]
    for heading, section in _sections(outline(explanation)):
        body = list(section)
        if body:
            lines.append("")
            lines += [paint(line, Style.HEADING) for line in paragraph(heading, "  ")]
            lines += body
    return "".join(f"{line}\n" for line in lines)


def repair_sections(parts: Outline, width: int = WIDTH) -> Iterator[tuple[str, Iterable[str]]]:
    """Headings and lines: why, what to publish, who can, and what else is not as it should be."""
    yield words.REASON, _paragraphs(parts.reason, width)
    yield words.PUBLISH, _records(parts, width)
    if parts.waits is not None:
        yield words.HOW_LONG, _waits(parts.waits, width)
    yield words.TO_DO, _paragraphs(parts.advice, width)
    yield words.WHO, _who(parts.who, width)
    yield words.ALSO, _remarks(parts.remarks, width)


def _sections(parts: Outline) -> Iterator[tuple[str, Iterable[str]]]:
    yield words.PAIR, parts.pair
    yield from repair_sections(parts)
    yield OTHERS, _remarks(parts.others, WIDTH)
    yield words.ANSWERS_HERE, parts.answers
    for way in parts.ways:
        yield way.heading, (*way_lines(way.path), *paragraph(way.same))
    if parts.more_ways is not None:
        yield parts.more_ways.heading, paragraph(parts.more_ways.names)


def _paragraphs(sentences: Iterable[str], width: int) -> Iterator[str]:
    for sentence in sentences:
        yield from paragraph(sentence, width=width)


def _who(parties: tuple[tuple[str, ...], ...], width: int) -> Iterator[str]:
    mark, indent = ("    - ", "      ") if len(parties) > 1 else ("    ", "    ")
    for first, *others in parties:
        yield from paragraph(first, mark, indent, width=width)
        for sentence in others:
            yield from paragraph(sentence, indent, width=width)


def _records(parts: Outline, width: int) -> Iterator[str]:
    yield from paragraph(parts.introduction, width=width)
    several = len(parts.steps) > 1
    for number, step in enumerate(parts.steps, 1):
        yield from _step(step, words.NUMBERED.format(number=number) if several else "", width)
    yield from paragraph(parts.choice, width=width)


def _step(step: Step, mark: str, width: int) -> Iterator[str]:
    yield from paragraph(f"{mark}{step.where}", "    ", " " * (4 + len(mark)), width=width)
    # In one piece however long it is: it is made to be copied.
    yield f"         {step.record}"


def _waits(waits: Waits, width: int) -> Iterator[str]:
    yield from paragraph(waits.sentence, width=width)
    for number, wait in enumerate(waits.each, 1):
        mark = words.NUMBERED.format(number=number)
        yield from paragraph(f"{mark}{wait}", "    ", " " * (4 + len(mark)), width=width)


def _remarks(remarks: Iterable[str], width: int) -> Iterator[str]:
    for remark in remarks:
        yield from paragraph(remark, "    - ", "      ", width=width)
