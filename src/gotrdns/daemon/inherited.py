"""Listening sockets that whoever started the daemon had open already (sd_listen_fds(3)).

Owns finding out which places they are. They outlive the daemon: it never closes the last of them,
nor removes their files, so whoever connects while it is started anew only waits.
"""

import contextlib
import os
import socket
import stat
from collections.abc import Collection, Iterable, Iterator, MutableMapping
from pathlib import Path
from typing import Final

from msgspec import Struct

from gotrdns.daemon.journal import Journal, Level
from gotrdns.names import Address, InvalidAddress
from gotrdns.protocols.endpoints import Endpoint, TcpEndpoint, UnixEndpoint

_FIRST: Final = 3  # SD_LISTEN_FDS_START
_VARIABLES: Final = ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES")


class Unused(Struct, frozen=True):
    """A descriptor that came with the start and is of no use here."""

    descriptor: int
    name: str
    place: str


class _Received(Struct, frozen=True):
    descriptor: int
    name: str
    socket: socket.socket | None
    place: str
    endpoint: Endpoint | None


class InheritedSockets:
    """What came with the start; nothing, unless made by ``receive``."""

    def __init__(self) -> None:
        self._received: list[_Received] = []

    @classmethod
    def receive(
        cls, environment: MutableMapping[str, str], first: int = _FIRST
    ) -> "InheritedSockets":
        """Take what the environment announces, and the announcement out of it."""
        made = cls()
        pid, count, names = (environment.pop(each, "") for each in _VARIABLES)
        # What was meant for another process has been inherited from it by mistake.
        if pid == str(os.getpid()) and count.isascii() and count.isdecimal():
            named = names.split(":")
            for position in range(int(count)):
                name = named[position] if position < len(named) else ""
                made._received.append(_receive(first + position, name))
        return made

    @classmethod
    def adopt(cls, descriptors: Iterable[int]) -> "InheritedSockets":
        """Those that a parent of the same program handed on."""
        made = cls()
        made._received = [_receive(each, "") for each in descriptors]
        return made

    def take(self, endpoint: Endpoint) -> socket.socket | None:
        """A socket to listen with at that place and to close at will, if there is one."""
        for each in self._received:
            if each.socket is not None and each.endpoint == _canonical(endpoint):
                return each.socket.dup()
        return None

    def unused(self, endpoints: Collection[Endpoint]) -> Iterator[Unused]:
        """Those for none of these places: whoever connects to them waits in vain."""
        wanted = {_canonical(each) for each in endpoints}
        for each in self._received:
            if each.socket is not None and each.endpoint in wanted:
                wanted.discard(each.endpoint)
            else:
                yield Unused(each.descriptor, each.name, each.place)

    def report_unused(self, endpoints: Collection[Endpoint], journal: Journal) -> None:
        """Write those for none of these places to the log."""
        for each in self.unused(endpoints):
            journal.write(
                Level.WARNING,
                "inherited-unused",
                place=each.place,
                name=each.name or None,
                descriptor=each.descriptor,
            )

    def close(self) -> None:
        """Let go of them; whoever else has them open keeps them."""
        for each in self._received:
            if each.socket is not None:
                each.socket.close()


def _receive(descriptor: int, name: str) -> _Received:
    useless = _Received(descriptor, name, None, "no listening stream socket", None)
    try:
        os.set_inheritable(descriptor, False)
        if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
            return useless
        found = socket.socket(fileno=descriptor)
    except OSError:
        return useless
    listens = found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    if found.type != socket.SOCK_STREAM or not listens:
        found.detach()
        return useless
    found.setblocking(False)
    place, endpoint = _place_of(found)
    return _Received(descriptor, name, found, place, endpoint)


def _place_of(found: socket.socket) -> tuple[str, Endpoint | None]:
    where = found.getsockname()
    endpoint: Endpoint
    if isinstance(where, str) and where.startswith("/"):
        endpoint = UnixEndpoint(Path(where))
        return str(endpoint), _canonical(endpoint)
    if isinstance(where, tuple):
        with contextlib.suppress(InvalidAddress):
            endpoint = TcpEndpoint(Address.parse(where[0]), where[1])
            return str(endpoint), endpoint
    return repr(where), None


def _canonical(endpoint: Endpoint) -> Endpoint:
    """One spelling for a path, whatever links lead there (/var/run to /run)."""
    if isinstance(endpoint, UnixEndpoint):
        return UnixEndpoint(Path(os.path.realpath(endpoint.path)))
    return endpoint
