"""One resolver as the client knows it: its ports, its health, and whether it proves a "no"."""

from asyncio import AbstractEventLoop
from collections.abc import Iterable
from typing import Final

import msgspec

from gotrdns.resolution.counters import Counters
from gotrdns.resolution.port import LARGEST_BATCH, Port, PortOwner, Segmentation
from gotrdns.resolution.query import Query
from gotrdns.resolution.servers import ServerAddress

# Nobody can forge a reply on loopback, so sockets may live long there. Eight of them hold a full
# window in default receive buffers (some 277 small packets each).
_LASTING_PORTS: Final = 8


class Health(msgspec.Struct, frozen=True):
    """How a resolver does: ``suspect`` for having been silent lately; the rest are totals."""

    server: str
    suspect: bool
    questions: int
    answers: int
    timeouts: int

    def plus(self, other: "Health") -> "Health":
        """The same resolver's, as two processes know it."""
        return Health(
            self.server,
            self.suspect or other.suspect,
            self.questions + other.questions,
            self.answers + other.answers,
            self.timeouts + other.timeouts,
        )


class Upstream:
    """A resolver to ask.

    ``questions_per_port`` says how many questions may leave from one source port towards a
    resolver that is not on loopback (RFC 5452 section 9.2 wants ports that cannot be guessed).
    ``suspect_until`` is the time before which it is asked after the others, for having been
    silent. ``proves`` is whether its negative answers carry the SOA; None while that is not known.
    ``questions``, ``answers`` and ``timeouts`` are totals, repetitions included.
    """

    def __init__(
        self,
        address: ServerAddress,
        *,
        trusted: bool,
        questions_per_port: int,
        owner: PortOwner,
        loop: AbstractEventLoop,
        segmentation: Segmentation,
        counters: Counters,
    ) -> None:
        self.address = address
        self.trusted = trusted
        self.proves: bool | None = None
        self.proof_is_asked = False
        self.awaiting_proof: list[Query] = []
        self._owner = owner
        self._loop = loop
        self._segmentation = segmentation
        self._counters = counters
        self.suspect_until = 0.0
        self.questions = 0
        self.answers = 0
        self.timeouts = 0
        self._lasting = address.is_loopback
        self._questions_per_port = questions_per_port
        self._questions_left = 0
        self._ports: list[Port] = []
        self._turn = 0
        self._retired: set[Port] = set()

    def health(self, now: float) -> Health:
        return Health(
            server=self.address.text,
            suspect=self.suspect_until > now,
            questions=self.questions,
            answers=self.answers,
            timeouts=self.timeouts,
        )

    def port_for(self, questions: int) -> tuple[Port, int]:
        """A port, and how many questions may leave from it now. Raises OSError without sockets."""
        if self._lasting:
            if len(self._ports) < _LASTING_PORTS:
                self._open_another()
            self._turn = (self._turn + 1) % len(self._ports)
            return self._ports[self._turn], min(questions, LARGEST_BATCH)
        if self._questions_left <= 0 or not self._ports:
            self._retire_all()
            self._ports.append(self._open())
            self._questions_left = self._questions_per_port
        allowed = min(questions, self._questions_left, LARGEST_BATCH)
        self._questions_left -= allowed
        return self._ports[0], allowed

    def _open_another(self) -> None:
        try:
            self._ports.append(self._open())
        except OSError:
            if not self._ports:  # where this host is short of sockets, fewer will do
                raise

    def _open(self) -> Port:
        return Port(self, self._owner, self._loop, self._segmentation, self._counters)

    def _retire_all(self) -> None:
        self._retired = {port for port in self._retired if not port.closed}
        for port in self._ports:
            port.retire()
            if not port.closed:
                self._retired.add(port)
        self._ports.clear()

    def discard(self, port: Port) -> None:
        """Close a port that the kernel says leads nowhere."""
        if port in self._ports:
            self._ports.remove(port)
        port.close()

    def close(self) -> None:
        self._retire_all()
        for port in self._retired:
            port.close()
        self._retired.clear()


def make_upstreams(
    servers: Iterable[ServerAddress],
    *,
    trusted: Iterable[ServerAddress],
    questions_per_port: int,
    owner: PortOwner,
    loop: AbstractEventLoop,
    counters: Counters,
) -> list[Upstream]:
    """One for each resolver; those on loopback are trusted as well."""
    segmentation = Segmentation()
    trusted_addresses = {each.address for each in trusted}
    return [
        Upstream(
            server,
            trusted=server.is_loopback or server.address in trusted_addresses,
            questions_per_port=questions_per_port,
            owner=owner,
            loop=loop,
            segmentation=segmentation,
            counters=counters,
        )
        for server in servers
    ]
