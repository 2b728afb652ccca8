"""Compressed octets -> octets, told apart by how they begin: gzip, bzip2, xz, zstd or none.

Owns what each library raises. Several members in one file are read as one, as their own tools do.
"""

import bz2
import importlib
import lzma
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

LONGEST_MAGIC: Final = 6
# As much is decompressed in one step: a log shrinks to a tenth, so a step gives some hundred KiB.
STEP: Final = 16_384
_MOST: Final = 1 << 20


class NoZstandard(Exception):
    """Something is compressed with zstd, and the package that reads it is not installed."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is compressed with zstd: pip install 'gotrdns[logs]' to read it")
        self.name = name


class CutShort(Exception):
    """Compressed octets end before their end."""


class Corrupt(Exception):
    """Octets that cannot be decompressed any further."""


class Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Format:
    make: Callable[[], Decompressor]
    errors: tuple[type[Exception], ...]


def detect(begin: bytes, name: str) -> Format | None:
    """None if it is not compressed; ``name`` is for whom it may concern. Raises NoZstandard."""
    if begin.startswith(b"\x1f\x8b"):
        return Format(lambda: zlib.decompressobj(16 + zlib.MAX_WBITS), (zlib.error,))
    if begin.startswith(b"BZh"):
        return Format(bz2.BZ2Decompressor, (OSError,))
    if begin.startswith(b"\xfd7zXZ\0"):
        return Format(lzma.LZMADecompressor, (lzma.LZMAError,))
    if begin.startswith(b"\x28\xb5\x2f\xfd"):
        try:
            zstandard = importlib.import_module("zstandard")
        except ImportError:
            raise NoZstandard(name) from None
        return Format(zstandard.ZstdDecompressor().decompressobj, (zstandard.ZstdError,))
    return None


def decompress(pieces: Iterator[bytes], kind: Format) -> Iterator[bytes]:
    """Raises CutShort or Corrupt once all that can be read was."""
    current = kind.make()
    for piece in pieces:
        rest = piece
        while rest:
            if current.eof:
                rest = rest.lstrip(b"\0")  # tapes and disks fill up with them
                if not rest:
                    break
                current = kind.make()
            yield from filter(None, _contents(current, rest, kind))
            rest = current.unused_data if current.eof else b""
    if not current.eof:
        raise CutShort


def _contents(current: Decompressor, data: bytes, kind: Format) -> Iterator[bytes]:
    try:
        if not isinstance(current, bz2.BZ2Decompressor | lzma.LZMADecompressor):
            yield current.decompress(data)
            return
        # These may make thousands of times as much of a log in which much is the same.
        yield current.decompress(data, _MOST)
        while not (current.eof or current.needs_input):
            yield current.decompress(b"", _MOST)
    except kind.errors as error:
        raise Corrupt(str(error)) from None
