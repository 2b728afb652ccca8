"""Sites with routes of the tests' own behind the gate, and browsers that visit them."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Never

import httpx
import msgspec
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from gotrdns.store.settings import StoreSettings
from gotrdns.web import application
from gotrdns.web.gate import Names
from gotrdns.web.means import Means
from gotrdns.web.settings import AdminSettings, PageSettings


class Nobody:
    """An expert whom nobody asks."""

    def __getattr__(self, name: str) -> Never:
        raise AssertionError(name)


def means(
    page: PageSettings | None = None,
    admin: AdminSettings | None = None,
    tell_fault: Callable[[Exception], None] | None = None,
) -> Means:
    unasked: Any = Nobody()
    given = Means(
        page=page or PageSettings(),
        admin=admin or AdminSettings(),
        store=StoreSettings(),
        expert=unasked,
        ask_daemon=lambda _: b"",
    )
    return given if tell_fault is None else msgspec.structs.replace(given, tell_fault=tell_fault)


def site(
    routes: Sequence[BaseRoute], given: Means | None = None, names: Names | None = None
) -> Starlette:
    given = given or means()
    names = names or Names([], only=False)
    return application.make_site(given, routes, names, given.page.proxies)


class Browser:
    """Has cookies of its own, and follows no redirects."""

    def __init__(
        self,
        app: Starlette,
        *,
        base_url: str = "http://127.0.0.1",
        peer: str = "192.0.2.1",
    ) -> None:
        transport = httpx.ASGITransport(app, client=(peer, 4711))
        self._client = httpx.AsyncClient(transport=transport, base_url=base_url)

    @property
    def cookies(self) -> httpx.Cookies:
        return self._client.cookies

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.request("POST", path, **options)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        return asyncio.run(self._client.request(method, path, **options))
