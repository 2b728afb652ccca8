"""The mail filter ("milter") protocol of Sendmail and Postfix, without input or output.

Owns its framing, its limits and what a mail server says: bytes become commands. A packet is a
length of four octets, most significant first, one octet that tells the command, and its fields.
Versions 2 to 6. Knows nothing of verdicts; what is answered is in ``milter_replies``.
"""

import enum
import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from gotrdns.protocols.junk import Junk


class Limits(Struct, frozen=True):
    """What one packet may take, in octets."""

    # A header of Postfix has 102,400 (header_size_limit), and the limit is the administrator's.
    packet_octets: int = 1_048_576


class Stage(enum.Enum):
    """The steps of a session that have macros; the value is the command's octet."""

    __hash__ = object.__hash__  # singletons; Enum would hash the name, in Python, every time

    CONNECT = ord("C")
    HELO = ord("H")
    SENDER = ord("M")
    RECIPIENT = ord("R")
    DATA = ord("T")
    HEADER = ord("L")
    END_OF_HEADERS = ord("N")
    BODY = ord("B")
    END_OF_MESSAGE = ord("E")
    UNKNOWN_SMTP_COMMAND = ord("U")


class Family(enum.Enum):
    """How the client is connected to the mail server."""

    UNKNOWN = ord("U")
    UNIX = ord("L")
    IPV4 = ord("4")
    IPV6 = ord("6")


class Offer(Struct, frozen=True):
    """What a mail server can do: the protocol's version, actions and steps as bits."""

    version: int
    actions: int
    steps: int


class Macros(Struct, frozen=True):
    """Values by name, without braces, for the command that follows."""

    stage: Stage
    values: Mapping[str, str]


class Connect(Struct, frozen=True, gc=False):
    """A client; ``address`` is empty unless the family has one."""

    host_name: str
    family: Family
    address: str = ""


class Helo(Struct, frozen=True, gc=False):
    """The name a client gives itself."""

    name: str


class Sender(Struct, frozen=True, gc=False):
    """The beginning of a message: its envelope's sender, without angle brackets."""

    address: str


class Recipient(Struct, frozen=True, gc=False):
    """One recipient of the envelope, without angle brackets."""

    address: str


class Header(Struct, frozen=True, gc=False):
    """One header field, as the message has it."""

    name: str
    value: str


class Signal(enum.Enum):
    """A command whose fields do not matter; the value is its octet."""

    __hash__ = object.__hash__

    DATA = ord("T")
    END_OF_HEADERS = ord("N")
    BODY = ord("B")
    UNKNOWN_SMTP_COMMAND = ord("U")
    END_OF_MESSAGE = ord("E")
    ABORT = ord("A")
    QUIT = ord("Q")
    NEXT_CLIENT = ord("K")


Command = Offer | Macros | Connect | Helo | Sender | Recipient | Header | Signal
_Reader = Callable[[bytes], Command]

_LENGTH: Final = 4  # octets of the length, which does not count them
_HEAD: Final = struct.Struct("!LB")  # the length and the command
_OFFER: Final = ord("O")
_MACROS: Final = ord("D")
_HEADER: Final = ord("L")
_OFFER_OCTETS: Final = 12
_NUL: Final = b"\0"
_NOTHING: Final = b""
_IPV6_PREFIX: Final = "ipv6:"  # as RFC 5321 section 4.1.3 has it, and Sendmail sends it
# An offer has no more, and comes first; who begins otherwise speaks another protocol.
_LONGEST_OFFER: Final = 4096


class _Malformed(Exception):
    """The fields are not those of the command."""


class Decoder:
    """Takes bytes however they were cut, and gives commands in their order, or junk at the end.

    Macros that a mail server repeats before each header field are told once. ``fields`` are the
    names, in lower case, of the only header fields that are told, for a mail server that awaits no
    reply to the others; None tells them all.
    """

    __slots__ = (
        "_buffer",
        "_ended",
        "_limit",
        "_limits",
        "_macros",
        "_position",
        "_readers",
        "fields",
    )

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._limit = min(limits.packet_octets, _LONGEST_OFFER)
        self._readers: Mapping[int, _Reader] = _READERS_AT_FIRST
        self._buffer = bytearray()
        self._position = 0  # what is before it has been read
        self._macros: bytes | None = None  # those told last, where header fields may follow
        self.fields: Sequence[bytes] | None = None
        self._ended = False

    @property
    def unread(self) -> int:
        """The octets that wait for the rest of their packet, or to be asked for."""
        return len(self._buffer) - self._position

    def receive(self, data: bytes) -> None:
        """Add what the peer sent."""
        if not self._ended:
            if self._position:
                del self._buffer[: self._position]
                self._position = 0
            self._buffer += data

    def next_event(self) -> Command | Junk | None:
        """The next command or junk; None until more has been received, and for ever after junk."""
        buffer = self._buffer
        if self._macros is not None:
            self._pass_over(self._macros)
        start = self._position
        if len(buffer) - start <= _LENGTH:
            return None
        length, octet = _HEAD.unpack_from(buffer, start)
        reader = self._readers.get(octet)
        if reader is None or not 0 < length <= self._limit:
            return self._end(_judge(length, octet))
        end = start + _LENGTH + length
        if len(buffer) < end:
            return None
        self._position = end
        if octet == _MACROS:
            self._macros = bytes(buffer[start:end])
        else:
            self._macros = _NOTHING if octet == _HEADER else None
        try:
            command = reader(bytes(buffer[start + _LENGTH + 1 : end]))
        except _Malformed:
            return self._end(Junk.MALFORMED_PACKET)
        if self._readers is not _READERS:
            self._readers = _READERS
            self._limit = self._limits.packet_octets
        return command

    def _pass_over(self, macros: bytes) -> None:
        """Most of what a mail server says are header fields and the macros for each of them."""
        buffer = self._buffer
        wanted = self.fields
        start = self._position
        while True:
            if macros and buffer.startswith(macros, start):
                start += len(macros)
            if wanted is None or len(buffer) - start <= _LENGTH:
                break
            length, octet = _HEAD.unpack_from(buffer, start)
            end = start + _LENGTH + length
            if octet != _HEADER or len(buffer) < end or buffer[end - 1] or length > self._limit:
                break
            name = start + _LENGTH + 1
            name_end = buffer.find(_NUL, name, end - 1)
            if name_end < 0 or buffer[name:name_end].strip().lower() in wanted:
                break
            start = end
        self._position = start

    def end(self) -> None:
        """Nothing of what has been received, or will be, counts any more."""
        self._ended = True
        self._buffer.clear()
        self._position = 0

    def _end(self, junk: Junk) -> Junk:
        self.end()
        return junk if self._readers is _READERS else Junk.NOT_MILTER_PROTOCOL


def _judge(length: int, octet: int) -> Junk:
    """What is wrong with the beginning of a packet."""
    if not length:
        return Junk.MALFORMED_PACKET
    return Junk.OVERSIZE if octet in _READERS else Junk.UNKNOWN_COMMAND


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "backslashreplace")


def _strings(fields: bytes) -> list[str]:
    if not fields.endswith(_NUL):
        raise _Malformed
    return _text(fields[:-1]).split("\0")


def _read_offer(fields: bytes) -> Offer:
    if len(fields) < _OFFER_OCTETS:
        raise _Malformed
    version, actions, steps = (int.from_bytes(fields[at : at + 4]) for at in (0, 4, 8))
    return Offer(version, actions, steps)


def _read_macros(fields: bytes) -> Macros:
    stage = _STAGES.get(fields[0]) if fields else None
    if stage is None:
        raise _Malformed
    if len(fields) == 1:
        return Macros(stage, {})
    strings = _strings(fields[1:])
    if len(strings) % 2:
        raise _Malformed
    names = [name.removeprefix("{").removesuffix("}") for name in strings[::2]]
    return Macros(stage, dict(zip(names, strings[1::2], strict=True)))


def _read_connect(fields: bytes) -> Connect:
    host_name, end, rest = fields.partition(_NUL)
    family = _FAMILIES.get(rest[0]) if rest else None
    if not end or family is None:
        raise _Malformed
    if family is Family.UNKNOWN or family is Family.UNIX:
        return Connect(_text(host_name), family)
    address = _strings(rest[3:])[0]  # the port, of two octets, stands before it
    if address[: len(_IPV6_PREFIX)].lower() == _IPV6_PREFIX:
        address = address[len(_IPV6_PREFIX) :]
    return Connect(_text(host_name), family, address)


def _read_helo(fields: bytes) -> Helo:
    return Helo(_strings(fields)[0])


def _read_sender(fields: bytes) -> Sender:
    return Sender(bare_address(_strings(fields)[0]))


def _read_recipient(fields: bytes) -> Recipient:
    return Recipient(bare_address(_strings(fields)[0]))


def _read_header(fields: bytes) -> Header:
    name, _, value = fields.partition(_NUL)
    if not value.endswith(_NUL):
        raise _Malformed
    return Header(_text(name), _text(value[:-1]))


def _reader_of(signal: Signal) -> Callable[[bytes], Signal]:
    return lambda _fields: signal


def bare_address(path: str) -> str:
    """An envelope's path as a plain address: without brackets, source route and needless quotes.

    RFC 5321 section 4.1.2; appendix C has a source route ignored.
    """
    address = path.removeprefix("<").removesuffix(">")
    if address.startswith("@"):
        address = address.partition(":")[2]
    local_part, at, domain = address.rpartition("@")
    quoted = local_part if at else domain
    if len(quoted) > 1 and quoted.startswith('"') and quoted.endswith('"'):
        return f"{_unquote(quoted)}{at}{domain if at else ''}"
    return address


def _unquote(quoted: str) -> str:
    parts = quoted[1:-1].split("\\\\")
    return "\\".join(part.replace("\\", "") for part in parts)


_STAGES: Final = {stage.value: stage for stage in Stage}
_FAMILIES: Final = {family.value: family for family in Family}
_READERS: Final[Mapping[int, _Reader]] = {
    _OFFER: _read_offer,
    _MACROS: _read_macros,
    ord("C"): _read_connect,
    ord("H"): _read_helo,
    ord("M"): _read_sender,
    ord("R"): _read_recipient,
    _HEADER: _read_header,
    **{signal.value: _reader_of(signal) for signal in Signal},
}
_READERS_AT_FIRST: Final = {_OFFER: _READERS[_OFFER]}
