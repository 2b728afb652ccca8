"""What a verb says of itself in its help, as parts that a page can lay out.

Owns how help and epilog are read: paragraphs apart by empty lines, those that begin with ``\\b`` in
lines that stay as they are.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_KEPT: Final = "\b\n"
_TERM: Final = re.compile(r"  (\S.*?)(?: {2,})(\S.*)")
_CONTINUED: Final = re.compile(r" {3,}(\S.*)")


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Lines:
    """A heading, and lines that stay as they are."""

    heading: str
    lines: tuple[str, ...]


Block = Prose | Lines


def read_blocks(text: str | None) -> Iterator[Block]:
    """The parts of a help text or an epilog."""
    for paragraph in re.split(r"\n\s*\n", (text or "").strip("\n")):
        if paragraph.startswith(_KEPT):
            heading, *lines = paragraph.removeprefix(_KEPT).splitlines()
            yield Lines(heading, tuple(lines))
        elif words := paragraph.split():
            yield Prose(" ".join(words))


def read_terms(lines: tuple[str, ...]) -> tuple[tuple[str, str], ...] | None:
    """Lines that explain one term each, possibly over several; None if they do not."""
    terms: list[tuple[str, str]] = []
    for line in lines:
        if match := _TERM.fullmatch(line):
            terms.append((match[1], match[2]))
        elif terms and (match := _CONTINUED.fullmatch(line)):
            term, meaning = terms.pop()
            terms.append((term, f"{meaning} {match[1]}"))
        else:
            return None
    return tuple(terms)
