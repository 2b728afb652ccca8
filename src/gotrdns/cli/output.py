"""What verbs have in common when they write: colour, errors in one line, readers that went away."""

import os
import sys
from typing import IO, Any, Final

import click

from gotrdns.reports.text import Paint, Style, plain

# What a shell reports of a program that SIGPIPE ended: 128 and the signal's number.
_READER_WENT_AWAY: Final = 141

_LOOKS: Final[dict[Style, dict[str, Any]]] = {
    Style.HEADING: {"bold": True},
    Style.GOOD: {"fg": "green", "bold": True},
    Style.BAD: {"fg": "red", "bold": True},
    Style.UNSURE: {"fg": "yellow", "bold": True},
}


class Failure(click.ClickException):
    """The verb cannot do what was asked; said in one line, without usage or traceback."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"gotrdns: {self.message}", file=file, err=file is None)


def choose_paint() -> Paint:
    """Colour on terminals only, and not where the user wants none (https://no-color.org)."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return plain
    return _styled if sys.stdout is not None and sys.stdout.isatty() else plain


def _styled(text: str, style: Style) -> str:
    return click.style(text, **_LOOKS[style])


def write(text: str) -> None:
    """Write to standard output, now. Ends the verb where nobody reads it, or it cannot be kept."""
    try:
        click.echo(text, nl=False)
    except OSError as error:
        # What is still buffered would raise the error again when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            raise click.exceptions.Exit(_READER_WENT_AWAY) from None
        raise Failure(f"cannot write the results: {error.strerror}") from None
