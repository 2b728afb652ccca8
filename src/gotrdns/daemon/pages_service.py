"""The running pages: start, reload and stop, in an event loop of their own process.

Owns the life of both sites, and the signals. Knows nothing of mail.
"""

import asyncio
import functools
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Final

from gotrdns import __version__
from gotrdns.daemon.descriptors import provide_descriptors
from gotrdns.daemon.faults import report_faults
from gotrdns.daemon.inherited import InheritedSockets
from gotrdns.daemon.journal import Journal, Level
from gotrdns.daemon.listeners import Listeners, serve
from gotrdns.daemon.manager import ServiceManager
from gotrdns.daemon.page_files import check_passwords
from gotrdns.daemon.page_means import PageMeans
from gotrdns.daemon.page_watch import PageWatch
from gotrdns.daemon.sockets import CannotListen
from gotrdns.protocols.endpoints import Endpoint
from gotrdns.reports.readiness_text import compose_pages_condition
from gotrdns.resolution.servers import InvalidServer, NoServers
from gotrdns.resolution.walk import InvalidHints
from gotrdns.settings import AdminSettings, InvalidSettings, PageSettings, Settings, read_settings
from gotrdns.web.application import admin_site, public_site
from gotrdns.web.connections import Limits
from gotrdns.web.passwords import InvalidPasswords
from gotrdns.web.serving import Site

_TICK: Final = 1.0  # seconds


Order = Callable[[], None]


class NowhereToListen(Exception):
    """The settings name no place for the pages."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: neither [page] nor [admin] names a place to listen")


class PagesService:
    """Serves until SIGTERM or SIGINT; SIGHUP makes it read its settings again.

    With ``take_orders`` it goes by no signals: it gives what stops it and what makes it read its
    settings again, both to be called from any thread. ``show_life`` is called every second.
    """

    def __init__(
        self,
        path: Path,
        settings: Settings,
        journal: Journal,
        *,
        manager: ServiceManager | None = None,
        inherited: InheritedSockets | None = None,
        take_orders: Callable[[Order, Order], None] | None = None,
        show_life: Callable[[], None] | None = None,
    ) -> None:
        self._path = path
        self._settings = settings
        self._journal = journal
        self._manager = manager or ServiceManager()
        self._inherited = inherited or InheritedSockets()
        self._take_orders = take_orders
        self._show_life = show_life or self._manager.ping
        self._watch = PageWatch(journal)
        self._signals: asyncio.Queue[signal.Signals] = asyncio.Queue()
        self._means: PageMeans
        self._sites: dict[str, Site] = {}
        self._listeners = {name: Listeners(self._inherited) for name in ("page", "admin")}

    async def run(self) -> None:
        """Raises CannotListen, InvalidServer, NoServers, InvalidHints or NowhereToListen."""
        loop = asyncio.get_running_loop()
        report_faults(loop, self._journal)
        if self._take_orders is None:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                loop.add_signal_handler(number, self._signals.put_nowait, number)
        else:
            self._take_orders(self._order(signal.SIGTERM), self._order(signal.SIGHUP))
        if not (self._settings.page.listen or self._settings.admin.listen):
            raise NowhereToListen(self._path)
        self._means = PageMeans(self._settings, self._watch.failed, self._watch.troubled)
        try:
            self._build(self._settings)
            await self._listen(self._settings)
            for missing in self._missing:
                raise missing
            self._prepare(self._settings)
            self._tell("pages-started", version=__version__)
            ticker = asyncio.create_task(self._tick())
            while await self._signals.get() is signal.SIGHUP:
                self._manager.reloading()
                await self._reload()
            ticker.cancel()
            await self._stop()
        finally:
            for each in self._listeners.values():
                each.close()
            self._means.close()
            self._manager.close()
            self._inherited.close()

    def _order(self, number: signal.Signals) -> Order:
        """What any thread may call instead of sending the signal."""
        loop = asyncio.get_running_loop()

        def order() -> None:
            loop.call_soon_threadsafe(self._signals.put_nowait, number)

        return order

    @property
    def _endpoints(self) -> dict[str, tuple[Endpoint, ...]]:
        return {name: each.endpoints for name, each in self._listeners.items()}

    @property
    def _missing(self) -> tuple[CannotListen, ...]:
        return tuple(place for each in self._listeners.values() for place in each.missing)

    def _build(self, settings: Settings) -> None:
        """Make the applications, and the sites the first time."""
        made = {"page": public_site(self._means.means), "admin": admin_site(self._means.means)}
        sections: dict[str, PageSettings | AdminSettings] = {
            "page": settings.page,
            "admin": settings.admin,
        }
        for name, application in made.items():
            section = sections[name]
            limits, proxies = _limits(section), section.proxies
            site = self._sites.get(name)
            if site is None:
                self._sites[name] = Site(application, self._watch, limits=limits, proxies=proxies)
            else:
                site.application, site.limits, site.proxies = application, limits, proxies

    async def _listen(self, settings: Settings) -> None:
        for name, section in (("page", settings.page), ("admin", settings.admin)):
            attend = functools.partial(serve, self._sites[name].new_connection)
            await self._listeners[name].follow(section.endpoints, section.access, attend)

    async def _reload(self) -> None:
        try:
            settings = read_settings(self._path)
            changed = self._means.follow(settings)
        except InvalidSettings as error:
            for problem in error.problems:
                self._refuse(problem.text, file=str(problem.path), line=problem.line)
            self._ready()
            return
        except (InvalidServer, NoServers, InvalidHints) as error:
            self._refuse(str(error))
            self._ready()
            return
        self._settings = settings
        self._journal.follow(settings.log)
        if changed:
            self._build(settings)
        await self._listen(settings)
        for missing in self._missing:
            self._journal.write(Level.ERROR, "cannot-listen", problem=str(missing))
        self._prepare(settings)
        self._tell("pages-reloaded")

    def _refuse(self, problem: str, file: str | None = None, line: int | None = None) -> None:
        self._journal.write(Level.ERROR, "settings-refused", file=file, line=line, problem=problem)

    def _tell(self, event: str, version: str | None = None) -> None:
        places = self._endpoints
        self._journal.write(
            Level.INFO,
            event,
            version=version,
            page=tuple(map(str, places["page"])),
            admin=tuple(map(str, places["admin"])),
            resolvers=self._means.resolvers,
        )
        used = [each for name in places for each in places[name]]
        self._inherited.report_unused(used, self._journal)
        self._ready()

    def _prepare(self, settings: Settings) -> None:
        """Tell of what keeps visitors, or administrators, out."""
        short = provide_descriptors((settings.page, settings.admin))
        if short is not None:
            allowed, needed = short.allowed, short.needed
            self._journal.write(Level.WARNING, "few-descriptors", allowed=allowed, needed=needed)
        try:
            check_passwords(settings)
        except InvalidPasswords as error:
            self._journal.write(Level.ERROR, "passwords-unusable", problem=str(error))

    def _ready(self) -> None:
        self._manager.ready(self._condition())

    def _condition(self) -> str:
        return compose_pages_condition(sum(each.connections for each in self._sites.values()))

    async def _tick(self) -> None:
        told = ""
        while True:
            await asyncio.sleep(_TICK)
            self._watch.tick()
            self._show_life()
            condition = self._condition()
            if condition != told:
                told = condition
                self._manager.status(condition)

    async def _stop(self) -> None:
        self._manager.stopping()
        self._journal.write(Level.INFO, "pages-stopping")
        for each in self._listeners.values():
            each.withdraw()
            each.close()
        self._means.end()
        await asyncio.gather(*[each.stop() for each in self._sites.values()])
        self._watch.tick()
        self._journal.write(Level.INFO, "pages-stopped")


def _limits(section: PageSettings | AdminSettings) -> Limits:
    return Limits(connections=section.connections, a_network=section.connections_a_network)
