"""The check page: a form, and what name servers say about a mail host, told as it is found out.

Owns its addresses and its answers' statuses. Everything a visitor sees is composed in
``reports.site``, and what visitors may cost is counted in ``walks``.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Final

import msgspec
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from gotrdns.checking.targets import Place, Remark, Weight, expand_host
from gotrdns.evidence import Reply
from gotrdns.explaining.expert import Asked
from gotrdns.explaining.explanation import Explanation
from gotrdns.names import Address, is_public
from gotrdns.reports import english_site as words
from gotrdns.reports.site.check import (
    END_OF_PROGRESS,
    CheckForm,
    Narrator,
    compose_beginning,
    compose_front,
    compose_heading,
    compose_refusal,
    compose_result,
    compose_step,
    compose_trouble,
    divide_page,
    sentence_about,
    sentence_about_haste,
)
from gotrdns.web.inquiries import AnIncident, Unfit, read_form, read_inquiry
from gotrdns.web.limits import TooMany, retry_after
from gotrdns.web.means import Means
from gotrdns.web.private import PrivateTarget
from gotrdns.web.streams import Done, Event, Narration, grow_page, stream
from gotrdns.web.visitors import visitor_of
from gotrdns.web.walks import walks_of

_ROBOTS: Final = "User-agent: *\nAllow: /$\nAllow: /static/\nDisallow: /\n"
_AGAIN: Final = 60.0  # seconds, where DNS did not answer


class _Explained(msgspec.Struct, frozen=True):
    """``lacks`` is why some addresses were left out, if any were."""

    told: Sequence[Explanation]
    lacks: Sequence[TooMany | PrivateTarget]


_Narration = Narration[Reply, _Explained]


class _Refused(Exception):
    """There is nothing to watch: a whole page with a status of its own."""

    def __init__(
        self, page: str, status: HTTPStatus, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status.phrase)
        self.page = page
        self.status = status
        self.headers = headers


class _Check(msgspec.Struct, frozen=True):
    """What is to be explained, for whom."""

    form: CheckForm
    asked: Asked
    places: Sequence[Place]
    remarks: Sequence[Remark]


class _Step(msgspec.Struct, frozen=True):
    text: str


class _Content(msgspec.Struct, frozen=True):
    html: Markup


class CheckPages:
    """What is at ``/``."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self.show),
            Route("/check/events", self.events, methods=["GET"]),
            Route("/robots.txt", _robots),
        ]

    async def show(self, request: Request) -> Response:
        """The form, or with ``q`` the whole page with the result."""
        if "q" not in request.query_params:
            return HTMLResponse(compose_front(read_form({}, self._own_address(request))))
        try:
            if request.method == "HEAD":
                return HTMLResponse()
            check = await self._prepare(request)
            narration = await self._begin(request, check)
        except AnIncident as incident:
            return RedirectResponse(f"/i/{incident.incident}", HTTPStatus.SEE_OTHER)
        except _Refused as refused:
            return HTMLResponse(refused.page, refused.status, refused.headers)
        return grow_page(request, self._page(check, narration), at_end=narration.close)

    async def events(self, request: Request) -> Response:
        """The same for a script, which asks for the page where it gets no events."""
        try:
            check = await self._prepare(request)
            narration = await self._begin(request, check)
        except AnIncident as incident:
            return PlainTextResponse(incident.incident, HTTPStatus.UNPROCESSABLE_ENTITY)
        except _Refused as refused:
            return PlainTextResponse("", refused.status, refused.headers)
        return stream(request, self._events(check, narration), at_end=narration.close)

    def _own_address(self, request: Request) -> Address | None:
        """The visitor's, where it can be checked."""
        visitor = visitor_of(request)
        if visitor is None or not (self._means.page.private_targets or is_public(visitor)):
            return None
        return visitor

    async def _prepare(self, request: Request) -> _Check:
        """Raises _Refused, and AnIncident."""
        form = read_form(request.query_params, self._own_address(request))
        try:
            asked = read_inquiry(form)
            walks, visitor = walks_of(request), visitor_of(request)
            expansion = await walks.expand(visitor, expand_host, form.target)
        except Unfit as unfit:
            raise _refused(unfit.form) from None
        except TooMany as haste:
            raise _hasty(form, haste) from None
        if not expansion.places:
            raise _nothing_to_check(form, expansion.remarks)
        return _Check(form, asked, expansion.places, expansion.remarks)

    async def _begin(self, request: Request, check: _Check) -> _Narration:
        """Raises _Refused where no walk may begin."""
        walks, visitor = walks_of(request), visitor_of(request)

        async def explain(place: Place, note: Callable[[Reply], None]) -> Explanation:
            return await walks.explain(visitor, place.address, check.asked, note)

        async def explain_all(note: Callable[[Reply], None]) -> _Explained:
            outcomes = await asyncio.gather(
                *(explain(each, note) for each in check.places), return_exceptions=True
            )
            told = [each for each in outcomes if not isinstance(each, BaseException)]
            failures = [each for each in outcomes if isinstance(each, BaseException)]
            known = [each for each in failures if isinstance(each, TooMany | PrivateTarget)]
            if failures and (len(known) < len(failures) or not told):
                raise next((each for each in failures if each not in known), failures[0])
            return _Explained(told, known)

        narration = Narration(explain_all)
        try:
            await narration.begin()
        except TooMany as haste:
            raise _hasty(check.form, haste) from None
        except PrivateTarget:
            raise _private(check.form) from None
        except BaseException:
            await narration.close()
            raise
        return narration

    async def _page(self, check: _Check, narration: _Narration) -> AsyncGenerator[str, None]:
        before, after = divide_page(check.form)
        yield before
        yield compose_beginning(check.form)
        async for each in self._tell(check, narration):
            match each:
                case _Step():
                    yield compose_step(each.text)
                case _Content():
                    yield END_OF_PROGRESS + each.html
        yield after

    async def _events(self, check: _Check, narration: _Narration) -> AsyncGenerator[Event, None]:
        yield Event("show", compose_beginning(check.form) + END_OF_PROGRESS)
        async for each in self._tell(check, narration):
            match each:
                case _Step():
                    yield Event("step", each.text)
                case _Content():
                    yield Event("done", compose_heading(check.form) + each.html)

    async def _tell(
        self, check: _Check, narration: _Narration
    ) -> AsyncGenerator[_Step | _Content, None]:
        narrator = Narrator(each.address for each in check.places)
        try:
            async for each in narration:
                if isinstance(each, Done):
                    # What hostile servers said may take half a second to put into words.
                    result = await asyncio.to_thread(self._result, check, each.result)
                    yield _Content(result)
                elif line := narrator.say(each):
                    yield _Step(line)
        except TooMany as haste:
            yield _Content(compose_trouble(check.form, [_sentence(haste)]))
        except PrivateTarget:
            yield _Content(compose_trouble(check.form, [words.PRIVATE_ANSWER]))
        except Exception:
            yield _Content(compose_trouble(check.form, [words.FAULT]))
            raise  # for the log

    def _result(self, check: _Check, explained: _Explained) -> Markup:
        said = [sentence_about(each) for each in check.remarks]
        said += dict.fromkeys(_lack(each) for each in explained.lacks)
        return compose_result(check.form, explained.told, said, moment=self._means.clock())


async def _robots(_request: Request) -> Response:
    return PlainTextResponse(_ROBOTS)


def _refused(form: CheckForm) -> _Refused:
    page = compose_refusal(form, (), title=words.NOTHING_CHECKED)
    return _Refused(page, HTTPStatus.UNPROCESSABLE_ENTITY)


def _nothing_to_check(form: CheckForm, remarks: Sequence[Remark]) -> _Refused:
    """What is wrong with the target stands at its field; that DNS says nothing is not its fault."""
    if all(each.weight is Weight.IMPOSSIBLE for each in remarks):
        wrong = {"target": " ".join(map(sentence_about, remarks))}
        return _refused(msgspec.structs.replace(form, wrong=wrong))
    said = [sentence_about(each) for each in remarks]
    page = compose_refusal(form, said, title=words.NOTHING_CHECKED)
    return _Refused(page, HTTPStatus.SERVICE_UNAVAILABLE, retry_after(_AGAIN))


def _private(form: CheckForm) -> _Refused:
    page = compose_refusal(form, [words.PRIVATE_ANSWER], title=words.NOTHING_CHECKED)
    return _Refused(page, HTTPStatus.UNPROCESSABLE_ENTITY)


def _hasty(form: CheckForm, haste: TooMany) -> _Refused:
    page = compose_refusal(form, [_sentence(haste)], title=words.BUSY_TITLE)
    return _Refused(page, haste.status, haste.headers)


def _lack(failure: TooMany | PrivateTarget) -> str:
    return words.NOT_ALL if isinstance(failure, TooMany) else words.PRIVATE_ANSWER


def _sentence(haste: TooMany) -> str:
    return sentence_about_haste(haste.seconds, of_all=haste.of_all)
