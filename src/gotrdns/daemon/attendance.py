"""The daemon's answers to its service manager: how it does, and that it does.

Owns when that is told. A daemon that does no work is not said to live, so that it is started anew.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from gotrdns.daemon.journal import Journal, Level
from gotrdns.daemon.manager import ServiceManager
from gotrdns.daemon.vitals import Vitals, ills, wrong
from gotrdns.reports.readiness_text import compose_condition

_LONGEST_INTERVAL: Final = 5.0  # seconds between two looks


class Attendance:
    """Tells ``manager``. ``look`` gives the daemon's vitals."""

    def __init__(
        self, manager: ServiceManager, look: Callable[[], Vitals], journal: Journal
    ) -> None:
        self._manager = manager
        self._look = look
        self._journal = journal
        self._told = ""
        self._is_ill = False

    def ready(self) -> None:
        """The daemon serves, after a start or a reload."""
        self._told = _condition(self._look())
        self._manager.ready(self._told)

    async def attend(self) -> None:
        """Tell again and again; the event loop has to turn for that, and mail to be answered."""
        interval = min(self._manager.ping_interval or _LONGEST_INTERVAL, _LONGEST_INTERVAL)
        while True:
            vitals = self._look()
            condition = _condition(vitals)
            if condition != self._told:
                self._told = condition
                self._manager.status(condition)
            self._ping(vitals)
            await asyncio.sleep(interval)

    def _ping(self, vitals: Vitals) -> None:
        found = ills(vitals)
        if not found:
            self._manager.ping()
        elif not self._is_ill:
            codes = tuple(each.trouble.value for each in found)
            self._journal.write(Level.ERROR, "does-not-answer", trouble=codes)
        self._is_ill = bool(found)


def _condition(vitals: Vitals) -> str:
    return compose_condition(
        vitals.settings.policy.mode.value, vitals.staff.connections, wrong(vitals)
    )
