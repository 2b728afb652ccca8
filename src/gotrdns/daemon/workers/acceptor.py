"""Accepting connections for others to serve, at one listening socket."""

import asyncio
import socket
from collections.abc import Callable
from typing import Final

_AT_ONCE: Final = 64  # connections a turn of the event loop


class Acceptor:
    """Gives each connection to ``take``, and tells ``closed`` when it is closed.

    Paused, as at first, connections wait in the kernel.
    """

    def __init__(
        self,
        listening: socket.socket,
        take: Callable[[socket.socket], None],
        closed: Callable[["Acceptor"], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._listening = listening
        self._take = take
        self._closed = closed
        self._is_accepting = False

    def resume(self) -> None:
        if not self._is_accepting:
            self._is_accepting = True
            self._loop.add_reader(self._listening, self._accept)

    def pause(self) -> None:
        if self._is_accepting:
            self._is_accepting = False
            self._loop.remove_reader(self._listening)

    def close(self) -> None:
        self.pause()
        self._listening.close()
        self._closed(self)

    def _accept(self) -> None:
        for _ in range(_AT_ONCE):
            if not self._is_accepting:
                return
            try:
                connection, _ = self._listening.accept()
            except OSError:  # none is left, it is gone already, or descriptors are short
                return
            self._take(connection)
