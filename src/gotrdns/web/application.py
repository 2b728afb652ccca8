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
from gotrdns.store.trouble import StoreUnavailable
from gotrdns.web.admin import admin_routes, explain_store_trouble
from gotrdns.web.admin.daemon import Daemon
from gotrdns.web.forms import Tokens
from gotrdns.web.headers import BindBrowser
from gotrdns.web.incident import incident_routes
from gotrdns.web.means import Means
from gotrdns.web.static_files import static_route
from gotrdns.web.stores import StoreDesk
from gotrdns.web.walks import Walks


def public_site(means: Means) -> Starlette:
    """For whoever was refused, and for everybody who wants to check a mail host."""
    return _site(means, means.page.proxies, incident_routes(means))


def admin_site(means: Means) -> Starlette:
    """For the administrator."""
    site = _site(means, means.admin.proxies, admin_routes())
    site.state.daemon = Daemon(means.ask_daemon)
    site.state.desk = StoreDesk(means.store.url, clock=means.clock)
    site.add_exception_handler(StoreUnavailable, explain_store_trouble)
    return site


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
