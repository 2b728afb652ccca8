"""Text as the man macros of roff need it.

Owns what has to be escaped, and how paragraphs, lists and listings are written. Knows nothing of
what they say.
"""

import re
import textwrap
from collections.abc import Iterable
from typing import Final

# Characters that would be read as commands, or printed as something that cannot be copied.
_ESCAPES: Final = {
    "\\": r"\(rs",
    '"': r"\(dq",
    "'": r"\(aq",
    "-": r"\-",
    "`": r"\(ga",
    "^": r"\(ha",
    "~": r"\(ti",
}
_LONGEST_LINE: Final = 78  # mandoc asks for at most 80
# What stands for itself: `in backticks`, and --options wherever they are.
_LITERAL: Final = re.compile(r"`([^`]+)`|(?<![\w-])(--[a-z][a-z-]*)")


def escape(text: str) -> str:
    """Text that is printed as it is, wherever in a line it stands but at its beginning."""
    return "".join(
        _ESCAPES.get(each) or (each if each.isascii() else f"\\[u{ord(each):04X}]") for each in text
    )


def bold(text: str) -> str:
    """What is to be typed as it is."""
    return f"\\fB{escape(text)}\\fR"


def italic(text: str) -> str:
    """What stands for something else."""
    return f"\\fI{escape(text)}\\fR"


def mark_usage(text: str) -> str:
    """How something is to be spelt: what is typed in bold, what stands for something else not."""
    return "".join(
        bold(piece) if piece[-1:].islower() else italic(piece) if piece.isupper() else escape(piece)
        for piece in re.split(r"([^\W_]+(?:-[^\W_]+)*|--?[a-z][a-z-]*)", text)
    )


def mark(text: str) -> str:
    """Escaped, with what is literal in bold."""
    pieces = []
    end = 0
    for match in _LITERAL.finditer(text):
        pieces += [escape(text[end : match.start()]), bold(match[1] or match[2])]
        end = match.end()
    return "".join([*pieces, escape(text[end:])])


def fill(roff: str) -> str:
    """Escaped text in lines of bearable length."""
    lines = textwrap.wrap(roff, _LONGEST_LINE, break_long_words=False, break_on_hyphens=False)
    return "".join(f"{_guard(line)}\n" for line in lines)


def paragraph(text: str) -> str:
    """A paragraph of prose."""
    return f".PP\n{fill(mark(text))}"


def item(term: str, *texts: str) -> str:
    """A term, escaped already, and what it means, each text on lines of its own."""
    return f".TP\n{_guard(term)}\n" + ".br\n".join(fill(mark(text)) for text in texts)


def listing(lines: Iterable[str]) -> str:
    """Lines printed as they are, indented."""
    return "".join(
        [".PP\n.RS 2\n.nf\n", *(f"{_guard(escape(line))}\n" for line in lines), ".fi\n.RE\n"]
    )


def section(name: str, content: Iterable[str]) -> str:
    """A section. The macros that begin its first paragraph are left out: there is no gap."""
    return f".SH {_argument(name)}\n" + "".join(content).removeprefix(".PP\n")


def subsection(name: str, content: Iterable[str]) -> str:
    """A part of a section."""
    return f".SS {_argument(name)}\n" + "".join(content).removeprefix(".PP\n")


def header(name: str, number: int, *, date: str, source: str, manual: str) -> str:
    """What a page begins with; it has a ragged edge and divides no words, for they get copied."""
    words = map(_argument, (name.upper(), str(number), source, manual))
    title, section, *footer = words
    return f".TH {title} {section} {date} {' '.join(footer)}\n.nh\n.ad l\n"


def summary(name: str, text: str) -> str:
    """What NAME says, in the form that ``whatis`` reads."""
    return fill(f"{escape(name)} \\- {escape(text)}")


def reference(name: str, number: int) -> str:
    """Another page."""
    return f"{bold(name)}({number})"


def _argument(text: str) -> str:
    return f'"{escape(text)}"'


def _guard(line: str) -> str:
    # A control line otherwise. An apostrophe, which makes one too, is escaped already.
    return f"\\&{line}" if line.startswith(".") else line
