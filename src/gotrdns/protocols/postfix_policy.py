"""Postfix's SMTP access policy delegation protocol, without input or output.

Owns its framing, limits and escaping: bytes become requests, actions become bytes. A request is
lines ``name=value`` ended by an empty one, a reply ``action=...`` and an empty line
(SMTPD_POLICY_README). Never composes text, and knows nothing of verdicts.
"""

import functools
import re
from typing import Final

from msgspec import Struct

from gotrdns.protocols.junk import Junk
from gotrdns.protocols.printable import printable


class Limits(Struct, frozen=True):
    """What one request may take, in octets and in number of attributes."""

    request_octets: int = 65_536
    line_octets: int = 8_192
    attributes: int = 200


class PolicyRequest(Struct, frozen=True, gc=False):
    """The attributes that matter, empty when absent; octets that are not UTF-8 read ``\\xNN``."""

    client_address: str
    client_name: str
    helo_name: str
    sender: str
    recipient: str
    sasl_username: str
    instance: str


_END: Final = b"\n\n"
_REQUEST: Final = "smtpd_access_policy"
_ATTRIBUTES: Final = PolicyRequest.__struct_fields__
# Postfix sends some 30 attributes, 400 octets of names.
_MOST_LEARNED: Final = 60
_LONGEST_LEARNED: Final = 1_000


class Decoder:
    """Takes bytes however they were cut, and gives requests and junk in their order.

    A mail server's requests all have the same attributes in the same order. Once two of them in
    succession did, one match of a pattern reads and checks the next at a quarter of the cost.
    """

    __slots__ = (
        "_ended",
        "_limits",
        "_longest_line",
        "_names",
        "_pattern",
        "_searched",
        "unread",
    )

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._longest_line = min(limits.line_octets, limits.request_octets)
        self.unread = b""  # what waits for the rest of its request, or to be asked for
        self._searched = 0  # no request ends before this offset
        self._ended = False
        self._names: tuple[str, ...] = ()  # the latest request's
        self._pattern: re.Pattern[str] | None = None

    def receive(self, data: bytes) -> None:
        """Add what the peer sent."""
        if not self._ended:
            self.unread = self.unread + data if self.unread else data

    def next_event(self) -> PolicyRequest | Junk | None:
        """The next request or junk; None until more has been received, and for ever after junk
        that ends the stream."""
        buffer = self.unread
        if not buffer:
            return None
        pattern = self._pattern
        # In a request no longer than a line may be, no line is too long.
        if pattern is not None and len(buffer) <= self._longest_line and buffer.endswith(_END):
            found = pattern.fullmatch(buffer.decode("utf-8", "backslashreplace"))
            if found is not None:
                self.unread = b""
                self._searched = 0
                return PolicyRequest(*found.group(*_ATTRIBUTES))
        return self._next_of_any_form(buffer)

    def _next_of_any_form(self, buffer: bytes) -> PolicyRequest | Junk | None:
        end = buffer.find(_END, self._searched)
        event: PolicyRequest | Junk | None
        if end >= 0 and end + 2 <= self._limits.request_octets:
            self.unread = buffer[end + 2 :]
            self._searched = 0
            event = self._read(buffer[:end])
        else:
            self._searched = max(len(buffer) - 1, 0)
            event = self._judge_unfinished(buffer)
        if isinstance(event, Junk) and event.ends_stream:
            self._ended = True
            self.unread = b""
            self._searched = 0
        return event

    def _judge_unfinished(self, buffer: bytes) -> Junk | None:
        # HTTP, SMTP and the like never send an empty line of ours: their first line tells.
        newline = buffer.find(b"\n", 0, self._limits.line_octets)
        if newline >= 0 and buffer.find(b"=", 0, newline) < 1:
            return Junk.NOT_POLICY_PROTOCOL
        if len(buffer) > self._limits.request_octets:
            return Junk.OVERSIZE
        return None

    def _read(self, request: bytes) -> PolicyRequest | Junk:
        limits = self._limits
        lines = request.decode("utf-8", "backslashreplace").split("\n")
        try:
            attributes = dict([line.split("=", 1) for line in lines])
        except ValueError:
            return Junk.NOT_POLICY_PROTOCOL
        if "" in attributes:
            return Junk.NOT_POLICY_PROTOCOL
        if len(lines) > limits.attributes or (
            len(request) > limits.line_octets
            and max(map(len, request.split(b"\n"))) > limits.line_octets
        ):
            return Junk.OVERSIZE
        if len(attributes) != len(lines):
            return Junk.REPEATED_ATTRIBUTE
        get = attributes.get
        if get("request") != _REQUEST:
            return Junk.OTHER_REQUEST
        client_address = get("client_address")
        if not client_address:
            return Junk.NO_CLIENT_ADDRESS
        if self._pattern is None:
            self._learn(tuple(attributes))
        return PolicyRequest(
            client_address,
            get("client_name", ""),
            get("helo_name", ""),
            get("sender", ""),
            get("recipient", ""),
            get("sasl_username", ""),
            get("instance", ""),
        )

    def _learn(self, names: tuple[str, ...]) -> None:
        if names == self._names:
            self._pattern = _pattern_of(names)
        elif len(names) <= _MOST_LEARNED and sum(map(len, names)) <= _LONGEST_LEARNED:
            self._names = names


@functools.lru_cache(maxsize=8)
def _pattern_of(names: tuple[str, ...]) -> re.Pattern[str]:
    """Matches a whole request with these attributes, in their order, if it can be answered."""
    absent = [f"(?P<{each}>)" for each in _ATTRIBUTES if each not in names]
    return re.compile("".join([*map(_line_pattern, names), "\n", *absent]))


def _line_pattern(name: str) -> str:
    if name == "request":
        return f"request={_REQUEST}\n"
    if name == "client_address":
        return "client_address=(?P<client_address>.++)\n"
    value = f"(?P<{name}>.*+)" if name in _ATTRIBUTES else ".*+"
    return f"{re.escape(name)}={value}\n"


# Leaves the decision to Postfix's further restrictions. An empty action would accept the mail.
LET_THROUGH: Final = b"action=DUNNO\n\n"

# Postfix reads a line of unlimited length, but a reply's text is bounded by its caller and a
# header's by RFC 5322 section 2.1.1.
_LONGEST_ACTION: Final = 2_000


def refuse(text: str) -> bytes:
    """A permanent refusal: 550 with RFC 7372's code for reverse DNS."""
    return encode_action(f"550 5.7.25 {text}")


def defer(text: str) -> bytes:
    """A temporary refusal: the client tries again."""
    return encode_action(f"450 4.7.25 {text}")


def prepend_header(name: str, value: str) -> bytes:
    """Let through, with a header added on top of the message."""
    return encode_action(f"PREPEND {name}: {value}")


def encode_action(action: str) -> bytes:
    r"""The reply for any text: one non-empty line of printable ASCII, the rest as ``\xNN``."""
    line = printable(action)[:_LONGEST_ACTION]
    return b"action=" + line.encode("ascii") + _END if line else LET_THROUGH


# RFC 5321 section 4.5.3.1.5, with the code, the enhanced code and the line's end taken off.
_REPLY_OCTETS: Final = 512 - len("550 5.7.25 \r\n")
_CLIENT_WRAPPING: Final = len("<[]>: Client host rejected: ")
_RECIPIENT_WRAPPING: Final = len("<>: Recipient address rejected: ")
_SENDER_WRAPPING: Final = len("<>: Sender address rejected: ")
_HELO_WRAPPING: Final = len("<>: Helo command rejected: ")
_END_OF_DATA_WRAPPING: Final = len("<END-OF-MESSAGE>: End-of-data rejected: ")


def octets_for_text(request: PolicyRequest) -> int:
    """How long a refusal's text may be to fit one SMTP reply with what Postfix wraps around it.

    The wrapping names the object of the restriction list that asked, which the request does not
    tell: room is kept for the longest. May be negative.
    """
    return _REPLY_OCTETS - max(
        _CLIENT_WRAPPING + len(f"{request.client_name}{request.client_address}".encode()),
        _RECIPIENT_WRAPPING + len(request.recipient.encode()),
        _SENDER_WRAPPING + len(request.sender.encode()),
        _HELO_WRAPPING + len(request.helo_name.encode()),
        _END_OF_DATA_WRAPPING,
    )
