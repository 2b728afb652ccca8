"""What there is to tell somebody who complains that mail does not arrive, in whatever form.

Owns the codes: by what a client is whom the complaint is about, what happened to it, and whether it
is repaired. What a log amounts to is concluded elsewhere, and the words are in
``english_complaints``.
"""

import enum
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from gotrdns.explaining.explanation import Explanation
from gotrdns.names import Address
from gotrdns.reports.logs.report import Amount, Envelope, Ground


class Meant(enum.Enum):
    """What kind of subject a complaint has. Codes are permanent."""

    __hash__ = object.__hash__  # Enum would hash the name, in Python, every time.

    ADDRESS = "address"
    NETWORK = "network"
    NAME = "name"  # a host's or a sender's
    SENDER_DOMAIN = "sender-domain"
    MAILBOX = "mailbox"


class By(enum.Enum):
    """By what a client is whom the complaint is about. Codes are permanent."""

    __hash__ = object.__hash__  # as above

    ADDRESS = "address"
    NETWORK = "network"
    NAME = "name"  # confirmed
    PTR_NAME = "ptr-name"  # claimed by the PTR record
    HELO = "helo"
    SENDER_DOMAIN = "sender-domain"
    SENDER = "sender"
    RECIPIENT = "recipient"


# Of a client that is found by nothing else, some mail is somebody else's.
OF_THE_ENVELOPE: Final = frozenset({By.SENDER_DOMAIN, By.SENDER, By.RECIPIENT})


class Event(enum.Enum):
    """What happened. Codes are permanent."""

    __hash__ = object.__hash__  # as above

    REFUSED = "refused"
    DEFERRED = "deferred"
    WARNED = "warned"
    TAKEN_IN = "taken-in"
    SUBMITTED = "submitted"  # by a user who had logged in
    CONNECTED = "connected"  # and nothing came of it


class Chapter(msgspec.Struct, frozen=True):
    """The same thing, ``times`` times in a row. Times are seconds since 1970.

    ``ground`` is why reverse DNS had it turned away, None where the reason was another: then
    ``reply`` is what the mail server answered. ``name`` is the confirmed one of what was taken in,
    empty where none was. Strangers' words are tamed.
    """

    event: Event
    first_at: float
    last_at: float
    times: int = 1
    ground: Ground | None = None
    name: str = ""
    reply: str = ""


class Chronicle(msgspec.Struct, frozen=True):
    """Chapters in the order of time; between ``beginning`` and ``end`` some may be left out."""

    beginning: tuple[Chapter, ...]
    end: tuple[Chapter, ...] = ()
    chapters_left_out: int = 0
    events_left_out: int = 0

    def abridged(self, most: int) -> "Chronicle":
        """So many chapters at most, more of them from the end."""
        if len(self.beginning) + len(self.end) <= most:
            return self
        chapters = (*self.beginning, *self.end)
        first, last = most // 3, most - most // 3
        out = chapters[first:-last]
        return Chronicle(
            chapters[:first],
            chapters[-last:],
            self.chapters_left_out + len(out),
            self.events_left_out + sum(each.times for each in out),
        )


class Match(msgspec.Struct, frozen=True):
    """``text`` is what the log says and the complaint is about; empty where it goes without."""

    by: By
    text: str = ""


class Turning(msgspec.Struct, frozen=True):
    """The last time that a client was turned away for reverse DNS, or would have been.

    ``reply`` is with its codes, as the sender got it; ``name`` is the PTR record's, and ``helo``
    what the client said.
    """

    at: float
    event: Event
    ground: Ground
    reply: str
    name: str = ""
    helo: str = ""


class Confirmation(msgspec.Struct, frozen=True):
    """When the mail server last found the client's name confirmed."""

    at: float
    name: str


class Story(msgspec.Struct, frozen=True):
    """One client's, as far as the complaint is about it.

    ``elsewhere`` counts what it did for senders and recipients that the complaint is not about.
    ``names`` were confirmed, ``claimed`` not. ``confirmed`` is None where the name was not
    confirmed since the ``last`` time, ``taken_in_at`` is when mail was last taken in at all.
    """

    address: Address
    matches: tuple[Match, ...]
    chronicle: Chronicle
    amount: Amount
    otherwise: int
    deliveries: int
    elsewhere: int = 0
    names: tuple[str, ...] = ()
    claimed: tuple[str, ...] = ()
    helos: tuple[str, ...] = ()
    sender_domains: tuple[str, ...] = ()
    last: Turning | None = None
    confirmed: Confirmation | None = None
    taken_in_at: float | None = None
    envelopes: tuple[Envelope, ...] = ()


class State(enum.Enum):
    """Codes are permanent."""

    __hash__ = object.__hash__  # as above

    NOT_TURNED_AWAY = "not-turned-away"  # for reverse DNS
    REPAIRED = "repaired"
    NOT_REPAIRED = "not-repaired"
    UNTOLD = "cannot-be-told"


class Standing(enum.Enum):
    """How the state is known. Codes are permanent."""

    __hash__ = object.__hash__  # as above

    NEVER_TURNED_AWAY = "never-turned-away"
    CONFIRMED_NOW = "confirmed-now"
    CONFIRMED_SINCE = "confirmed-since"  # in the log
    TAKEN_IN_SINCE = "taken-in-since"
    SAME_CAUSE = "same-cause"
    OTHER_CAUSE = "other-cause"
    STILL_FAILS = "still-fails"  # and the log does not say for which cause it did then
    STILL_DYNAMIC = "still-dynamic"
    DNS_TROUBLE = "dns-trouble"
    NOT_ASKED = "not-asked"


STATES: Final[Mapping[Standing, State]] = {
    Standing.NEVER_TURNED_AWAY: State.NOT_TURNED_AWAY,
    Standing.CONFIRMED_NOW: State.REPAIRED,
    Standing.CONFIRMED_SINCE: State.REPAIRED,
    Standing.TAKEN_IN_SINCE: State.REPAIRED,
    Standing.SAME_CAUSE: State.NOT_REPAIRED,
    Standing.OTHER_CAUSE: State.NOT_REPAIRED,
    Standing.STILL_FAILS: State.NOT_REPAIRED,
    Standing.STILL_DYNAMIC: State.NOT_REPAIRED,
    Standing.DNS_TROUBLE: State.UNTOLD,
    Standing.NOT_ASKED: State.UNTOLD,
}


class Case(msgspec.Struct, frozen=True):
    """A client's story and how it stands now; ``explanation`` is None where DNS was not asked."""

    story: Story
    standing: Standing
    explanation: Explanation | None = None

    @property
    def state(self) -> State:
        return STATES[self.standing]


class Rest(msgspec.Struct, frozen=True):
    """Clients that the complaint is also about, and that are only counted."""

    clients: int = 0
    amount: Amount = Amount()
    deliveries: int = 0


class Complaint(msgspec.Struct, frozen=True):
    """All there is to tell. ``cases`` are the most telling clients', the first what matters most.

    ``nearest`` are names or addresses of the log that may be meant where there are none.
    """

    whom: str
    meant: Meant
    logs: tuple[str, ...]
    lines: int
    first_at: float | None
    last_at: float | None
    cases: tuple[Case, ...]
    rest: Rest = Rest()
    nearest: tuple[str, ...] = ()

    @property
    def state(self) -> State | None:
        """The gravest of all; None where there is no client to tell of."""
        return min((each.state for each in self.cases), key=_GRAVEST_FIRST.index, default=None)


_GRAVEST_FIRST: Final = (State.NOT_REPAIRED, State.UNTOLD, State.REPAIRED, State.NOT_TURNED_AWAY)


def gravest_first(cases: Iterable[Case]) -> tuple[Case, ...]:
    """Those that are equally grave stay in their order."""
    return tuple(sorted(cases, key=lambda each: _GRAVEST_FIRST.index(each.state)))
