r"""What Exim's ``${readsocket`` says and is told: one line there, one line back.

Owns its grammar, limits and escaping. A request is ``check`` and ``name=value`` words, of which
only ``ip`` must be there; a value with anything but letters, digits, dots, hyphens and underscores
stands in double quotes, as Exim's operator ``${quote:`` writes it. A reply is ``PASS``, ``PASS``
and a header line to add, or ``REFUSE`` or ``DEFER`` and the SMTP reply to give. Never composes
text, and knows nothing of verdicts.
"""

import re
from typing import Final

from msgspec import Struct

from gotrdns.protocols.junk import Junk
from gotrdns.protocols.printable import printable


class EximRequest(Struct, frozen=True, gc=False):
    r"""The words that matter, empty when absent; octets that are not UTF-8 read ``\xNN``."""

    ip: str
    helo: str = ""
    sender: str = ""
    recipient: str = ""
    auth: str = ""


_WORDS: Final = frozenset(EximRequest.__struct_fields__)
_WORD: Final = re.compile(r'\s*([a-z_]++)=(?:"((?:[^"\\]|\\.)*+)"|([^\s"]*+))(?=\s|$)', re.DOTALL)
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_MEANING: Final = {"n": "\n", "r": "\r"}
_VERB: Final = "check"


class Decoder:
    """Takes bytes however they were cut, and gives the one request of a connection, or junk."""

    __slots__ = ("_is_over", "_limit", "received")

    def __init__(self, line_octets: int) -> None:
        self.received = b""  # what waits for the rest of its line
        self._limit = line_octets
        self._is_over = False

    def receive(self, data: bytes) -> EximRequest | Junk | None:
        """What the peer asks; None until its line is whole, and for ever after."""
        if self._is_over:
            return None
        self.received += data
        line, newline, _ = self.received.partition(b"\n")
        if len(line) > self._limit:
            return self._conclude(Junk.OVERSIZE)
        return self._conclude(read_request(line)) if newline else None

    def end(self) -> EximRequest | Junk | None:
        """The peer sends no more: what it sent is its line, though it did not end it."""
        return self.receive(b"\n") if self.received else None

    def _conclude(self, event: EximRequest | Junk) -> EximRequest | Junk:
        self._is_over = True
        self.received = b""
        return event


def read_request(line: bytes) -> EximRequest | Junk:
    """A line without its end."""
    verb, _, rest = line.decode("utf-8", "backslashreplace").strip().partition(" ")
    if verb != _VERB:
        return Junk.NOT_EXIM_PROTOCOL
    words: dict[str, str] = {}
    position = 0
    while position < len(rest):
        found = _WORD.match(rest, position)
        if found is None:
            return Junk.NOT_EXIM_PROTOCOL
        name, quoted, plain = found.groups()
        if name in words:
            return Junk.REPEATED_ATTRIBUTE
        words[name] = _ESCAPE.sub(_unescape, quoted) if plain is None else plain
        position = found.end()
    if "ip" not in words:
        return Junk.NO_CLIENT_ADDRESS
    return EximRequest(**{name: value for name, value in words.items() if name in _WORDS})


def _unescape(found: re.Match[str]) -> str:
    return _MEANING.get(found[1], found[1])


LET_THROUGH: Final = b"PASS\n"
# RFC 5321 section 4.5.3.1.5, with the codes and the line's end taken off; Exim adds nothing.
OCTETS_FOR_TEXT: Final = 512 - len("550 5.7.25 \r\n")


def add_header(name: str, value: str) -> bytes:
    """Let through, with a header for the message."""
    return _encode(f"PASS {name}: {value}")


def refuse(text: str) -> bytes:
    """A permanent refusal: 550 with RFC 7372's code for reverse DNS."""
    return _encode(f"REFUSE 550 5.7.25 {text}")


def defer(text: str) -> bytes:
    """A temporary refusal: the client tries again."""
    return _encode(f"DEFER 450 4.7.25 {text}")


def _encode(reply: str) -> bytes:
    return printable(reply).encode("ascii") + b"\n"
