"""The page behind the link in a refusal, and its "check again now".

Owns its addresses, its answers' statuses and headers, and what of a look at the servers is stored.
Everything a visitor sees is composed in ``reports.site``.
"""

import contextlib
import functools
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from http import HTTPStatus
from typing import Final

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from gotrdns.explaining.awaiting import Look
from gotrdns.explaining.confirming import Confirmable, Unconfirmable, read_confirmability
from gotrdns.names import Address, DomainName
from gotrdns.policy.recorded import RecordedDecision
from gotrdns.reports import english_incident as words
from gotrdns.reports.site.incident import (
    Checking,
    Story,
    compose_gone,
    compose_incident,
    compose_unavailable,
    letters_of,
    tell,
)
from gotrdns.reports.site.incident_look import (
    NotStored,
    Recheck,
    Stored,
    compose_asking,
    compose_look,
    compose_message,
)
from gotrdns.store.trouble import StoreUnavailable
from gotrdns.web.forms import TOKEN_FIELD, form_token, is_own_form, read_form
from gotrdns.web.limits import TooMany, retry_after
from gotrdns.web.means import Means
from gotrdns.web.private import PrivateTarget, require_public
from gotrdns.web.stores import StoreDesk
from gotrdns.web.streams import Event, stream
from gotrdns.web.visitors import visitor_of
from gotrdns.web.walks import walks_of

_ID: Final = re.compile(r"[a-z2-7]{16}")
# As pasted from a bounce, with what mail programs and sentences put around a link.
_PASTED: Final = re.compile(r"[<(\[\"']*([A-Za-z2-7]{16})[^A-Za-z0-9]*")
_AGAIN: Final = 60.0  # seconds
# Decisions are stored behind the mail path: a refusal may be read before its page can be.
_PAUSES: Final = (0.2, 0.4, 0.9)  # seconds

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
            return HTMLResponse(compose_gone(pages.days), HTTPStatus.NOT_FOUND)
        except StoreUnavailable:
            status, headers = HTTPStatus.SERVICE_UNAVAILABLE, retry_after(_AGAIN)
            return HTMLResponse(compose_unavailable(), status, headers)

    return answer


class IncidentPages:
    """All that is below ``/i/``."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._desk = StoreDesk(means.store.url, clock=means.clock)
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
        return self._page(request, await self._story(request))

    @_answering
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
        headers = {"Content-Disposition": f'attachment; filename="{name}.txt"'}
        return PlainTextResponse(letter.body, headers=headers)

    @_answering
    async def check(self, request: Request) -> Response:
        """One look, for browsers without scripts."""
        story = await self._story(request)
        address = self._checked_address(story)
        if address is None:
            raise _Gone
        try:
            await read_form(request)
        except HTTPException as error:
            if error.status_code != HTTPStatus.FORBIDDEN:
                raise
            return self._page(
                request, story, compose_message(words.FORM_TOO_OLD), error.status_code
            )
        try:
            recheck = await self._look_once(request, story, address)
        except PrivateTarget:
            return self._page(request, story, compose_message(words.NOT_LOOKED_PRIVATE))
        except TooMany as refusal:
            message = compose_message(_too_many(refusal))
            return self._page(request, story, message, HTTPStatus.TOO_MANY_REQUESTS, refusal)
        return self._page(request, story, compose_look(recheck))

    @_answering
    async def events(self, request: Request) -> Response:
        """Look after look, for browsers with scripts: each a fragment of the page."""
        story = await self._story(request)
        address = self._checked_address(story)
        if address is None:
            raise _Gone
        if not is_own_form(request, request.query_params.get(TOKEN_FIELD, "")):
            raise HTTPException(HTTPStatus.FORBIDDEN)
        return stream(request, self._tell(request, story, address))

    async def _tell(
        self, request: Request, story: Story, address: Address
    ) -> AsyncGenerator[Event, None]:
        yield Event("show", compose_asking())
        try:
            async with contextlib.aclosing(_looks(request, address)) as looks:
                async for look in looks:
                    recheck = await self._judge(story, address, look)
                    goes_on = not recheck.is_over
                    shown = compose_look(recheck, goes_on=goes_on)
                    yield Event("show" if goes_on else "done", shown)
        except PrivateTarget:
            yield Event("done", compose_message(words.NOT_LOOKED_PRIVATE))
        except TooMany as refusal:
            yield Event("done", compose_message(_too_many(refusal)))

    async def _look_once(self, request: Request, story: Story, address: Address) -> Recheck:
        async with contextlib.aclosing(_looks(request, address)) as looks:
            return await self._judge(story, address, await anext(looks))

    async def _judge(self, story: Story, address: Address, look: Look) -> Recheck:
        """What a look comes to. What is right at every server is stored."""
        if look.explanation is None or not look.progress.everywhere:
            return Recheck(story.decision, look)
        match read_confirmability(look.explanation):
            case Unconfirmable() as outcome:
                return Recheck(story.decision, look, outcome)
            case Confirmable(name):
                return Recheck(story.decision, look, await self._store(address, name))

    async def _store(self, address: Address, name: DomainName) -> Stored | NotStored:
        try:
            stored = await self._desk.ask(lambda store: store.confirm(address, name))
        except StoreUnavailable:
            return NotStored()
        return Stored(stored.ends)

    async def _story(self, request: Request) -> Story:
        """Raises _Gone and StoreUnavailable."""
        incident = request.path_params["incident"]
        if not _ID.fullmatch(incident):
            raise _Gone
        decision = await self._find(incident)
        oldest = self._means.clock() - self._means.store.retention
        if decision is None or decision.last_at < oldest:
            raise _Gone
        try:
            return tell(decision, private=self._means.page.private_targets)
        except ValueError as error:
            raise StoreUnavailable(f"incident {incident} cannot be read: {error}") from error

    async def _find(self, incident: str) -> RecordedDecision | None:
        """Waits for one that may be on its way into the store."""
        found = await self._desk.ask(lambda store: store.find_incident(incident))
        for seconds in _PAUSES:
            if found is not None:
                break
            await self._means.pause(seconds)
            found = await self._desk.ask(lambda store: store.find_incident(incident))
        return found

    def _checked_address(self, story: Story) -> Address | None:
        """The address that may be looked at; None where there is nothing to look at."""
        if story.explanation is None:
            return None
        address = story.explanation.verdict.address
        try:
            if not self._means.page.private_targets:
                require_public(address)
        except PrivateTarget:
            return None
        return address

    def _page(
        self,
        request: Request,
        story: Story,
        result: Markup | None = None,
        status: int = HTTPStatus.OK,
        refusal: TooMany | None = None,
    ) -> Response:
        checking = None
        if self._checked_address(story) is not None:
            checking = Checking(form_token(request), result)
        page = compose_incident(story, checking=checking, days=self.days)
        return HTMLResponse(page, status, None if refusal is None else refusal.headers)


def _looks(request: Request, address: Address) -> AsyncGenerator[Look, None]:
    return walks_of(request).watch(visitor_of(request), address)


def _redirect(written: str) -> Response:
    """To the page that was meant, if one can be."""
    found = _PASTED.fullmatch(written.strip())
    if found is None:
        raise _Gone
    return RedirectResponse(f"/i/{found[1].lower()}", HTTPStatus.SEE_OTHER)


def _too_many(refusal: TooMany) -> str:
    sentence = words.NOT_LOOKED_BUSY if refusal.of_all else words.NOT_LOOKED
    return sentence.format(seconds=refusal.whole_seconds)
