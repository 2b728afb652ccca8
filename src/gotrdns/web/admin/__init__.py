"""The administrator's pages.

Owns which there are; who gets in is owned by ``auth``.
"""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from gotrdns.reports.site.admin_layout import Section


def admin_routes() -> list[BaseRoute]:
    """All but the now page, in whose place its visitors are sent on."""
    return [Route(Section.NOW.path, _send_on)]


async def _send_on(_request: Request) -> Response:
    return RedirectResponse(Section.FOLLOW_UP.path)
