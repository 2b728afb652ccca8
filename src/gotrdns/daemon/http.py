"""HTTP as far as pages of plain text need it: GET and HEAD, and one request a connection.

Owns which requests are answered how; h11 reads and writes the protocol. No input or output here.
"""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Final

import h11
from msgspec import Struct

from gotrdns.daemon.desk import LONGEST_QUESTION, Answering

PLAIN: Final = "text/plain; charset=utf-8"
_METHODS: Final = (b"GET", b"HEAD")


class Page(Struct, frozen=True):
    """What is answered."""

    status: HTTPStatus
    body: bytes
    kind: str = PLAIN


Pages = Mapping[str, Callable[[], Awaitable[Page]]]


class HttpInquiry:
    """One request; ``pages`` are by their path."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._octets = 0
        self._connection = h11.Connection(h11.SERVER, max_incomplete_event_size=LONGEST_QUESTION)

    def receive(self, data: bytes) -> Answering | None:
        self._octets += len(data)
        if self._octets > LONGEST_QUESTION:
            return self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        try:
            self._connection.receive_data(data)
            event = self._connection.next_event()
        except h11.RemoteProtocolError as error:
            return self._refuse(HTTPStatus(error.error_status_hint))
        return self._respond(event) if isinstance(event, h11.Request) else None

    async def _respond(self, request: h11.Request) -> bytes:
        if request.method not in _METHODS:
            return self._compose(_plain(HTTPStatus.METHOD_NOT_ALLOWED))
        path = request.target.partition(b"?")[0].decode("ascii", "replace")
        page = self._pages.get(path)
        if page is None:
            return self._compose(_plain(HTTPStatus.NOT_FOUND))
        return self._compose(await page(), with_body=request.method == b"GET")

    async def _refuse(self, status: HTTPStatus) -> bytes:
        return self._compose(_plain(status))

    def _compose(self, page: Page, *, with_body: bool = True) -> bytes:
        headers = [
            ("Content-Type", page.kind),
            ("Content-Length", str(len(page.body))),
            ("Cache-Control", "no-store"),
            ("Connection", "close"),
        ]
        if page.status is HTTPStatus.METHOD_NOT_ALLOWED:
            headers.append(("Allow", ", ".join(each.decode() for each in _METHODS)))
        events: list[h11.Event] = [
            h11.Response(status_code=page.status, headers=headers, reason=page.status.phrase)
        ]
        if with_body:
            events.append(h11.Data(data=page.body))
        events.append(h11.EndOfMessage())
        return b"".join(self._connection.send(event) or b"" for event in events)


def _plain(status: HTTPStatus) -> Page:
    return Page(status, f"{status.value} {status.phrase}\n".encode())
