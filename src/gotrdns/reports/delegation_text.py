"""The way from the root to a name, one line a zone, and what each server of the last ones said.

Owns the layout of a walk for a terminal; the words are in `english_explain`.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from gotrdns.evidence import LAME, SILENT, Leg, Path, Reply, Server, Zone
from gotrdns.names import DomainName, special_use
from gotrdns.reports import english, english_explain
from gotrdns.reports.explanation_sentences import describe, tame, telling_replies
from gotrdns.reports.layout import WIDTH, paragraph

_INDENT: Final = "    "
_DEEPER: Final = "      "
_DEEPEST: Final = "          "
_WIDEST_NAME: Final = 40
_SERVERS_SHOWN: Final = 12
_REMARKS_SHOWN: Final = 2
_NO_GOOD: Final = LAME | SILENT


class _Row(msgspec.Struct, frozen=True):
    """One zone of the way, with the servers that have to be looked at one by one."""

    zone: str
    count: str
    said: str
    servers: tuple["_ServerRow", ...] = ()


class _ServerRow(msgspec.Struct, frozen=True):
    name: str
    address: str
    time: str
    said: str
    remarks: tuple[str, ...] = ()


def way_lines(path: Path) -> Iterator[str]:
    """One line a zone cut, from the root on; an alias goes on where its way parts."""
    shown: set[DomainName] = set()
    for number, leg in enumerate(path.legs):
        if number:
            text = english_explain.ALIAS_LEG.format(name=leg.owner)
            yield from paragraph(text, _INDENT)
        last = number == len(path.legs) - 1
        rows = [
            _row(zone, leg, path)
            for zone in leg.zones
            if zone.name not in shown or (last and zone is leg.zone)
        ]
        shown.update(zone.name for zone in leg.zones)
        yield from _table(rows)
    ending = english_explain.ENDINGS[path.ending]
    if ending:
        yield from paragraph(ending.format(zone=path.last.zone.name), _INDENT)


def _row(zone: Zone, leg: Leg, path: Path) -> _Row:
    name, count = zone.name.text, _count(zone)
    heard = {each: telling_replies(zone, each, path) for each in zone.asked}
    heard = {server: replies for server, replies in heard.items() if replies}
    unasked = tuple(_unasked_rows(zone))
    if not heard:
        said = english_explain.NOBODY_TO_ASK if unasked else english_explain.NOT_ASKED
        return _Row(name, count, said, unasked)
    descriptions = list(dict.fromkeys(map(_joined, heard.values())))
    if not zone.swept and zone is not leg.zone:
        return _Row(name, count, descriptions[-1])
    rows = [_server_row(each, said, zone.replies_of(each)) for each, said in heard.items()]
    servers = (*rows, *unasked)
    replies = [reply for said in heard.values() for reply in said]
    failures = [reply for reply in replies if reply.kind in _NO_GOOD]
    if len(descriptions) > 1:
        return _Row(name, count, _how_they_differ(replies, failures), servers)
    [agreed] = descriptions
    if failures:
        return _Row(name, count, agreed, servers)
    if len(asked := {server.name for server in heard}) > 1:
        count = english_explain.AGREE.format(count=len(asked))
    # What this host cannot reach says nothing about the zone.
    is_sound = all(row.said == english_explain.NO_ROUTE for row in unasked)
    return _Row(name, count, agreed, () if is_sound else servers)


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


def _server_row(server: Server, telling: Sequence[Reply], replies: Sequence[Reply]) -> _ServerRow:
    errors = dict.fromkeys(tame(text) for each in replies for text in each.extended_errors)
    remarks = [english_explain.REMARKED.format(text=text) for text in errors if text]
    return _ServerRow(
        server.name.text,
        server.address.text,
        _milliseconds(telling[-1].elapsed),
        _joined(telling),
        tuple(remarks[:_REMARKS_SHOWN]),
    )


def _unasked_rows(zone: Zone) -> Iterator[_ServerRow]:
    for name in zone.unresolvable:
        yield _ServerRow(name.text, "", "", english_explain.NO_ADDRESS)
    for server in zone.left_out:
        use = special_use(server.address)
        why = english_explain.NO_ROUTE
        if use is not None:
            why = english_explain.SPECIAL_ADDRESS.format(kind=english.SPECIAL_USES[use])
        yield _ServerRow(server.name.text, server.address.text, "", why)


def _milliseconds(seconds: float) -> str:
    count = round(seconds * 1000)
    if count < 1:
        return english_explain.UNDER_A_MILLISECOND
    return english_explain.MILLISECONDS.format(count=count)


def _table(rows: Sequence[_Row]) -> Iterator[str]:
    names = _width([row.zone for row in rows])
    counts = _width([row.count for row in rows])
    for row in rows:
        start = f"{_INDENT}{row.zone:<{names}}  {row.count:<{counts}}"
        yield from _line(start, row.said, _DEEPEST)
        yield from _server_table(row.servers)


def _server_table(rows: Sequence[_ServerRow]) -> Iterator[str]:
    shown = rows[:_SERVERS_SHOWN]
    names = _width([row.name for row in shown])
    addresses = _width([row.address for row in shown])
    times = _width([row.time for row in shown])
    for row in shown:
        start = f"{_DEEPER}{row.name:<{names}}  {row.address:<{addresses}}  {row.time:>{times}}"
        yield from _line(start, row.said, _DEEPEST)
        for remark in row.remarks:
            yield from paragraph(remark, _DEEPEST)
    if len(rows) > _SERVERS_SHOWN:
        yield _DEEPER + english.MORE.format(count=len(rows) - _SERVERS_SHOWN)


def _width(texts: Sequence[str]) -> int:
    return max((len(text) for text in texts if len(text) <= _WIDEST_NAME), default=0)


def _line(start: str, end: str, indent: str) -> Iterator[str]:
    """Both in one line, or each in its own where that does not fit the screen."""
    line = f"{start}  {end}".rstrip()
    if len(line) <= WIDTH:
        yield line
        return
    if len(start.rstrip()) <= WIDTH:
        yield start.rstrip()
    else:
        # A name in one piece, however long.
        yield from paragraph(start, start[: len(start) - len(start.lstrip())], indent)
    if end:
        yield from paragraph(end, indent)
