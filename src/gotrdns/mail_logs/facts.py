"""What one line of a mail log says, whichever mail server wrote it.

Owns the vocabulary between the readers and whoever draws conclusions. Texts are octets as they stand
in the log. Times are seconds since 1970.
"""

import enum

import msgspec


class Fate(enum.Enum):
    """What became of an attempt."""

    REFUSED = "refused"  # for good: 5xx
    DEFERRED = "deferred"  # for now: 4xx
    WARNED = "warned"  # let through; the mail server was told to say only what it would have done


class Flaw(enum.Enum):
    """What a mail server says is wrong with a client's name."""

    MISMATCH = "mismatch"
    NXDOMAIN = "nxdomain"
    NODATA = "nodata"
    TEMPORARY = "temporary"
    UNUSABLE = "unusable"


class Fact(msgspec.Struct, frozen=True, gc=False):
    """``process`` tells one process of the mail server from others, for joining its lines.

    ``name`` is the client's confirmed host name, None where the mail server knows none.
    """

    at: float
    process: bytes
    client: bytes
    name: bytes | None


class Arrival(Fact, frozen=True, gc=False):
    """A client connected."""


class Doubt(Fact, frozen=True, gc=False):
    """The client's PTR record leads to ``claimed``, which does not confirm."""

    claimed: bytes
    flaw: Flaw


class Rejection(Fact, frozen=True, gc=False):
    """An attempt that was not accepted. ``text`` is the reply without its codes.

    ``stage`` is the command that was answered so. What was not said is empty.
    """

    fate: Fate
    stage: bytes
    code: bytes
    enhanced: bytes
    text: bytes
    helo: bytes
    sender: bytes
    recipient: bytes
    queue_id: bytes


class Acceptance(Fact, frozen=True, gc=False):
    """A message was begun to be taken in; a Rejection of its queue id undoes that."""

    queue_id: bytes


class Departure(Fact, frozen=True, gc=False):
    """The client's connection ended."""
