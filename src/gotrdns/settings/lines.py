"""Where a key stands in a TOML text: the standard library's reader does not tell.

Owns a scan of the text's tables and keys. It presumes that the text is valid TOML.
"""

import re
from collections.abc import Mapping
from typing import Final

KeyPath = tuple[str, ...]

_TOKEN: Final = re.compile(
    r"""
      (?P<comment> \#[^\n]* )
    | (?P<text> \"\"\".*?(?<!\\)\"\"\"+ | '''.*?'''+ | "(?:[^"\\\n]|\\.)*" | '[^'\n]*' )
    | (?P<open> [\[{] )
    | (?P<close> [\]}] )
    | (?P<newline> \n )
    | (?P<equals> = )
    | (?P<dot> \. )
    | (?P<word> [A-Za-z0-9_-]+ )
    | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL,
)


def find_keys(text: str) -> Mapping[KeyPath, int]:
    """The line of each table and key, counted from 1; of a repeated one, the first."""
    scan = _Scan()
    for token in _TOKEN.finditer(text):
        scan.take(token.lastgroup or "", token[0])
    return scan.lines


def line_of(path: KeyPath, lines: Mapping[KeyPath, int]) -> int | None:
    """The line of a key, or of the nearest table around it."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return None


class _Scan:
    """The state between two tokens: the table we are in, and the key being read."""

    def __init__(self) -> None:
        self.lines: dict[KeyPath, int] = {}
        self._line = 1
        self._table: KeyPath = ()
        self._key: list[str] = []
        self._depth = 0
        self._in_header = False
        self._in_value = False

    def take(self, kind: str, token: str) -> None:
        if kind == "newline":
            self._end_line()
        elif kind == "open":
            self._open()
        elif kind == "close":
            self._close()
        elif kind == "equals" and not self._in_value:
            self._note((*self._table, *self._key))
            self._in_value = True
        elif kind in {"word", "text"} and not self._in_value:
            self._key.append(token.strip("\"'") if kind == "text" else token)
        self._line += token.count("\n")

    def _end_line(self) -> None:
        if self._depth == 0:
            self._key = []
            self._in_value = False

    def _open(self) -> None:
        if self._in_value:
            self._depth += 1
        else:
            self._in_header = True
            self._key = []

    def _close(self) -> None:
        if self._in_value:
            self._depth -= 1
        elif self._in_header and self._key:
            self._in_header = False
            self._table = tuple(self._key)
            self._note(self._table)
            self._key = []

    def _note(self, path: KeyPath) -> None:
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], self._line)
