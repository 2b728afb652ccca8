"""Which requests are let in: of a bearable size, by a name of this site, and not too many.

Owns the names. A page on the Internet may give its own name a loopback address, and so send a
browser here (DNS rebinding): by that name nobody is let in. Nor may other sites' pages have their
visitors' browsers ask for what those do not see, such as checks in pictures and frames.
"""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from gotrdns.names import Address, InvalidAddress
from gotrdns.web.errors import answer_error
from gotrdns.web.limits import Budget, TooMany
from gotrdns.web.visitors import visitor_of

_LONGEST_ADDRESS: Final = 2048  # octets of path and query
_LOCAL: Final = "localhost"
_FILES: Final = "/static/"


class Names:
    """The hosts a site may be asked for by: its names, ``localhost``, and any address.

    Without names of its own it takes any.
    """

    def __init__(self, names: Iterable[str], *, only: bool) -> None:
        self._names = {*(each.lower().rstrip(".") for each in names), _LOCAL}
        self._only = only

    def __contains__(self, host: str) -> bool:
        return not self._only or _without_port(host) in self._names or _is_address(host)


def host_of(url: str) -> str | None:
    return urlsplit(url).hostname


class Gate:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, names: Names, pages: Budget) -> None:
        self._app = app
        self._names = names
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            wait = None
            status = self._objection(scope)
            if status is None:
                try:
                    self._count(scope)
                except TooMany as error:
                    status, wait = HTTPStatus.TOO_MANY_REQUESTS, error.seconds
            if status is not None:
                await answer_error(status, wait=wait)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _objection(self, scope: Scope) -> HTTPStatus | None:
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > _LONGEST_ADDRESS:
            return HTTPStatus.REQUEST_URI_TOO_LONG
        headers = HTTPConnection(scope).headers
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0] not in self._names:
            return HTTPStatus.MISDIRECTED_REQUEST
        return HTTPStatus.FORBIDDEN if _is_unseen(headers) else None

    def _count(self, scope: Scope) -> None:
        """Files cost next to nothing."""
        if not scope["path"].startswith(_FILES):
            self._pages.take(visitor_of(HTTPConnection(scope)))


def _is_unseen(headers: Headers) -> bool:
    """Whether another site has a browser ask, and not for a page that its user then looks at.

    Fetch Metadata: browsers say so themselves, and scripts cannot make them say something else.
    """
    foreign = headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}
    return foreign and headers.get("sec-fetch-dest") != "document"


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdecimal() else host).lower().rstrip(".")


def _is_address(host: str) -> bool:
    bare = host.rpartition("]")[0] + "]" if host.startswith("[") else _without_port(host)
    try:
        Address.parse_literal(bare)
    except InvalidAddress:
        return False
    return True
