"""From settings to what the pages work with, anew when the settings change.

Owns the resolver's client and whoever explains. Former ones are let go of once nobody uses them.
"""

import asyncio
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Final

from gotrdns.daemon.asking import NoAnswer, ask_daemon
from gotrdns.daemon.page_files import root_hints
from gotrdns.explaining.expert import Expert
from gotrdns.resolution.client import Client
from gotrdns.resolution.opening import open_client
from gotrdns.resolution.servers import choose_servers
from gotrdns.resolution.walk import WalkSettings
from gotrdns.settings import Settings
from gotrdns.web.limits import server_ration
from gotrdns.web.means import Means, NoDaemon, Trouble

_WALK_DEADLINE: Final = 20.0  # seconds
_RETIRED_AFTER: Final = 120.0  # seconds: a walk may have waited for its turn


class PageMeans:
    """``means`` is what to give to the sites now; in an event loop.

    Raises InvalidServer, NoServers or InvalidHints, and then nothing has changed.
    """

    def __init__(
        self,
        settings: Settings,
        tell_fault: Callable[[Exception], None],
        tell_trouble: Callable[[Trouble, str], None],
    ) -> None:
        self._tell_fault = tell_fault
        self._tell_trouble = tell_trouble
        self._ending = asyncio.Event()
        self._retired: list[Client] = []
        self._client, self.means = self._open(settings)
        self._obeyed = _relevant(settings)

    @property
    def resolvers(self) -> tuple[str, ...]:
        return self._client.servers

    def follow(self, settings: Settings) -> bool:
        """Work as these settings say from now on; returns whether that is otherwise than before."""
        servers = tuple(each.text for each in choose_servers(settings.resolver.servers))
        if _relevant(settings) == self._obeyed and servers == self.resolvers:
            return False
        former = self._client
        self._client, self.means = self._open(settings)
        self._obeyed = _relevant(settings)
        self._retired.append(former)
        asyncio.get_running_loop().call_later(_RETIRED_AFTER, self._close, former)
        return True

    def end(self) -> None:
        """What visitors watch ends now."""
        self._ending.set()

    def close(self) -> None:
        for each in (self._client, *self._retired):
            each.close()

    def _open(self, settings: Settings) -> tuple[Client, Means]:
        page = settings.page
        hints = root_hints(settings)
        client = open_client(settings.resolver)
        expert = Expert(
            client,
            settings.resolver,
            hints,
            WalkSettings(deadline=_WALK_DEADLINE, ask_special=page.private_targets),
            at_once=page.walks_at_once,
            ration=server_ration(page.walks_a_minute),
        )
        means = Means(
            page=page,
            admin=settings.admin,
            store=settings.store,
            expert=expert,
            ask_daemon=functools.partial(_ask, settings.control.path),
            tell_fault=self._tell_fault,
            tell_trouble=self._tell_trouble,
            ending=self._ending,
        )
        return client, means

    def _close(self, client: Client) -> None:
        self._retired.remove(client)
        client.close()


def _relevant(settings: Settings) -> tuple[object, ...]:
    """What the pages go by."""
    return (
        settings.page,
        settings.admin,
        settings.store,
        settings.resolver,
        settings.control,
    )


def _ask(path: Path | None, question: bytes) -> bytes:
    if path is None:
        raise NoDaemon("the settings name no control socket")
    try:
        return ask_daemon(path, question)
    except NoAnswer as error:
        raise NoDaemon(str(error)) from None
