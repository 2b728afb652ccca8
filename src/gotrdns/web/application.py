"""The two sites as ASGI applications: everybody's, and the administrator's.

Owns which paths there are and what every answer has in common.
"""

from collections.abc import Sequence
from typing import Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from gotrdns.names import Network
from gotrdns.web.check import CheckPages
from gotrdns.web.errors import KNOWN, Guarded, answer_exception
from gotrdns.web.forms import Tokens
from gotrdns.web.gate import Gate, Names, host_of
from gotrdns.web.headers import BindBrowser
from gotrdns.web.incident import IncidentPages
from gotrdns.web.limits import Budget, Rate
from gotrdns.web.means import Means
from gotrdns.web.static_files import static_route
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
    return make_site(means, [], Names(means.admin.host_names, only=True), means.admin.proxies)


def make_site(
    means: Means, routes: Sequence[BaseRoute], names: Names, proxies: tuple[Network, ...]
) -> Starlette:
    site = Starlette(
        routes=[*routes, static_route()],
        middleware=[
            Middleware(BindBrowser),
            Middleware(Guarded, means.tell_fault),
            Middleware(Gate, names, Budget(_PAGES)),
        ],
        exception_handlers=dict.fromkeys(KNOWN, answer_exception),
    )
    site.state.means = means
    site.state.proxies = proxies
    site.state.walks = Walks(means.expert, means.page)
    site.state.tokens = Tokens()
    return site
