"""What verbs have in common when they write: colour, errors in one line, readers that went away."""

import os
import sys
from typing import IO, Any, Final

import click

# What a shell reports of a program that SIGPIPE ended: 128 and the signal's number.
_READER_WENT_AWAY: Final = 141


class Failure(click.ClickException):
    """The verb cannot do what was asked; said in one line, without usage or traceback."""

    exit_code = 2


def complain(text: str) -> None:
    """Say one line on standard error.

    Where it cannot be said nothing else is lost: results are printed and the exit status stays.
    """
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(f"gotrdns: {text}\n")
        sys.stderr.flush()
    except OSError:
        silence(sys.stderr)


def write(text: str) -> None:
    """Write to standard output, now. Ends the verb where nobody reads it, or it cannot be kept."""
    encoding = sys.stdout.encoding if sys.stdout is not None else "ascii"
    write_octets(text.encode(encoding, "backslashreplace"))


def write_octets(octets: bytes) -> None:
    """As ``write``, for what is UTF-8 whatever the locale."""
    if sys.stdout is None:
        raise Failure("cannot write the results: standard output is closed")
    stream = sys.stdout.buffer
    try:
        stream.write(octets)
        stream.flush()
    except OSError as error:
        silence(sys.stdout)
        if isinstance(error, BrokenPipeError):
            raise click.exceptions.Exit(_READER_WENT_AWAY) from None
        raise Failure(f"cannot write the results: {error.strerror}") from None


def end_if_nobody_reads() -> None:
    """End the verb if whoever read its results went away, while there is nothing to write."""
    import select  # noqa: PLC0415 - few verbs wait for something

    if sys.stdout is None:
        return
    poll = select.poll()
    try:
        poll.register(sys.stdout.fileno(), 0)
    except OSError:  # no file
        return
    if any(event & select.POLLERR for _, event in poll.poll(0)):
        silence(sys.stdout)
        raise click.exceptions.Exit(_READER_WENT_AWAY)


def silence(stream: IO[Any] | None) -> None:
    """Let a stream that cannot be written to lead nowhere.

    What is still buffered would raise its error again when the interpreter ends, and spoil the
    exit status.
    """
    if stream is not None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def terminal_width() -> int | None:
    """The columns of the terminal; None where the results go elsewhere, perhaps through grep."""
    import shutil  # noqa: PLC0415 - few verbs have tables

    if sys.stdout is None or not sys.stdout.isatty():
        return None
    return shutil.get_terminal_size().columns
