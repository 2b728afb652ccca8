"""Time stamps of logs: octets -> seconds since 1970, without a calendar's work for every line.

Owns the year that syslog leaves out, and the zone that most logs leave out: the reader's own, or
the one that was given.
"""

import calendar
import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final, TypeAlias

_MONTHS: Final = {
    name.encode(): number for number, name in enumerate(calendar.month_abbr) if number
}
_ISO: Final = re.compile(rb"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):")
_ZONE: Final = re.compile(rb"([+-])(\d\d):?(\d\d)")
_DAY: Final = 86_400.0
_ONE_DAY: Final = timedelta(days=1)
_HALF_A_YEAR: Final = 183 * _DAY
_ALMOST_A_YEAR: Final = 330 * _DAY
_LEAP_YEARS_APART: Final = 8  # at most, around 1900 and 2100
_REMEMBERED: Final = 4096
# Of a damaged line it may be any; before and after these, no calendar has it in every zone.
_YEARS: Final = range(1970, 9999)


ClockState: TypeAlias = tuple[int | None, float]
"""The year of the latest line without one, and when that was; None and 0 before the first."""


class UnreadableTime(ValueError):
    """The octets are no time stamp."""


class Clock:
    """Reads the time stamps of one log in the order of its lines.

    ``latest`` is when the log was last written, in seconds since 1970: no line of it is later,
    which gives the year where there is none. ``zone`` is the mail server's. Of the hour that comes
    twice in autumn, both are read as the first.
    """

    def __init__(self, latest: float, zone: tzinfo | None = None) -> None:
        self.latest = latest
        self._zone = zone
        self.state: ClockState = None, 0.0
        # By what most lines of a minute share.
        self._moments: dict[bytes, float] = {}
        # The last line's.
        self._text = b""
        self._at = 0.0

    def read_syslog(self, text: bytes) -> float:
        """``Nov 23 17:33:02``. Raises UnreadableTime."""
        if text == self._text:
            return self._at
        at = self.read_syslog_minute(text[:13]) + _seconds(text[13:])
        self._text, self._at = text, at
        return at

    def read_syslog_minute(self, text: bytes) -> float:
        """``Nov 23 17:33:``. Raises UnreadableTime."""
        base = self._moments.get(text)
        if base is None:
            base = self._remember(text, self._work_out(text))
        return base

    def read_dated(self, day: bytes, year: bytes, time: bytes) -> float:
        """``Nov 23``, ``2026``, ``17:33:02``: as rsyslog can be told. Raises UnreadableTime."""
        key = b"%s %s %s" % (year, day, time[:5])
        base = self._moments.get(key)
        if base is None:
            base = self._remember(key, _moment(self._zone, int(year), *_parts(day, time)))
        return base + _seconds(time[6:8])

    def read_iso(self, text: bytes) -> float:
        """``2026-11-23T17:33:02.123456+01:00``, or with a space for the T; the fraction is dropped.

        Raises UnreadableTime.
        """
        key = text[:17] + text[19:].lstrip(b".,0123456789 ")
        base = self._moments.get(key)
        if base is None:
            base = self._remember(key, self._iso_minute(text))
        return base + _seconds(text[17:19])

    def _remember(self, key: bytes, base: float) -> float:
        if len(self._moments) >= _REMEMBERED:
            self._moments.clear()
        self._moments[key] = base
        return base

    def _work_out(self, minute: bytes) -> float:
        rest = _parts(minute[:6], minute[7:])
        year, before = self.state
        if year is None:
            year = self._first_year(*rest)
        at = _moment(self._zone, year, *rest)
        if before - at > _HALF_A_YEAR:  # from December to January
            year += 1
            at = _moment(self._zone, year, *rest)
        elif at - before > _ALMOST_A_YEAR and before:  # a line of December comes late
            at = _moment(self._zone, year - 1, *rest)
        self.state = year, max(at, before)
        return at

    def _first_year(self, month: int, day: int, hour: int, minute: int) -> int:
        """The last one in which that day was before the log was last written."""
        latest = self.latest + _DAY
        year = datetime.fromtimestamp(latest, self._zone).year
        for each in range(year, year - _LEAP_YEARS_APART - 1, -1):
            try:
                if _moment(self._zone, each, month, day, hour, minute) <= latest:
                    return each
            except UnreadableTime:  # 29 February
                continue
        raise UnreadableTime(f"{month}-{day}")

    def _iso_minute(self, text: bytes) -> float:
        found = _ISO.match(text)
        if found is None:
            raise UnreadableTime(text)
        suffix = text[19:].lstrip(b".,0123456789 ")
        zone = self._zone
        if suffix in {b"Z", b"z"}:
            zone = UTC
        elif part := _ZONE.fullmatch(suffix):
            offset = timedelta(hours=int(part[2]), minutes=int(part[3]))
            if offset >= _ONE_DAY:
                raise UnreadableTime(text)
            zone = timezone(-offset if part[1] == b"-" else offset)
        elif suffix:
            raise UnreadableTime(text)
        year, month, day, hour, minute = map(int, found.groups())
        return _moment(zone, year, month, day, hour, minute)


class ForeseeingClock(Clock):
    """Begins in the midst of a log, as if it had read what comes before.

    ``taken`` is what it took each minute for, in their order; None where it could not read one. A
    clock that has read all of the log comes to the same if it was begun right.
    """

    def __init__(self, latest: float) -> None:
        super().__init__(latest)
        self.taken: list[tuple[bytes, float | None]] = []

    def begin(self, state: ClockState) -> None:
        self.state = state
        self.taken = []
        self._moments.clear()
        self._text = b""

    def _work_out(self, minute: bytes) -> float:
        at = None
        try:
            at = super()._work_out(minute)
        finally:
            self.taken.append((minute, at))
        return at


def _parts(day: bytes, time: bytes) -> tuple[int, int, int, int]:
    month = _MONTHS.get(day[:3])
    if time[2:3] + time[5:6] != b"::":
        raise UnreadableTime(time)
    if month is None or not (day[4:].lstrip() + time[:2] + time[3:5]).isdigit():
        raise UnreadableTime(day)
    return month, int(day[4:]), int(time[:2]), int(time[3:5])


def _moment(zone: tzinfo | None, year: int, month: int, day: int, hour: int, minute: int) -> float:
    if year not in _YEARS:
        raise UnreadableTime(f"{year}-{month}-{day}")
    try:
        return datetime(year, month, day, hour, minute, tzinfo=zone).timestamp()
    except (ValueError, OverflowError):
        raise UnreadableTime(f"{year}-{month}-{day}") from None


def _seconds(text: bytes) -> float:
    if not text.isdigit():
        raise UnreadableTime(text)
    return float(text)
