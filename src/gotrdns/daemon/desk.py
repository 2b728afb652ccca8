"""Connections that ask one question, get one answer, and end.

Owns their limits: how many there are, how long one may take, how long a question may be. What is
asked and answered is an ``Inquiry``'s business. Nothing here can hold up mail: it never waits.
"""

import asyncio
import functools
from collections.abc import Callable, Coroutine
from typing import Any, Final, Protocol

LONGEST_QUESTION: Final = 8192  # octets; a browser's headers are the longest that make sense
LIFETIME: Final = 10.0  # seconds: Prometheus waits as long (scrape_timeout)
MOST: Final = 64

Answering = Coroutine[Any, Any, bytes]


class Inquiry(Protocol):
    """Reads one question, however it is cut."""

    def receive(self, data: bytes) -> Answering | None:
        """None while more is needed; never called again after it has given something."""


class Desk:
    """Serves connections at all places of one kind; ``inquire`` begins an inquiry.

    When there are too many, the oldest makes room: whoever holds them open keeps nobody out.
    """

    def __init__(
        self,
        inquire: Callable[[], Inquiry],
        loop: asyncio.AbstractEventLoop,
        *,
        lifetime: float = LIFETIME,
    ) -> None:
        self.inquire = inquire
        self.loop = loop
        self.lifetime = lifetime
        self._visitors: dict[_Visitor, None] = {}

    @property
    def connections(self) -> int:
        return len(self._visitors)

    def new_connection(self, _endpoint: object = None) -> asyncio.Protocol:
        """The protocol of one accepted connection."""
        return _Visitor(self)

    def admit(self, visitor: "_Visitor") -> None:
        if len(self._visitors) >= MOST:
            oldest = next(iter(self._visitors))
            oldest.abort()
            self.depart(oldest)
        self._visitors[visitor] = None

    def depart(self, visitor: "_Visitor") -> None:
        self._visitors.pop(visitor, None)

    def close(self) -> None:
        """End every connection."""
        for visitor in list(self._visitors):
            visitor.abort()


class _Visitor(asyncio.Protocol):
    """One connection. After the answer it is the peer who closes first, or time that ends it:
    what we close while more is on its way is reset, and the answer lost with it.
    """

    _transport: asyncio.Transport
    _timer: asyncio.TimerHandle

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._inquiry = desk.inquire()
        self._task: asyncio.Task[bytes] | None = None
        self._peer_is_done = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a stream's transport is one
        self._timer = self._desk.loop.call_later(self._desk.lifetime, self.abort)
        self._desk.admit(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's interface
        self._timer.cancel()
        if self._task is not None:
            self._task.cancel()
        self._desk.depart(self)

    def data_received(self, data: bytes) -> None:
        if self._task is not None:
            return
        answering = self._inquiry.receive(data)
        if answering is not None:
            self._task = self._desk.loop.create_task(answering)
            self._task.add_done_callback(self._answer)

    def eof_received(self) -> bool:
        """A peer that only stopped sending still gets its answer."""
        self._peer_is_done = True
        return self._task is not None and not self._task.done()

    def abort(self) -> None:
        self._transport.abort()

    def _answer(self, task: asyncio.Task[bytes]) -> None:
        if task.cancelled():  # the connection is gone
            return
        error = task.exception()
        if error is not None:
            context = {"message": "a question was not answered", "exception": error, "task": task}
            self._desk.loop.call_exception_handler(context)
            self.abort()
            return
        self._transport.write(task.result())
        if self._peer_is_done:
            self._transport.close()
        else:
            self._transport.write_eof()


class LineInquiry:
    """A question of one line. ``answer`` gets the line, without its end."""

    def __init__(self, answer: Callable[[bytes], Answering]) -> None:
        self._answer = answer
        self._received = b""

    def receive(self, data: bytes) -> Answering | None:
        self._received += data
        line, end, _ = self._received.partition(b"\n")
        if end or len(line) > LONGEST_QUESTION:
            return self._answer(line[:LONGEST_QUESTION].rstrip(b"\r"))
        return None


def lines(answer: Callable[[bytes], Answering]) -> Callable[[], Inquiry]:
    """Inquiries of one line each."""
    return functools.partial(LineInquiry, answer)
