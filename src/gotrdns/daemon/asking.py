"""Asking a running daemon on its control socket: a line there, a line back."""

import socket
import time
from pathlib import Path
from typing import Final

_PATIENCE: Final = 5.0  # seconds in all
_LONGEST_ANSWER: Final = 4 << 20  # octets


class NoAnswer(Exception):
    """No daemon answers; said in words."""


def ask_daemon(path: Path, question: bytes) -> bytes:
    """The answer's line, without its end. Raises NoAnswer."""
    deadline = time.monotonic() + _PATIENCE
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        try:
            connection.settimeout(_PATIENCE)
            connection.connect(str(path))
            connection.sendall(question + b"\n")
            return _read_line(connection, deadline)
        except TimeoutError:
            raise NoAnswer(f"the daemon at {path} does not answer") from None
        except OSError as error:
            raise NoAnswer(
                f"no daemon answers at {path}: {error.strerror or error}; is gotrdns serve running?"
            ) from None


def _read_line(connection: socket.socket, deadline: float) -> bytes:
    received = bytearray()
    while not received.endswith(b"\n"):
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        connection.settimeout(left)
        octets = connection.recv(65_536)
        if not octets or len(received) > _LONGEST_ANSWER:
            raise NoAnswer("what answered is not a gotrdns daemon, or it just ended")
        received += octets
    return bytes(received[:-1])
