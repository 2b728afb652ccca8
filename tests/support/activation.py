"""A program started as systemd's socket activation does it: with listening sockets open already.

Owns their descriptors (3 and on) and the environment that announces them (sd_listen_fds(3)). Run as
a script it becomes that program.
"""

import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

_FIRST = 3


def activated(
    sockets: Sequence[socket.socket], command: Sequence[str], names: Sequence[str] = ()
) -> list[str]:
    """The command to start instead; whoever does lets it inherit these sockets (``pass_fds``)."""
    descriptors = ",".join(str(each.fileno()) for each in sockets)
    return [sys.executable, str(Path(__file__)), descriptors, ":".join(names), *command]


def _become(descriptors: Sequence[int], names: str, command: Sequence[str]) -> None:
    # First out of each other's way.
    copies = [os.dup(each) for each in descriptors]
    moved = [each if each >= _FIRST + len(copies) else _move_up(each, copies) for each in copies]
    for position, each in enumerate(moved):
        os.dup2(each, _FIRST + position)
    environment = os.environ | {
        "LISTEN_PID": str(os.getpid()),
        "LISTEN_FDS": str(len(moved)),
        "LISTEN_FDNAMES": names,
    }
    os.execvpe(command[0], list(command), environment)


def _move_up(descriptor: int, others: Sequence[int]) -> int:
    copy = os.dup(descriptor)
    return copy if copy >= _FIRST + len(others) else _move_up(copy, others)


if __name__ == "__main__":
    _become(list(map(int, sys.argv[1].split(","))), sys.argv[2], sys.argv[3:])
