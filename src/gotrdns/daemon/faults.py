"""Faults that nobody expected in the event loop: a line in the log, and service goes on."""

import asyncio
from pathlib import Path
from typing import Any

from gotrdns.daemon.journal import Journal, Level


def report_faults(loop: asyncio.AbstractEventLoop, journal: Journal) -> None:
    """From now on write every fault of this loop to the log."""

    def report(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        trace = error.__traceback__ if isinstance(error, BaseException) else None
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = (
            f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else None
        )
        journal.write(
            Level.ERROR, "fault", what=str(context.get("message")), error=repr(error), where=where
        )

    loop.set_exception_handler(report)
