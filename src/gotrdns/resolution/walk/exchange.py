"""One question to one server: a datagram, TCP where that does not do, and EDNS only if it can.

Owns sockets. Each question has a socket, and so a source port, of its own; the socket is connected,
so that the kernel drops what comes from elsewhere. Knows no zones beyond passing their names on.
"""

import asyncio
import socket
from collections.abc import Callable
from typing import Final

import dns.message

from gotrdns.evidence import DENIALS, SILENT, Kind, Reply, Server
from gotrdns.lookup import Question
from gotrdns.names import Address, DomainName, special_use
from gotrdns.resolution import stream
from gotrdns.resolution.servers import ServerAddress
from gotrdns.resolution.walk.budget import Budget, WalkSettings
from gotrdns.resolution.walk.interpreting import (
    Asking,
    Heard,
    Misfit,
    Query,
    is_truncated,
    read_message,
)

UDP: Final = "udp"
TCP: Final = "tcp"

# RFC 6891 section 7: what servers say that do not know EDNS.
_FROM_ITSELF: Final = DENIALS | {Kind.ANSWER, Kind.ALIAS, Kind.REFERRAL}
_WITHOUT_EDNS: Final = frozenset({"FORMERR", "NOTIMP", "BADVERS"})


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
        async with self._budget.slots:
            edns = server.address not in self._plain
            heard = await self._attempt(asking, over, edns=edns)
            if edns and heard is not None and heard.reply.rcode in _WITHOUT_EDNS:
                plain = await self._attempt(asking, over, edns=False)
                if plain is not None and plain.kind not in SILENT:
                    heard = plain
                    if plain.reply.rcode not in _WITHOUT_EDNS:
                        self._plain.add(server.address)
        if heard is not None:
            self._remember(heard.reply)
        return heard

    def _remember(self, reply: Reply) -> None:
        if reply.kind in SILENT:
            self.silent.add(reply.server.address)
        else:
            self.silent.discard(reply.server.address)
            # A resolver that intercepts port 53 answers for everybody, but with nobody's authority.
            self.egress = self.egress or reply.kind in _FROM_ITSELF
        if self._on_step is not None:
            self._on_step(reply)

    async def _attempt(self, asking: Asking, over: str, *, edns: bool) -> Heard | None:
        if not self._budget.take():
            return None
        query = Query.make(asking.question, edns=edns)
        target = ServerAddress(asking.server.address, self._settings.port)
        loop = asyncio.get_running_loop()
        started = loop.time()
        if over == UDP:
            outcome = await _ask_datagram(target, query, self._settings.patience)
            if not (isinstance(outcome, dns.message.Message) and is_truncated(outcome)):
                return _conclude(asking, outcome, loop.time() - started, UDP)
            if not self._budget.take():
                return None
        outcome = await _ask_stream(target, query, self._settings.patience)
        return _conclude(asking, outcome, loop.time() - started, TCP)


def _conclude(
    asking: Asking, outcome: dns.message.Message | Kind, elapsed: float, transport: str
) -> Heard:
    if isinstance(outcome, Kind):
        return asking.unheard(outcome, elapsed, transport)
    return asking.interpret(outcome, elapsed, transport)


async def _ask_datagram(
    target: ServerAddress, query: Query, patience: float
) -> dns.message.Message | Kind:
    loop = asyncio.get_running_loop()
    at_silence = Kind.TIMEOUT
    try:
        with socket.socket(target.family, socket.SOCK_DGRAM) as own:
            own.setblocking(False)
            own.connect((target.host, target.port))
            async with asyncio.timeout(patience):
                await loop.sock_sendall(own, query.wire)
                while True:
                    received = read_message(await loop.sock_recv(own, 65535), query)
                    if received is Misfit.MALFORMED:
                        return Kind.MALFORMED
                    if received is not Misfit.STRANGER:
                        return received
                    # The reply may still come, should this have been a forgery.
                    at_silence = Kind.MALFORMED
    except TimeoutError:
        return at_silence
    except OSError:
        return Kind.UNREACHABLE


async def _ask_stream(
    target: ServerAddress, query: Query, patience: float
) -> dns.message.Message | Kind:
    try:
        wire = await stream.exchange(target, query.wire, patience)
    except (TimeoutError, ConnectionResetError):
        return Kind.TIMEOUT
    except OSError:
        return Kind.UNREACHABLE
    received = read_message(wire, query)
    return Kind.MALFORMED if isinstance(received, Misfit) else received
