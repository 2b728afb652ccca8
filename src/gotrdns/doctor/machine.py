"""This host, really: files, programs, sockets and resolvers, each with a limit of time.

Implements ``host.Host``. Nothing here changes anything, and nothing is sent elsewhere than to the
resolvers and to sockets of this host.
"""

import asyncio
import contextlib
import ctypes
import os
import pwd
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, TypeVar

from gotrdns.doctor.host import CommandFailed, FileStatus, NoSuchCommand, Room, User
from gotrdns.lookup import Question, Resolver
from gotrdns.names import Address, InvalidAddress
from gotrdns.protocols.endpoints import Endpoint, UnixEndpoint
from gotrdns.resolution.client import Client
from gotrdns.resolution.inspecting import Heard, inspect
from gotrdns.resolution.servers import ServerAddress, choose_servers
from gotrdns.settings import Settings, read_settings
from gotrdns.store.inspecting import StoreCondition, inspect_store
from gotrdns.store.settings import sqlite_path

_Found = TypeVar("_Found")

_COMMAND_PATIENCE: Final = 5.0  # seconds
_SOCKET_PATIENCE: Final = 4.0  # a daemon whose resolver is silent takes two to tell of itself
_DNS_PATIENCE: Final = 5.0
_STORE_PATIENCE: Final = 5.0
_LONGEST_ANSWER: Final = 4 << 20  # octets
_LONGEST_FILE: Final = 1 << 20
_HOSTS: Final = Path("/etc/hosts")
# Where a program for administrators may be that is not in the path of others.
_MORE_PLACES: Final = ("/usr/sbin", "/usr/local/sbin", "/sbin")

# adjtimex(2): what it returns for a clock that nobody sets, and room for its struct.
_TIME_ERROR: Final = 5
_TIMEX_OCTETS: Final = 512
# Documentation's addresses (RFC 5737, RFC 3849): routed as the whole Internet is.
_SOMEWHERE: Final = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}
_DISCARD: Final = 9


class Machine:
    """The host that this program runs on."""

    def read_text(self, path: Path) -> str:
        return self.read_end(path, _LONGEST_FILE)

    def read_end(self, path: Path, octets: int) -> str:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            file.seek(max(0, size - octets))
            return file.read(octets).decode("utf-8", "backslashreplace")

    def settings_at(self, path: Path) -> Settings:
        path.open("rb").close()  # raises what is more telling than an InvalidSettings
        return read_settings(path)

    def look_at(self, path: Path) -> FileStatus:
        found = path.stat()
        return FileStatus(found.st_mode, found.st_uid, found.st_gid, found.st_mtime)

    def room_at(self, path: Path) -> Room:
        found = os.statvfs(path)
        return Room(
            device=path.stat().st_dev,
            octets=found.f_blocks * found.f_frsize,
            free_octets=found.f_bavail * found.f_frsize,
            inodes=found.f_files,
            free_inodes=found.f_favail,
        )

    def user(self, name: str) -> User | None:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            return None
        groups = os.getgrouplist(name, entry.pw_gid)
        return User(name, entry.pw_uid, frozenset(groups))

    def now(self) -> float:
        return time.time()

    def clock_is_synchronised(self) -> bool | None:
        try:
            ask: Callable[[object], int] = ctypes.CDLL(None).adjtimex
        except (OSError, AttributeError):
            return None
        # Zeroes: no mode is set, so nothing is changed.
        state = ask(ctypes.create_string_buffer(_TIMEX_OCTETS))
        return None if state < 0 else state != _TIME_ERROR

    def source_address(self, *, ipv6: bool) -> Address | None:
        family = socket.AF_INET6 if ipv6 else socket.AF_INET
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                # Of a datagram socket: a route is chosen, and nothing is sent.
                probe.connect((_SOMEWHERE[family], _DISCARD))
                return Address.parse(probe.getsockname()[0])
        except (OSError, InvalidAddress):
            return None

    def has_address(self, address: Address) -> bool:
        family = socket.AF_INET6 if address.is_ipv6 else socket.AF_INET
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.bind((address.text, 0))
        except OSError:
            return False
        return True

    def addresses_of(self, name: str) -> Sequence[Address]:
        found = []
        with contextlib.suppress(OSError):
            for line in self.read_text(_HOSTS).splitlines():
                address, *names = line.partition("#")[0].split() or [""]
                if name.lower() in (each.lower() for each in names):
                    with contextlib.suppress(InvalidAddress):
                        found.append(Address.parse(address))
        return found

    async def run(self, *command: str) -> str:
        name, *arguments = command
        places = os.pathsep.join([os.environ.get("PATH", os.defpath), *_MORE_PLACES])
        program = shutil.which(name, path=places)
        if program is None:
            raise NoSuchCommand(name)
        try:
            done = await _beside(lambda: _run(program, arguments))
        except subprocess.TimeoutExpired:
            raise TimeoutError from None
        except OSError as error:
            raise CommandFailed(error.strerror or str(error)) from None
        if done.returncode != 0:
            lines = done.stderr.strip().splitlines()
            raise CommandFailed(lines[-1] if lines else str(done.returncode))
        return done.stdout

    async def converse(
        self, endpoint: Endpoint, question: bytes, is_whole: Callable[[bytes], bool]
    ) -> bytes:
        async with asyncio.timeout(_SOCKET_PATIENCE):
            reader, writer = await _connect(endpoint)
            try:
                writer.write(question)
                await writer.drain()
                return await _read_whole(reader, is_whole)
            finally:
                writer.close()

    def servers(self, named: Sequence[str]) -> Sequence[ServerAddress]:
        return choose_servers(named)

    async def inspect(self, server: ServerAddress, question: Question) -> Heard:
        return await inspect(server, question, patience=_DNS_PATIENCE)

    @contextlib.contextmanager
    def resolver(self, servers: Sequence[ServerAddress]) -> Iterator[Resolver]:
        client = Client(servers, timeout=_DNS_PATIENCE)
        try:
            yield client
        finally:
            client.close()

    async def inspect_store(self, url: str) -> StoreCondition:
        path = sqlite_path(url)
        if path is not None:
            path.stat()
            # SQLite writes beside the file even to read it.
            if not os.access(path, os.R_OK | os.W_OK):
                raise PermissionError(path)
        return await _beside(lambda: inspect_store(url, patience=_STORE_PATIENCE))


def _run(program: str, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - the checks' own words, and no shell
        [program, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=os.environ | {"LC_ALL": "C"},
        timeout=_COMMAND_PATIENCE,
        check=False,
        encoding="utf-8",
        errors="backslashreplace",
    )


async def _connect(endpoint: Endpoint) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    try:
        if isinstance(endpoint, UnixEndpoint):
            return await asyncio.open_unix_connection(endpoint.path)
        return await asyncio.open_connection(endpoint.address.text, endpoint.port)
    except OSError as error:
        # asyncio's own words repeat the address as Python writes it.
        if error.errno is None:
            raise
        raise OSError(error.errno, os.strerror(error.errno)) from None


async def _read_whole(reader: asyncio.StreamReader, is_whole: Callable[[bytes], bool]) -> bytes:
    received = b""
    while not is_whole(received):
        octets = await reader.read(65_536)
        if not octets or len(received) > _LONGEST_ANSWER:
            break
        received += octets
    return received


async def _beside(work: Callable[[], _Found]) -> _Found:
    """Do it in a thread that nobody waits for if it takes too long, not even the interpreter."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[_Found] = loop.create_future()

    def settle(result: _Found | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]  # there is one where there is no error

    def run() -> None:
        try:
            outcome: tuple[_Found | None, BaseException | None] = (work(), None)
        except Exception as error:  # handed over, not handled
            outcome = (None, error)
        with contextlib.suppress(RuntimeError):  # the loop has ended without it
            loop.call_soon_threadsafe(settle, *outcome)

    threading.Thread(target=run, daemon=True).start()
    return await done
