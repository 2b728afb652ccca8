"""What registries answered, kept on disk: a file for each network.

Owns the directory. Every trouble with it means no more than asking again, so nothing here raises;
it is counted. Several processes may use the directory at once: files appear whole or not at all.
"""

import contextlib
import os
import re
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from gotrdns.contacts.holder import Holder
from gotrdns.names import Address

KEPT: Final = 7 * 86400.0  # seconds
MOST_NETWORKS: Final = 1000
_LARGEST_FILE: Final = 1 << 20
_ABANDONED: Final = 3600.0  # a writer that takes longer has died
_NAME: Final = re.compile(r"([0-9a-f]{8}|[0-9a-f]{32})-([0-9a-f]{8}|[0-9a-f]{32})\.json")
_PARTIAL: Final = ".partial-"


class Counters:
    """Totals since start. ``damaged`` files were unreadable or made no sense."""

    __slots__ = ("damaged", "hits", "misses", "unwritable")

    def __init__(self) -> None:
        self.hits = 0
        self.misses = 0
        self.damaged = 0
        self.unwritable = 0


class Block(msgspec.Struct, frozen=True):
    """The addresses from ``first`` to ``last``, both included, of one family."""

    first: Address
    last: Address

    def __contains__(self, address: Address) -> bool:
        return len(address) == len(self.first) and self.first <= address <= self.last

    @property
    def size(self) -> int:
        return int.from_bytes(self.last) - int.from_bytes(self.first) + 1

    def near(self, address: Address) -> "Block":
        """The part of the block that lies in the /24, or /48, around ``address``.

        An answer names the smallest block around the address that was asked for. Elsewhere in a
        large one there may be smaller ones, with holders of their own.
        """
        kept = 3 if len(address) == 4 else 6
        rest = len(address) - kept
        return Block(
            max(self.first, Address(address[:kept] + bytes(rest))),
            min(self.last, Address(address[:kept] + b"\xff" * rest)),
        )


class _StoredHolder(msgspec.Struct, frozen=True):
    fetched: float
    holder: Holder


class _StoredServices(msgspec.Struct, frozen=True):
    fetched: float
    services: list[Any]


_Stored = TypeVar("_Stored", _StoredHolder, _StoredServices)


class Cache:
    """Holders by network, and IANA's lists of registries by family (``ipv4``, ``ipv6``).

    ``directory`` None keeps nothing. ``clock`` gives seconds since 1970.
    """

    def __init__(
        self,
        directory: Path | None,
        *,
        kept: float = KEPT,
        most: int = MOST_NETWORKS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.directory = directory
        self.counters = Counters()
        self._kept = kept
        self._most = most
        self._clock = clock

    def find_holder(self, address: Address) -> Holder | None:
        """The holder of the smallest known network around the address, while it is fresh."""
        blocks = [block for block in self._blocks() if address in block]
        name = _file_name(min(blocks, key=lambda block: block.size)) if blocks else None
        stored = self._read(name, _StoredHolder) if name else None
        if stored is None or not self._is_fresh(stored.fetched):
            self.counters.misses += 1
            return None
        self.counters.hits += 1
        return stored.holder

    def store_holder(self, address: Address, block: Block, holder: Holder) -> None:
        """Keep what was answered about ``address``, for its neighbours in the block as well."""
        name = _file_name(block.near(address))
        self._write(name, _StoredHolder(self._clock(), holder))
        if self.directory is not None:
            self._remove_oldest(self.directory)

    def find_services(self, family: str) -> tuple[list[Any], bool] | None:
        """The list of registries, and whether it is fresh."""
        stored = self._read(_services_name(family), _StoredServices)
        return (stored.services, self._is_fresh(stored.fetched)) if stored else None

    def store_services(self, family: str, services: list[Any]) -> None:
        self._write(_services_name(family), _StoredServices(self._clock(), services))

    def _is_fresh(self, fetched: float) -> bool:
        # A clock that was set back must not keep a file for years.
        return 0 <= self._clock() - fetched < self._kept

    def _blocks(self) -> list[Block]:
        if self.directory is None:
            return []
        try:
            found = [_NAME.fullmatch(path.name) for path in self.directory.iterdir()]
        except OSError:
            return []
        return [
            Block(Address.fromhex(each[1]), Address.fromhex(each[2]))
            for each in found
            if each and len(each[1]) == len(each[2])
        ]

    def _read(self, name: str, kind: type[_Stored]) -> _Stored | None:
        if self.directory is None:
            return None
        try:
            with (self.directory / name).open("rb") as file:
                content = file.read(_LARGEST_FILE)
            return msgspec.json.decode(content, type=kind)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError):
            self.counters.damaged += 1
            return None

    def _write(self, name: str, content: msgspec.Struct) -> None:
        if self.directory is None:
            return
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, partial = tempfile.mkstemp(prefix=_PARTIAL, dir=self.directory)  # mode 0600
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(msgspec.json.encode(content))
                Path(partial).replace(self.directory / name)
            except BaseException:
                Path(partial).unlink(missing_ok=True)
                raise
        except OSError:
            self.counters.unwritable += 1

    def _remove_oldest(self, directory: Path) -> None:
        networks: list[tuple[float, Path]] = []
        now = time.time()  # the file system's clock
        try:
            for path in directory.iterdir():
                with contextlib.suppress(OSError):  # another process removed it
                    written = path.stat().st_mtime
                    if _NAME.fullmatch(path.name):
                        networks.append((written, path))
                    elif path.name.startswith(_PARTIAL) and now - written > _ABANDONED:
                        path.unlink()
        except OSError:
            return
        networks.sort()
        for _, path in networks[: max(0, len(networks) - self._most)]:
            with contextlib.suppress(OSError):
                path.unlink()


def default_directory(environment: Mapping[str, str]) -> Path | None:
    """``$XDG_CACHE_HOME/gotrdns/rdap``, by default in ``~/.cache``; None without a home."""
    base = Path(environment.get("XDG_CACHE_HOME", ""))
    if not base.is_absolute():  # to be ignored then, says the XDG Base Directory Specification
        try:
            base = Path.home() / ".cache"
        except RuntimeError:
            return None
    return base / "gotrdns" / "rdap"


def _file_name(block: Block) -> str:
    return f"{block.first.hex()}-{block.last.hex()}.json"


def _services_name(family: str) -> str:
    return f"registries-{family}.json"
