"""What tests of the administrator's pages share: the site over a store, and how it is visited."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
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
from gotrdns.web.means import Means, NoDaemon
from gotrdns.web.settings import AdminSettings, PageSettings
from tests.unit.statuses import WELL
from tests.unit.stores import url_of

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


@contextlib.contextmanager
def visiting(
    path: Path,
    *,
    admin: AdminSettings | None = None,
    page: PageSettings | None = None,
    resolver: str = NO_RESOLVER,
    ask_daemon: Callable[[bytes], bytes] = no_daemon,
    clock: Callable[[], float] | None = None,
    client: str = "127.0.0.1",
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
            clock=clock or time.time,
        )
        transport = httpx.ASGITransport(admin_site(means), client=(client, 50_000))
        visiting = httpx.AsyncClient(transport=transport, base_url=f"http://{host}")
        yield Visitor(visiting, runner)
        runner.run(visiting.aclose())
