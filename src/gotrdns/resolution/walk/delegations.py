"""What is known of the tree: zones, their name servers and where those are.

Owns the memory that all walks of one walker share. Asks nothing.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from gotrdns.evidence import Kind, Reply, Server, Soa, Zone
from gotrdns.lookup import Question
from gotrdns.names import ROOT, Address, DomainName, special_use
from gotrdns.resolution.walk.exchange import Exchange
from gotrdns.resolution.walk.interpreting import Heard

# RFC 9120: arpa is served by the root servers, and nobody's root servers are swept for a complaint.
NEVER_SWEPT: Final = frozenset({ROOT, DomainName.parse("arpa")})
USEFUL: Final = frozenset({Kind.ANSWER, Kind.ALIAS, Kind.NXDOMAIN, Kind.NODATA, Kind.REFERRAL})
FINAL: Final = USEFUL - {Kind.REFERRAL}


def parent_name(name: DomainName) -> DomainName:
    """The name without its first label; the root has none to lose."""
    return DomainName(name[1 + name[0] :])


def depth(name: DomainName) -> int:
    return len(name.labels)


class Delegation:
    """One zone as its parent knows it, and what was learned about it since.

    ``pending`` are name servers that came without an address and may be looked up, ``unknown``
    those of which that was not done, or could not be found out. ``referral`` is the reply that told
    of the zone, None for the root.
    """

    def __init__(
        self, zone: DomainName, above: "Delegation | None", referral: Heard | None
    ) -> None:
        self.zone = zone
        self.above = above
        self.referral = referral
        self.names: tuple[DomainName, ...] = ()
        self.servers: list[Server] = []
        self.left_out: list[Server] = []
        self.unresolvable: list[DomainName] = []
        self.pending: list[DomainName] = []
        self.unknown: list[DomainName] = []
        self.claims: tuple[DomainName, ...] | None = None
        self.soas: dict[Server, Soa] = {}
        self.signed: bool | None = None
        self.known = False  # whether claims and SOAs were asked for
        self.parent_swept: list[Heard] | None = None
        self.gap_checked = False
        self.lock = asyncio.Lock()
        self._addresses: set[Address] = set()

    def add(self, name: DomainName, addresses: Iterable[Address], exchange: Exchange) -> None:
        for address in addresses:
            if address not in self._addresses:
                self._addresses.add(address)
                server = Server(name, address)
                (self.servers if exchange.may_ask(address) else self.left_out).append(server)

    def settle(
        self, name: DomainName, addresses: Sequence[Address] | None, exchange: Exchange
    ) -> None:
        """A pending name server was looked up; without addresses it has none, None is unknown."""
        if name not in self.pending:
            return
        self.pending.remove(name)
        if addresses is None:
            self.unknown.append(name)
        elif not addresses:
            self.unresolvable.append(name)
        else:
            self.add(name, addresses, exchange)

    @property
    def may_have_more(self) -> bool:
        """Whether there may be servers besides ``servers``, which were not asked from here."""
        usual = any(special_use(each.address) is None for each in self.left_out)
        return usual or bool(self.pending or self.unknown)


class Atlas:
    """All delegations found so far, by zone."""

    def __init__(self, hints: Sequence[Server], exchange: Exchange, unresolved: int) -> None:
        root = Delegation(ROOT, None, None)
        root.names = tuple(dict.fromkeys(each.name for each in hints))
        for hint in hints:
            root.add(hint.name, (hint.address,), exchange)
        self._zones = {ROOT: root}
        self._exchange = exchange
        self._unresolved = unresolved

    def way_to(self, name: DomainName) -> list[Delegation]:
        """The known zones that enclose a name, the root first."""
        ancestor = name
        while ancestor not in self._zones:
            ancestor = parent_name(ancestor)
        way = [self._zones[ancestor]]
        while (above := way[-1].above) is not None:
            way.append(above)
        return way[::-1]

    def enter(self, zone: DomainName, above: Delegation, heard: Heard) -> Delegation:
        """Note a zone from a referral; the first one heard stands."""
        if zone in self._zones:
            return self._zones[zone]
        found = Delegation(zone, above, heard)
        found.names = heard.name_servers
        for name in found.names:
            found.add(name, heard.glue.get(name, ()), self._exchange)
        bare = [name for name in found.names if not heard.glue.get(name)]
        found.pending, found.unknown = bare[: self._unresolved], bare[self._unresolved :]
        self._zones[zone] = found
        return found

    def insert(
        self, zone: DomainName, above: Delegation, below: Delegation | None, heard: Heard
    ) -> Delegation:
        """Note a zone between two, which its parent's server also serves and so never refers to."""
        found = self.enter(zone, above, heard)
        if not found.names:
            server = heard.reply.server
            found.add(server.name, (server.address,), self._exchange)
        if below is not None and below is not found:
            below.above = found
        return found


class Stage:
    """One zone on one walk: what its servers said to this walk's question."""

    def __init__(self, delegation: Delegation) -> None:
        self.delegation = delegation
        self.heard: list[Heard] = []
        self.swept = False

    @property
    def zone(self) -> DomainName:
        return self.delegation.zone

    def useful(self) -> Iterator[Heard]:
        return (each for each in self.heard if each.kind in USEFUL)

    def replies_of(self, server: Server, question: Question) -> list[Reply]:
        replies = (each.reply for each in self.heard)
        return [each for each in replies if each.server == server and each.question == question]

    def freeze(self) -> Zone:
        known = self.delegation
        return Zone(
            name=known.zone,
            delegated_to=known.names,
            claims=known.claims,
            servers=tuple(known.servers),
            unresolvable=tuple(known.unresolvable),
            left_out=tuple(known.left_out),
            replies=tuple(each.reply for each in self.heard),
            soas=tuple((each, known.soas[each]) for each in known.servers if each in known.soas),
            swept=self.swept,
            signed=known.signed,
        )
