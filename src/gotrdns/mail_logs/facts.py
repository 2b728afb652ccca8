"""What one line of a mail log says, whichever mail server wrote it.

Owns the vocabulary between the readers and whoever draws conclusions. Texts are octets as they
stand in the log. Times are seconds since 1970.
"""

import enum
from typing import Literal, TypeAlias

import msgspec


class Fate(enum.Enum):
    """What became of an attempt."""

    __hash__ = object.__hash__  # Enum would hash the name, in Python, every time.

    REFUSED = "refused"  # for good: 5xx
    DEFERRED = "deferred"  # for now: 4xx
    WARNED = "warned"  # let through; the mail server was told to say only what it would have done


class Flaw(enum.Enum):
    """What a mail server says is wrong with a client's name, as exactly as it says so."""

    __hash__ = object.__hash__  # as above

    NO_NAME = "no-name"  # there is none: no PTR record
    MISMATCH = "mismatch"
    NXDOMAIN = "nxdomain"
    NODATA = "nodata"
    TEMPORARY = "temporary"  # of the name's own look-up
    UNUSABLE = "unusable"
    UNCONFIRMED = "unconfirmed"  # MISMATCH, NXDOMAIN or NODATA: Exim does not tell which
    UNDETERMINED = "undetermined"  # trouble with either look-up: Exim does not tell with which


class Unread(enum.Enum):
    """Why a line yields no fact."""

    SAYS_NOTHING = "says-nothing"  # about a client's fate or name
    UNKNOWN_FORM = "unknown-form"  # it says something, in words that are not known


class Fact(msgspec.Struct, frozen=True, gc=False, tag=True, array_like=True):
    """``process`` tells one process of the mail server from others, for joining its lines.

    ``name`` is the client's confirmed host name, None where the mail server knows none.
    """

    at: float
    process: bytes
    client: bytes
    name: bytes | None


class Arrival(Fact, frozen=True, gc=False):
    """A client connected. ``name`` and doubts of it stand in the log if it ``is_looked_up``.

    That is so whatever the settings are (Postfix), or not known (Exim).
    """

    is_looked_up: bool = True


class Doubt(Fact, frozen=True, gc=False):
    """The client's PTR record leads to ``claimed``, which does not confirm.

    ``claimed`` is empty where there is none. ``client`` is empty where the line names none
    (Postfix's ``warning: numeric hostname``): it is whoever the same process is serving, or serves
    next.
    """

    claimed: bytes
    flaw: Flaw


class Rejection(Fact, frozen=True, gc=False):
    """An attempt that was not accepted. ``text`` is the reply without its codes.

    ``client`` is empty where no word of the line can be believed to be its address (Postfix on a
    message's content): it is whose message ``queue_id`` is.

    ``stage`` is the command that was answered so. What was not said is empty, and so are ``helo``,
    ``sender`` and ``recipient`` of a line that was made to be read in more than one way. ``text``
    may begin with a stranger's words between angle brackets. ``flaw`` is set where the line itself
    tells the cause (Exim), with the name ``claimed`` if there was one. ``may_be_copy`` is set
    where the mail server may have logged the same twice (Exim by syslog).
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
    flaw: Flaw | None = None
    claimed: bytes = b""
    may_be_copy: bool = False


class Acceptance(Fact, frozen=True, gc=False):
    """A message was begun to be taken in.

    A Rejection of its queue id at its end undoes that, and so does a Departure of who sent none to
    its end.

    If it ``is_final`` it was taken in to its end, and nothing undoes that.

    ``login`` is the user name of one who had proved who they are, else empty. ``sender`` and
    ``helo`` are empty where the line does not say them, as Postfix's does not.
    """

    queue_id: bytes
    login: bytes = b""
    sender: bytes = b""
    helo: bytes = b""
    is_final: bool = False


class Queued(Fact, frozen=True, gc=False):
    """A message was put into the queue, taken in for good. ``client`` is empty: no line says it."""

    queue_id: bytes
    sender: bytes


class Departure(Fact, frozen=True, gc=False):
    """The client's connection ended. ``messages`` were taken in, if the line tells that."""

    messages: int | None = None


AnyFact: TypeAlias = Arrival | Doubt | Rejection | Acceptance | Queued | Departure
Silent: TypeAlias = Literal[Unread.SAYS_NOTHING]
