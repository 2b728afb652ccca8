"""Moments and spans as people write them."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from gotrdns.cli.times import read_end, read_moment, read_span

NOW = datetime(2026, 5, 31, 12, 0, tzinfo=UTC).timestamp()
HOUR, DAY = 3600.0, 86400.0


@pytest.fixture(autouse=True)
def istanbul(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Three hours before UTC, all the year."""
    monkeypatch.setenv("TZ", "<+03>-3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> float:
    return datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("90s", 90), ("10m", 600), ("1.5h", 5400), ("3d", 3 * DAY), ("2w", 14 * DAY)],
)
def test_a_span_has_a_unit_or_is_seconds(text: str, seconds: float) -> None:
    assert read_span(text) == seconds


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2h", NOW - 2 * HOUR),
        ("3d", NOW - 3 * DAY),
        ("2026-05-01", utc(2026, 4, 30, 21)),
        ("2026-05-01T14:30", utc(2026, 5, 1, 11, 30)),
        ("2026-05-01 14:30", utc(2026, 5, 1, 11, 30)),
        ("2026-05-01T14:30Z", utc(2026, 5, 1, 14, 30)),
        ("2026-05-01T14:30+02:00", utc(2026, 5, 1, 12, 30)),
        ("2026-05-01T00:00", utc(2026, 4, 30, 21)),
    ],
)
def test_a_moment_is_a_date_a_time_or_a_span_ago(text: str, moment: float) -> None:
    assert read_moment(text, NOW, end_of_day=False) == moment


def test_until_a_date_is_until_its_end() -> None:
    assert read_moment("2026-05-01", NOW, end_of_day=True) == utc(2026, 5, 1, 21)
    assert read_moment("2026-05-01T00:00", NOW, end_of_day=True) == utc(2026, 4, 30, 21)
    assert read_moment("2h", NOW, end_of_day=True) == NOW - 2 * HOUR


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("12h", NOW + 12 * HOUR),
        ("30d", utc(2026, 6, 30, 21)),
        ("1w", utc(2026, 6, 7, 21)),
        ("2026-12-31", utc(2026, 12, 31, 21)),
        ("2026-12-31T08:00", utc(2026, 12, 31, 5)),
    ],
)
def test_an_end_lies_ahead_and_whole_days_end_with_a_day(text: str, moment: float) -> None:
    assert read_end(text, NOW) == moment


def test_ends_given_as_days_do_not_differ_within_a_day() -> None:
    assert read_end("30d", NOW) == read_end("30d", NOW + 8 * HOUR)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2h30",
        "d",
        "-1d",
        "2026-13-01",
        "2026",
        "999999999d",
        "9999-12-31T99",
        "\u0662h",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises((ValueError, OverflowError, OSError)):
        read_moment(text, NOW, end_of_day=False)
    with pytest.raises((ValueError, OverflowError, OSError)):
        read_end(text, NOW)
