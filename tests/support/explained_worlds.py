"""Explanations made in memory: a real walk among scripted servers, none of which needs a socket.

Owns a small world of two servers below a root, and a resolver that says what it is told to, right
or wrong.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Final

import dns.name
import msgspec
import pytest

from gotrdns.diagnosis.helo import HeloEvidence
from gotrdns.evidence import Kind, Server
from gotrdns.explaining.explainer import Means, explain
from gotrdns.explaining.explanation import Explanation
from gotrdns.lookup import Answer, Listener, Outcome, Question, RecordType
from gotrdns.names import Address, DomainName
from gotrdns.resolution.servers import ServerAddress
from gotrdns.resolution.walk import Walker, WalkSettings, exchange
from gotrdns.resolution.walk.reading import Misfit, Query, find_misfit
from tests.support.name_servers import Behaviour, NameServer, Zone, honest

ROOT, A, B = "198.18.0.1", "198.18.0.2", "198.18.0.3"
SETTINGS: Final = WalkSettings(deadline=5.0, patience=0.01, ask_special=True)


class World(msgspec.Struct, frozen=True):
    """Two servers for everything below the root, and a resolver that says what it likes.

    The reverse zone is ``cut`` labels above the client's reverse name, where an ``alias`` or a PTR
    record for the ``target`` is, or for None nothing. ``resolver`` are the outcomes of the reverse
    question, which brings the target and ``more`` names, and of forward questions, which bring the
    client's address if it ``agrees``.
    """

    client: Address
    target: DomainName | None = DomainName.parse("mail.d123.test")
    contact: DomainName = DomainName.parse("hostmaster.d123.test")
    helo: DomainName | None = None
    alias: DomainName | None = None
    cut: int = 1
    first: Behaviour = honest
    second: Behaviour = honest
    resolver: tuple[Outcome, Outcome] = (Outcome.FOUND, Outcome.FOUND)
    more: tuple[DomainName, ...] = ()
    agrees: bool = True

    def name_servers(self) -> tuple[NameServer, ...]:
        owner = f"{self.client.reverse_name}."
        name = dns.name.from_text(owner)
        reverse = name.split(len(name) - self.cut)[1].to_text()
        top = Zone(
            ".",
            *(f"{zone} NS {n}.test." for zone in (reverse, "d123.test.") for n in "ab"),
            f"a.test. A {A}",
            f"b.test. A {B}",
        )
        family = "AAAA" if self.client.is_ipv6 else "A"
        leaf = [f"{owner} PTR {self.target}."] if self.target else []
        if self.alias:
            leaf = [f"{owner} CNAME {self.alias}."]
        zones = (
            self._zone(reverse, *leaf),
            self._zone("d123.test.", f"mail {family} {self.client}"),
        )
        return (
            NameServer(ROOT, top),
            NameServer(A, *zones, behaviour=self.first),
            NameServer(B, *zones, behaviour=self.second),
        )

    def _zone(self, origin: str, *lines: str) -> Zone:
        zone = Zone(origin, "@ NS a.test.", "@ NS b.test.", *lines)
        contact = dns.name.from_wire(self.contact, 0)[0]
        owner, soa = zone.records[0]
        zone.records[0] = (owner, soa.replace(rname=contact))
        return zone

    def ask(self, question: Question, _listener: Listener, _token: int) -> Answer:
        """As a resolver does; whether right or wrong."""
        reverse, forward = self.resolver
        outcome = reverse if question.type is RecordType.PTR else forward
        if outcome is not Outcome.FOUND:
            return Answer(outcome, zone=self.contact, ttl=2**31 - 1)
        address = self.client if self.agrees else Address.parse("192.0.2.1")
        names = (self.target, *self.more) if self.target else self.more
        return Answer(outcome, names, (address,), ttl=300)

    def forget(self, *_: object) -> None: ...

    @property
    def reachable(self) -> bool:
        return True


@contextmanager
def without_sockets(tree: Iterable[NameServer]) -> Iterator[None]:
    """Whatever a walk asks is answered by these, at once."""
    by_address = {server.address: server for server in tree}

    async def reply(target: ServerAddress, query: Query, over: str) -> bytes | Kind:
        server = by_address.get(target.host)
        messages = await server.reply_to(query.wire, over) if server else []
        for message in messages:
            misfit = find_misfit(message, query)
            if misfit is None:
                return message
            if misfit is Misfit.MALFORMED:
                return Kind.MALFORMED
        return Kind.MALFORMED if messages else Kind.TIMEOUT

    async def by_datagram(target: ServerAddress, query: Query, _: float) -> bytes | Kind:
        return await reply(target, query, "udp")

    async def by_stream(target: ServerAddress, query: Query, _: float) -> bytes | Kind:
        return await reply(target, query, "tcp")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exchange, "_ask_datagram", by_datagram)
        patch.setattr(exchange, "_ask_stream", by_stream)
        patch.setattr(exchange.Exchange, "_has_route", lambda *_: True)
        yield


async def found(_: Question) -> Outcome:
    """A resolver that answers everything once it need not validate."""
    return Outcome.FOUND


def explained(
    world: World, *, ask_unvalidated: Callable[[Question], Awaitable[Outcome]] = found
) -> Explanation:
    async def main() -> Explanation:
        hints = (Server(DomainName.parse("root.test"), Address.parse(ROOT)),)
        helo = HeloEvidence(world.helo, (Answer(Outcome.NODATA),)) if world.helo else None
        async with Walker(hints, SETTINGS) as walker:
            means = Means(world, walker, ask_unvalidated, servers=("127.0.0.1",))
            explanation = await explain(means, world.client, helo=helo)
            assert walker.questions <= SETTINGS.questions
            return explanation

    tree = world.name_servers()
    with without_sockets(tree):
        explanation = asyncio.run(main())
    assert sum(len(each.asked) for each in tree) <= SETTINGS.questions
    return explanation
