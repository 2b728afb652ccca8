"""Moments, as people and as programs read them."""

from datetime import UTC, datetime
from typing import Final

_SHORT: Final = "%Y-%m-%d %H:%M"
_EXACT: Final = "%Y-%m-%d %H:%M:%S"
_DAY: Final = "%Y-%m-%d"


def short(moment: float) -> str:
    """To the minute, in local time."""
    return f"{_local(moment):{_SHORT}}"


def exact(moment: float) -> str:
    """To the second, in local time."""
    return f"{_local(moment):{_EXACT}}"


def zone(moment: float) -> str:
    """The name of the local time."""
    return _local(moment).tzname() or ""


def last_day_or_minute(moment: float) -> str:
    """When something ends: the last day of it where it ends with a day."""
    local = _local(moment)
    if local.hour or local.minute:
        return f"{local:{_SHORT}}"
    return f"{_local(moment - 60):{_DAY}}"


def utc(moment: float) -> str:
    """RFC 3339, to the second."""
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M:%SZ}"


def time_of_day(moment: float) -> str:
    """To the second, in UTC, where the day goes without saying."""
    return f"{datetime.fromtimestamp(moment, UTC):%H:%M:%S}"


def short_utc(moment: float) -> str:
    """To the minute, in UTC, where that is said elsewhere."""
    return f"{datetime.fromtimestamp(moment, UTC):{_SHORT}}"


def local_time_of_day(moment: float) -> str:
    """To the second, in local time, where the day goes without saying."""
    return f"{_local(moment):%H:%M:%S}"


def said_in_utc(moment: float) -> str:
    """To the minute, for readers anywhere."""
    return f"{short_utc(moment)} UTC"


def _local(moment: float) -> datetime:
    return datetime.fromtimestamp(moment).astimezone()
