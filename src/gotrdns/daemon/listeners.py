"""The places where one kind of peer is listened to, as the settings have them.

Owns opening and closing them, at the start and when the settings change. What is spoken there is
the business of whoever gives the protocol.
"""

import asyncio
import functools
from collections.abc import Callable, Sequence

from msgspec import Struct

from gotrdns.daemon.sockets import CannotListen, ListeningSocket
from gotrdns.servers.endpoints import Endpoint

NewConnection = Callable[[Endpoint], asyncio.Protocol]


class _Open(Struct, frozen=True):
    socket: ListeningSocket
    server: asyncio.AbstractServer


class Listeners:
    """Listens at several places. ``missing`` are those that could not be had."""

    def __init__(self) -> None:
        self.missing: tuple[CannotListen, ...] = ()
        self._open: dict[Endpoint, _Open] = {}

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """The places that are listened at now."""
        return tuple(self._open)

    async def follow(
        self, endpoints: Sequence[Endpoint], permissions: int, new_connection: NewConnection
    ) -> None:
        """Listen at these places and no others; ``new_connection`` serves at the new ones."""
        for endpoint in self._open.keys() - set(endpoints):
            self._close(endpoint)
        missing = []
        for endpoint in endpoints:
            try:
                if endpoint in self._open:
                    self._open[endpoint].socket.permit(permissions)
                else:
                    await self._listen(endpoint, permissions, new_connection)
            except CannotListen as error:
                missing.append(error)
        self.missing = tuple(missing)

    def remove_files(self) -> None:
        """Let nobody find the unix sockets any more; those who connected before are accepted."""
        for each in self._open.values():
            each.socket.remove_file()

    def close(self) -> None:
        for endpoint in list(self._open):
            self._close(endpoint)

    async def _listen(
        self, endpoint: Endpoint, permissions: int, new_connection: NewConnection
    ) -> None:
        listening = ListeningSocket(endpoint, permissions)
        # Both kinds are served alike; the unix variant would only check the path once more.
        server = await asyncio.get_running_loop().create_server(
            functools.partial(new_connection, endpoint), sock=listening.socket
        )
        self._open[endpoint] = _Open(listening, server)

    def _close(self, endpoint: Endpoint) -> None:
        closing = self._open.pop(endpoint)
        closing.socket.remove_file()
        closing.server.close()
