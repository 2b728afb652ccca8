"""A log that is still being written: read on as ``tail -F`` does, through rotation and truncation.

Owns noticing that another file has taken its place. Knows no clock: how to wait is given to it.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from gotrdns.mail_logs.sources.opening import PIECE, Damage, Harm

_TAIL: Final = 256  # octets, by which one sees that they are still what was read there


class Followed:
    """A file from its beginning, then what is added to it.

    ``wait`` is called when there is nothing new; it waits for a while and says whether to go on.
    A file that was rotated away is read to its end first; one that is not there yet, or that may
    not be read, is waited for. ``trouble`` is why it cannot be opened, as long as it cannot.
    ``size`` is what there was in the beginning.
    """

    def __init__(self, path: Path, wait: Callable[[], bool], now: Callable[[], float]) -> None:
        self.name = str(path)
        self.octets = 0
        self.size: int | None = None
        self.damages: list[Damage] = []
        self.trouble: OSError | None = None
        self._path = path
        self._wait = wait
        self._now = now
        self._in_line = False
        self._tail = b""

    @property
    def latest(self) -> float:
        return self._now()

    def pieces(self) -> Iterator[bytes]:
        file: BinaryIO | None = None
        try:
            while True:
                file = file or self._open()
                if file is not None:
                    yield from self._additions(file)
                    if self._is_replaced(file):
                        yield from self._additions(file)  # written between looking and looking
                        yield from self._line_end()
                        file.close()
                        file = None
                        continue
                yield b""
                if not self._wait():
                    return
        finally:
            if file is not None:
                file.close()

    def _open(self) -> BinaryIO | None:
        try:
            file = self._path.open("rb")
        except OSError as error:
            self.trouble = error
            return None
        self.trouble = None
        self._tail = b""
        if self.size is None:
            self.size = os.fstat(file.fileno()).st_size
        return file

    def _additions(self, file: BinaryIO) -> Iterator[bytes]:
        if self._is_truncated(file):
            file.seek(0)
            self._tail = b""
            yield from self._line_end()
        while piece := self._read(file):
            self.octets += len(piece)
            self._tail = (self._tail + piece[-_TAIL:])[-_TAIL:]
            self._in_line = not piece.endswith(b"\n")
            yield piece

    def _is_truncated(self, file: BinaryIO) -> bool:
        """As copytruncate does it. Since then as much may have been written as there was before."""
        size, here = os.fstat(file.fileno()).st_size, file.tell()
        if size <= here:
            return size < here
        tail = self._tail
        return os.pread(file.fileno(), len(tail), here - len(tail)) != tail

    def _read(self, file: BinaryIO) -> bytes:
        """Empty at the end, and where it cannot be read, which is told as damage once."""
        try:
            return file.read(PIECE)
        except OSError as error:
            self.trouble = error
            if not self.damages:
                text = error.strerror or str(error)
                self.damages.append(Damage(self.name, Harm.UNREADABLE, text))
            return b""

    def _line_end(self) -> Iterator[bytes]:
        """What comes next does not continue a line that was begun."""
        if self._in_line:
            self._in_line = False
            yield b"\n"

    def _is_replaced(self, file: BinaryIO) -> bool:
        """Not so while nothing stands in its place: its writer may hold on to it."""
        try:
            there = self._path.stat()
        except OSError:
            return False
        here = os.fstat(file.fileno())
        return (there.st_dev, there.st_ino) != (here.st_dev, here.st_ino)
