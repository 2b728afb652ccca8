"""The process of a worker: ``python -m gotrdns.daemon.workers.process`` and two descriptors."""

import asyncio
import contextlib
import signal
import socket
import sys

from gotrdns.daemon.process import new_event_loop, open_journal
from gotrdns.daemon.workers.worker import Worker


def main(talk: int, handed: int) -> None:
    """Serve until told to stop."""
    # A terminal, or a service manager, signals all processes; a worker ends when it is told to.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    lines = (socket.socket(fileno=talk), socket.socket(fileno=handed))
    for line in lines:
        line.setblocking(False)

    async def run() -> None:
        await Worker(*lines, journal).run()

    with (
        contextlib.closing(open_journal()) as journal,
        asyncio.Runner(loop_factory=new_event_loop) as runner,
    ):
        runner.run(run())


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
