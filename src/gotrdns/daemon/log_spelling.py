"""How an event's fields are spelled in the log: as logfmt, or as JSON.

Owns escaping: whatever a stranger sends, a field stays one field of printable ASCII, and a line one
line. Knows neither where the log goes nor what else a line has.
"""

import json
import re
import select
from collections.abc import Sequence
from typing import Final, Literal

Value = str | int | float | tuple[str, ...] | None
Format = Literal["text", "json"]

LONGEST_LINE: Final = select.PIPE_BUF
"""A pipe that polls as writable takes as many octets without blocking (POSIX: PIPE_BUF)."""

_LONGEST_VALUE: Final = 300
# Beside its words a line has a priority, its time and level, and perhaps how long something took.
_LONGEST_WORDS: Final = LONGEST_LINE - 100

_PLAIN: Final = re.compile(r"[!#-<>-\[\]-~]+")  # printable ASCII but space, quote, = and backslash
_ESCAPED: Final = re.compile(r'[^ !#-\[\]-~]|["\\]')
_UNPRINTABLE: Final = re.compile(r"[^ -\[\]-~]")  # and the backslash


class Text:
    """logfmt: ``name=value`` words, separated by spaces."""

    opening: Final = ""
    time: Final = "time="
    level: Final = " level={} "
    closing: Final = ""

    def words(self, **fields: Value) -> str:
        """Those fields that are not None."""
        pairs = [
            f"{name}={format_value(value)}" for name, value in fields.items() if value is not None
        ]
        words = " ".join(pairs)
        if len(words) > _LONGEST_WORDS:
            return " ".join(_leading(pairs, "left_out={}"))
        return words

    def timed(self, words: str, milliseconds: float) -> str:
        """Words about something that took so long."""
        return f"{words} elapsed_ms={milliseconds}"


class Json:
    """Members of a JSON object: texts, numbers and lists of texts stay what they are."""

    opening: Final = "{"
    time: Final = '"time":"'
    level: Final = '","level":"{}",'
    closing: Final = "}"

    def words(self, **fields: Value) -> str:
        """Those fields that are not None."""
        pairs = [
            f'"{name}":{_json_value(value)}' for name, value in fields.items() if value is not None
        ]
        words = ",".join(pairs)
        if len(words) > _LONGEST_WORDS:
            return ",".join(_leading(pairs, '"left_out":{}'))
        return words

    def timed(self, words: str, milliseconds: float) -> str:
        """Words about something that took so long."""
        return f'{words},"elapsed_ms":{milliseconds}'


Spelling = Text | Json


def spelling(form: Format) -> Spelling:
    return Text() if form == "text" else Json()


def format_value(value: str | float | tuple[str, ...]) -> str:
    """A value of logfmt, in quotes where it needs them; long ones end in ``...``."""
    if not isinstance(value, str):
        if not isinstance(value, tuple):
            return str(value)
        value = ",".join(value)
    if len(value) > _LONGEST_VALUE:
        value = _shortened(value)
    return value if _PLAIN.fullmatch(value) else f'"{_ESCAPED.sub(_escape, value)}"'


def escape_unprintable(value: str | float | tuple[str, ...]) -> str:
    """A value in printable ASCII; long ones end in ``...``."""
    text = ",".join(value) if isinstance(value, tuple) else str(value)
    return _UNPRINTABLE.sub(_escape, _shortened(text))


def _json_value(value: str | float | tuple[str, ...]) -> str:
    if isinstance(value, tuple):
        return f"[{','.join(map(_json_value, value))}]"
    if not isinstance(value, str):
        return json.dumps(value)
    # JSON leaves DEL as it is, and half a surrogate pair is not JSON for every reader.
    sound = _shortened(value).encode("utf-8", "backslashreplace").decode()
    return json.dumps(sound).replace("\x7f", "\\u007f")


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}..."


def _leading(pairs: Sequence[str], rest: str) -> list[str]:
    """As many of them as a line takes, and how many were left out."""
    taken: list[str] = []
    octets = len(rest) + 8
    for pair in pairs:
        octets += len(pair) + 1
        if octets > _LONGEST_WORDS:
            break
        taken.append(pair)
    return [*taken, rest.format(len(pairs) - len(taken))]


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    if character in '"\\':
        return f"\\{character}"
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{{{number:x}}}"
