"""How an administrator's programs see the daemon: over HTTP, and on the control socket.

Owns where they are answered. A place that cannot be had is told in the log: whether anybody watches
must never decide whether mail flows.
"""

import asyncio
import contextlib
import functools
from collections.abc import Callable
from typing import Final

import msgspec

from gotrdns.daemon.account import give_account
from gotrdns.daemon.desk import Desk, Inquiry, lines
from gotrdns.daemon.inherited import InheritedSockets
from gotrdns.daemon.journal import Journal, Level
from gotrdns.daemon.listeners import Listeners, serve
from gotrdns.daemon.vitals import Vitals
from gotrdns.protocols.access import SocketAccess
from gotrdns.protocols.endpoints import Endpoint
from gotrdns.reports.status import QUESTION, encode_status
from gotrdns.settings import Settings

_CONTROL_ACCESS: Final = SocketAccess(0o660)
_CONTROL_DIRECTORY: Final = 0o750
_PROBE_PATIENCE: Final = 2.5  # seconds; the control question ends before


class Monitoring:
    """Answers those who watch. ``look`` gives the daemon's vitals."""

    def __init__(
        self, look: Callable[[], Vitals], journal: Journal, inherited: InheritedSockets
    ) -> None:
        self._look = look
        self._journal = journal
        self._control = Desk(lines(self._answer), asyncio.get_running_loop())
        self._http: Desk | None = None
        self.metrics = Listeners(inherited)
        self.control = Listeners(inherited)

    async def follow(self, settings: Settings) -> None:
        """Listen where these settings say."""
        if settings.metrics.listen and self._http is None:
            inquire = await asyncio.to_thread(self._load_pages)
            self._http = Desk(inquire, asyncio.get_running_loop())
        if self._http is not None:
            await self.metrics.follow(
                settings.metrics.endpoints,
                settings.metrics.access,
                functools.partial(serve, self._http.new_connection),
            )
        path = settings.control.path
        if path is not None:
            # Where it cannot be made, the socket in it cannot either, and that is told.
            with contextlib.suppress(OSError):
                path.parent.mkdir(mode=_CONTROL_DIRECTORY, exist_ok=True)
        await self.control.follow(
            settings.control.endpoints,
            _CONTROL_ACCESS,
            functools.partial(serve, self._control.new_connection),
        )
        for missing in (*self.metrics.missing, *self.control.missing):
            self._journal.write(Level.WARNING, "cannot-listen", problem=str(missing))

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """The places that are listened at now."""
        return (*self.metrics.endpoints, *self.control.endpoints)

    def close(self) -> None:
        self.metrics.close()
        self.control.close()
        self._control.close()
        if self._http is not None:
            self._http.close()

    async def _answer(self, line: bytes) -> bytes:
        if line != QUESTION:
            return msgspec.json.encode({"error": "unknown-question"}) + b"\n"
        return encode_status(give_account(await self._examine()))

    async def _examine(self) -> Vitals:
        """The vitals; without mail nobody has asked the resolver lately, so it is asked first."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._look().resolver.probe(), _PROBE_PATIENCE)
        return self._look()

    def _load_pages(self) -> Callable[[], Inquiry]:
        # What they need takes a tenth of a second to import.
        from gotrdns.daemon.pages import Pages  # noqa: PLC0415

        return Pages(self._look, self._examine).inquire
