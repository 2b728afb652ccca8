"""A site on the network: its application, and the connections of its visitors.

Owns how many connections there may be, who makes room for whom, and that a stop ends them all.
Listening sockets are opened by whoever starts the site.
"""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from email.utils import formatdate
from typing import Final, Protocol

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.server import ServerState

from gotrdns.names import Address, Network
from gotrdns.web.connections import (
    DEFAULT_LIMITS,
    LONGEST_HEAD,
    Closure,
    Connection,
    Limits,
)
from gotrdns.web.limits import network_of
from gotrdns.web.streams import SlowVisitor

_LONGEST_SWEEP_INTERVAL: Final = 1.0  # seconds: how exact the limits of time are
_NEVER: Final = 86_400  # seconds
_STOP_PATIENCE: Final = 1.5  # seconds for answers under way, once all that is watched has ended


class Observer(Protocol):
    """Hears what happens at a site."""

    def closed(self, closure: Closure, peer: str) -> None: ...

    def failed(self, error: BaseException | None, what: str) -> None: ...


class Site:
    """Give ``new_connection`` to the event loop.

    ``application``, ``limits`` and ``proxies``, whose connections no limit of a network is for,
    may be replaced at any time; answers under way are finished by the application they began with.
    """

    def __init__(
        self,
        application: ASGIApp,
        observer: Observer,
        *,
        limits: Limits = DEFAULT_LIMITS,
        proxies: Sequence[Network] = (),
    ) -> None:
        self.application = application
        self.limits = limits
        self.proxies = proxies
        self.clock: Callable[[], float] = asyncio.get_running_loop().time
        self._observer = observer
        self._connections: dict[Connection, bytes | None] = {}  # and what limits count them as
        self._by_network: Counter[bytes] = Counter()
        self._state = ServerState()
        self._logger = _logger(observer)
        self._config = Config(
            self._serve,
            http=Connection,
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=_NEVER,  # the sweeps see to it
            h11_max_incomplete_event_size=LONGEST_HEAD,
        )
        self._config.load()
        self._is_stopping = False
        self._emptied = asyncio.Event()
        self._emptied.set()
        self._sweeper: asyncio.TimerHandle | None = None

    @property
    def connections(self) -> int:
        return len(self._connections)

    def new_connection(self, _place: object = None) -> asyncio.Protocol:
        """The protocol of one accepted connection."""
        connection = Connection(self, self._config, self._state)
        connection.logger = self._logger
        return connection

    def admit(self, connection: Connection) -> bool:
        """Whether a new connection may stay; if need be the one idle longest makes room."""
        if self._is_stopping or not self._has_room(connection):
            return False
        network = self._connections[connection] = self._network(connection)
        if network is not None:
            self._by_network[network] += 1
        self._emptied.clear()
        if self._sweeper is None:
            self._sweep()
        return True

    def depart(self, connection: Connection) -> None:
        """Forget a connection that is gone."""
        network = self._connections.pop(connection, None)
        if network is not None:
            self._by_network[network] -= 1
            if not self._by_network[network]:
                del self._by_network[network]
        if not self._connections:
            self._emptied.set()

    def closed(self, connection: Connection, closure: Closure) -> None:
        self._observer.closed(closure, connection.peer)

    async def stop(self) -> None:
        """End what is idle, finish answers, and close everything within a few seconds.

        Listening sockets are closed, and what visitors watch is told to end, before.
        """
        self._is_stopping = True
        for connection in list(self._connections):
            connection.shutdown()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._emptied.wait(), _STOP_PATIENCE)
        for connection in list(self._connections):
            connection.abort()
        tasks = list(self._state.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._sweeper is not None:
            self._sweeper.cancel()

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.application(scope, receive, send)

    def _has_room(self, connection: Connection) -> bool:
        network = self._network(connection)
        if network is not None and self._by_network[network] >= self.limits.a_network:
            neighbours = [each for each, other in self._connections.items() if other == network]
            return self._make_room(connection, neighbours)
        if len(self._connections) >= self.limits.connections:
            return self._make_room(connection, list(self._connections))
        return True

    def _make_room(self, connection: Connection, others: Sequence[Connection]) -> bool:
        idle = [each for each in others if each.is_idle]
        if not idle:
            self.closed(connection, Closure.REFUSED_FULL)
            return False
        self._drop(min(idle, key=_since), Closure.IDLE_WHEN_FULL)
        return True

    def _drop(self, connection: Connection, closure: Closure) -> None:
        self.closed(connection, closure)
        connection.abort()
        self.depart(connection)

    def _network(self, connection: Connection) -> bytes | None:
        """What counts as one visitor; None for those who bring many."""
        address = connection.address
        return None if address is None or self._is_proxy(address) else network_of(address)

    def _is_proxy(self, address: Address) -> bool:
        return any(address in each for each in self.proxies)

    def _sweep(self) -> None:
        self._sweeper = None
        now = self.clock()
        self._state.default_headers = [(b"date", formatdate(usegmt=True).encode())]
        for connection in list(self._connections):
            closure = connection.overdue(now)
            if closure is not None:
                self._drop(connection, closure)
        self._bound_memory()
        if self._connections:
            limits = self.limits
            shortest = min(limits.head, limits.body, limits.idle, limits.unread)
            interval = min(shortest / 4, _LONGEST_SWEEP_INTERVAL)
            self._sweeper = asyncio.get_running_loop().call_later(interval, self._sweep)

    def _bound_memory(self) -> None:
        """Drop those who leave most unread while all together leave too much."""
        waiting = {each: each.unread for each in self._connections}
        total = sum(waiting.values())
        for connection in sorted(waiting, key=waiting.__getitem__, reverse=True):
            if total <= self.limits.octets:
                return
            total -= waiting[connection]
            self._drop(connection, Closure.NOT_READING)


def _since(connection: Connection) -> float:
    return connection.since


def _logger(observer: Observer) -> logging.Logger:
    """Where uvicorn's connections tell of what failed. No part of the process's loggers."""
    made = logging.Logger("gotrdns.web", logging.ERROR)
    made.addHandler(_Teller(observer))
    return made


class _Teller(logging.Handler):
    def __init__(self, observer: Observer) -> None:
        super().__init__()
        self._observer = observer

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, SlowVisitor):
            self._observer.failed(error, record.getMessage().strip())
