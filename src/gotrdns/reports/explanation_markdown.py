"""An explanation as GitHub-flavoured Markdown, to be pasted into a ticket.

Owns what is a heading, a list or a code block, and what keeps strangers' data from being anything
but text: all of it stands in code whose fence it cannot close, and no HTML is written. Tickets are
bounded, so the evidence is, too.
"""

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from gotrdns.explaining.explanation import Explanation
from gotrdns.reports import english_explain as words
from gotrdns.reports import english_page as page_words
from gotrdns.reports.delegation_text import way_lines
from gotrdns.reports.english_receivers import OTHERS
from gotrdns.reports.explanation_outline import Outline, outline, result_label, result_meaning
from gotrdns.reports.prose import pieces

# GitHub takes 65,536 characters.
_LONGEST_TICKET: Final = 60_000
_BACKTICKS: Final = re.compile(r"`+")
_SHORTEST_FENCE: Final = 3
_BULLET: Final = "- "


def compose_markdown(explanation: Explanation, *, origin: str | None = None) -> str:
    """The whole explanation of one address, every line ended.

    ``origin`` says where the address comes from (a host name, an MX).
    """
    verdict, parts = explanation.verdict, outline(explanation)
    title = page_words.TITLE.format(address=verdict.address)
    blocks = [
        f"## {_prose(f'{title} ({origin})' if origin else title)}",
        f"**{result_label(verdict)}**: {result_meaning(verdict)}",
    ]
    for heading, section in _sections(parts):
        body = list(section)
        if body:
            blocks += [_heading(heading), *body]
    room = _LONGEST_TICKET - sum(map(len, blocks))
    if evidence := list(_evidence(parts, room)):
        blocks += [_heading(page_words.EVIDENCE), *evidence]
    return "\n\n".join(blocks) + "\n"


def _sections(parts: Outline) -> Iterator[tuple[str, Iterable[str]]]:
    """All but the evidence: headings, each with its blocks of paragraphs, lists and code."""
    yield words.PAIR, _code_block(textwrap.dedent("\n".join(parts.pair)).split("\n"))
    yield words.REASON, _paragraphs([" ".join(parts.reason)])
    yield words.PUBLISH, _records(parts)
    yield words.HOW_LONG, _waits(parts)
    yield words.TO_DO, _paragraphs(parts.advice)
    yield words.WHO, _parties(parts.who)
    yield words.ALSO, _list([_prose(remark) for remark in parts.remarks])
    yield OTHERS, _list([_prose(sentence) for sentence in parts.others])


def _heading(text: str) -> str:
    return f"### {_prose(text)}"


def _records(parts: Outline) -> Iterator[str]:
    if not parts.steps:
        return
    yield _prose(parts.introduction)
    yield from _list(
        ["\n\n".join([_prose(step.where), *_code_block([step.record])]) for step in parts.steps],
        numbered=len(parts.steps) > 1,
    )
    yield from _paragraphs([parts.choice])


def _waits(parts: Outline) -> Iterator[str]:
    if parts.waits is not None:
        yield _prose(parts.waits.sentence)
        yield from _list([_prose(wait) for wait in parts.waits.each], numbered=True)


def _parties(parties: Iterable[Sequence[str]]) -> Iterator[str]:
    items = []
    for first, *others in parties:
        facts = _list([_prose(sentence) for sentence in others])
        items.append("\n".join([_prose(first), *facts]))
    return _list(items)


def _evidence(parts: Outline, room: int) -> Iterator[str]:
    if parts.answers:
        yield _prose(f"{words.ANSWERS_HERE}:")
        yield from _code_block(textwrap.dedent("\n".join(parts.answers)).split("\n"))
    for number, way in enumerate(parts.ways):
        lines = textwrap.dedent("\n".join(way_lines(way.path))).split("\n")
        blocks = [f"{_prose(way.heading)}:", *_code_block(lines), *_paragraphs([way.same])]
        room -= sum(map(len, blocks))
        if room < 0:
            yield page_words.WAYS_LEFT_OUT.format(count=len(parts.ways) - number)
            return
        yield from blocks
    if parts.more_ways is not None:
        yield _prose(f"{parts.more_ways.heading}: {parts.more_ways.names}")


def _paragraphs(sentences: Iterable[str]) -> Iterator[str]:
    return (_prose(sentence) for sentence in sentences if sentence)


def _list(items: Sequence[str], *, numbered: bool = False) -> Iterator[str]:
    """One block; what an item has beyond its first line is indented to belong to it."""
    if items:
        marks = [f"{number}. " if numbered else _BULLET for number in range(1, len(items) + 1)]
        yield "\n".join(
            mark + textwrap.indent(item, " " * len(mark)).lstrip()
            for mark, item in zip(marks, items, strict=True)
        )


def _prose(sentence: str) -> str:
    """A sentence on one line, with what may be strangers' data in it as code."""
    text = "".join(_code(piece.text) if piece.is_data else piece.text for piece in pieces(sentence))
    # A number there would begin a list.
    return re.sub(r"^(\d+)([.)])", r"\1\\\2", text)


def _code(data: str) -> str:
    fence = _fence(data, 1)
    pad = " " if data.startswith("`") or data.endswith("`") else ""
    return f"{fence}{pad}{data}{pad}{fence}"


def _code_block(lines: Sequence[str]) -> Iterator[str]:
    """One block, or none where there are no lines."""
    text = "\n".join(lines)
    if text:
        fence = _fence(text, _SHORTEST_FENCE)
        yield f"{fence}text\n{text}\n{fence}"


def _fence(text: str, shortest: int) -> str:
    """Longer than any run of backticks in the text, so that none can close it."""
    longest = max((len(run) for run in _BACKTICKS.findall(text)), default=0)
    return "`" * max(shortest, longest + 1)
