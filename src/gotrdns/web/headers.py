"""What every answer of a site says to browsers: load nothing foreign, tell nobody, keep nothing.

Owns the headers that bind the browser. Answers of every kind get them, errors and files included.
"""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gotrdns.web.forms import remembered_cookie
from gotrdns.web.visitors import is_secure

_POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_ALWAYS: Final = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex, nofollow",
}
_STATIC: Final = "/static/"
_KEPT: Final = "public, max-age=3600"
_NOT_KEPT: Final = "no-store"
_TWO_YEARS: Final = "max-age=63072000"


class BindBrowser:
    """ASGI middleware. An answer's own ``Cache-Control`` stands."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_bound(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(scope, message)
            await send(message)

        await self._app(scope, receive, send_bound)


def _add_headers(scope: Scope, message: Message) -> None:
    headers = MutableHeaders(scope=message)
    headers.update(_ALWAYS)
    if "cache-control" not in headers:
        headers["Cache-Control"] = _KEPT if _is_file(scope, message) else _NOT_KEPT
    connection = HTTPConnection(scope)
    if is_secure(connection):
        headers["Strict-Transport-Security"] = _TWO_YEARS
    cookie = remembered_cookie(connection)
    if cookie is not None:
        headers.append("Set-Cookie", cookie)


def _is_file(scope: Scope, message: Message) -> bool:
    return bool(scope["path"].startswith(_STATIC)) and message["status"] in {200, 206, 304}
