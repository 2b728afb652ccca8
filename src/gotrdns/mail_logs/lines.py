"""Pieces of a log -> its lines, however the pieces are cut.

Owns the bound on a line's length. Knows nothing of what a line says.
"""

from typing import Final

# syslog's daemons stop at 8 KiB, journald's JSON puts some KiB around as much.
LONGEST: Final = 65_536


class LineCutter:
    """``too_long`` counts lines that were dropped for their length."""

    def __init__(self) -> None:
        self._rest = b""
        self._in_long_line = False
        self._returns = False  # whether lines may end as on other systems
        self.too_long = 0

    def cut(self, piece: bytes) -> list[bytes]:
        """The lines that are whole now, without their ends."""
        if self._in_long_line:
            _, end, piece = piece.partition(b"\n")
            if not end:
                return []
            self._in_long_line = False
        lines = (self._rest + piece).split(b"\n")
        self._rest = lines.pop()
        if len(self._rest) > LONGEST:
            self._rest = b""
            self._in_long_line = True
            self.too_long += 1
        self._returns = self._returns or b"\r" in piece
        if self._returns:
            lines = [line.removesuffix(b"\r") for line in lines]
        return lines

    def end(self) -> list[bytes]:
        """A last line that was cut short or has no end."""
        rest, self._rest = self._rest, b""
        return [rest] if rest else []
