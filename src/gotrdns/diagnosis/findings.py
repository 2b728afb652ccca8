"""What a finding is: a code with its facts, who can change it, and the records that would.

Owns the types alone; which findings there are is decided in this room's other files.
"""

import enum
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import msgspec

from gotrdns.names import DomainName

# Stands for the host's own name where nothing tells it; RFC 2606 keeps it free for such use.
EXAMPLE_HOST: Final = DomainName.parse("mail.example.com")

Details: TypeAlias = "Mapping[str, Detail]"
Detail: TypeAlias = "str | int | bool | Repair | Sequence[Detail] | Details | None"


class Severity(enum.Enum):
    """How much a finding matters to the mail of this client."""

    ERROR = "error"  # refused until it is changed
    TEMPORARY = "temporary"  # refused for now, asked to come back
    WARNING = "warning"  # some receivers mind
    INFO = "info"


class Fixer(enum.Enum):
    """Who keeps the records that have to change."""

    ADDRESS_OWNER = "address-owner"  # the reverse zone: the internet provider or hosting company
    DELEGATE = "delegate"  # an RFC 2317 child of the reverse zone
    DOMAIN_OWNER = "domain-owner"  # the zone of the host name
    RECEIVER = "receiver"  # nobody at the sender's: it is this side
    NOBODY = "nobody"


class Repair(msgspec.Struct, frozen=True):
    """One record whose publication makes the pair right."""

    owner: str
    type: str
    data: str
    zone_file: str
    fixer: Fixer

    @property
    def names_example_host(self) -> bool:
        """Whether the reader has to put the host's own name into it."""
        return self.data == f"{EXAMPLE_HOST}."


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing seen. The first finding of a verdict that is not a pass is its cause.

    ``zone`` is the one in which the fixer changes something, where a walk has shown it.
    """

    code: str
    severity: Severity
    fixer: Fixer
    details: Details
    zone: str | None = None

    @property
    def repairs(self) -> tuple[Repair, ...]:
        """The records to publish, any of which would do."""
        repairs = self.details.get("repairs", ())
        return tuple(repairs) if isinstance(repairs, list) else ()
