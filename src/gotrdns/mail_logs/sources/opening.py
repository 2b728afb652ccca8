"""Where logs come from: files, compressed or not, and streams such as standard input.

Owns opening and reading them. What could be read of a broken source counts, and what is wrong with
it is kept. What its octets say is not known here.
"""

import enum
import io
import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from gotrdns.mail_logs.sources.compression import (
    LONGEST_MAGIC,
    STEP,
    Corrupt,
    CutShort,
    decompress,
    detect,
)

PIECE: Final = 1 << 17


class Harm(enum.Enum):
    """Why a source could be read in part only."""

    CUT_SHORT = "cut-short"
    CORRUPT = "corrupt"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Damage:
    """Where a source could be read no further; ``text`` is what the system or a library says."""

    source: str
    harm: Harm
    text: str = ""


class Changed(Exception):
    """A file is no longer what it was when it was begun with."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} was replaced or cut while it was read: try again")


class Source(Protocol):
    """One log. ``latest`` is when it was last written, in seconds since 1970.

    ``octets`` were read so far, of ``size`` if that is known: as stored, compressed or not.
    """

    @property
    def name(self) -> str: ...

    @property
    def latest(self) -> float: ...

    @property
    def size(self) -> int | None: ...

    @property
    def octets(self) -> int: ...

    @property
    def damages(self) -> list[Damage]: ...

    def pieces(self) -> Iterator[bytes]:
        """Its content from the beginning; an empty piece when it has been waited for in vain."""


class Stream:
    """What can be read once, and is read as it arrives. Raises NoZstandard when it is read."""

    def __init__(self, name: str, stream: BinaryIO, latest: float, size: int | None = None) -> None:
        """Of what has a size nothing is read beyond it."""
        self.name = name
        self.latest = latest
        self.size = size
        self.octets = 0
        self.damages: list[Damage] = []
        self._stream = stream

    def pieces(self) -> Iterator[bytes]:
        begin = self._read(LONGEST_MAGIC, whole=True)
        kind = detect(begin, self.name)
        step = PIECE if kind is None else STEP
        raw = itertools.chain([begin] if begin else [], iter(lambda: self._read(step), b""))
        if kind is None:
            yield from raw
            return
        try:
            yield from decompress(raw, kind)
        except CutShort:
            self._harmed(Harm.CUT_SHORT)
        except Corrupt as error:
            self._harmed(Harm.CORRUPT, str(error))

    def _read(self, octets: int, *, whole: bool = False) -> bytes:
        """Empty at the end. Not ``whole``, it may be less: what has arrived by now."""
        if self.size is not None:
            octets = min(octets, self.size - self.octets)
        try:
            if whole or not isinstance(self._stream, io.BufferedReader):
                data = self._stream.read(octets)
            else:
                data = self._stream.read1(octets)
        except OSError as error:
            self._harmed(Harm.UNREADABLE, error.strerror or str(error))
            return b""
        self.octets += len(data)
        return data

    def _harmed(self, harm: Harm, text: str = "") -> None:
        if not self.damages:  # what cannot be read on is cut short, too
            self.damages.append(Damage(self.name, harm, text))


class File:
    """A log that is no longer written, or is read up to where it is when this is made.

    However often it is read, it says the same. Raises OSError if it cannot be opened, when made or
    when read, and Changed if it is another by then, or shorter.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = str(path)
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
        self.identity = _identity(status)
        self.latest = status.st_mtime
        self.size = status.st_size
        self._stream: Stream | None = None

    @property
    def octets(self) -> int:
        return self._stream.octets if self._stream else 0

    @property
    def damages(self) -> list[Damage]:
        return self._stream.damages if self._stream else []

    def pieces(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            if _identity(os.fstat(file.fileno())) != self.identity:
                raise Changed(self.name)
            self._stream = Stream(self.name, file, self.latest, self.size)
            yield from self._stream.pieces()
        if self.octets < self.size and not self.damages:
            raise Changed(self.name)


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino
