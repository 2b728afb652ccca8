"""The two sites as ASGI applications: everybody's, and the administrator's.

Owns which paths there are and what every answer has in common.
"""

from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute

from gotrdns.reports.site.layout import compose_error
from gotrdns.web.means import Means
from gotrdns.web.static_files import static_route


def public_site(means: Means) -> Starlette:
    """For whoever was refused, and for everybody who wants to check a mail host."""
    return _site(means, [])


def admin_site(means: Means) -> Starlette:
    """For the administrator."""
    return _site(means, [])


def _site(means: Means, routes: list[BaseRoute]) -> Starlette:
    site = Starlette(
        routes=[*routes, static_route()],
        exception_handlers={HTTPException: _explain_error},
    )
    site.state.means = means
    return site


async def _explain_error(_request: Request, error: Exception) -> Response:
    status = HTTPStatus(error.status_code if isinstance(error, HTTPException) else 500)
    return HTMLResponse(compose_error(status), status)
