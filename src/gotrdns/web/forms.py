"""Forms: read within limits, and only if a page of ours was what sent them.

Owns the body's limits and the protection against forms that other sites send in a visitor's name:
a cookie that only we can read, and a hidden field that only we can make from it.
"""

import asyncio
import hashlib
import hmac
import re
import secrets
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request

from gotrdns.web.visitors import is_secure

TOKEN_FIELD: Final = "token"  # noqa: S105 - the name of a field
_COOKIE: Final = "gotrdns-form"
_LIMIT: Final = 16 * 1024  # octets
_MOST_FIELDS: Final = 100
_PATIENCE: Final = 10.0  # seconds for the whole body
_TYPE: Final = "application/x-www-form-urlencoded"
_SEED: Final = re.compile(r"[A-Za-z0-9_-]{22}")
_COOKIE_KEY: Final = "gotrdns.form-cookie"  # of the ASGI scope


class Tokens:
    """Makes hidden fields from cookies, and knows those it made. A restart makes all invalid."""

    def __init__(self, secret: bytes | None = None) -> None:
        self._secret = secret or secrets.token_bytes(32)

    def field_for(self, seed: str) -> str:
        return hmac.new(self._secret, seed.encode(), hashlib.sha256).hexdigest()

    def fits(self, seed: str, field: str) -> bool:
        return hmac.compare_digest(self.field_for(seed).encode(), field.encode())


def form_token(request: Request) -> str:
    """The value of the hidden field ``TOKEN_FIELD``; the answer will set its cookie."""
    seed = request.scope.get(_COOKIE_KEY) or _seed_of(request) or secrets.token_urlsafe(16)
    request.scope[_COOKIE_KEY] = seed
    tokens: Tokens = request.app.state.tokens
    return tokens.field_for(seed)


def remembered_cookie(request: HTTPConnection) -> str | None:
    """The ``Set-Cookie`` that this request's form needs, if it made one."""
    seed = request.scope.get(_COOKIE_KEY)
    if seed is None:
        return None
    secure = is_secure(request)
    end = "; Secure" if secure else ""
    return f"{_cookie_name(secure=secure)}={seed}; Path=/; HttpOnly; SameSite=Strict{end}"


async def read_form(request: Request, *, limit: int = _LIMIT) -> dict[str, str]:
    """The fields, each once, if a page of ours sent them. Raises HTTPException."""
    _require_own_origin(request)
    fields = await read_fields(request, limit=limit)
    seed = _seed_of(request)
    tokens: Tokens = request.app.state.tokens
    if seed is None or not tokens.fits(seed, fields.pop(TOKEN_FIELD, "")):
        raise HTTPException(HTTPStatus.FORBIDDEN)
    return fields


async def read_fields(request: Request, *, limit: int = _LIMIT) -> dict[str, str]:
    """The fields of a body, whoever sent it. Raises HTTPException."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _TYPE:
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    try:
        async with asyncio.timeout(_PATIENCE):
            body = await _read_body(request, limit)
    except TimeoutError:
        raise HTTPException(HTTPStatus.REQUEST_TIMEOUT) from None
    return decode_fields(body)


def decode_fields(body: bytes) -> dict[str, str]:
    """Raises HTTPException for what no form of ours sends: too many fields, one twice, no UTF-8."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        raise HTTPException(HTTPStatus.BAD_REQUEST) from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise HTTPException(HTTPStatus.BAD_REQUEST)
    return fields


async def _read_body(request: Request, limit: int) -> bytes:
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limit:
        raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > limit:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return bytes(body)


def _require_own_origin(request: Request) -> None:
    """What the browser says of where the form was; the token stands for those that say nothing.

    ``Origin: null`` says nothing: our own pages send it, for they tell no referrer.
    """
    site = request.headers.get("sec-fetch-site")
    if site is None:
        origin = request.headers.get("origin", "null")
        own = origin == "null" or origin.partition("://")[2] == request.headers.get("host", "")
    else:
        own = site in {"same-origin", "none"}
    if not own:
        raise HTTPException(HTTPStatus.FORBIDDEN)


def _seed_of(request: HTTPConnection) -> str | None:
    seed = request.cookies.get(_cookie_name(secure=is_secure(request)), "")
    return seed if _SEED.fullmatch(seed) else None


def _cookie_name(*, secure: bool) -> str:
    # Browsers take __Host- cookies only from the host itself, over HTTPS: no neighbour can set it.
    return f"__Host-{_COOKIE}" if secure else _COOKIE


def is_own_form(request: HTTPConnection, field: str) -> bool:
    """Whether a page of ours gave this very browser the field, which comes with no form."""
    seed = _seed_of(request)
    tokens: Tokens = request.app.state.tokens
    return seed is not None and tokens.fits(seed, field)
