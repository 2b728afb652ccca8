"""The running daemon: start, reload and stop, in an event loop.

Owns the life of everything that serves, and the signals. Written so that nothing in hand is lost:
a reload keeps what stays the same, and a stop answers first.
"""

import asyncio
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from gotrdns import __version__
from gotrdns.daemon.advice import Advice
from gotrdns.daemon.attendance import Attendance
from gotrdns.daemon.bookkeeping import Bookkeeper
from gotrdns.daemon.descriptors import provide_descriptors
from gotrdns.daemon.doors import Doors
from gotrdns.daemon.faults import report_faults
from gotrdns.daemon.inherited import InheritedSockets
from gotrdns.daemon.journal import Journal, Level
from gotrdns.daemon.manager import ServiceManager
from gotrdns.daemon.monitoring import Monitoring
from gotrdns.daemon.page_child import PageChild
from gotrdns.daemon.serving import Servers, sections
from gotrdns.daemon.vitals import Vitals
from gotrdns.daemon.watch import Watch
from gotrdns.daemon.workers.crew import Crew
from gotrdns.deciding import Decider
from gotrdns.policy import Policy
from gotrdns.resolution.client import Client
from gotrdns.resolution.counters import Counters
from gotrdns.resolution.opening import open_client
from gotrdns.resolution.servers import InvalidServer, NoServers, choose_servers
from gotrdns.settings import InvalidSettings, Settings, read_settings

_TICK: Final = 1.0  # seconds between looks at alarms and counters
_SETTLING: Final = 0.05  # seconds for connections made before a stop to be accepted


class Service:
    """Serves until SIGTERM or SIGINT; SIGHUP makes it read its settings again.

    ``clock`` gives the seconds since 1970 by which clients' pasts are judged.
    """

    def __init__(
        self,
        path: Path,
        settings: Settings,
        journal: Journal,
        clock: Callable[[], float] = time.time,
        *,
        workers: int = 0,
        manager: ServiceManager | None = None,
        inherited: InheritedSockets | None = None,
    ) -> None:
        self._path = path
        self._settings = settings
        self._journal = journal
        self._manager = manager or ServiceManager()
        self._inherited = inherited or InheritedSockets()
        self._attendance = Attendance(self._manager, self._look, journal)
        self._watch = Watch(journal, settings.policy.mode)
        self._advice = Advice(self._watch, self._retire, clock)
        self._bookkeeper = Bookkeeper(self._watch.tally, clock)
        self._workers = workers
        self._staff: Servers | Crew
        self._doors: Doors
        self._monitoring: Monitoring
        self._pages = PageChild(path, journal, self._inherited)
        self._signals: asyncio.Queue[signal.Signals] = asyncio.Queue()
        self._client: Client
        self._retired: list[Client] = []
        self._resolver_counters = Counters()
        self._summary_due = 0.0
        self._started_at = time.time()
        self._began = time.monotonic()
        self._stopping = False

    async def run(self) -> None:
        """Raises CannotListen, InvalidServer or NoServers if it cannot start."""
        loop = asyncio.get_running_loop()
        report_faults(loop, self._journal)
        self._journal.gather(loop.call_soon)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self._signals.put_nowait, number)
        settings = self._settings
        self._client = self._open_resolver(settings)
        self._monitoring = Monitoring(self._look, self._journal, self._inherited)
        await self._advice.begin(settings, self._client)
        self._staff = self._engage(settings)
        self._doors = Doors(settings, self._staff.attend, self._inherited)
        try:
            if isinstance(self._staff, Crew):
                await self._staff.start()
            await self._doors.follow(settings)
            if self._doors.missing:
                raise self._doors.missing[0]
            await self._monitoring.follow(settings)
            await self._pages.follow(settings)
            self._provide_descriptors()
            self._tell("started", settings, version=__version__)
            self._attendance.ready()
            self._summary_due = loop.time() + settings.log.summary_interval
            ticker = asyncio.create_task(self._tick())
            attendant = asyncio.create_task(self._attendance.attend())
            while await self._signals.get() is signal.SIGHUP:
                self._manager.reloading()
                await self._reload()
                self._attendance.ready()
            ticker.cancel()
            await self._stop()
            attendant.cancel()
        finally:
            self._doors.close()
            self._pages.abandon()
            if isinstance(self._staff, Crew):
                self._staff.abandon()
            self._monitoring.close()
            self._bookkeeper.enter(self._advice.memory)
            self._advice.close()
            for client in (self._client, *self._retired):
                client.close()
            self._manager.close()
            self._inherited.close()
            self._journal.stop_gathering()

    async def _stop(self) -> None:
        self._stopping = True
        self._manager.stopping()
        self._journal.write(Level.INFO, "stopping")
        self._doors.withdraw()
        await asyncio.sleep(_SETTLING)
        self._doors.close()
        await asyncio.gather(self._staff.stop(), self._pages.stop())
        self._watch.write_summary(self._staff.connections)
        self._journal.write(Level.INFO, "stopped")

    async def _reload(self) -> None:
        try:
            settings = read_settings(self._path)
            client = self._client
            if settings.resolver != self._settings.resolver or self._resolvers_changed(settings):
                client = self._open_resolver(settings)
        except InvalidSettings as error:
            for problem in error.problems:
                self._journal.write(
                    Level.ERROR,
                    "settings-refused",
                    file=str(problem.path),
                    line=problem.line,
                    problem=problem.text,
                )
            return
        except (InvalidServer, NoServers) as error:
            self._journal.write(Level.ERROR, "settings-refused", problem=str(error))
            return
        reopen = client is not self._client
        if reopen:
            self._retire(self._client)
            self._client = client
        await self._advice.change(self._settings, settings, client)
        self._settings = settings
        self._journal.follow(settings.log)
        self._watch.tally.follow_mode(settings.policy.mode)
        if isinstance(self._staff, Crew):
            self._staff.obey(settings, reopen=reopen)
        else:
            self._staff.obey(settings)
        await self._doors.follow(settings)
        for missing in self._doors.missing:
            self._journal.write(Level.ERROR, "cannot-listen", problem=str(missing))
        await self._monitoring.follow(settings)
        await self._pages.follow(settings)
        self._provide_descriptors()
        self._tell("reloaded", settings)

    def _retire(self, client: Client) -> None:
        """Close a resolver's client once no request under way waits for its answers any more."""

        def close() -> None:
            self._retired.remove(client)
            client.close()

        self._retired.append(client)
        patience = self._settings.verification.deadline + _TICK
        asyncio.get_running_loop().call_later(patience, close)

    def _resolvers_changed(self, settings: Settings) -> bool:
        """Whether /etc/resolv.conf, where it is what counts, names others than it did."""
        chosen = choose_servers(settings.resolver.servers)
        return tuple(each.text for each in chosen) != self._client.servers

    def _look(self) -> Vitals:
        return Vitals(
            settings=self._settings,
            started_at=self._started_at,
            uptime=time.monotonic() - self._began,
            stopping=self._stopping,
            watch=self._watch,
            advice=self._advice,
            resolver=self._client,
            doors=self._doors,
            staff=self._staff,
            listeners={
                **self._doors.by_name,
                "metrics": self._monitoring.metrics,
                "control": self._monitoring.control,
            },
            pages=self._pages,
        )

    def _open_resolver(self, settings: Settings) -> Client:
        client = open_client(settings.resolver, daemon=True, counters=self._resolver_counters)
        self._watch.resolver = client
        return client

    def _engage(self, settings: Settings) -> Servers | Crew:
        """Those who answer the mail servers."""
        if not self._workers:
            return Servers(settings, self._make_decider, self._watch)
        return Crew(
            self._workers,
            settings,
            self._advice,
            self._watch,
            self._journal,
            self._resolver_counters,
        )

    def _make_decider(self, settings: Settings) -> Decider:
        return Decider(
            Policy(settings.policy),
            self._client,
            settings.verification,
            asyncio.get_running_loop().call_later,
            self._advice.counsel,
        )

    def _tell(self, event: str, settings: Settings, version: str | None = None) -> None:
        self._journal.write(
            Level.INFO,
            event,
            version=version,
            mode=settings.policy.mode.value,
            listen=tuple(map(str, self._doors.endpoints)),
            resolvers=self._client.servers,
        )
        used = (*self._doors.endpoints, *self._monitoring.endpoints, *self._pages.endpoints)
        self._inherited.report_unused(used, self._journal)

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_TICK)
            await self._advice.tick()
            self._watch.tick()
            self._bookkeeper.tick(self._advice.memory)
            interval = self._settings.log.summary_interval
            if interval and loop.time() >= self._summary_due:
                self._summary_due = loop.time() + interval
                self._watch.write_summary(self._staff.connections)

    def _provide_descriptors(self) -> None:
        short = provide_descriptors(sections(self._settings).values())
        if short is not None:
            allowed, needed = short.allowed, short.needed
            self._journal.write(Level.WARNING, "few-descriptors", allowed=allowed, needed=needed)
