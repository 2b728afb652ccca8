"""One question to one server: a datagram, TCP where that does not do, and EDNS only if it can.

Owns sockets. Each question has a socket, and so a source port, of its own; the socket is connected,
so that the kernel drops what comes from elsewhere. Knows no zones beyond passing their names on.
"""

import asyncio
import errno
import socket
from collections.abc import Callable
from typing import Final

from gotrdns.evidence import DENIALS, SILENT, Kind, Reply, Server
from gotrdns.lookup import Question
from gotrdns.names import Address, DomainName, special_use
from gotrdns.resolution import stream
from gotrdns.resolution.servers import ServerAddress
from gotrdns.resolution.walk.budget import Budget, WalkSettings
from gotrdns.resolution.walk.interpreting import Asking, Heard
from gotrdns.resolution.walk.reading import (
    Misfit,
    Query,
    count_records,
    find_misfit,
    is_truncated,
    read_message,
)

UDP: Final = "udp"
TCP: Final = "tcp"

# RFC 6891 section 7: what servers say that do not know EDNS.
_FROM_ITSELF: Final = DENIALS | {Kind.ANSWER, Kind.ALIAS, Kind.REFERRAL}
_WITHOUT_EDNS: Final = frozenset({"FORMERR", "NOTIMP", "BADVERS"})
# Forgeries are few, since they have to hit the port; a flood would keep everything else waiting.
_MOST_STRANGERS: Final = 100
# Nothing that a server could help: this host has no socket left, or no memory for one.
_OUR_OWN_TROUBLE: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


class _Exhausted(Exception):
    """This host cannot send."""


class Exchange:
    """Asks within the budget, and remembers how servers behaved."""

    def __init__(
        self, settings: WalkSettings, budget: Budget, on_step: Callable[[Reply], None] | None
    ) -> None:
        self.egress = False
        self.silent: set[Address] = set()
        self._settings = settings
        self._budget = budget
        self._on_step = on_step
        self._plain: set[Address] = set()
        self._deaf: set[Address] = set()  # to datagrams
        self._routes: dict[tuple[bool, bool], bool] = {}

    @property
    def may_go_on(self) -> bool:
        """Whether there are questions left to ask."""
        return not self._budget.cut_short

    def may_ask(self, address: Address) -> bool:
        """Whether a server there is to be asked: it is public, or that is allowed; a route leads to
        its family.
        """
        special = special_use(address) is not None
        if special and not self._settings.ask_special:
            return False
        family = (address.is_ipv6, special)
        if family not in self._routes:
            self._routes[family] = self._has_route(address)
        return self._routes[family]

    def _has_route(self, address: Address) -> bool:
        target = ServerAddress(address, self._settings.port)
        try:
            with socket.socket(target.family, socket.SOCK_DGRAM) as probe:
                probe.connect((target.host, target.port))  # Of a datagram socket: nothing is sent.
        except OSError:
            return False
        return True

    async def ask(
        self, server: Server, zone: DomainName, question: Question, *, over: str = UDP
    ) -> Heard | None:
        """One attempt, over TCP as well where the datagram was truncated.

        None when the budget is used up. Raises nothing for what servers do.
        """
        asking = Asking(server, zone, question)
        if server.address in self._deaf:
            over = TCP
        async with self._budget.slots:
            # On some ways EDNS is what makes a server silent.
            edns = server.address not in self._plain | self.silent
            heard = await self._attempt(asking, over, edns=edns)
            if edns and heard is not None and heard.reply.rcode in _WITHOUT_EDNS:
                plain = await self._attempt(asking, over, edns=False)
                if plain is not None and plain.kind not in SILENT:
                    heard = plain
                    edns = False
        if heard is not None:
            self._remember(heard.reply, over, edns=edns)
        return heard

    def _remember(self, reply: Reply, over: str, *, edns: bool) -> None:
        address = reply.server.address
        if reply.kind in SILENT:
            self.silent.add(address)
        else:
            if over == TCP:
                self._deaf.add(address)
            elif not edns and reply.rcode not in _WITHOUT_EDNS:
                self._plain.add(address)
            self.silent.discard(address)
            # A resolver that intercepts port 53 answers for everybody, but with nobody's authority.
            self.egress = self.egress or reply.kind in _FROM_ITSELF
        if self._on_step is not None:
            self._on_step(reply)

    async def _attempt(self, asking: Asking, over: str, *, edns: bool) -> Heard | None:
        query = Query.make(asking.question, edns=edns)
        target = ServerAddress(asking.server.address, self._settings.port)
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            received: bytes | Kind = b""
            if over == UDP:
                if not self._budget.take(target.address):
                    return None
                received = await _ask_datagram(target, query, self._settings.patience)
                if isinstance(received, bytes) and is_truncated(received):
                    over = TCP
            if over == TCP:
                if not self._budget.take(target.address):
                    return None
                received = await _ask_stream(target, query, self._settings.patience)
        except _Exhausted:
            self._budget.cut_short = True
            return None
        return self._conclude(asking, query, received, loop.time() - started, over)

    def _conclude(
        self, asking: Asking, query: Query, received: bytes | Kind, elapsed: float, transport: str
    ) -> Heard | None:
        if isinstance(received, Kind):
            return asking.unheard(received, elapsed, transport)
        if not self._budget.take_records(count_records(received)):
            return None
        message = read_message(received, query)
        if isinstance(message, Misfit):
            return asking.unheard(Kind.MALFORMED, elapsed, transport)
        return asking.interpret(message, elapsed, transport)


async def _ask_datagram(target: ServerAddress, query: Query, patience: float) -> bytes | Kind:
    loop = asyncio.get_running_loop()
    at_silence = Kind.TIMEOUT
    try:
        with socket.socket(target.family, socket.SOCK_DGRAM) as own:
            own.setblocking(False)
            own.connect((target.host, target.port))
            async with asyncio.timeout(patience):
                await loop.sock_sendall(own, query.wire)
                for _ in range(_MOST_STRANGERS):
                    received = await loop.sock_recv(own, 65535)
                    misfit = find_misfit(received, query)
                    if misfit is None:
                        return received
                    # The reply may still come, should a stranger's have been a forgery.
                    at_silence = Kind.MALFORMED
                    if misfit is Misfit.MALFORMED:
                        break
                return at_silence
    except TimeoutError:
        return at_silence
    except OSError as error:
        return _trouble(error)


async def _ask_stream(target: ServerAddress, query: Query, patience: float) -> bytes | Kind:
    try:
        received = await stream.exchange(target, query.wire, patience)
    except (TimeoutError, ConnectionResetError):
        return Kind.TIMEOUT
    except OSError as error:
        return _trouble(error)
    return Kind.MALFORMED if find_misfit(received, query) else received


def _trouble(error: OSError) -> Kind:
    if error.errno in _OUR_OWN_TROUBLE:
        raise _Exhausted from error
    return Kind.UNREACHABLE
