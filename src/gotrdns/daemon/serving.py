"""The servers that answer mail servers: a kind for each door, and what all of them obey.

Owns which kinds there are. Where they are reached is somebody else's business.
"""

import asyncio
import functools
import socket
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from gotrdns.daemon.listeners import Attend, serve
from gotrdns.deciding import Decider
from gotrdns.protocols.endpoints import Endpoint
from gotrdns.servers.connections import Observer, Server
from gotrdns.servers.exim import EximServer
from gotrdns.servers.milter import MilterServer
from gotrdns.servers.policy import PolicyServer
from gotrdns.servers.settings import ListenerSettings
from gotrdns.settings import Settings


class _Kind(Protocol):
    """Makes the server of one kind of door."""

    def __call__(
        self, settings: Any, decider: Decider, observer: Observer, loop: asyncio.AbstractEventLoop
    ) -> Server[Any]: ...


# By the section of the settings that each obeys.
_KINDS: Final[Mapping[str, _Kind]] = {
    "postfix": PolicyServer,
    "milter": MilterServer,
    "exim": EximServer,
}


def sections(settings: Settings) -> dict[str, ListenerSettings]:
    """The settings of every kind of door, by its name."""
    return {name: getattr(settings, name) for name in _KINDS}


class Servers:
    """One server of each kind, in this process. ``make_decider`` makes what decides from now on."""

    def __init__(
        self,
        settings: Settings,
        make_decider: Callable[[Settings], Decider],
        observer: Observer,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._make_decider = make_decider
        decider = make_decider(settings)
        self.by_name = {
            name: _KINDS[name](section, decider, observer, self._loop)
            for name, section in sections(settings).items()
        }
        self._obey(settings, decider)

    def obey(self, settings: Settings) -> None:
        """Follow these settings from now on."""
        self._obey(settings, self._make_decider(settings))

    def _obey(self, settings: Settings, decider: Decider) -> None:
        for name, section in sections(settings).items():
            server = self.by_name[name]
            server.settings = section
            server.decider = decider
            server.page = settings.page.public_url

    def attend(self, door: str) -> Attend:
        """What is done with a listening socket of that door."""
        return functools.partial(serve, self.by_name[door].new_connection)

    async def serve(self, door: str, place: Endpoint, connection: socket.socket) -> None:
        """Serve a connection that somebody else accepted."""
        server = self.by_name[door]
        await self._loop.connect_accepted_socket(lambda: server.new_connection(place), connection)

    @property
    def connections(self) -> int:
        return sum(each.connections for each in self.by_name.values())

    def connections_by_place(self) -> Counter[Endpoint]:
        """How many connections came in at each place."""
        found: Counter[Endpoint] = Counter()
        for each in self.by_name.values():
            found.update(each.connections_by_place())
        return found

    @property
    def is_stuck(self) -> bool:
        """Whether some mail server waits for an answer that was due long ago."""
        return any(each.is_stuck for each in self.by_name.values())

    async def stop(self) -> None:
        """Answer what is in hand; returns when no connection is left."""
        await asyncio.gather(*[each.stop() for each in self.by_name.values()])
