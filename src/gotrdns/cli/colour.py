"""Colour on terminals: when there is any, and which."""

import os
import sys
from typing import Any, Final

import click

from gotrdns.reports.text import Paint, Style, plain

_LOOKS: Final[dict[Style, dict[str, Any]]] = {
    Style.HEADING: {"bold": True},
    Style.GOOD: {"fg": "green", "bold": True},
    Style.BAD: {"fg": "red", "bold": True},
    Style.UNSURE: {"fg": "yellow", "bold": True},
}


def choose_paint() -> Paint:
    """Colour on terminals only, and not where the user wants none (https://no-color.org)."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return plain
    return _styled if sys.stdout is not None and sys.stdout.isatty() else plain


def _styled(text: str, style: Style) -> str:
    return click.style(text, **_LOOKS[style])
