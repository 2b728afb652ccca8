"""What the supervisor and its workers tell one another. Types only."""

from collections import Counter

from msgspec import Struct

from gotrdns.daemon.tally import Decisions
from gotrdns.names import Address
from gotrdns.policy import Alarm, Trust
from gotrdns.policy.allowances import Allowances
from gotrdns.policy.confirmations import Confirmations
from gotrdns.policy.history import History
from gotrdns.protocols.endpoints import Endpoint
from gotrdns.protocols.junk import Junk
from gotrdns.resolution.counters import Counters
from gotrdns.resolution.upstream import Health
from gotrdns.servers.connections import Closure
from gotrdns.settings import Settings
from gotrdns.store.incidents import Opened
from gotrdns.store.pending import Write
from gotrdns.vouching.reach import Spoken

# From the supervisor.


class Obey(Struct, frozen=True):
    """Serve by these settings from now on, as one of so many.

    ``reopen`` asks for other resolvers than before, of the settings or of /etc/resolv.conf.
    """

    settings: Settings
    workers: int
    reopen: bool


class Standing(Struct, frozen=True):
    """What is the same for all: trust in the resolver, exceptions and confirmations."""

    trust: Trust
    allowances: Allowances
    allowances_known: bool
    confirmations: Confirmations


class Assurance(Struct, frozen=True):
    """The answer to ``Assure``."""

    trust: Trust


class Past(Struct, frozen=True):
    """The answer to ``Recall``: None where the past cannot be known now."""

    client: bytes
    history: History | None


class Spoke(Struct, frozen=True):
    """For whom domains have spoken; from a worker, what is news of it."""

    spoken: tuple[Spoken, ...]


class Stop(Struct, frozen=True):
    """Answer what is in hand, and end."""


class Ping(Struct, frozen=True):
    """Are you there?"""


FromSupervisor = Obey | Standing | Assurance | Past | Spoke | Opened | Stop | Ping

# From a worker.


class Ready(Struct, frozen=True):
    """Connections are welcome."""


class Pong(Struct, frozen=True):
    """The answer to ``Ping``."""


class Holding(Struct, frozen=True):
    """Connections: how many were ever taken over, and how many there are now at each place."""

    taken_over: int
    by_place: Counter[Endpoint]


class Seen(Struct, frozen=True):
    """What verdicts say about the resolver: whether clients were in trouble, or confirmed."""

    clients: tuple[tuple[Address, bool, bool], ...]


class Assure(Struct, frozen=True):
    """How far can the resolver be believed now?"""


class Recall(Struct, frozen=True):
    """What is the past of this client, by ``policy.history.client_key``?"""

    client: bytes


class Remember(Struct, frozen=True):
    """What is to be kept."""

    writes: tuple[Write, ...]


class Raised(Struct, frozen=True):
    """A decision raised an alarm."""

    alarm: Alarm


class ReceivedJunk(Struct, frozen=True):
    junk: Junk
    peer: str


class Closed(Struct, frozen=True):
    closure: Closure
    peer: str


class Counted(Struct, frozen=True):
    """What was counted since the last time; the rest is as it is now.

    ``lost`` are writes that were dropped.
    """

    decisions: Decisions
    durations: tuple[int, ...]
    seconds: float
    resolver: Counters
    health: tuple[Health, ...]
    cache_entries: int
    cache_capacity: int
    memory_octets: int
    is_stuck: bool
    lost: int


FromWorker = (
    Ready
    | Pong
    | Holding
    | Seen
    | Assure
    | Recall
    | Remember
    | Spoke
    | Raised
    | ReceivedJunk
    | Closed
    | Counted
)
Message = FromSupervisor | FromWorker
