"""How many files a process may have open: as many as its connections may need.

Owns the limit of this very process; what is to be told about it is the caller's business.
"""

import contextlib
import resource
from collections.abc import Iterable
from typing import Final, Protocol

from msgspec import Struct

_BESIDE_CONNECTIONS: Final = 1100  # the resolver's sockets, listeners, files


class Section(Protocol):
    """Settings of who is listened to."""

    @property
    def listen(self) -> tuple[str, ...]: ...
    @property
    def connections(self) -> int: ...


class Shortage(Struct, frozen=True):
    """The system allows fewer than may be needed."""

    allowed: int
    needed: int


def provide_descriptors(sections: Iterable[Section]) -> Shortage | None:
    """Allow as many as these places may need, as far as the system lets us."""
    connections = sum(each.connections for each in sections if each.listen)
    needed = connections + _BESIDE_CONNECTIONS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    enough = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    if soft != resource.RLIM_INFINITY and soft < enough:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (enough, hard))
    return Shortage(hard, needed) if enough < needed else None
