"""The way from the root to a name as rows: one a zone, with its servers where they have to be seen.

Owns what is said of each zone and server of a walk, and how much of it; not how it is laid out.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from gotrdns.evidence import LAME, SILENT, Leg, Path, Reply, Server, Zone
from gotrdns.names import DomainName, special_use
from gotrdns.reports import english, english_explain
from gotrdns.reports.explanation_sentences import describe, tame, telling_replies

_SERVERS_SHOWN: Final = 12
_REMARKS_SHOWN: Final = 2
_NO_GOOD: Final = LAME | SILENT


class ServerRow(msgspec.Struct, frozen=True):
    """One server and what it said; what is not known is empty."""

    name: str
    address: str
    time: str
    said: str
    remarks: tuple[str, ...] = ()


class ZoneRow(msgspec.Struct, frozen=True):
    """One zone of the way, with the first of the servers that have to be looked at one by one.

    ``unshown`` is how many more of them there are.
    """

    zone: str
    count: str
    said: str
    servers: tuple[ServerRow, ...] = ()
    unshown: int = 0


class LegRows(msgspec.Struct, frozen=True):
    """The way to one name. ``alias`` says how it was come to, and is empty for the first."""

    alias: str
    zones: tuple[ZoneRow, ...]


class WayRows(msgspec.Struct, frozen=True):
    """A whole way. ``ending`` says why it goes no further, and is empty where it arrived."""

    legs: tuple[LegRows, ...]
    ending: str


def way_rows(path: Path) -> WayRows:
    """One row a zone cut, from the root on; an alias goes on where its way parts."""
    shown: set[DomainName] = set()
    legs = []
    for number, leg in enumerate(path.legs):
        last = number == len(path.legs) - 1
        zones = tuple(
            _zone_row(zone, leg, path)
            for zone in leg.zones
            if zone.name not in shown or (last and zone is leg.zone)
        )
        shown.update(zone.name for zone in leg.zones)
        alias = english_explain.ALIAS_LEG.format(name=leg.owner) if number else ""
        legs.append(LegRows(alias, zones))
    ending = english_explain.ENDINGS[path.ending].format(zone=path.last.zone.name)
    return WayRows(tuple(legs), ending)


def _zone_row(zone: Zone, leg: Leg, path: Path) -> ZoneRow:
    name, count = zone.name.text, _count(zone)
    heard = {each: telling_replies(zone, each, path) for each in zone.asked}
    heard = {server: replies for server, replies in heard.items() if replies}
    unasked = tuple(_unasked_rows(zone))
    if not heard:
        said = english_explain.NOBODY_TO_ASK if unasked else english_explain.NOT_ASKED
        return _with_servers(name, count, said, unasked)
    descriptions = list(dict.fromkeys(map(_joined, heard.values())))
    if not zone.swept and zone is not leg.zone:
        return ZoneRow(name, count, descriptions[-1])
    rows = [_server_row(each, said, zone.replies_of(each)) for each, said in heard.items()]
    servers = (*rows, *unasked)
    replies = [reply for said in heard.values() for reply in said]
    failures = [reply for reply in replies if reply.kind in _NO_GOOD]
    if len(descriptions) > 1:
        return _with_servers(name, count, _how_they_differ(replies, failures), servers)
    [agreed] = descriptions
    if failures:
        return _with_servers(name, count, agreed, servers)
    if len(asked := {server.name for server in heard}) > 1:
        count = english_explain.AGREE.format(count=len(asked))
    # What this host cannot reach says nothing about the zone.
    is_sound = all(row.said == english_explain.NO_ROUTE for row in unasked)
    return _with_servers(name, count, agreed, () if is_sound else servers)


def _with_servers(name: str, count: str, said: str, servers: Sequence[ServerRow]) -> ZoneRow:
    shown = tuple(servers[:_SERVERS_SHOWN])
    return ZoneRow(name, count, said, shown, len(servers) - len(shown))


def _how_they_differ(replies: Sequence[Reply], failures: Sequence[Reply]) -> str:
    if not failures:
        return english_explain.DISAGREE
    if len(failures) == len(replies):
        return english_explain.ALL_FAIL
    return english_explain.SOME_FAIL


def _count(zone: Zone) -> str:
    names = {server.name for server in (*zone.servers, *zone.left_out)}
    number = len(names.union(zone.unresolvable, zone.delegated_to))
    if number == 1:
        return english_explain.ONE_SERVER
    return english_explain.SERVERS.format(count=number) if number else ""


def _joined(replies: Sequence[Reply]) -> str:
    return english_explain.AND_THEN.join(map(describe, replies))


def _server_row(server: Server, telling: Sequence[Reply], replies: Sequence[Reply]) -> ServerRow:
    errors = dict.fromkeys(tame(text) for each in replies for text in each.extended_errors)
    remarks = [english_explain.REMARKED.format(text=text) for text in errors if text]
    return ServerRow(
        server.name.text,
        server.address.text,
        _milliseconds(telling[-1].elapsed),
        _joined(telling),
        tuple(remarks[:_REMARKS_SHOWN]),
    )


def _unasked_rows(zone: Zone) -> Iterator[ServerRow]:
    for name in zone.unresolvable:
        yield ServerRow(name.text, "", "", english_explain.NO_ADDRESS)
    for server in zone.left_out:
        use = special_use(server.address)
        why = english_explain.NO_ROUTE
        if use is not None:
            why = english_explain.SPECIAL_ADDRESS.format(kind=english.SPECIAL_USES[use])
        yield ServerRow(server.name.text, server.address.text, "", why)


def _milliseconds(seconds: float) -> str:
    count = round(seconds * 1000)
    if count < 1:
        return english_explain.UNDER_A_MILLISECOND
    return english_explain.MILLISECONDS.format(count=count)
