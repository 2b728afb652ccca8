"""What visitors are told where something is wrong with a request, or with us.

Owns which status that is; unexpected faults are told to whoever keeps the log, never to visitors.
"""

import asyncio
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gotrdns.reports.site.layout import compose_error
from gotrdns.web.limits import Bucket, Rate, TooMany, retry_after
from gotrdns.web.private import PrivateTarget
from gotrdns.web.streams import SlowVisitor

_PATIENCE: Final = 30.0  # seconds until an answer begins
_SENDING: Final = 30.0  # seconds for a piece of it to be taken
_FAULTS_TOLD: Final = Rate(10, 600.0)


def answer_error(status: int, *, wait: float | None = None) -> Response:
    """A page that says what is wrong; ``wait`` are seconds until it may be tried again."""
    headers = {} if wait is None else retry_after(wait)
    return HTMLResponse(compose_error(HTTPStatus(status)), status, headers)


async def answer_exception(_request: Request, error: Exception) -> Response:
    """For the exceptions that an application knows."""
    match error:
        case TooMany():
            return answer_error(error.status, wait=error.seconds)
        case PrivateTarget():
            return answer_error(HTTPStatus.UNPROCESSABLE_ENTITY)
        case HTTPException():
            answer = answer_error(error.status_code)
            answer.headers.update(error.headers or {})
            return answer
        case _:
            raise error


KNOWN: Final = (TooMany, PrivateTarget, HTTPException)


class Guarded:
    """ASGI middleware: an answer begins in time, and goes on; a fault gets a calm page.

    ``tell_fault`` is called with faults nobody expected, ten in ten minutes at most.
    """

    def __init__(
        self,
        app: ASGIApp,
        tell_fault: Callable[[Exception], None],
        *,
        patience: float = _PATIENCE,
        sending: float = _SENDING,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._tell_fault = tell_fault
        self._patience = patience
        self._sending = sending
        self._clock = clock
        self._told = Bucket(_FAULTS_TOLD, clock())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = await self._answer(scope, receive, send)
        if status is not None:
            await answer_error(status)(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> HTTPStatus | None:
        """What is still to be said. Where an answer has begun, the server closes the connection."""
        begun = False
        try:
            async with asyncio.timeout(self._patience) as beginning:

                async def send_in_time(message: Message) -> None:
                    nonlocal begun
                    begun = True
                    beginning.reschedule(None)
                    async with asyncio.timeout(self._sending):
                        await send(message)

                await self._app(scope, receive, send_in_time)
        except TimeoutError:
            return None if begun else HTTPStatus.SERVICE_UNAVAILABLE
        except SlowVisitor:
            return None
        except Exception as error:
            self._tell(error)
            return None if begun else HTTPStatus.INTERNAL_SERVER_ERROR
        return None

    def _tell(self, error: Exception) -> None:
        if self._told.take(1, self._clock()):
            self._tell_fault(error)
