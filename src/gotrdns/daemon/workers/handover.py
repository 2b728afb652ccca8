"""Connections that one process accepted and another serves.

Owns passing their descriptors, each with the door and the place that it came in by.
"""

import socket
from typing import Final

from gotrdns.protocols.endpoints import Endpoint, parse_endpoint

_LONGEST_LABEL: Final = 512


class LostOnItsWay(Exception):
    """A connection was given, and this process may not have another descriptor: it is closed."""

    def __init__(self, place: Endpoint) -> None:
        super().__init__(str(place))
        self.place = place


class NotTaken(Exception):
    """The worker is gone, or does not even take what it was given before."""


def hand_over(line: socket.socket, door: str, place: Endpoint, connection: socket.socket) -> None:
    """Give a connection away; ``line`` keeps messages apart, and does not block.

    Raises NotTaken.
    """
    try:
        socket.send_fds(line, [f"{door} {place}".encode()], [connection.fileno()])
    except OSError as error:
        raise NotTaken(str(error)) from None


def take_over(line: socket.socket) -> tuple[str, Endpoint, socket.socket] | None:
    """The next connection that was given; None when there is none now, or ever again.

    Raises LostOnItsWay.
    """
    try:
        label, descriptors, _, _ = socket.recv_fds(line, _LONGEST_LABEL, 1)
    except (BlockingIOError, InterruptedError, ConnectionError):
        return None
    if not label:
        return None
    door, _, text = label.decode().partition(" ")
    place = parse_endpoint(text)
    if not descriptors:
        raise LostOnItsWay(place)
    connection = socket.socket(fileno=descriptors[0])
    connection.setblocking(False)
    return door, place, connection
