"""The two sites as ASGI applications: everybody's, and the administrator's.

Owns which paths there are and what every answer has in common.
"""

from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute

from gotrdns.names import Network
from gotrdns.reports.site.layout import compose_error
from gotrdns.web.check import CheckPages
from gotrdns.web.forms import Tokens
from gotrdns.web.headers import BindBrowser
from gotrdns.web.incident import IncidentPages
from gotrdns.web.means import Means
from gotrdns.web.static_files import static_route
from gotrdns.web.walks import Walks


def public_site(means: Means) -> Starlette:
    """For whoever was refused, and for everybody who wants to check a mail host."""
    pages = (CheckPages(means), IncidentPages(means))
    return _site(means, means.page.proxies, [route for each in pages for route in each.routes()])


def admin_site(means: Means) -> Starlette:
    """For the administrator."""
    return _site(means, means.admin.proxies, [])


def _site(means: Means, proxies: tuple[Network, ...], routes: list[BaseRoute]) -> Starlette:
    site = Starlette(
        routes=[*routes, static_route()],
        middleware=[Middleware(BindBrowser)],
        exception_handlers={HTTPException: _explain_error},
    )
    site.state.means = means
    site.state.proxies = proxies
    site.state.walks = Walks(means.expert, means.page)
    site.state.tokens = Tokens()
    return site


async def _explain_error(_request: Request, error: Exception) -> Response:
    status = HTTPStatus(error.status_code if isinstance(error, HTTPException) else 500)
    return HTMLResponse(compose_error(status), status)
