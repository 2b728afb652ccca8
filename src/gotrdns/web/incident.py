"""The page behind the link in a refusal, and its "check again now".

Owns its addresses, its answers' statuses and headers, and what of a look at the servers is stored.
Everything a visitor sees is composed in ``reports.site``.
"""

import contextlib
import functools
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from gotrdns.explaining.awaiting import Look
from gotrdns.explaining.confirming import Confirmable, read_confirmability
from gotrdns.explaining.recalling import explain_recorded
from gotrdns.names import Address, special_use
from gotrdns.reports import english_incident as words
from gotrdns.reports.site.incident import (
    Checking,
    Story,
    compose_gone,
    compose_incident,
    compose_unavailable,
    letters_of,
)
from gotrdns.reports.site.incident_look import (
    NotStored,
    Recheck,
    Stored,
    compose_look,
    compose_message,
)
from gotrdns.store.trouble import StoreUnavailable
from gotrdns.web.means import Means
from gotrdns.web.stores import StoreDesk

_ID: Final = re.compile(r"[a-z2-7]{16}")
# As pasted from a bounce, with what mail programs and sentences put around a link.
_PASTED: Final = re.compile(r"[<(\[\"']*([A-Za-z2-7]{16})[^A-Za-z0-9]*")
_HEADERS: Final = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
_RETRY_AFTER: Final = "60"  # seconds

Handler = Callable[["IncidentPages", Request], Awaitable[Response]]


class _Gone(Exception):
    """There is no such incident, or not any more."""


def _answering(handler: Handler) -> Handler:
    """What is not there, and what cannot be read, has a page of its own."""

    @functools.wraps(handler)
    async def answer(pages: "IncidentPages", request: Request) -> Response:
        try:
            return await handler(pages, request)
        except _Gone:
            return HTMLResponse(compose_gone(pages.days), HTTPStatus.NOT_FOUND, _HEADERS)
        except StoreUnavailable:
            headers = {**_HEADERS, "Retry-After": _RETRY_AFTER}
            return HTMLResponse(compose_unavailable(), HTTPStatus.SERVICE_UNAVAILABLE, headers)

    return answer


class IncidentPages:
    """All that is below ``/i/``."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._desk = StoreDesk(means.store.url)
        self.days = means.store.retention_days

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/i/{incident}/check", self.check, methods=["POST"]),
            Route("/i/{incident}/check", self.return_to_page),
            Route("/i/{incident}/events", self.events),
            Route("/i/{incident}/letters/{letter}.txt", self.letter),
            Route("/i/{incident:path}", self.show),
        ]

    @_answering
    async def show(self, request: Request) -> Response:
        """The page itself."""
        written = request.path_params["incident"]
        if not _ID.fullmatch(written):
            return _redirect(written)
        return self._page(await self._story(request))

    async def return_to_page(self, request: Request) -> Response:
        """For whoever reloads the answer to the form."""
        return _redirect(request.path_params["incident"])

    @_answering
    async def letter(self, request: Request) -> Response:
        """One letter as a text file."""
        name = request.path_params["letter"]
        letter = letters_of(await self._story(request)).get(name)
        if letter is None:
            raise _Gone
        headers = {**_HEADERS, "Content-Disposition": f'attachment; filename="{name}.txt"'}
        return PlainTextResponse(letter.body, headers=headers)
