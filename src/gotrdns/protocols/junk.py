"""What a peer sends that is not a request we can answer. Owns the codes."""

import enum
from typing import Final


class Junk(enum.Enum):
    """What is wrong with it. Codes are permanent."""

    OVERSIZE = "oversize"
    NOT_POLICY_PROTOCOL = "not-policy-protocol"
    NOT_EXIM_PROTOCOL = "not-exim-protocol"
    NOT_MILTER_PROTOCOL = "not-milter-protocol"
    MALFORMED_PACKET = "malformed-packet"
    UNKNOWN_COMMAND = "unknown-command"
    OTHER_REQUEST = "other-request"
    NO_CLIENT_ADDRESS = "no-client-address"
    REPEATED_ATTRIBUTE = "repeated-attribute"

    @property
    def ends_stream(self) -> bool:
        """Whether nothing after it can be understood; otherwise the peer waits for a reply."""
        return self in _ENDING


_ENDING: Final = frozenset(
    {
        Junk.OVERSIZE,
        Junk.NOT_POLICY_PROTOCOL,
        Junk.NOT_EXIM_PROTOCOL,
        Junk.NOT_MILTER_PROTOCOL,
        Junk.MALFORMED_PACKET,
        Junk.UNKNOWN_COMMAND,
    }
)
