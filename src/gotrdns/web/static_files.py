"""What pages are made of beside their HTML: the style, the scripts, the icon.

Owns how long browsers may keep them. All of it is read once, when the site is made.
"""

import hashlib
from http import HTTPStatus
from pathlib import Path
from typing import Final

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gotrdns.reports.site.stylesheet import stylesheet, stylesheet_address

_FOLDER: Final = Path(__file__).with_name("static")
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
# The style's address changes with it; of everything else browsers ask whether it is the same.
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_ASK: Final = "no-cache"


class _File(msgspec.Struct, frozen=True):
    content: bytes
    type: str
    tag: str
    keep: str


def static_route() -> Route:
    """``/static/<name>``: nothing but the files that were there when it was made."""
    files = {path.name: _file(path.read_bytes(), path.suffix) for path in _FOLDER.iterdir()}
    style = Path(stylesheet_address())
    files[style.name] = _file(stylesheet().encode(), style.suffix, _FOR_EVER)

    async def serve(request: Request) -> Response:
        file = files.get(request.path_params["name"])
        if file is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        headers = {"ETag": file.tag, "Cache-Control": file.keep}
        if request.headers.get("if-none-match") == file.tag:
            return Response(status_code=304, headers=headers)
        return Response(file.content, media_type=file.type, headers=headers)

    return Route("/static/{name}", serve, name="static")


def _file(content: bytes, suffix: str, keep: str = _ASK) -> _File:
    tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    return _File(content, _TYPES[suffix], tag, keep)
