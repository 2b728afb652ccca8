"""The doors that mail servers come in by.

Owns where is listened for each kind of server. Who serves there is somebody else's business.
"""

from collections.abc import Callable

from gotrdns.daemon.inherited import InheritedSockets
from gotrdns.daemon.listeners import Attend, Listeners
from gotrdns.daemon.serving import sections
from gotrdns.daemon.sockets import CannotListen
from gotrdns.protocols.endpoints import Endpoint
from gotrdns.settings import Settings


class Doors:
    """All doors of the daemon; ``attend(door)`` says what is done with a listening socket.

    Nobody comes in before ``follow``.
    """

    def __init__(
        self, settings: Settings, attend: Callable[[str], Attend], inherited: InheritedSockets
    ) -> None:
        self._attend = attend
        self._sections = sections(settings)
        self.by_name = {name: Listeners(inherited) for name in self._sections}

    async def follow(self, settings: Settings) -> None:
        """Listen where these settings say."""
        self._sections = sections(settings)
        for name, section in self._sections.items():
            await self.by_name[name].follow(section.endpoints, section.access, self._attend(name))

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """The places that are listened at now."""
        return tuple(place for each in self.by_name.values() for place in each.endpoints)

    @property
    def missing(self) -> tuple[CannotListen, ...]:
        """The places that could not be had."""
        return tuple(place for each in self.by_name.values() for place in each.missing)

    @property
    def most_connections(self) -> int:
        """How many there may be at the doors that are open."""
        return sum(
            self._sections[name].connections
            for name, each in self.by_name.items()
            if each.endpoints
        )

    def withdraw(self) -> None:
        """Let nobody new in; those who connected before are accepted."""
        for each in self.by_name.values():
            each.withdraw()

    def close(self) -> None:
        """Accept nobody any more."""
        for each in self.by_name.values():
            each.close()
