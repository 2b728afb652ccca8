"""What a mail log says while it is written: a line for each reply that turns a client away.

Owns the line's layout, and the keys of the object that programs get instead. The words are in
``english``; the keys and codes are those of ``json``. What strangers said reaches it
escaped.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from gotrdns.reports import moments
from gotrdns.reports.columns import shorten_end
from gotrdns.reports.logs import english as words
from gotrdns.reports.logs.report import TurnedAway
from gotrdns.reports.smtp import shorten_name
from gotrdns.reports.text import Paint, Style, plain

_STYLES: Final = {"refused": Style.BAD, "deferred": Style.UNSURE, "warned": Style.GOOD}
_FATES_WIDTH: Final = max(map(len, words.FATES.values()))
_ADDRESSES_WIDTH: Final = len("255.255.255.255")
_NARROWEST: Final = 12  # a name of which one can still tell whose it is


def compose_line(turned_away: TurnedAway, *, width: int | None = None, paint: Paint = plain) -> str:
    """One line without its end, which fits the width if there is one."""
    told = words.GROUNDS[turned_away.ground]
    room = None
    if width is not None:
        room = max(0, width - len(_line(turned_away, told, None, plain)))
    return _line(turned_away, told + _names(turned_away, room), width, paint)


def compose_repetition(
    turned_away: TurnedAway, times: int, *, width: int | None = None, paint: Paint = plain
) -> str:
    """The same for what has happened again since a line told of it."""
    told = words.AGAIN.of(times, ground=words.GROUNDS[turned_away.ground])
    return _line(turned_away, told, width, paint)


def encode_turned_away(turned_away: TurnedAway) -> bytes:
    """One JSON object without a line end."""
    written: dict[str, Any] = {
        "time": moments.utc(turned_away.at),
        "fate": turned_away.fate,
        "address": turned_away.address.text,
        "cause": turned_away.ground.value,
        "name": turned_away.name or None,
        "helo": turned_away.helo or None,
        "sender_domain": turned_away.sender_domain or None,
        "code": int(turned_away.code) if turned_away.code else None,
        "enhanced": turned_away.enhanced or None,
    }
    if turned_away.envelope is not None:
        envelope = turned_away.envelope
        written["envelope"] = {"sender": envelope.sender, "recipient": envelope.recipient}
    return msgspec.json.encode(written)


def _line(turned_away: TurnedAway, told: str, width: int | None, paint: Paint) -> str:
    fate = words.FATES[turned_away.fate]
    line = words.LIVE.format(
        time=moments.local_time_of_day(turned_away.at),
        fate=fate.ljust(_FATES_WIDTH),
        client=turned_away.address.text.ljust(_ADDRESSES_WIDTH),
        told=told,
    )
    if width is not None:
        line = shorten_end(line, width)
    return line.replace(fate, paint(fate, _STYLES[turned_away.fate]), 1)


def _names(turned_away: TurnedAway, room: int | None) -> str:
    """As much of the PTR and HELO names as there is room for."""
    said = {words.LIVE_NAME: turned_away.name, words.LIVE_HELO: turned_away.helo}
    given = {template: name for template, name in said.items() if name}
    if room is not None:
        while len(_joined({each: name[:_NARROWEST] for each, name in given.items()})) > room:
            given.popitem()
        while (excess := len(_joined(given)) - room) > 0:
            longest = max(given, key=lambda template: len(given[template]))
            name = given[longest]
            given[longest] = shorten_name(name, max(_NARROWEST, len(name) - excess))
    return _joined(given)


def _joined(given: Mapping[str, str]) -> str:
    return "".join(template.format(name=name) for template, name in given.items())
