"""How text is fitted to a width.

Owns the breaking of lines, and knows nothing of what they say.
"""

import textwrap
from typing import Final

WIDTH: Final = 80  # columns of a terminal
LETTER_WIDTH: Final = 72  # columns of a letter, so that it can be quoted


def paragraph(
    text: str, first: str = "    ", rest: str | None = None, *, width: int = WIDTH
) -> list[str]:
    """The text in lines. Names are never broken, however long: they may have to be copied."""
    return textwrap.wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=first if rest is None else rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
