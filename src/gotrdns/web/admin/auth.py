"""Who may see the administrator's pages, and as whom.

Owns when nobody has to log in, when a proxy's word is taken, and when a password is asked for. All
of the site is behind it, its files too. By which host names it may be asked for is ``gate``'s.
"""

import asyncio
import base64
import binascii
import functools
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Final

from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from gotrdns.names import SpecialUse, special_use
from gotrdns.protocols.printable import printable
from gotrdns.reports.site.admin_layout import compose_closed
from gotrdns.web.admin.attempts import Attempts
from gotrdns.web.admin.framing import USER_KEY
from gotrdns.web.limits import TooMany, retry_after
from gotrdns.web.means import Trouble
from gotrdns.web.passwords import Passwords
from gotrdns.web.settings import AdminSettings
from gotrdns.web.visitors import is_proxy, peer_of, visitor_of

_CHALLENGE: Final = 'Basic realm="gotrdns", charset="UTF-8"'
_LONGEST_CREDENTIALS: Final = 2048
_LONGEST_USER: Final = 100
_PASSED_ON: Final = ("forwarded", "via", "x-forwarded-for", "x-real-ip")


class _Closed(Exception):
    """Nobody is let in; ``wait`` are seconds until another attempt may be made."""

    def __init__(self, status: HTTPStatus, *, wait: float = 0.0) -> None:
        super().__init__(status)
        self.status = status
        self.wait = wait


class Authenticate:
    """ASGI middleware: lets those in whom the doorkeeper knows, and notes who they are."""

    def __init__(self, app: ASGIApp, doorkeeper: "Doorkeeper") -> None:
        self._app = app
        self._doorkeeper = doorkeeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                scope[USER_KEY] = await self._doorkeeper.recognise(HTTPConnection(scope))
            except _Closed as closed:
                await _answer(closed)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _answer(closed: _Closed) -> Response:
    headers = {}
    if closed.status is HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = _CHALLENGE
    if closed.wait:
        headers |= retry_after(closed.wait)
    return HTMLResponse(compose_closed(closed.status), closed.status, headers)


class Doorkeeper:
    """Recognises whoever may come in. For one event loop."""

    def __init__(
        self, settings: AdminSettings, tell_trouble: Callable[[Trouble, str], None]
    ) -> None:
        self._header = settings.user_header
        self._tell_trouble = tell_trouble
        self._passwords: Passwords | None = None
        if settings.password_file:
            on_trouble = functools.partial(tell_trouble, Trouble.PASSWORDS_UNUSABLE)
            self._passwords = Passwords(Path(settings.password_file), on_trouble=on_trouble)
        self._attempts = Attempts()
        self._being_verified: dict[tuple[str, str], asyncio.Task[bool]] = {}

    async def recognise(self, request: HTTPConnection) -> str:
        """The user's name, empty where nobody has to log in. Raises _Closed."""
        if self._header:
            user = self._user_of_proxy(request)
            if user:
                return user
        if self._passwords is not None:
            return await self._user_of_password(request, self._passwords)
        if self._header or not _is_local(request):
            raise _Closed(HTTPStatus.FORBIDDEN)
        return ""

    def _user_of_proxy(self, request: HTTPConnection) -> str:
        """Empty where no proxy says anything. Raises _Closed for who is none, but speaks as one."""
        said = request.headers.getlist(self._header)
        if not said:
            return ""
        if len(said) > 1 or not is_proxy(request):
            raise _Closed(HTTPStatus.FORBIDDEN)
        return printable(said[0])[:_LONGEST_USER]

    async def _user_of_password(self, request: HTTPConnection, passwords: Passwords) -> str:
        """Raises _Closed."""
        credentials = _credentials(request)
        if credentials is None:
            raise _Closed(HTTPStatus.UNAUTHORIZED)
        if not passwords.remembers(*credentials):
            await self._verify(request, passwords, credentials)
        return credentials[0]

    async def _verify(
        self, request: HTTPConnection, passwords: Passwords, credentials: tuple[str, str]
    ) -> None:
        """Once for all who bring the same at the same time. Raises _Closed."""
        visitor = visitor_of(request)
        task = self._being_verified.get(credentials)
        if task is None:
            if (wait := self._attempts.begin(visitor)) > 0:
                raise _Closed(HTTPStatus.TOO_MANY_REQUESTS, wait=wait)
            task = asyncio.create_task(passwords.verify(*credentials))
            self._being_verified[credentials] = task
            task.add_done_callback(functools.partial(self._end, credentials))
        try:
            right = await asyncio.shield(task)
        except TooMany as busy:
            raise _Closed(HTTPStatus.SERVICE_UNAVAILABLE, wait=busy.seconds) from None
        if not right:
            self._tell_trouble(Trouble.LOGIN_REFUSED, visitor.text if visitor else "")
            raise _Closed(HTTPStatus.UNAUTHORIZED)
        self._attempts.forget(visitor)

    def _end(self, credentials: tuple[str, str], task: asyncio.Task[bool]) -> None:
        del self._being_verified[credentials]
        if not task.cancelled():
            task.exception()  # has been seen, also where nobody waits for it any more


def _credentials(request: HTTPConnection) -> tuple[str, str] | None:
    """Name and password by RFC 7617; None where there are none, or what is there is none."""
    said = request.headers.getlist("authorization")
    if len(said) != 1 or len(said[0]) > _LONGEST_CREDENTIALS:
        return None
    scheme, _, encoded = said[0].partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    name, colon, password = text.partition(":")
    return (name, password) if colon and "\0" not in text else None


def _is_local(request: HTTPConnection) -> bool:
    """Whether it comes over the loopback, or over a unix socket, whose permissions let it in.

    A proxy on this host that says whom it speaks for speaks for strangers.
    """
    if request.client is None:
        return True
    peer = peer_of(request)
    on_loopback = peer is not None and special_use(peer) is SpecialUse.LOOPBACK
    return on_loopback and not any(each in request.headers for each in _PASSED_ON)
