"""Where a lost PTR record may be: the places where common mistakes put it.

Owns which questions to ask besides the walk. All go to servers that the walk met on the way to this
client: no stranger's tree is searched.
"""

import asyncio
import secrets
from collections.abc import Callable, Iterator
from typing import Final, Protocol

from gotrdns.evidence import DENIALS, Kind, Path, Probe, Purpose, Reply, Zone
from gotrdns.lookup import Question, RecordType
from gotrdns.names import Address, DomainName

_SHORTEST_CLASSLESS: Final = 25  # RFC 2317 divides what is smaller than a /24
_LONGEST_CLASSLESS: Final = 31


class Asker(Protocol):
    """What of a walker is needed here."""

    async def walk(self, question: Question, /) -> Path: ...
    async def ask_zone(self, zone: Zone, question: Question, /) -> tuple[Reply, ...]: ...


def random_label() -> bytes:
    return secrets.token_hex(8).encode()


async def probe_reverse(
    walker: Asker,
    client: Address,
    path: Path,
    *,
    draw_label: Callable[[], bytes] = random_label,
) -> tuple[Probe, ...]:
    """Look where the PTR record might be instead; where it is, whether its surroundings exist."""
    zone = path.last.zone
    answers = {reply.kind for reply in zone.replies}
    questions: list[tuple[Purpose, DomainName, DomainName | None]] = []
    if answers & DENIALS and len(path.legs) == 1:
        label = draw_label()
        questions += _misplaced(client, zone.name, label)
    elif Kind.ANSWER in answers:
        questions += [(Purpose.BETWEEN, each, None) for each in _between(path.last.owner, zone)]
    probes = await asyncio.gather(
        *(_probe(walker, zone, *each, RecordType.PTR) for each in questions)
    )
    return tuple(each for each in probes if each is not None)


async def probe_other_family(walker: Asker, path: Path) -> tuple[Probe, ...]:
    """Whether a name without addresses of the client's family has some of the other."""
    zone = path.last.zone
    if not any(reply.kind is Kind.NODATA for reply in zone.replies):
        return ()
    other = RecordType.AAAA if path.question.type is RecordType.A else RecordType.A
    probe = await _probe(walker, zone, Purpose.OTHER_FAMILY, path.last.owner, None, other)
    return () if probe is None else (probe,)


async def _probe(
    walker: Asker,
    zone: Zone,
    purpose: Purpose,
    name: DomainName,
    beside: DomainName | None,
    kind: RecordType,
) -> Probe | None:
    reply = await _ask(walker, zone, Question(name, kind))
    if reply is None:
        return None
    answered_beside = None
    if beside is not None and reply.kind is Kind.ANSWER:
        answered_beside = await _ask(walker, zone, Question(beside, kind))
        if answered_beside is None:
            return None  # Without the comparison a wildcard cannot be ruled out.
    return Probe(purpose, zone.name, reply, answered_beside)


async def _ask(walker: Asker, zone: Zone, question: Question) -> Reply | None:
    """What the zone's servers say, or those of the child zone that they refer to."""
    replies = await walker.ask_zone(zone, question)
    if replies and replies[-1].kind is Kind.REFERRAL:
        path = await walker.walk(question)
        found = (reply for reply in path.last.zone.replies if reply.kind is Kind.ANSWER)
        return next(found, replies[-1])
    return replies[-1] if replies else None


def _misplaced(
    client: Address, zone: DomainName, label: bytes
) -> Iterator[tuple[Purpose, DomainName, DomainName | None]]:
    owner = client.reverse_name
    beside = _with_first_label(owner, label)
    if (doubled := _joined(owner, zone)) and (random := _joined(beside, zone)):
        yield Purpose.OWNER_DOUBLED, doubled, random
    if client.is_ipv6:
        return
    for name in _octets_in_other_order(client):
        yield Purpose.OCTETS_REVERSED, name, None
    network = owner[1 + owner[0] :]
    unlikely = DomainName(owner[: 1 + owner[0]] + bytes([len(label)]) + label + network)
    for each in classless_labels(client[3]):
        child = bytes([len(each)]) + each + network
        yield Purpose.CLASSLESS, DomainName(owner[: 1 + owner[0]] + child), unlikely


def _octets_in_other_order(client: Address) -> list[DomainName]:
    """1.2.3.4 and 4.1.2.3 under in-addr.arpa for 1.2.3.4, where that is not the right owner."""
    first, second, third, fourth = client
    forward = Address(bytes((fourth, third, second, first))).reverse_name
    rotated = Address(bytes((third, second, first, fourth))).reverse_name
    right = client.reverse_name
    return [each for each in dict.fromkeys((forward, rotated)) if each != right]


def classless_labels(octet: int) -> Iterator[bytes]:
    """What the child zones of RFC 2317 that would hold an address are usually called.

    ``0-127``, ``0/25`` and ``0-25`` for an address ending in 11, and so on for smaller ones.
    """
    for length in range(_SHORTEST_CLASSLESS, _LONGEST_CLASSLESS + 1):
        size = 1 << (32 - length)
        start = octet - octet % size
        yield b"%d-%d" % (start, start + size - 1)
        yield b"%d/%d" % (start, length)
        yield b"%d-%d" % (start, length)


def _between(owner: DomainName, zone: Zone) -> Iterator[DomainName]:
    """The names below the zone's apex that the owner is below of."""
    name = DomainName(owner[1 + owner[0] :])
    while len(name) > len(zone.name):
        yield name
        name = DomainName(name[1 + name[0] :])


def _with_first_label(name: DomainName, label: bytes) -> DomainName:
    return DomainName(bytes([len(label)]) + label + name[1 + name[0] :])


def _joined(name: DomainName, zone: DomainName) -> DomainName | None:
    whole = DomainName(name[:-1] + zone)
    return whole if len(whole) <= 255 else None
