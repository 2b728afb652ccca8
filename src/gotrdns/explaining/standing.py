"""How far a change has come: which servers of the responsible zones have it already.

Owns the reading of walks for that. A name server has the change when whatever it answers leads from
the client to a name, and from the name back to the client. Asks nothing, and words nothing.
"""

import enum
from collections.abc import Callable, Collection, Iterable, Iterator

import msgspec

from gotrdns.diagnosis.sweeps import alias_targets, content
from gotrdns.evidence import DENIALS, SILENT, Ending, Kind, Leg, Path, Reply, Server, Walk, Zone
from gotrdns.lookup import Question, RecordType
from gotrdns.names import Address, DomainName, is_host_name
from gotrdns.verification import NAMES_EVALUATED, Result

_SAYS_SOMETHING = DENIALS | {Kind.ANSWER, Kind.ALIAS}

# A name server as that of one zone: it may serve another and have failed there.
Keeper = tuple[DomainName, Server]


class Standing(enum.Enum):
    """Whether a server has the change."""

    HAS = "has"
    LACKS = "lacks"
    VARIES = "varies"  # it gives the change, and then something else
    FAILS = "fails"  # it answers, and does not serve the zone
    SILENT = "silent"
    NOT_ASKED = "not-asked"  # no way leads there, or its address is not public


class Sought(enum.Enum):
    """What a server has to give."""

    RECORD = "record"  # the PTR record, or the name's address
    ALIAS = "alias"  # the CNAME that leads on to the record
    DELEGATION = "delegation"


class ServerState(msgspec.Struct, frozen=True):
    """One server of a place. ``said`` are the different things it said, one reply for each.

    ``missed`` is a server that served the zone at an earlier look and does not now: what it will
    say when it is back is not known. Others that fail keep nobody from the change.
    """

    server: Server
    standing: Standing
    said: tuple[Reply, ...] = ()
    missed: bool = False


class Place(msgspec.Struct, frozen=True):
    """A zone whose servers all have to give something; ``swept`` is whether all were asked."""

    zone: DomainName
    question: Question
    sought: Sought
    servers: tuple[ServerState, ...]
    swept: bool

    @property
    def is_settled(self) -> bool:
        """Whether every server that answers has the change."""
        standings = {each.standing for each in self.servers}
        refuted = bool(standings & {Standing.LACKS, Standing.VARIES})
        missed = any(each.missed for each in self.servers)
        return self.swept and Standing.HAS in standings and not refuted and not missed


class Progress(msgspec.Struct, frozen=True):
    """What one look saw of a client's pair of records.

    ``names`` are those that the PTR record may hold: the first that lead back, else whatever there
    is. ``result`` is what any receiver gets: pass only if that is so whichever servers are asked.
    ``reachable`` is whether any server outside was heard, ``bogus`` whether our resolver finds the
    signatures broken of what they all give.
    """

    address: Address
    names: tuple[DomainName, ...]
    places: tuple[Place, ...]
    result: Result
    reachable: bool = True
    bogus: bool = False

    @property
    def everywhere(self) -> bool:
        return self.result is Result.PASS

    @property
    def servers(self) -> tuple[ServerState, ...]:
        return tuple(each for place in self.places for each in place.servers)

    @property
    def having(self) -> int:
        """How many servers have the change."""
        return sum(each.standing is Standing.HAS for each in self.servers)


def read_progress(
    client: Address,
    walk: Walk | None,
    *,
    name: DomainName | None = None,
    served: Collection[Keeper] = frozenset(),
) -> Progress:
    """How far it is; ``name`` is the one awaited, any will do without it.

    ``served`` are the servers that were seen to serve their zones before.
    """
    if walk is None or not walk.egress:
        return Progress(client, (), (), Result.TEMPERROR, reachable=False)
    candidates = names_sought(walk.reverse, name)
    paths = {path.question.name: path for path in walk.forward if path.question.name in candidates}
    read = {each: _forward_places(path, client, served) for each, path in paths.items()}
    settled = tuple(each for each, places in read.items() if _is_settled(paths[each], places))
    leading = tuple(each for each, places in read.items() if places and _leads(places[-1]))
    names = settled or leading or candidates
    reverse = _reverse_places(walk.reverse, names, served)
    forward = (place for each in names for place in read.get(each, ()))
    places = (*reverse, *dict.fromkeys(forward))
    passes = bool(settled) and _is_settled(walk.reverse, reverse)
    return Progress(client, names, places, Result.PASS if passes else _shortfall(places))


def names_sought(reverse: Path, name: DomainName | None) -> tuple[DomainName, ...]:
    """The name awaited or, without one, those that the servers give and a host can have."""
    if name is not None:
        return (name,)
    targets = (
        record.target
        for reply in reverse.last.zone.replies
        for record in reply.answers
        if record.target is not None
    )
    return tuple(each for each in dict.fromkeys(targets) if is_host_name(each))[:NAMES_EVALUATED]


def forward_question(client: Address, name: DomainName) -> Question:
    return Question(name, RecordType.AAAA if client.is_ipv6 else RecordType.A)


def keepers(walk: Walk) -> Iterator[Keeper]:
    """The servers that serve their zones."""
    for path in (walk.reverse, *walk.forward):
        for leg in path.legs:
            for reply in leg.zone.replies:
                if reply.kind in _SAYS_SOMETHING:
                    yield leg.zone.name, reply.server


def sayings(walk: Walk) -> frozenset[object]:
    """All that servers said, whichever of them did; silence is not said."""
    return frozenset(
        (zone.name, reply.question, reply.kind, content(reply))
        for path in (walk.reverse, *walk.forward)
        for leg in path.legs
        for zone in responsible_zones(leg)
        for reply in zone.replies
        if reply.kind not in SILENT
    )


def responsible_zones(leg: Leg) -> Iterator[Zone]:
    """The zone that holds the owner and, while some of its servers know of none, the one above."""
    parent = leg.parent
    if parent is not None and parent.swept:
        replies = (each for each in parent.replies if each.question.name == leg.owner)
        if any(_denies_delegation(each, leg) for each in replies):
            yield parent
    yield leg.zone


def _denies_delegation(reply: Reply, leg: Leg) -> bool:
    """A server that serves both zones denies with the lower one's authority."""
    from_below = reply.soa is not None and reply.soa.zone.is_under(leg.zone.name)
    return reply.kind in DENIALS and not from_below


def _shortfall(places: Iterable[Place]) -> Result:
    standings = {each.standing for place in places for each in place.servers}
    negative = bool(standings & {Standing.LACKS, Standing.VARIES})
    return Result.FAIL if negative else Result.TEMPERROR


def _leads(place: Place) -> bool:
    return any(each.standing in {Standing.HAS, Standing.VARIES} for each in place.servers)


def _is_settled(path: Path, places: Iterable[Place]) -> bool:
    return path.ending is Ending.ANSWERED and all(place.is_settled for place in places)


def _reverse_places(
    path: Path, names: Collection[DomainName], served: Collection[Keeper]
) -> tuple[Place, ...]:
    def gives_name(reply: Reply) -> bool:
        return any(record.target in names for record in reply.answers)

    return _places(path, gives_name, served)


def _forward_places(path: Path, client: Address, served: Collection[Keeper]) -> tuple[Place, ...]:
    def gives_address(reply: Reply) -> bool:
        return any(record.address == client for record in reply.answers)

    return _places(path, gives_address, served)


def _places(
    path: Path, gives_record: Callable[[Reply], bool], served: Collection[Keeper]
) -> tuple[Place, ...]:
    places = []
    for number, leg in enumerate(path.legs):
        question = Question(leg.owner, path.question.type)
        *above, zone = responsible_zones(leg)
        places += [_place(each, question, Sought.DELEGATION, _refers_to(leg), ()) for each in above]
        if leg is path.last:
            # An alias that the walk did not follow is a step, if not the whole way; beside servers
            # that give the record itself, it leads elsewhere.
            given = any(each.kind is Kind.ANSWER and gives_record(each) for each in zone.replies)

            def has(reply: Reply, *, given: bool = given) -> bool:
                return not given if reply.kind is Kind.ALIAS else gives_record(reply)

            places.append(_place(zone, question, Sought.RECORD, has, served))
        else:
            following = path.legs[number + 1].owner
            places.append(_place(zone, question, Sought.ALIAS, _leads_to(following), served))
    return tuple(places)


def _refers_to(leg: Leg) -> Callable[[Reply], bool]:
    return lambda reply: not _denies_delegation(reply, leg)


def _leads_to(target: DomainName) -> Callable[[Reply], bool]:
    return lambda reply: reply.kind is Kind.ALIAS and target in alias_targets(reply)


def _place(
    zone: Zone,
    question: Question,
    sought: Sought,
    has: Callable[[Reply], bool],
    served: Collection[Keeper],
) -> Place:
    telling = _SAYS_SOMETHING | ({Kind.REFERRAL} if sought is Sought.DELEGATION else set())

    def state(server: Server) -> ServerState:
        replies = [each for each in zone.replies_of(server) if each.question == question]
        said = [each for each in replies if each.kind in telling]
        standing = _standing(said, replies, has)
        fails = standing in {Standing.FAILS, Standing.SILENT, Standing.NOT_ASKED}
        distinct = {(each.kind, content(each)): each for each in said or replies[-1:]}
        missed = fails and (zone.name, server) in served
        return ServerState(server, standing, tuple(distinct.values()), missed)

    servers = dict.fromkeys((*zone.servers, *zone.left_out))
    return Place(zone.name, question, sought, tuple(map(state, servers)), zone.swept)


def _standing(
    said: Collection[Reply], replies: Collection[Reply], has: Callable[[Reply], bool]
) -> Standing:
    if said:
        having = {has(each) for each in said}
        if len(having) > 1:
            return Standing.VARIES
        return Standing.HAS if True in having else Standing.LACKS
    if not replies:
        return Standing.NOT_ASKED
    return Standing.SILENT if all(each.kind in SILENT for each in replies) else Standing.FAILS
