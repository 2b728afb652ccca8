"""Answers that grow while a visitor watches: server-sent events, and pages sent in pieces.

Owns how long a visitor may take to read, signs of life, and when such an answer ends: when all is
told, when the visitor has gone, and when the process is to end. What is told is others' business.
"""

import asyncio
import re
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, Generic, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

_SIGN_OF_LIFE: Final = 15.0  # seconds; proxies cut off what is silent for 30 or 60
_PATIENCE: Final = 20.0  # seconds for a visitor to read what no buffer takes any more
_STEPS_HELD: Final = 64
_COME_BACK: Final = "retry: 5000\n\n"  # milliseconds until a browser that lost us asks again
_COMMENT: Final = b":\n\n"
_LINE_END: Final = re.compile("\r\n|\r|\n")
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would hold the pieces back
}

S = TypeVar("S")
R = TypeVar("R")


class SlowVisitor(Exception):
    """Has read nothing for too long. The server closes the connection of an answer that fails."""


class Event(msgspec.Struct, frozen=True):
    """``data`` may hold line ends; a browser gets them all as ``\\n``."""

    name: str
    data: str

    def encode(self) -> bytes:
        lines = "".join(f"data: {line}\n" for line in _LINE_END.split(self.data))
        return f"event: {self.name}\n{lines}\n".encode("utf-8", "backslashreplace")


class Done(msgspec.Struct, Generic[R], frozen=True):
    """The end of a narration."""

    result: R


def stream(request: Request, events: AsyncIterator[Event]) -> Response:
    """Server-sent events, as they come."""
    headers = {"Content-Type": "text/event-stream; charset=utf-8"}
    return GrowingResponse(request, _encoded(events), headers=headers, sign_of_life=_COMMENT)


def grow_page(request: Request, pieces: AsyncIterator[str], *, status: int = 200) -> Response:
    """A page of HTML, sent as far as it is known."""
    headers = {"Content-Type": "text/html; charset=utf-8"}
    encoded = _written(pieces)
    return GrowingResponse(request, encoded, status=status, headers=headers, sign_of_life=b"\n")


async def narrate(
    work: Callable[[Callable[[S], None]], Awaitable[R]],
) -> AsyncGenerator[S | Done[R], None]:
    """What ``work`` notes while it is done, and then its result.

    Notes nobody takes in time are left out: the work never waits for who watches. Raises what the
    work raises. The work is cancelled when nobody watches any more.
    """
    notes: deque[S] = deque()
    stirred = asyncio.Event()

    def note(step: S) -> None:
        if len(notes) < _STEPS_HELD:
            notes.append(step)
            stirred.set()

    task = asyncio.ensure_future(work(note))
    task.add_done_callback(lambda _: stirred.set())
    try:
        while notes or not task.done():
            await stirred.wait()
            stirred.clear()
            while notes:
                yield notes.popleft()
        yield Done(await task)
    finally:
        await _cancel(task)


class GrowingResponse(Response):
    """An answer in pieces. ``sign_of_life`` is what may be sent between them while nothing comes.

    Raises SlowVisitor.
    """

    def __init__(
        self,
        request: Request,
        pieces: AsyncIterator[bytes],
        *,
        headers: Mapping[str, str],
        sign_of_life: bytes,
        status: int = 200,
    ) -> None:
        self.status_code = status
        self.background = None
        self.init_headers({**_HEADERS, **headers})
        self._pieces = pieces
        self._sign_of_life = sign_of_life
        self._ending: asyncio.Event = request.app.state.means.ending
        self._is_head = request.method == "HEAD"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        ends = [asyncio.ensure_future(_gone(receive)), asyncio.ensure_future(self._ending.wait())]
        start = {
            "type": "http.response.start",
            "status": self.status_code,
            "headers": self.raw_headers,
        }
        try:
            await _send(send, start)
            if not self._is_head:
                await self._send_pieces(send, ends)
            await _send(send, _body(b"", more=False))
        finally:
            for each in ends:
                await _cancel(each)
            await _close(self._pieces)

    async def _send_pieces(self, send: Send, ends: Sequence[asyncio.Future[Any]]) -> None:
        while True:
            coming = asyncio.ensure_future(_next(self._pieces))
            try:
                while not coming.done() and not any(each.done() for each in ends):
                    await self._wait(send, coming, ends)
                if not coming.done() or (piece := coming.result()) is None:
                    return
            finally:
                await _cancel(coming)
            await _send(send, _body(piece))

    async def _wait(
        self, send: Send, coming: asyncio.Future[bytes | None], ends: Sequence[asyncio.Future[Any]]
    ) -> None:
        done, _ = await asyncio.wait(
            (coming, *ends), timeout=_SIGN_OF_LIFE, return_when=asyncio.FIRST_COMPLETED
        )
        if not done:
            await _send(send, _body(self._sign_of_life))


async def _encoded(events: AsyncIterator[Event]) -> AsyncGenerator[bytes, None]:
    yield _COME_BACK.encode()
    try:
        async for event in events:
            yield event.encode()
    finally:
        await _close(events)


async def _written(pieces: AsyncIterator[str]) -> AsyncGenerator[bytes, None]:
    try:
        async for piece in pieces:
            yield piece.encode("utf-8", "backslashreplace")
    finally:
        await _close(pieces)


async def _next(pieces: AsyncIterator[bytes]) -> bytes | None:
    return await anext(pieces, None)


async def _gone(receive: Receive) -> None:
    """Until the visitor is."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _body(content: bytes, *, more: bool = True) -> Message:
    return {"type": "http.response.body", "body": content, "more_body": more}


async def _send(send: Send, message: Message) -> None:
    try:
        async with asyncio.timeout(_PATIENCE):
            await send(message)
    except TimeoutError:
        raise SlowVisitor from None


async def _cancel(task: asyncio.Future[Any]) -> None:
    """Ends it, if it has not ended; what it failed with was for others to hear."""
    task.cancel()
    await asyncio.wait((task,))
    if not task.cancelled():
        task.exception()


async def _close(iterator: AsyncIterator[Any]) -> None:
    if isinstance(iterator, AsyncGenerator):
        await iterator.aclose()
