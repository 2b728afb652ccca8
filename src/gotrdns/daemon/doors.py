"""The doors that mail servers come in by: a kind of server each, and where it listens.

Owns which there are, and that all follow the settings, stop and are counted alike.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any, Protocol

from msgspec import Struct

from gotrdns.daemon.inherited import InheritedSockets
from gotrdns.daemon.listeners import Listeners
from gotrdns.daemon.sockets import CannotListen
from gotrdns.deciding import Decider
from gotrdns.servers.connections import Observer, Server
from gotrdns.servers.endpoints import Endpoint
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
_KINDS: Mapping[str, _Kind] = {
    "postfix": PolicyServer,
    "milter": MilterServer,
    "exim": EximServer,
}


class Door(Struct, frozen=True):
    """One kind of mail server's way in."""

    server: Server[Any]
    listeners: Listeners


class Doors:
    """All doors of one daemon. Nobody comes in before ``follow``."""

    def __init__(
        self,
        settings: Settings,
        decider: Decider,
        observer: Observer,
        inherited: InheritedSockets,
    ) -> None:
        loop = asyncio.get_running_loop()
        self.by_name = {
            name: Door(
                kind(_section(settings, name), decider, observer, loop), Listeners(inherited)
            )
            for name, kind in _KINDS.items()
        }

    async def follow(self, settings: Settings, decider: Decider) -> None:
        """Obey these settings from now on, and decide so."""
        for name, door in self.by_name.items():
            section = _section(settings, name)
            server = door.server
            server.settings = section
            server.decider = decider
            server.page = settings.page.public_url
            await door.listeners.follow(section.endpoints, section.access, server.new_connection)

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """The places that are listened at now."""
        return tuple(place for each in self.by_name.values() for place in each.listeners.endpoints)

    @property
    def missing(self) -> tuple[CannotListen, ...]:
        """The places that could not be had."""
        return tuple(place for each in self.by_name.values() for place in each.listeners.missing)

    @property
    def is_stuck(self) -> bool:
        """Whether some mail server waits for an answer that was due long ago."""
        return any(each.server.is_stuck for each in self.by_name.values())

    @property
    def connections(self) -> int:
        return sum(each.server.connections for each in self.by_name.values())

    @property
    def most_connections(self) -> int:
        """How many there may be at the doors that are open."""
        return sum(
            each.server.settings.connections
            for each in self.by_name.values()
            if each.listeners.endpoints
        )

    def connections_by_place(self) -> Counter[Endpoint | None]:
        """How many connections came in at each place."""
        found: Counter[Endpoint | None] = Counter()
        for each in self.by_name.values():
            found.update(each.server.connections_by_place())
        return found

    def withdraw(self) -> None:
        """Let nobody new in; those who connected before are accepted."""
        for each in self.by_name.values():
            each.listeners.withdraw()

    def close(self) -> None:
        """Accept nobody any more."""
        for each in self.by_name.values():
            each.listeners.close()

    async def stop(self) -> None:
        """Answer what is in hand; returns when no connection is left."""
        await asyncio.gather(*[each.server.stop() for each in self.by_name.values()])


def _section(settings: Settings, name: str) -> ListenerSettings:
    section: ListenerSettings = getattr(settings, name)
    return section
