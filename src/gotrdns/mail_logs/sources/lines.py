"""Pieces of a log -> its lines, however the pieces are cut.

Owns the bound on a line's length. Knows nothing of what a line says.
"""

from collections.abc import Iterable, Iterator
from typing import Final

# syslog's daemons stop at 8 KiB, journald's JSON puts some KiB around as much.
LONGEST: Final = 65_536


class LineCutter:
    """``too_long`` counts lines that were dropped for their length."""

    def __init__(self) -> None:
        self._rest = b""
        self._in_long_line = False
        self.too_long = 0

    def texts(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Whole lines, with their ends, of each piece; the last may have had none."""
        yield from map(self.cut, pieces)
        if rest := self.end():
            yield rest

    def cut(self, piece: bytes) -> bytes:
        """The lines that are whole now, with their ends."""
        if self._in_long_line:
            _, end, piece = piece.partition(b"\n")
            if not end:
                return b""
            self._in_long_line = False
        text = self._rest + piece
        end_of_lines = text.rfind(b"\n") + 1
        self._rest = text[end_of_lines:]
        if len(self._rest) > LONGEST:
            self._rest = b""
            self._in_long_line = True
            self.too_long += 1
        return text[:end_of_lines]

    def end(self) -> bytes:
        """A last line that was cut short or has no end, given one."""
        rest, self._rest = self._rest, b""
        return rest and rest + b"\n"


def each_line(text: bytes) -> list[bytes]:
    """Lines without their ends, which may be those of other systems."""
    lines = text.split(b"\n")
    lines.pop()
    if b"\r" in text:
        lines = [line.removesuffix(b"\r") for line in lines]
    return lines
