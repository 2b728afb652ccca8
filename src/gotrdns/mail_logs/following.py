"""A log that is still being written: read on as ``tail -F`` does, through rotation and truncation.

Owns noticing that another file has taken its place. Knows no clock: how to wait is given to it.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from gotrdns.mail_logs.sources import PIECE, Damage


class Followed:
    """A file from its beginning, then what is added to it.

    ``wait`` is called when there is nothing new; it waits for a while and says whether to go on.
    A file that was rotated away is read to its end first; one that is not there yet is waited for.
    """

    size: int | None = None

    def __init__(self, path: Path, wait: Callable[[], bool], now: Callable[[], float]) -> None:
        self.name = str(path)
        self.octets = 0
        self.damages: list[Damage] = []
        self._path = path
        self._wait = wait
        self._now = now
        self._in_line = False

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
            return self._path.open("rb")
        except OSError:
            return None

    def _additions(self, file: BinaryIO) -> Iterator[bytes]:
        if os.fstat(file.fileno()).st_size < file.tell():
            file.seek(0)  # truncated, as copytruncate does
            yield from self._line_end()
        while piece := file.read(PIECE):
            self.octets += len(piece)
            self._in_line = not piece.endswith(b"\n")
            yield piece

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
