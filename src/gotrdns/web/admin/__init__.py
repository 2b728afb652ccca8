"""The administrator's pages.

Owns which there are, and what they say where something is wrong.
"""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from gotrdns.reports.site.admin_layout import (
    Section,
    compose_admin_error,
    compose_store_trouble,
)
from gotrdns.store.trouble import StoreUnavailable
from gotrdns.web.admin.asking import means_of
from gotrdns.web.admin.exceptions import end_exception, list_exceptions, make_exception
from gotrdns.web.admin.follow_up import list_businesses, mark_done, reopen, show_business
from gotrdns.web.admin.framing import frame_of
from gotrdns.web.admin.look_up import look_up, show_decision
from gotrdns.web.admin.looking import look_now
from gotrdns.web.admin.now import show_now, show_now_part
from gotrdns.web.admin.story import tell_story
from gotrdns.web.limits import retry_after
from gotrdns.web.means import Trouble

_AGAIN: Final = 60.0  # seconds, where the store does not answer

Handler = Callable[[Request, Exception], Awaitable[Response]]


def admin_routes() -> list[BaseRoute]:
    """All of them."""
    return [
        Route(Section.NOW.path, show_now),
        Route("/now-part", show_now_part),
        Route(Section.FOLLOW_UP.path, list_businesses),
        Route("/follow-up/done", mark_done, methods=["POST"]),
        Route("/follow-up/reopen", reopen, methods=["POST"]),
        Route("/follow-up/{incident}", show_business),
        Route(Section.LOOK_UP.path, look_up),
        Route("/decision/{incident}", show_decision),
        Route("/client/{address}", tell_story),
        Route("/client/{address}/now", look_now, methods=["POST"]),
        Route(Section.EXCEPTIONS.path, list_exceptions),
        Route(Section.EXCEPTIONS.path, make_exception, methods=["POST"]),
        Route("/exceptions/end", end_exception, methods=["POST"]),
    ]


async def _explain_store_trouble(request: Request, error: Exception) -> Response:
    """A calm page: nothing of the mail path waits for what could not be read here."""
    means_of(request).tell_trouble(Trouble.STORE_UNAVAILABLE, str(error))
    page = compose_store_trouble(await frame_of(request, _section(request)), str(error))
    return HTMLResponse(page, HTTPStatus.SERVICE_UNAVAILABLE, retry_after(_AGAIN))


async def _explain_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    status = HTTPStatus(error.status_code)
    page = compose_admin_error(await frame_of(request, _section(request)), status)
    return HTMLResponse(page, status, error.headers)


def _section(request: Request) -> Section:
    """The one that the path belongs to."""
    paths = {section.path: section for section in Section}
    return paths.get(f"/{request.url.path.split('/')[1]}", Section.LOOK_UP)


# What is answered alike wherever it happens.
KNOWN_TO_ADMINS: Final[dict[type[Exception], Handler]] = {
    StoreUnavailable: _explain_store_trouble,
    HTTPException: _explain_error,
}
