"""Time stamps of logs: octets -> seconds since 1970, without a calendar's work for every line.

Owns the year that syslog leaves out, and the zone that most logs leave out: the reader's own, or the
one that was given.
"""

import calendar
import re
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Final

_MONTHS: Final = {
    name.encode(): number for number, name in enumerate(calendar.month_abbr) if number
}
_SYSLOG: Final = re.compile(rb"([A-Z][a-z]{2}) +(\d{1,2}) (\d\d):(\d\d)")
_ISO: Final = re.compile(rb"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)")
_ZONE: Final = re.compile(rb"([+-])(\d\d):?(\d\d)")
_HALF_A_YEAR: Final = 183 * 86_400.0
_REMEMBERED: Final = 4096


class UnreadableTime(ValueError):
    """The octets are no time stamp."""


class Clock:
    """Reads the time stamps of one log in the order of its lines.

    ``latest`` is when the log was last written, in seconds since 1970: no line of it is later, which
    gives the year where there is none. ``zone`` is the mail server's.
    """

    def __init__(self, latest: float, zone: tzinfo | None = None) -> None:
        self._zone = zone
        self._latest = latest
        self._year: int | None = None
        self._before = 0.0
        # By what stands before the seconds: most lines of a minute share it.
        self._minutes: dict[bytes, float] = {}

    def read_syslog(self, text: bytes) -> float:
        """``Nov 23 17:33:02``. Raises UnreadableTime."""
        minute = text[:12]
        base = self._minutes.get(minute)
        if base is None:
            base = self._remember(minute, self._syslog_minute(minute))
        return base + _seconds(text[13:15])

    def read_dated(self, day: bytes, year: bytes, time: bytes) -> float:
        """``Nov 23``, ``2026``, ``17:33:02``: as rsyslog and AIX can be told. Raises UnreadableTime."""
        key = b"%s %s %s" % (year, day, time[:5])
        base = self._minutes.get(key)
        if base is None:
            month = _MONTHS.get(day[:3])
            if month is None:
                raise UnreadableTime(day)
            parts = (int(year), month, int(day[4:]), int(time[:2]), int(time[3:5]))
            base = self._remember(key, self._moment(*parts))
        return base + _seconds(time[6:8])

    def read_iso(self, text: bytes) -> float:
        """``2026-11-23T17:33:02.123456+01:00``, with a space for the T too; the fraction is dropped.

        Raises UnreadableTime.
        """
        key = text[:16] + text[19:].lstrip(b".,0123456789")
        base = self._minutes.get(key)
        if base is None:
            base = self._remember(key, self._iso_minute(text))
        return base + _seconds(text[17:19])

    def _remember(self, key: bytes, base: float) -> float:
        if len(self._minutes) >= _REMEMBERED:
            self._minutes.clear()
        self._minutes[key] = base
        return base

    def _syslog_minute(self, text: bytes) -> float:
        found = _SYSLOG.fullmatch(text)
        month = _MONTHS.get(found[1]) if found else None
        if found is None or month is None:
            raise UnreadableTime(text)
        rest = (month, int(found[2]), int(found[3]), int(found[4]))
        if self._year is None:
            self._year = datetime.fromtimestamp(self._latest + 86_400, self._zone).year
            if self._moment(self._year, *rest) > self._latest + 86_400:
                self._year -= 1
        at = self._moment(self._year, *rest)
        if self._before - at > _HALF_A_YEAR:  # from December to January
            self._year += 1
            at = self._moment(self._year, *rest)
        self._before = max(at, self._before)
        return at

    def _moment(self, year: int, month: int, day: int, hour: int, minute: int) -> float:
        try:
            moment = datetime(year, month, day, hour, minute, tzinfo=self._zone)
        except ValueError:
            # 29 February of a log that was last written in another year.
            raise UnreadableTime(f"{year}-{month}-{day}") from None
        return moment.timestamp()

    def _iso_minute(self, text: bytes) -> float:
        found = _ISO.match(text)
        if found is None:
            raise UnreadableTime(text)
        suffix = text[19:].lstrip(b".,0123456789")
        zone = self._zone
        if suffix in {b"Z", b"z"}:
            zone = timezone.utc
        elif part := _ZONE.fullmatch(suffix):
            offset = timedelta(hours=int(part[2]), minutes=int(part[3]))
            zone = timezone(-offset if part[1] == b"-" else offset)
        elif suffix:
            raise UnreadableTime(text)
        try:
            return datetime(*map(int, found.groups()), tzinfo=zone).timestamp()  # type: ignore[arg-type, misc]
        except ValueError:
            raise UnreadableTime(text) from None


def _seconds(text: bytes) -> float:
    if not text.isdigit():
        raise UnreadableTime(text)
    return float(text)
