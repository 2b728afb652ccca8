"""What one voucher says of one client."""

import enum

import msgspec

from gotrdns.names import DomainName
from gotrdns.policy import Voucher


class Word(enum.Enum):
    """What was heard."""

    VOUCHES = "vouches"
    COVERS = "covers"  # DNS leads to the client, in a way that is too cheap to vouch
    SILENT = "silent"
    UNKNOWN = "unknown"  # DNS did not say, or not in time


class Testimony(msgspec.Struct, frozen=True):
    """``domain`` is whose word it is; ``because`` the name or SPF term that leads to the client.

    ``lifetime`` is the seconds for which the DNS answers behind it hold.
    """

    by: Voucher
    domain: DomainName
    word: Word
    because: str = ""
    lifetime: int = 0
