"""What a mail filter answers: the agreement about a session, refusals, and changes of headers.

Owns their octets and bounds. The texts come from above and are only escaped and cut into lines.
"""

import enum
from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from gotrdns.protocols.milter import (
    Command,
    Connect,
    Header,
    Helo,
    Offer,
    Recipient,
    Sender,
    Signal,
)
from gotrdns.protocols.printable import printable

OLDEST_VERSION: Final = 2
NEWEST_VERSION: Final = 6


class Action(enum.IntFlag):
    """What a filter may do to a message (SMFIF_*)."""

    ADD_HEADERS = 0x1
    CHANGE_HEADERS = 0x10
    CHOOSE_MACROS = 0x100


class Step(enum.IntFlag):
    """What a mail server leaves out (SMFIP_NO*), or awaits no reply to (SMFIP_NR_*)."""

    NO_BODY = 0x10
    NO_END_OF_HEADERS = 0x40
    NO_REPLY_TO_HEADER = 0x80
    NO_UNKNOWN_SMTP_COMMAND = 0x100
    NO_DATA = 0x200
    NO_REPLY_TO_CONNECT = 0x1000
    NO_REPLY_TO_HELO = 0x2000
    NO_REPLY_TO_SENDER = 0x4000
    NO_REPLY_TO_DATA = 0x10000
    NO_REPLY_TO_UNKNOWN_SMTP_COMMAND = 0x20000
    NO_REPLY_TO_END_OF_HEADERS = 0x40000
    NO_REPLY_TO_BODY = 0x80000


class MacroStage(enum.IntEnum):
    """The stages for which macros can be chosen (SMFIM_*)."""

    CONNECT = 0
    HELO = 1
    SENDER = 2
    RECIPIENT = 3
    DATA = 4
    END_OF_MESSAGE = 5
    END_OF_HEADERS = 6


_WANTED_ACTIONS: Final = Action.ADD_HEADERS | Action.CHANGE_HEADERS | Action.CHOOSE_MACROS
_WANTED_STEPS: Final = Step(sum(Step))

# By the commands that can be answered; a recipient and the end of a message always are.
_UNANSWERED: Final[Mapping[object, Step]] = {
    Connect: Step.NO_REPLY_TO_CONNECT,
    Helo: Step.NO_REPLY_TO_HELO,
    Sender: Step.NO_REPLY_TO_SENDER,
    Header: Step.NO_REPLY_TO_HEADER,
    Signal.DATA: Step.NO_REPLY_TO_DATA,
    Signal.END_OF_HEADERS: Step.NO_REPLY_TO_END_OF_HEADERS,
    Signal.BODY: Step.NO_REPLY_TO_BODY,
    Signal.UNKNOWN_SMTP_COMMAND: Step.NO_REPLY_TO_UNKNOWN_SMTP_COMMAND,
}


class Agreement(Struct, frozen=True):
    """What holds for one connection. ``answered`` are the kinds of commands that await a reply."""

    version: int
    actions: Action
    steps: Step
    answered: frozenset[object]

    @property
    def may_add_headers(self) -> bool:
        return Action.ADD_HEADERS in self.actions

    @property
    def may_change_headers(self) -> bool:
        return Action.CHANGE_HEADERS in self.actions

    def awaits_reply(self, command: Command) -> bool:
        """Whether the mail server waits for an answer to this one."""
        kind = command if isinstance(command, Signal) else type(command)
        return kind in self.answered


def agree(offer: Offer) -> Agreement | None:
    """Ask for what is used, as far as it is offered. None for a version that is too old."""
    if offer.version < OLDEST_VERSION:
        return None
    steps = _WANTED_STEPS & Step(offer.steps & _WANTED_STEPS)
    unanswered = {kind for kind, step in _UNANSWERED.items() if step in steps}
    return Agreement(
        version=min(offer.version, NEWEST_VERSION),
        actions=_WANTED_ACTIONS & Action(offer.actions & _WANTED_ACTIONS),
        steps=steps,
        answered=frozenset({*_UNANSWERED, Recipient, Signal.END_OF_MESSAGE} - unanswered),
    )


def encode_agreement(agreement: Agreement, macros: Mapping[MacroStage, Iterable[str]]) -> bytes:
    """The answer to an offer; ``macros`` are the names wanted, sent only if they may be chosen."""
    fields = [
        agreement.version.to_bytes(4),
        int(agreement.actions).to_bytes(4),
        int(agreement.steps).to_bytes(4),
    ]
    if Action.CHOOSE_MACROS in agreement.actions:
        for stage, names in macros.items():
            fields += [stage.to_bytes(4), " ".join(names).encode("ascii"), b"\0"]
    return _encode(b"O", b"".join(fields))


def _encode(command: bytes, fields: bytes = b"") -> bytes:
    return (len(fields) + 1).to_bytes(4) + command + fields


CONTINUE: Final = _encode(b"c")

# RFC 5321 section 4.5.3.1.5 with the code, the enhanced code and the line's end taken off.
_LINE_OCTETS: Final = 512 - len("550 5.7.25 \r\n")
_SHORTEST_LINE: Final = 100  # however long what stands before it
# RFC 5322 section 2.1.1 ends a line at 998 octets; a name, a colon and a space come first.
_LONGEST_VALUE: Final = 900


def refuse(text: str, wrapping: int = 0) -> bytes:
    """A permanent refusal: 550 with RFC 7372's code for reverse DNS.

    ``wrapping`` is how many octets the mail server puts into a line before the text.
    """
    return _encode_reply("550", "5.7.25", text, wrapping)


def defer(text: str, wrapping: int = 0) -> bytes:
    """A temporary refusal: the client tries again."""
    return _encode_reply("450", "4.7.25", text, wrapping)


def refuse_message(text: str) -> bytes:
    """A permanent refusal of a whole message for what it says: RFC 3463's code for policy."""
    return _encode_reply("550", "5.7.1", text, 0)


def octets_of_wrapping(recipient: str) -> int:
    """How much room a mail server may need in a reply to a recipient: Sendmail names it."""
    return len(f"<{recipient}>... ".encode())


def _encode_reply(code: str, enhanced: str, text: str, wrapping: int) -> bytes:
    """As many lines as the text needs. Each ``%`` is doubled: mail servers take it for a format."""
    lines = split_lines(printable(text), max(_LINE_OCTETS - wrapping, _SHORTEST_LINE))
    separators = ["-"] * (len(lines) - 1) + [" "]
    reply = "\r\n".join(
        f"{code}{separator}{enhanced} {line}"
        for separator, line in zip(separators, lines, strict=True)
    )
    return _encode(b"y", reply.replace("%", "%%").encode("ascii") + b"\0")


def split_lines(text: str, octets: int) -> list[str]:
    """The words of an ASCII text in lines of at most so many octets; at least one line."""
    lines = []
    rest = text.strip()
    while len(rest) > octets:
        end = rest.rfind(" ", 0, octets + 1)
        line = rest[: end if end > 0 else octets].rstrip()
        lines.append(line)
        rest = rest[len(line) :].lstrip()
    return [*lines, rest]


def insert_header(name: str, value: str) -> bytes:
    """Put a header field on top of the message. The value may be folded, with LF and a tab."""
    return _encode(b"i", bytes(4) + _encode_header(name, value))


def remove_header(name: str, index: int) -> bytes:
    """Take a header field out: the ``index``-th, from 1, of those with this name."""
    return _encode(b"m", index.to_bytes(4) + _encode_header(name, ""))


def _encode_header(name: str, value: str) -> bytes:
    lines = [printable(line)[:_LONGEST_VALUE] for line in value.split("\n\t")]
    return f"{name}\0".encode("ascii") + "\n\t".join(lines).encode("ascii") + b"\0"
