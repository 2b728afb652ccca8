"""What a walk down the delegation saw: zone cuts, servers, and what each of them answered.

Owns types only. Who walks fills them in, who diagnoses reads them: neither knows the other. All
times are seconds.
"""

import enum
from typing import Final

import msgspec

from gotrdns.lookup import Question
from gotrdns.names import Address, DomainName


class Kind(enum.Enum):
    """What one server's reply means, coming from a server of the zone that was asked."""

    ANSWER = "answer"  # with authority, the records asked for
    ALIAS = "alias"  # with authority, a CNAME in their place
    NXDOMAIN = "nxdomain"  # with authority
    NODATA = "nodata"  # with authority, and the SOA that proves it
    REFERRAL = "referral"  # to a zone below, on the way to the name
    EMPTY = "empty"  # NOERROR and nothing else, not even an SOA
    LAME_REFERRAL = "lame-referral"  # to itself, upwards, or aside
    NOT_AUTHORITATIVE = "not-authoritative"  # an answer, or a denial, without authority
    REFUSED = "refused"
    SERVFAIL = "servfail"
    ERROR = "error"  # any other response code
    MALFORMED = "malformed"
    TIMEOUT = "timeout"  # neither UDP nor TCP
    UNREACHABLE = "unreachable"  # the kernel said so: no route, or the port is closed


DENIALS: Final = frozenset({Kind.NXDOMAIN, Kind.NODATA})
# The server answers, and does not serve the zone.
LAME: Final = frozenset(
    {
        Kind.LAME_REFERRAL,
        Kind.NOT_AUTHORITATIVE,
        Kind.REFUSED,
        Kind.SERVFAIL,
        Kind.ERROR,
        Kind.MALFORMED,
        Kind.EMPTY,
    }
)
SILENT: Final = frozenset({Kind.TIMEOUT, Kind.UNREACHABLE})


class Server(msgspec.Struct, frozen=True, order=True):
    """One address of one name server."""

    name: DomainName
    address: Address


class Soa(msgspec.Struct, frozen=True):
    """A start of authority. ``contact`` is the RNAME as a name; ``minimum`` the negative TTL."""

    zone: DomainName
    primary: DomainName
    contact: DomainName
    serial: int
    ttl: int
    minimum: int

    @property
    def negative_ttl(self) -> int:
        """How long a "there is none" may be remembered (RFC 2308 section 5)."""
        return min(self.ttl, self.minimum)


class Record(msgspec.Struct, frozen=True):
    """One record of an answer section. ``type`` and ``data`` are in zone-file form.

    ``target`` is the name in a PTR, CNAME or NS record, ``address`` that in an A or AAAA record.
    """

    owner: DomainName
    ttl: int
    type: str
    data: str
    target: DomainName | None = None
    address: Address | None = None


class Reply(msgspec.Struct, frozen=True):
    """What one server answered to one question, asked with RD=0, or that it did not.

    ``rcode`` is its text (NOERROR), empty where nothing came. ``referral`` is the zone it pointed
    to, and ``name_servers`` those that it named for it. ``extended_errors`` are RFC 8914's, as
    "CODE (NAME): TEXT": evidence, not grounds.
    """

    server: Server
    question: Question
    kind: Kind
    elapsed: float
    transport: str = "udp"
    rcode: str = ""
    authoritative: bool = False
    records: tuple[Record, ...] = ()
    referral: DomainName | None = None
    name_servers: frozenset[DomainName] = frozenset()
    soa: Soa | None = None
    extended_errors: tuple[str, ...] = ()

    @property
    def answers(self) -> tuple[Record, ...]:
        """The records of the type asked for."""
        return tuple(each for each in self.records if each.type == self.question.type.name)


class Zone(msgspec.Struct, frozen=True):
    """A zone on the way, and what its servers said about the name sought.

    ``delegated_to`` is the NS set at the parent, ``claims`` the zone's own (None if no server gave
    it). ``unresolvable`` are name servers whose names have no address, ``left_out`` servers that
    were not asked, being at special addresses or of a family this host has not. ``replies`` are in
    the order they came; a zone that was ``swept`` was asked at every server, twice at least.
    ``signed`` is whether the parent has a DS for it, None if it was not asked.
    """

    name: DomainName
    delegated_to: tuple[DomainName, ...] = ()
    claims: tuple[DomainName, ...] | None = None
    servers: tuple[Server, ...] = ()
    unresolvable: tuple[DomainName, ...] = ()
    left_out: tuple[Server, ...] = ()
    replies: tuple[Reply, ...] = ()
    soas: tuple[tuple[Server, Soa], ...] = ()
    swept: bool = False
    signed: bool | None = None

    def replies_of(self, server: Server) -> tuple[Reply, ...]:
        return tuple(reply for reply in self.replies if reply.server == server)

    @property
    def asked(self) -> tuple[Server, ...]:
        """The servers that were asked, each once."""
        return tuple(dict.fromkeys(reply.server for reply in self.replies))

    @property
    def soa(self) -> Soa | None:
        return next((soa for _, soa in self.soas), None)


class Leg(msgspec.Struct, frozen=True):
    """From the root to the zone that encloses ``owner``; a CNAME begins another."""

    owner: DomainName
    zones: tuple[Zone, ...]

    @property
    def zone(self) -> Zone:
        """The lowest zone reached: it encloses the owner, or is where the way ended."""
        return self.zones[-1]

    @property
    def parent(self) -> Zone | None:
        return self.zones[-2] if len(self.zones) > 1 else None


class Ending(enum.Enum):
    """Why a walk went no further."""

    ANSWERED = "answered"  # some server gave records, or denied them, with authority
    BROKEN = "broken"  # no server of the last zone did
    LOOP = "loop"  # aliases lead back to one already followed
    CHAIN = "chain"  # more than 8 aliases
    CUT_SHORT = "cut-short"  # the deadline or the limit of questions


class Path(msgspec.Struct, frozen=True):
    """The walk for one question, one leg for each name of the alias chain."""

    question: Question
    legs: tuple[Leg, ...]
    ending: Ending

    @property
    def last(self) -> Leg:
        """The leg of the final owner name, whose zone is the responsible one."""
        return self.legs[-1]


class Purpose(enum.Enum):
    """What a question besides the walk was to find out."""

    OCTETS_REVERSED = "octets-reversed"
    OWNER_DOUBLED = "owner-doubled"
    CLASSLESS = "classless"  # the PTR under a child zone of a usual form
    BETWEEN = "between"  # a name between the zone's apex and the leaf
    OTHER_FAMILY = "other-family"


class Probe(msgspec.Struct, frozen=True):
    """A question besides the walk, and the same about a random label beside it.

    Where ``beside`` is answered as well, a wildcard answered both.
    """

    purpose: Purpose
    zone: DomainName
    reply: Reply
    beside: Reply | None = None


class Walk(msgspec.Struct, frozen=True):
    """All that was seen for one client.

    ``forward`` has a path for each PTR name that was walked. ``egress`` is whether any server
    outside answered at all. ``cut_short`` says that time or questions ran out.
    """

    reverse: Path
    forward: tuple[Path, ...] = ()
    probes: tuple[Probe, ...] = ()
    egress: bool = True
    cut_short: bool = False
    questions: int = 0
    elapsed: float = 0.0
