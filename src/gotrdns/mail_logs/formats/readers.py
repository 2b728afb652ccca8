"""What every reader of one mail server's lines can do, and which there are.

Each is a module. Owns no form of a line.
"""

import enum
from typing import Final, Protocol, TypeAlias

from gotrdns.mail_logs.facts import Fact, Unread
from gotrdns.mail_logs.formats import exim, postfix, postfix_queue
from gotrdns.mail_logs.formats.frames import Frame


class Server(enum.Enum):
    """Whose lines they are."""

    POSTFIX = "postfix"
    EXIM = "exim"


class Reader(Protocol):
    """How one mail server's lines are read. It keeps nothing from one line to the next."""

    def is_of_interest(self, octets: bytes, /) -> bool:
        """Whether a line, or one of many, may say something about a client.

        Asked of every line, so it costs little: it may say yes too often, never no.
        """

    def read(self, frame: Frame, /) -> "Fact | Unread":
        """What a message says of a client."""


Readers: TypeAlias = tuple[tuple[Server, Reader], ...]
READERS: Final[Readers] = ((Server.POSTFIX, postfix), (Server.EXIM, exim))
# For those who want to know whose mail was taken in; it costs some time.
WITH_SENDERS: Final[Readers] = (*READERS, (Server.POSTFIX, postfix_queue))
SETS: Final = (READERS, WITH_SENDERS)
