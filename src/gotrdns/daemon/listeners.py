"""The places where one kind of peer is listened to, as the settings have them.

Owns opening and closing them, at the start and when the settings change. What is spoken there is
the business of whoever gives the protocol.
"""

import asyncio
import functools
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from msgspec import Struct

from gotrdns.daemon.inherited import InheritedSockets
from gotrdns.daemon.sockets import BACKLOG, CannotListen, ListeningSocket
from gotrdns.protocols.access import SocketAccess
from gotrdns.protocols.endpoints import Endpoint

NewConnection = Callable[[Endpoint], asyncio.Protocol]


class Attendance(Protocol):
    """Somebody who accepts connections at a listening socket, and owns it."""

    def close(self) -> None: ...


Attend = Callable[[socket.socket, Endpoint], Awaitable[Attendance]]


async def serve(
    new_connection: NewConnection, listening: socket.socket, endpoint: Endpoint
) -> Attendance:
    """Serve every connection in this process."""
    # Both kinds are served alike; the unix variant would only check the path once more.
    return await asyncio.get_running_loop().create_server(
        functools.partial(new_connection, endpoint), sock=listening, backlog=BACKLOG
    )


class _Open(Struct, frozen=True):
    socket: ListeningSocket
    attendance: Attendance


class Listeners:
    """Listens at several places. ``missing`` are those that could not be had.

    Where a socket was inherited, that is used, and nothing is opened.
    """

    def __init__(self, inherited: InheritedSockets) -> None:
        self._inherited = inherited
        self.missing: tuple[CannotListen, ...] = ()
        self._open: dict[Endpoint, _Open] = {}

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """The places that are listened at now."""
        return tuple(self._open)

    async def follow(
        self, endpoints: Sequence[Endpoint], access: SocketAccess, attend: Attend
    ) -> None:
        """Listen at these places and no others; ``attend`` has the sockets of the new ones.

        Where somebody removed a socket's file, there is a new one.
        """
        for endpoint, each in list(self._open.items()):
            if endpoint not in endpoints or not each.socket.is_in_place:
                self._close(endpoint)
        missing = []
        for endpoint in endpoints:
            try:
                if endpoint in self._open:
                    self._open[endpoint].socket.admit(access)
                else:
                    await self._listen(endpoint, access, attend)
            except CannotListen as error:
                missing.append(error)
        self.missing = tuple(missing)

    def withdraw(self) -> None:
        """Let nobody new in, and accept those who connected before.

        Nobody finds the unix sockets' files any more. Whoever connects at an inherited socket waits
        there for the next daemon.
        """
        for each in list(self._open.values()):
            if each.socket.is_inherited:
                self._close(each.socket.endpoint)
            else:
                each.socket.remove_file()

    def close(self) -> None:
        for endpoint in list(self._open):
            self._close(endpoint)

    async def _listen(self, endpoint: Endpoint, access: SocketAccess, attend: Attend) -> None:
        listening = ListeningSocket(endpoint, access, self._inherited.take(endpoint))
        self._open[endpoint] = _Open(listening, await attend(listening.socket, endpoint))

    def _close(self, endpoint: Endpoint) -> None:
        closing = self._open.pop(endpoint)
        closing.socket.remove_file()
        closing.attendance.close()
