"""Answers that grow while a visitor watches: server-sent events, and pages sent in pieces.

Owns how long a visitor may take to read, signs of life, and when such an answer ends: when all is
told, when the visitor has gone, and when the process is to end. What is told is others' business.
"""

import asyncio
import contextlib
import re
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, Final, Generic, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

_SIGN_OF_LIFE: Final = 15.0  # seconds; proxies cut off what is silent for 30 or 60
_PATIENCE: Final = 20.0  # seconds for a visitor to read what no buffer takes any more
# Seconds in which work that may not begin says so: then the answer can have its status.
_REFUSED_WITHIN: Final = 1.0
_NOTES_HELD: Final = 64
_COME_BACK: Final = "retry: 5000\n\n"  # milliseconds until a browser that lost us asks again
_COMMENT: Final = b":\n\n"
_LINE_END: Final = re.compile("\r\n|\r|\n")
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would hold the pieces back
}

_EVENTS: Final = "text/event-stream; charset=utf-8"
_PAGE: Final = "text/html; charset=utf-8"

AtEnd = Callable[[], Awaitable[None]]
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


def stream(
    request: Request, events: AsyncIterator[Event], *, at_end: AtEnd | None = None
) -> Response:
    """Server-sent events, as they come; ``at_end`` is called when no more can be sent."""
    return GrowingResponse(request, _encoded(events), _EVENTS, sign_of_life=_COMMENT, at_end=at_end)


def grow_page(
    request: Request, pieces: AsyncIterator[str], *, at_end: AtEnd | None = None
) -> Response:
    """A page of HTML, sent as far as it is known."""
    return GrowingResponse(request, _written(pieces), _PAGE, sign_of_life=b"\n", at_end=at_end)


class Narration(Generic[S, R]):
    """What ``work`` notes while it is done, and then its result; iterating raises what it raises.

    Notes that nobody takes in time are left out: the work never waits for who watches.
    """

    def __init__(self, work: Callable[[Callable[[S], None]], Awaitable[R]]) -> None:
        self._notes: deque[S] = deque()
        self._stirred = asyncio.Event()
        self._told = False
        self._task = asyncio.ensure_future(work(self._note))
        self._task.add_done_callback(lambda _: self._stirred.set())

    def __aiter__(self) -> "Narration[S, R]":
        return self

    async def __anext__(self) -> S | Done[R]:
        while not self._notes and not self._task.done():
            self._stirred.clear()
            await self._stirred.wait()
        if self._notes:
            return self._notes.popleft()
        if self._told:
            raise StopAsyncIteration
        self._told = True
        return Done(self._task.result())

    async def begin(self, *, within: float = _REFUSED_WITHIN) -> None:
        """Until there is something to tell, or for so many seconds. Raises what failed by then."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stirred.wait(), within)
        if self._task.done():
            self._task.result()

    async def close(self) -> None:
        """Ends the work, if it goes on."""
        await _cancel(self._task)

    def _note(self, step: S) -> None:
        if len(self._notes) < _NOTES_HELD:
            self._notes.append(step)
            self._stirred.set()


class GrowingResponse(Response):
    """An answer in pieces. ``sign_of_life`` is what may be sent between them while nothing comes.

    Raises SlowVisitor.
    """

    def __init__(
        self,
        request: Request,
        pieces: AsyncIterator[bytes],
        media_type: str,
        *,
        sign_of_life: bytes,
        at_end: AtEnd | None,
    ) -> None:
        self.status_code = 200
        self.background = None
        self.init_headers({**_HEADERS, "Content-Type": media_type})
        self._pieces = pieces
        self._at_end = at_end
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
            if self._at_end is not None:
                await self._at_end()

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
