"""Time stamps without a year or a zone: across New Year, on leap days, and when clocks change."""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from gotrdns.mail_logs.formats.times import Clock, UnreadableTime

BERLIN = ZoneInfo("Europe/Berlin")


def utc(year: int, month: int, day: int, *rest: int) -> float:
    hour, minute, second = (*rest, 0, 0, 0)[:3]
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()


def stamp(at: float) -> bytes:
    return datetime.fromtimestamp(at, UTC).strftime("%b %e %H:%M:%S").encode()


def test_the_year_is_the_last_in_which_the_log_can_have_been_written() -> None:
    latest = utc(2026, 3, 1, 12)

    assert Clock(latest, UTC).read_syslog(b"Mar  1 11:59:59") == utc(2026, 3, 1, 11, 59, 59)
    assert Clock(latest, UTC).read_syslog(b"Mar  3 00:00:00") == utc(2025, 3, 3)


def test_a_log_leads_across_new_year() -> None:
    clock = Clock(utc(2026, 1, 5), UTC)

    assert clock.read_syslog(b"Dec 30 10:00:00") == utc(2025, 12, 30, 10)
    assert clock.read_syslog(b"Dec 31 23:59:59") == utc(2025, 12, 31, 23, 59, 59)
    assert clock.read_syslog(b"Jan  1 00:00:00") == utc(2026, 1, 1)


def test_a_late_line_of_december_stays_in_its_year() -> None:
    clock = Clock(utc(2026, 1, 5), UTC)
    clock.read_syslog(b"Dec 31 23:59:58")
    clock.read_syslog(b"Jan  1 00:00:00")

    assert clock.read_syslog(b"Dec 31 23:59:59") == utc(2025, 12, 31, 23, 59, 59)
    assert clock.read_syslog(b"Jan  1 00:00:01") == utc(2026, 1, 1, 0, 0, 1)


@pytest.mark.parametrize("latest", [utc(2028, 3, 2), utc(2029, 2, 1), utc(2031, 12, 31)])
def test_the_leap_day_is_of_a_year_that_has_it(latest: float) -> None:
    assert Clock(latest, UTC).read_syslog(b"Feb 29 12:00:00") == utc(2028, 2, 29, 12)


def test_a_leap_day_in_the_midst_of_a_year_without_one_is_unreadable() -> None:
    clock = Clock(utc(2026, 3, 5), UTC)
    clock.read_syslog(b"Feb 28 12:00:00")

    with pytest.raises(UnreadableTime):
        clock.read_syslog(b"Feb 29 12:00:00")
    assert clock.read_syslog(b"Mar  1 12:00:00") == utc(2026, 3, 1, 12)


@pytest.mark.parametrize("text", [b"Nov 23 17(33:02", b"Nov 23 17:33(02", b"Nov 23 17 33 02"])
def test_what_only_looks_like_a_time_is_unreadable(text: bytes) -> None:
    clock = Clock(datetime(2026, 11, 28, tzinfo=UTC).timestamp(), UTC)
    clock.read_syslog(b"Nov 23 17:33:01")  # whose minute is remembered
    with pytest.raises(UnreadableTime):
        clock.read_syslog(text)


def test_what_only_looks_like_a_full_time_is_unreadable() -> None:
    clock = Clock(datetime(2026, 11, 28, tzinfo=UTC).timestamp(), UTC)
    clock.read_iso(b"2026-11-23T17:33:01")
    with pytest.raises(UnreadableTime):
        clock.read_iso(b"2026-11-23T17:33(02")


def test_no_place_on_earth_is_a_day_ahead() -> None:
    clock = Clock(utc(2026, 11, 28), UTC)
    assert clock.read_iso(b"2026-11-23T17:33:02+14:00") == utc(2026, 11, 23, 3, 33, 2)
    for zone in (b"+24:00", b"-81:00", b"+23:99"):
        with pytest.raises(UnreadableTime):
            clock.read_iso(b"2026-11-23T17:33:02" + zone)


def test_summer_time_is_an_hour_ahead() -> None:
    clock = Clock(utc(2026, 11, 28), BERLIN)

    assert clock.read_syslog(b"Mar 29 01:59:59") == utc(2026, 3, 29, 0, 59, 59)
    assert clock.read_syslog(b"Mar 29 03:00:00") == utc(2026, 3, 29, 1)
    assert clock.read_syslog(b"Oct 25 01:59:59") == utc(2026, 10, 24, 23, 59, 59)
    assert clock.read_syslog(b"Oct 25 03:00:00") == utc(2026, 10, 25, 2)


def test_the_hour_that_comes_twice_is_read_as_the_first() -> None:
    clock = Clock(utc(2026, 11, 28), BERLIN)
    first = clock.read_syslog(b"Oct 25 02:30:00")

    assert first == utc(2026, 10, 25, 0, 30)
    assert clock.read_syslog(b"Oct 25 02:30:00") == first


def test_without_a_zone_it_is_this_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "<+03>-3")
    time.tzset()
    try:
        assert Clock(utc(2026, 11, 28)).read_syslog(b"Nov 23 03:00:00") == utc(2026, 11, 23)
        assert Clock(0.0).read_iso(b"2026-11-23T03:00:00") == utc(2026, 11, 23)
        assert Clock(0.0).read_iso(b"2026-11-23T03:00:00Z") == utc(2026, 11, 23, 3)
    finally:
        monkeypatch.undo()
        time.tzset()


@given(
    some.integers(int(utc(1995, 1, 1)), int(utc(2090, 1, 1))),
    some.lists(some.integers(0, 40 * 86_400), max_size=20),
)
def test_whatever_the_gaps_a_year_of_stamps_is_read_as_it_was(began: int, gaps: list[int]) -> None:
    times = [float(began)]
    for gap in gaps:
        if times[-1] + gap - began < 360 * 86_400:
            times.append(times[-1] + gap)
    clock = Clock(times[-1], UTC)

    assert [clock.read_syslog(stamp(at)) for at in times] == times


@given(some.datetimes(datetime(1995, 1, 1), datetime(2090, 1, 1)), some.integers(-14 * 60, 14 * 60))
def test_a_full_stamp_needs_no_guess(moment: datetime, minutes: int) -> None:
    zone = timedelta(minutes=minutes)
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    text = f"{moment:%Y-%m-%dT%H:%M:%S.%f}{sign}{hours:02}:{rest:02}"
    expected = moment.replace(microsecond=0, tzinfo=UTC) - zone

    assert Clock(0.0, UTC).read_iso(text.encode()) == expected.timestamp()


@pytest.mark.parametrize(
    "stamp", [b"0001-01-01T00:00:00+14:00", b"9999-12-31T23:59:59-12:00", b"1969-12-31 00:00:00"]
)
def test_a_year_in_which_nobody_logged_mail_is_of_a_damaged_line(stamp: bytes) -> None:
    with pytest.raises(UnreadableTime):
        Clock(0, UTC).read_iso(stamp)
