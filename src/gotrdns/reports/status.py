"""What a running daemon tells of itself: the object that ``gotrdns status`` gets, and its JSON.

Owns its fields and the codes of what can be wrong. Names of fields and codes are permanent. Times
are in seconds, sizes in octets.
"""

import enum
from typing import Final

import msgspec


class Trouble(enum.Enum):
    """What is wrong with a running daemon. Codes are permanent."""

    STOPPING = "stopping"
    NOT_LISTENING = "not-listening"
    NOT_ANSWERING = "not-answering"
    RESOLVER_UNREACHABLE = "resolver-unreachable"
    CANNOT_LISTEN = "cannot-listen"
    RESOLVER_SUSPECT = "resolver-suspect"
    RESOLVER_LIES = "resolver-lies"
    NON_PUBLIC_CLIENT = "non-public-client"
    STORE_FAILED = "store-failed"
    WITHOUT_STORE = "without-store"
    EXCEPTIONS_UNKNOWN = "exceptions-unknown"
    PAGES_ENDED = "pages-ended"


class Remark(msgspec.Struct, frozen=True):
    """Something that is wrong, and where or why, if there is more to say."""

    trouble: Trouble
    detail: str = ""


class Listener(msgspec.Struct, frozen=True):
    """A place that is listened at. ``purpose`` is a mail server's door (``postfix``,
    ``milter``, ``exim``), ``metrics`` or ``control``.
    """

    purpose: str
    place: str
    connections: int


class Decided(msgspec.Struct, frozen=True):
    """How many decisions were alike; empty fields are those that such decisions do not have."""

    result: str
    cause: str
    action: str
    withheld: str
    count: int


class Period(msgspec.Struct, frozen=True):
    """The decisions of some time."""

    seconds: float
    decisions: tuple[Decided, ...]


class Waiting(msgspec.Struct, frozen=True):
    """Of the decisions that had to wait for a look-up: how many, how long, and most of them."""

    count: int
    mean_seconds: float
    within_seconds_95: float | None


class Server(msgspec.Struct, frozen=True):
    """One resolver; ``suspect`` for having been silent lately."""

    address: str
    suspect: bool
    questions: int
    answers: int
    timeouts: int


class Resolver(msgspec.Struct, frozen=True):
    """Our resolvers together, and how far they are believed."""

    reachable: bool
    trust: str
    servers: tuple[Server, ...]
    questions: int
    answers: int
    retries: int
    timeouts: int
    forged: int
    malformed: int
    truncated: int
    errors: dict[str, int]


class Breaker(msgspec.Struct, frozen=True):
    """The networks of the last five minutes."""

    networks_seen: int
    networks_troubled: int
    alarming: bool


class CacheUse(msgspec.Struct, frozen=True):
    """Answers remembered."""

    entries: int
    capacity: int
    hits: int
    misses: int


class Store(msgspec.Struct, frozen=True):
    """Where decisions are kept; ``place`` is empty where they are not."""

    place: str
    in_trouble: bool
    queue: int
    queue_capacity: int
    written: int
    errors: int
    lost: int


class Repairs(msgspec.Struct, frozen=True):
    """Clients that every authoritative server confirms, which the resolver does not know yet.

    ``held`` is how many confirmations hold now, ``passes`` how often one decided since the start.
    """

    held: int = 0
    passes: int = 0


class Worker(msgspec.Struct, frozen=True):
    """One process of several that answer."""

    pid: int
    ready: bool
    connections: int
    memory_octets: int


class Pages(msgspec.Struct, frozen=True):
    """The process of the pages, None while there is none; ``ended`` counts unexpected ends."""

    pid: int | None
    ended: int


class Status(msgspec.Struct, frozen=True):
    """Everything. ``wrong`` is empty when all is well; ``alarms`` are seconds since they began.

    ``pages`` is None where the daemon does not have to care for them.
    """

    version: str
    python: str
    pid: int
    mode: str
    started_at: float
    uptime_seconds: float
    memory_octets: int
    wrong: tuple[Remark, ...]
    alarms: dict[str, float]
    listeners: tuple[Listener, ...]
    since_start: Period
    lately: Period
    waiting: Waiting
    resolver: Resolver
    breaker: Breaker
    cache: CacheUse
    store: Store
    workers: tuple[Worker, ...] = ()
    pages: Pages | None = None
    repairs: Repairs = Repairs()


QUESTION: Final = b"status"


class NotAStatus(ValueError):
    """The octets are no status that this version understands."""


def encode_status(status: Status) -> bytes:
    """One line of JSON."""
    return msgspec.json.encode(status) + b"\n"


def decode_status(line: bytes) -> Status:
    """Raises NotAStatus."""
    try:
        return msgspec.json.decode(line, type=Status)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise NotAStatus(str(error)) from None
