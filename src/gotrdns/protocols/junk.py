"""What a peer sends that is not a request we can answer. Owns the codes."""

import enum


class Junk(enum.Enum):
    """What is wrong with it. Codes are permanent."""

    OVERSIZE = "oversize"
    NOT_POLICY_PROTOCOL = "not-policy-protocol"
    OTHER_REQUEST = "other-request"
    NO_CLIENT_ADDRESS = "no-client-address"
    REPEATED_ATTRIBUTE = "repeated-attribute"

    @property
    def ends_stream(self) -> bool:
        """Whether nothing after it can be understood; otherwise the peer waits for a reply."""
        return self is Junk.OVERSIZE or self is Junk.NOT_POLICY_PROTOCOL
