"""The pages for monitoring: ``/metrics``, ``/healthz`` and ``/readyz``.

Owns what they say. Imports what only they need, so it is itself imported where they are served.
"""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from gotrdns.daemon.exposition import CONTENT_TYPE, expose
from gotrdns.daemon.http import HttpInquiry, Page
from gotrdns.daemon.vitals import Vitals, hindrances, warnings
from gotrdns.reports.readiness_text import ALIVE, compose_readiness


class Pages:
    """``look`` gives the vitals as they are; ``examine`` finds out how the resolver does first."""

    def __init__(
        self, look: Callable[[], Vitals], examine: Callable[[], Awaitable[Vitals]]
    ) -> None:
        self._look = look
        self._examine = examine
        self._by_path = {
            "/metrics": self._metrics,
            "/healthz": self._alive,
            "/readyz": self._readiness,
        }

    def inquire(self) -> HttpInquiry:
        """An inquiry for one of the pages."""
        return HttpInquiry(self._by_path)

    async def _metrics(self) -> Page:
        return Page(HTTPStatus.OK, expose(self._look()), CONTENT_TYPE)

    async def _alive(self) -> Page:
        return Page(HTTPStatus.OK, ALIVE.encode())

    async def _readiness(self) -> Page:
        vitals = await self._examine()
        reasons = tuple(hindrances(vitals))
        status = HTTPStatus.SERVICE_UNAVAILABLE if reasons else HTTPStatus.OK
        return Page(status, compose_readiness(reasons, tuple(warnings(vitals))).encode())
