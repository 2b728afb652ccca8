"""What tests of the administrator's pages share: the site over a store, and how it is visited."""

import asyncio
import contextlib
import re
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx

from gotrdns.explaining.expert import Expert
from gotrdns.reports.status import encode_status
from gotrdns.resolution.client import Client
from gotrdns.resolution.opening import open_client
from gotrdns.resolution.settings import ResolverSettings
from gotrdns.resolution.walk import WalkSettings
from gotrdns.store.settings import StoreSettings
from gotrdns.web.application import admin_site
from gotrdns.web.means import Means, NoDaemon, Trouble
from gotrdns.web.settings import AdminSettings, PageSettings
from tests.unit.statuses import WELL
from tests.unit.stores import url_of

TOKEN = re.compile(r'name="token" value="([^"]+)"')
# Nothing listens there.
NO_RESOLVER = "127.0.0.1:1"


def no_daemon(_question: bytes) -> bytes:
    raise NoDaemon("no daemon answers")


def well_daemon(_question: bytes) -> bytes:
    return encode_status(WELL).rstrip()


class Visitor:
    """Whoever visits a site, in an event loop that lasts as long; follows no redirects."""

    def __init__(self, client: httpx.AsyncClient, runner: asyncio.Runner) -> None:
        self._client = client
        self._runner = runner

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self._runner.run(self._client.get(path, **options))

    def post(self, path: str, fields: Mapping[str, str], **options: Any) -> httpx.Response:
        return self._runner.run(self._client.post(path, data=fields, **options))

    def submit(
        self, page: str, action: str, fields: Mapping[str, str], **options: Any
    ) -> httpx.Response:
        """Send a form that a page holds, as a browser does: with the page's token and cookie."""
        shown = self.get(page, **options).text
        assert f'action="{action}"' in shown
        found = TOKEN.search(shown)
        assert found is not None
        return self.post(action, {"token": found[1], **fields}, **options)

    def at_once(self, *requests: Coroutine[Any, Any, httpx.Response]) -> list[httpx.Response]:
        async def together() -> list[httpx.Response]:
            return await asyncio.gather(*requests)

        return self._runner.run(together())

    @property
    def client(self) -> httpx.AsyncClient:
        return self._client


@contextlib.contextmanager
def visiting(
    path: Path,
    *,
    admin: AdminSettings | None = None,
    page: PageSettings | None = None,
    resolver: str = NO_RESOLVER,
    ask_daemon: Callable[[bytes], bytes] = no_daemon,
    troubles: list[tuple[Trouble, str]] | None = None,
    clock: Callable[[], float] | None = None,
    client: str | None = "127.0.0.1",
    host: str = "127.0.0.1:8080",
) -> Iterator[Visitor]:
    """The site over the store at a path."""
    settings = ResolverSettings(servers=(resolver,), timeout=1.0)

    async def open_dns() -> Client:
        return open_client(settings)

    with asyncio.Runner() as runner, contextlib.closing(runner.run(open_dns())) as dns:
        means = Means(
            page=page or PageSettings(),
            admin=admin or AdminSettings(listen=("inet:127.0.0.1:8080",)),
            store=StoreSettings(url=url_of(path)),
            expert=Expert(dns, settings, (), WalkSettings()),
            ask_daemon=ask_daemon,
            tell_trouble=lambda *told: None if troubles is None else troubles.append(told),
            clock=clock or time.time,
        )
        peer: Any = None if client is None else (client, 50_000)  # None over a unix socket
        transport = httpx.ASGITransport(admin_site(means), client=peer)
        visiting = httpx.AsyncClient(transport=transport, base_url=f"http://{host}")
        yield Visitor(visiting, runner)
        runner.run(visiting.aclose())
