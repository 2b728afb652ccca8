"""The command line: its entry point, and what becomes of an interrupt.

Imports next to nothing, so that an interrupt meets its handler from almost the first moment,
however long the imports that follow take. The verbs are in ``verbs``.
"""

import os
import sys


def main() -> None:
    """Run the verb that the command line names, and end the process with its status."""
    try:
        _run()
    except KeyboardInterrupt:
        _end_at_once()


def _run() -> None:
    import signal  # noqa: PLC0415 - long enough to be interrupted, for it imports much itself

    # A shell starts what it puts in the background with interrupts ignored, and so they stay.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end_at_once)
    from gotrdns.cli.verbs import program  # noqa: PLC0415 - see the module

    try:
        program(prog_name="gotrdns")
    except SystemExit as end:
        # What an interrupt may end at once needs no taking apart either, a sixth of a check's time.
        if isinstance(end.code, int) and signal.getsignal(signal.SIGINT) is _end_at_once:
            _flush()
            os._exit(end.code)
        raise


def raise_interrupts() -> None:
    """Let an interrupt be KeyboardInterrupt, for a verb that has something to clean up."""
    import signal  # noqa: PLC0415 - see the module

    if signal.getsignal(signal.SIGINT) is _end_at_once:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _end_at_once(_number: int = 0, _frame: object = None) -> None:
    # No exception: raised in the middle of an import it is shown with a traceback, or swallowed.
    if sys.stderr is not None:
        # A terminal has just shown ^C where the message would begin.
        start = b"\n" if sys.stderr.isatty() else b""
        try:  # noqa: SIM105 - contextlib is one of the imports that would take long
            os.write(sys.stderr.fileno(), start + b"gotrdns: interrupted\n")
        except OSError:
            pass  # Nobody can be told, and the status says it as well.
    os._exit(130)  # 128 and the signal's number: what a shell reports of one that SIGINT ended


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
