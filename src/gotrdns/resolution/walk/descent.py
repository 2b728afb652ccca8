"""Down the delegations: one server of each zone, the next on failure, until one knows the name.

Owns following referrals, looking up name servers that come without an address (which is a descent
of its own), and finding zone cuts that no referral shows. Sweeps nothing.
"""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Coroutine, Iterable
from typing import Final, TypeVar

from gotrdns.evidence import SILENT, Kind, Server
from gotrdns.lookup import Question, RecordType
from gotrdns.names import Address, DomainName
from gotrdns.resolution.walk.delegations import (
    USEFUL,
    Atlas,
    Delegation,
    Stage,
    depth,
    parent_name,
)
from gotrdns.resolution.walk.exchange import Exchange
from gotrdns.resolution.walk.interpreting import Heard

_Outcome = TypeVar("_Outcome")

LONGEST_CHAIN: Final = 8  # CNAMEs followed, as for the verdict
_DEEPEST: Final = 6  # name servers looked up in order to look up name servers ...
_PATIENT_WITH: Final = 2  # servers that fail one after the other; then more are asked at once


async def together(*awaitables: Coroutine[object, object, _Outcome]) -> list[_Outcome]:
    """All outcomes, in order; cancelling it, or an error in one, cancels every one."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(each) for each in awaitables]
    return [task.result() for task in tasks]


class Trail:
    """The zones whose name servers are being looked up, each for the sake of the one before."""

    def __init__(self, zone: DomainName | None = None, outer: "Trail | None" = None) -> None:
        self.obstructed = False
        self.alone = False  # with a registry
        self._zone = zone
        self._outer = outer
        self._depth: int = 0 if outer is None else outer._depth + 1

    @property
    def is_alone_somewhere(self) -> bool:
        return self.alone or (self._outer is not None and self._outer.is_alone_somewhere)

    def into(self, zone: DomainName) -> "Trail | None":
        """The trail that looks up a name server of this zone; None where that would not end."""
        node: Trail | None = self
        while node is not None and node._zone != zone:
            node = node._outer
        if node is None and self._depth < _DEEPEST:
            return Trail(zone, self)
        # What the outer ones find out under this obstruction must not count as proven.
        node = self
        while node is not None:
            node.obstructed = True
            node = node._outer
        return None


class Descent:
    """Goes down for any number of questions at once."""

    def __init__(self, atlas: Atlas, exchange: Exchange) -> None:
        self._atlas = atlas
        self._exchange = exchange
        self._addresses: dict[DomainName, tuple[Address, ...] | None] = {}
        self._locks: dict[tuple[bytes, ...], asyncio.Lock] = {}

    def begin(self, name: DomainName) -> list[Stage]:
        """The stages that earlier referrals allow to skip, with those referrals as evidence."""
        return self._stages(self._atlas.way_to(name))

    def _stages(self, way: Iterable[Delegation]) -> list[Stage]:
        stages: list[Stage] = []
        for delegation in way:
            referral = delegation.referral
            if stages and referral is not None and referral.kind is Kind.REFERRAL:
                stages[-1].heard.append(referral)
            stages.append(Stage(delegation))
        return stages

    async def descend(self, stages: list[Stage], question: Question, trail: Trail) -> Heard | None:
        """Go on from the last stage, adding one for each zone; the reply that ends it.

        None where no server of the last stage gave a useful one.
        """
        while True:
            stage = stages[-1]
            async with self._alone_with_a_registry(stage.zone, question.name, trail):
                known = self._atlas.way_to(question.name)
                if len(known[-1].zone) > len(stage.zone):
                    self._skip_to(stages, known)
                    continue
                heard = await self._ask_one(stage, question, trail)
                if heard is None or heard.kind is not Kind.REFERRAL:
                    return heard
                self.follow(stages, heard)

    def follow(self, stages: list[Stage], referral: Heard) -> None:
        zone = referral.reply.referral
        if zone is None:
            raise ValueError("only a referral can be followed")
        stages.append(Stage(self._atlas.enter(zone, stages[-1].delegation, referral)))

    def _skip_to(self, stages: list[Stage], known: list[Delegation]) -> None:
        """Another walk has been further down in the meantime."""
        zones = [each.zone for each in known]
        if stages[-1].zone in zones:
            known = known[zones.index(stages[-1].zone) :]
        first, *further = self._stages(known)
        stages[-1].heard += first.heard
        stages += further

    @contextlib.asynccontextmanager
    async def _alone_with_a_registry(
        self, zone: DomainName, name: DomainName, trail: Trail
    ) -> AsyncIterator[None]:
        """Names of one domain make the root and a top-level domain answer once, not once each."""
        if depth(zone) > 1 or trail.is_alone_somewhere:  # Waiting twice could be for each other.
            yield
            return
        key = name.labels[-depth(zone) - 1 :]
        async with self._locks.setdefault(key, asyncio.Lock()):
            trail.alone = True
            try:
                yield
            finally:
                trail.alone = False

    async def _ask_one(self, stage: Stage, question: Question, trail: Trail) -> Heard | None:
        """The first useful reply of the zone; servers that are known to be silent come last."""
        delegation = stage.delegation
        tried: set[Server] = set()
        looked_up: set[DomainName] = set()
        failures = 0
        at_once = 1
        while True:
            waiting = [each for each in delegation.servers if each not in tried]
            if not waiting:
                name = next((each for each in delegation.pending if each not in looked_up), None)
                if name is None:
                    return None
                looked_up.add(name)
                await self.look_up_server(delegation, name, trail)
                continue
            waiting.sort(key=lambda each: each.address in self._exchange.silent)
            batch = waiting[:at_once]
            tried.update(batch)
            asked = (self._exchange.ask(each, stage.zone, question) for each in batch)
            replies = [each for each in await together(*asked) if each is not None]
            stage.heard += replies
            for heard in replies:
                if heard.kind in USEFUL:
                    return heard
            if not replies:
                return None  # The budget is used up.
            failures += len(batch)
            if failures >= _PATIENT_WITH:
                at_once *= 2

    async def look_up_server(self, delegation: Delegation, name: DomainName, trail: Trail) -> None:
        """Find the addresses of a name server that came without."""
        if name not in self._addresses:
            inner = trail.into(delegation.zone)
            if inner is None:
                return
            addresses = await self._find_addresses(name, inner)
            if not self._exchange.may_go_on and not addresses:
                return
            if not addresses and inner.obstructed:
                return
            self._addresses[name] = addresses
        delegation.settle(name, self._addresses[name], self._exchange)

    async def look_up_all_servers(self, delegation: Delegation) -> None:
        """Find the addresses of every name server of a zone; those without are then known too."""
        while delegation.pending:
            before = len(delegation.servers)
            pending = tuple(delegation.pending)
            await together(*(self.look_up_server(delegation, each, Trail()) for each in pending))
            if not self._exchange.may_go_on:
                return
            if len(delegation.servers) == before:
                break
        # All lead back to where they are needed, or too far away.
        for name in tuple(delegation.pending):
            delegation.settle(name, (), self._exchange)

    async def _find_addresses(self, name: DomainName, trail: Trail) -> tuple[Address, ...] | None:
        """None where it could not be found out: servers may be silent to us alone."""
        found: list[Address] = []
        for kind in (RecordType.A, RecordType.AAAA):
            heard, last = await self._find(Question(name, kind), trail)
            if heard is None and not found and not _has_nobody(last):
                return None
            if heard is None or heard.kind in {Kind.NXDOMAIN, Kind.ALIAS}:
                break
            found += [each.address for each in heard.reply.answers if each.address is not None]
        return tuple(dict.fromkeys(found))

    async def _find(self, question: Question, trail: Trail) -> tuple[Heard | None, Stage]:
        """The final answer, or an alias too many, and where the way to it ended.

        Name servers must not be aliases (RFC 2181 section 10.3); resolvers take it.
        """
        aliases = 0
        while True:
            stages = self.begin(question.name)
            heard = await self.descend(stages, question, trail)
            target = alias_target(heard) if heard is not None else None
            if target is None or aliases == LONGEST_CHAIN:
                return heard, stages[-1]
            question = Question(target, question.type)
            aliases += 1

    async def uncover(self, stages: list[Stage], question: Question, ending: Heard | None) -> None:
        """Insert the zones that no referral showed, a server having both them and their parent."""
        if ending is not None and stages[-1].zone != question.name:
            await self._uncover_last(stages, question, ending)
        gaps = [
            (upper.delegation, lower.delegation)
            for upper, lower in itertools.pairwise(stages)
            if not lower.delegation.gap_checked
        ]
        await together(*(self._uncover_gap(*each) for each in gaps))
        self._insert_uncovered(stages)

    async def _uncover_last(self, stages: list[Stage], question: Question, ending: Heard) -> None:
        last = stages[-1]
        server = ending.reply.server
        if ending.reply.soa is not None and ending.kind in {Kind.NXDOMAIN, Kind.NODATA}:
            zone: DomainName | None = ending.reply.soa.zone
        else:
            # No zone's apex can be an alias.
            alias = ending.kind is Kind.ALIAS
            start = parent_name(question.name) if alias else question.name
            zone = await self._enclosing_zone(server, last.zone, start)
        if zone is None or zone == last.zone or not zone.is_under(last.zone):
            return
        found = await self._describe(server, zone, last.delegation, None)
        if found is not None:
            stage = Stage(found)
            stage.heard.append(ending)  # It spoke for this zone all along.
            stages.append(stage)

    async def _uncover_gap(self, upper: Delegation, lower: Delegation) -> None:
        async with lower.lock:
            if lower.gap_checked:
                return
            await self._uncover_above(upper, lower)
            lower.gap_checked = True

    async def _uncover_above(self, upper: Delegation, lower: Delegation) -> None:
        if lower.referral is None:
            return
        server = lower.referral.reply.server
        name = parent_name(lower.zone)
        while depth(name) > depth(upper.zone):
            zone = await self._enclosing_zone(server, upper.zone, name)
            if zone is None or zone == upper.zone:
                return
            found = await self._describe(server, zone, upper, lower)
            if found is None:
                return
            found.gap_checked = True
            lower, name = found, parent_name(zone)

    async def _enclosing_zone(
        self, server: Server, upper: DomainName, name: DomainName
    ) -> DomainName | None:
        """The zone that holds a name, according to a server that has ``upper``."""
        if depth(name) <= depth(upper):
            return None
        heard = await self._exchange.ask(server, upper, Question(name, RecordType.SOA))
        if heard is None or heard.kind not in USEFUL or heard.reply.soa is None:
            return None
        zone = heard.reply.soa.zone
        return zone if zone.is_under(upper) and name.is_under(zone) else None

    async def _describe(
        self, server: Server, zone: DomainName, upper: Delegation, lower: Delegation | None
    ) -> Delegation | None:
        heard = await self._exchange.ask(server, upper.zone, Question(zone, RecordType.NS))
        if heard is None:
            return None
        found = self._atlas.insert(zone, upper, lower, heard)
        # Only this server is known to know those within the zone.
        within = [each for each in found.pending if each.is_under(zone)]
        await together(*(self._ask_for_addresses(server, found, each) for each in within))
        return found

    async def _ask_for_addresses(
        self, server: Server, delegation: Delegation, name: DomainName
    ) -> None:
        heard = await together(
            *(
                self._exchange.ask(server, delegation.zone, Question(name, kind))
                for kind in (RecordType.A, RecordType.AAAA)
            )
        )
        certain = (each.reply for each in heard if each is not None and each.kind is Kind.ANSWER)
        answers = (record for reply in certain for record in reply.answers)
        addresses = tuple(each.address for each in answers if each.address is not None)
        if addresses:
            self._addresses[name] = addresses
            delegation.settle(name, addresses, self._exchange)

    def _insert_uncovered(self, stages: list[Stage]) -> None:
        known = {stage.zone: stage for stage in stages}
        way = self._atlas.way_to(stages[-1].zone)
        # A server that has a zone and its parent refers on from both.
        uncovered = {each.zone: each for each in self._stages(way)}
        stages[:] = [known.get(each.zone) or uncovered[each.zone] for each in way]


def _has_nobody(stage: Stage) -> bool:
    """Whether every server of the zone was heard, so that none is left who could answer."""
    heard = {each.reply.server for each in stage.heard if each.kind not in SILENT}
    return not stage.delegation.may_have_more and heard.issuperset(stage.delegation.servers)


def alias_target(heard: Heard) -> DomainName | None:
    """Where the alias leads that was asked about; of several, the first in canonical order."""
    targets = [
        each.target
        for each in heard.reply.records
        if each.type == "CNAME" and each.owner == heard.reply.question.name and each.target
    ]
    return min(targets, key=lambda name: name.canonical_key, default=None)
