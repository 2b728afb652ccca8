"""A look at the servers of a pair of records: from the root down, or at the same ones again.

Owns the manners of looking often: whoever was asked on the way is not asked again, and of the
responsible zones every server gets one question.
"""

import asyncio
from typing import Final

import msgspec

from gotrdns.evidence import SILENT, Leg, Path, Reply, Server, Walk, Zone
from gotrdns.explaining.explainer import Walker
from gotrdns.explaining.standing import forward_question, names_sought, responsible_zones
from gotrdns.lookup import Question, RecordType
from gotrdns.names import Address, DomainName

_ATTEMPTS: Final = 2  # a lost packet is no silence


async def look(walker: Walker, client: Address, *, name: DomainName | None = None) -> Walk:
    """Walk to the PTR record, and to the name awaited or, without one, to those it gives."""
    reverse = await walker.walk(Question(client.reverse_name, RecordType.PTR))
    names = names_sought(reverse, name)
    forward = await asyncio.gather(*(walker.walk(forward_question(client, each)) for each in names))
    return _walk(walker, reverse, *forward)


async def look_again(walker: Walker, walk: Walk) -> Walk:
    """Ask the servers of the responsible zones again, and nobody else.

    What the zones above have changed meanwhile is not seen.
    """
    paths = (walk.reverse, *walk.forward)
    return _walk(walker, *await asyncio.gather(*(_ask_path(walker, each) for each in paths)))


def _walk(walker: Walker, reverse: Path, *forward: Path) -> Walk:
    return Walk(
        reverse,
        forward,
        egress=walker.egress,
        cut_short=walker.cut_short,
        questions=walker.questions,
        elapsed=walker.elapsed,
    )


async def _ask_path(walker: Walker, path: Path) -> Path:
    legs = await asyncio.gather(*(_ask_leg(walker, each, path) for each in path.legs))
    return msgspec.structs.replace(path, legs=tuple(legs))


async def _ask_leg(walker: Walker, leg: Leg, path: Path) -> Leg:
    question = Question(leg.owner, path.question.type)
    # Nobody's root servers are swept for a wait; what a deadline cut short is made up for.
    asked = tuple(
        each for each in responsible_zones(leg) if each.swept or len(each.name.labels) > 1
    )
    heard = await asyncio.gather(*(_ask_zone(walker, each, question) for each in asked))
    anew = {each.name: each for each in heard}
    return msgspec.structs.replace(
        leg, zones=tuple(anew.get(each.name, each) for each in leg.zones)
    )


async def _ask_zone(walker: Walker, zone: Zone, question: Question) -> Zone:
    servers = zone.servers
    heard = await asyncio.gather(*(_ask(walker, zone, each, question) for each in servers))
    replies = tuple(reply for reply in heard if reply is not None)
    return msgspec.structs.replace(zone, replies=replies, swept=len(replies) == len(servers))


async def _ask(walker: Walker, zone: Zone, server: Server, question: Question) -> Reply | None:
    alone = msgspec.structs.replace(zone, servers=(server,), replies=())
    replies: tuple[Reply, ...] = ()
    for _ in range(_ATTEMPTS):
        replies = await walker.ask_zone(alone, question) or replies
        if replies and replies[-1].kind not in SILENT:
            break
    return replies[-1] if replies else None
