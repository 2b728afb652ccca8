"""The process of the pages beside a daemon: ``python -m gotrdns.daemon.page_child_process``.

Its arguments are the settings' file and descriptors: the line to the daemon, then sockets to listen
with. It steps back behind the daemon, and ends with it. Whatever takes long is imported after that.
"""

import contextlib
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

_NICENESS: Final = 10
_FIRST_TO_DIE: Final = 500  # of 1,000; where memory is short, the kernel ends these before mail
_OOM_SCORE: Final = Path("/proc/self/oom_score_adj")
_GRACE: Final = 8.0  # seconds for an end in good order, once the daemon is gone
_CANNOT_START: Final = 1

Order = Callable[[], None]


def main(path: str, line: int, listening: Sequence[int]) -> None:
    """Serve until the daemon says otherwise, or is gone."""
    # A terminal, or a service manager, signals all processes; these end when the daemon tells them.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    step_back()

    from gotrdns.daemon.inherited import InheritedSockets  # noqa: PLC0415 - see the module
    from gotrdns.daemon.pages_process import CANNOT_START, serve_pages_beside  # noqa: PLC0415

    talk = socket.socket(fileno=line)

    def take_orders(stop: Order, reload: Order) -> None:
        threading.Thread(target=_hear, args=(talk, stop, reload), daemon=True).start()

    try:
        serve_pages_beside(Path(path), InheritedSockets.adopt(listening), take_orders)
    except CANNOT_START:
        sys.exit(_CANNOT_START)


def step_back() -> None:
    """Leave processors and memory to mail, as far as the system lets us."""
    with contextlib.suppress(OSError):
        os.nice(_NICENESS)
    with contextlib.suppress(OSError):
        _OOM_SCORE.write_text(f"{_FIRST_TO_DIE}\n")


def _hear(talk: socket.socket, stop: Order, reload: Order) -> None:
    """In a thread of its own, so that a process that hangs does not outlive its daemon."""
    with contextlib.suppress(RuntimeError):  # it ends already
        with contextlib.suppress(OSError):
            while talk.recv(64):
                reload()
        stop()
    time.sleep(_GRACE)
    os._exit(_CANNOT_START)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), [int(each) for each in sys.argv[3:]])
