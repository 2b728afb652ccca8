"""The two sites as ASGI applications: everybody's, and the administrator's.

Owns which paths there are and what every answer has in common.
"""

from collections.abc import Sequence
from typing import Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from gotrdns.names import Network
from gotrdns.web.admin import KNOWN_TO_ADMINS, admin_routes
from gotrdns.web.admin.auth import Authenticate, Doorkeeper
from gotrdns.web.admin.daemon import Daemon
from gotrdns.web.check import CheckPages
from gotrdns.web.errors import KNOWN, Guarded, answer_exception
from gotrdns.web.forms import Tokens
from gotrdns.web.gate import Gate, Names, host_of
from gotrdns.web.headers import BindBrowser
from gotrdns.web.incident import IncidentPages
from gotrdns.web.limits import Budget, Rate
from gotrdns.web.means import Means
from gotrdns.web.static_files import static_route
from gotrdns.web.stores import StoreDesk
from gotrdns.web.walks import Walks

# Of one network, which may be a company's: 120 at once, and then two in a second.
_PAGES: Final = Rate(120, 60.0)


def public_site(means: Means) -> Starlette:
    """For whoever was refused, and for everybody who wants to check a mail host."""
    own = host_of(means.page.public_url)
    # Without a name of its own it takes any: what it shows anybody may see.
    names = Names([own] if own else [], only=own is not None)
    pages = (CheckPages(means), IncidentPages(means))
    routes = [route for each in pages for route in each.routes()]
    return make_site(means, routes, names, means.page.proxies)


def admin_site(means: Means) -> Starlette:
    """For the administrator."""
    names = Names(means.admin.host_names, only=True)
    authenticate = Middleware(Authenticate, Doorkeeper(means.admin, means.tell_trouble))
    site = make_site(means, admin_routes(), names, means.admin.proxies, authenticate)
    site.state.daemon = Daemon(means.ask_daemon)
    site.state.desk = StoreDesk(means.store.url, clock=means.clock)
    for exception, answer in KNOWN_TO_ADMINS.items():
        site.add_exception_handler(exception, answer)
    return site


def make_site(
    means: Means,
    routes: Sequence[BaseRoute],
    names: Names,
    proxies: tuple[Network, ...],
    *more: Middleware,
) -> Starlette:
    site = Starlette(
        routes=[*routes, static_route()],
        middleware=[
            Middleware(BindBrowser),
            Middleware(Guarded, means.tell_fault),
            Middleware(Gate, names, Budget(_PAGES)),
            *more,
        ],
        exception_handlers=dict.fromkeys(KNOWN, answer_exception),
    )
    site.state.means = means
    site.state.proxies = proxies
    site.state.walks = Walks(means.expert, means.page)
    site.state.tokens = Tokens()
    return site
