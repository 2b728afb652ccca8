"""What the doctor may look at, and nothing else: the host as an interface.

Owns the types of what is seen. Checks ask only this, so that tests can put any host before them.
"""

import stat
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import msgspec

from gotrdns.lookup import Question, Resolver
from gotrdns.names import Address
from gotrdns.protocols.endpoints import Endpoint
from gotrdns.resolution.inspecting import Heard
from gotrdns.resolution.servers import ServerAddress
from gotrdns.settings import Settings
from gotrdns.store.inspecting import StoreCondition


class CommandFailed(Exception):
    """A program ended badly; said in its own last words, or its status where it has none."""


class NoSuchCommand(CommandFailed):
    """There is no such program here."""


class FileStatus(msgspec.Struct, frozen=True):
    """Of a file or directory, links followed; ``changed_at`` is seconds since 1970."""

    mode: int
    owner: int
    group: int
    changed_at: float

    @property
    def is_socket(self) -> bool:
        return stat.S_ISSOCK(self.mode)

    def admits(self, user: "User", permission: int) -> bool:
        """Whether the user has a permission on it, as one octal digit: 1 to pass, 2 to write."""
        if user.number == 0:
            return True
        if user.number == self.owner:
            return bool(self.mode >> 6 & permission)
        if self.group in user.groups:
            return bool(self.mode >> 3 & permission)
        return bool(self.mode & permission)


class User(msgspec.Struct, frozen=True):
    """Somebody a program runs as."""

    name: str
    number: int
    groups: frozenset[int]


class Room(msgspec.Struct, frozen=True):
    """What is left on a file system for ordinary users; inodes are 0 where they are not counted."""

    device: int
    octets: int
    free_octets: int
    inodes: int
    free_inodes: int


class Host(Protocol):
    """A host. Everything that reads files raises OSError; everything ends within seconds."""

    def read_text(self, path: Path) -> str: ...

    def read_end(self, path: Path, octets: int) -> str:
        """The last lines of a long file."""

    def settings_at(self, path: Path) -> Settings:
        """Raises InvalidSettings as well."""

    def look_at(self, path: Path) -> FileStatus: ...

    def room_at(self, path: Path) -> Room: ...

    def user(self, name: str) -> User | None: ...

    def now(self) -> float:
        """Seconds since 1970, as this host's clock has it."""

    def clock_is_synchronised(self) -> bool | None:
        """As the kernel has been told; None where it does not say."""

    def source_address(self, *, ipv6: bool) -> Address | None:
        """Where packets to the Internet come from, before any NAT; None where none can go."""

    def has_address(self, address: Address) -> bool:
        """Whether it is one of this host's own."""

    def addresses_of(self, name: str) -> Sequence[Address]:
        """Of a name in /etc/hosts, such as ``localhost``; empty for others."""

    async def run(self, *command: str) -> str:
        """What a program prints. Raises CommandFailed, and TimeoutError."""

    async def converse(
        self, endpoint: Endpoint, question: bytes, is_whole: Callable[[bytes], bool]
    ) -> bytes:
        """Say something there; what is answered, until it is whole or the peer ends.

        Raises OSError, also TimeoutError.
        """

    def servers(self, named: Sequence[str]) -> Sequence[ServerAddress]:
        """The resolvers named, or those of /etc/resolv.conf. Raises InvalidServer or NoServers."""

    async def inspect(self, server: ServerAddress, question: Question) -> Heard: ...

    def resolver(self, servers: Sequence[ServerAddress]) -> AbstractContextManager[Resolver]:
        """A client of these resolvers."""

    async def inspect_store(self, url: str) -> StoreCondition:
        """Raises OSError where its file is not there, or may not be used."""
