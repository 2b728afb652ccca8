"""Where decisions are kept: what may be set, and what is refused in words."""

import sys

import pytest

from gotrdns.policy import InvalidSetting
from gotrdns.store.settings import DAY, StoreSettings


@pytest.mark.parametrize(
    "url",
    [
        "none",
        "sqlite:////var/lib/gotrdns/gotrdns.sqlite3",
        "postgresql://gotrdns@db.example/gotrdns",
        "postgresql:///gotrdns?host=/run/postgresql",
    ],
)
def test_a_place_that_can_be_used_is_taken(url: str) -> None:
    assert StoreSettings(url=url).url == url


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "neither"),
        ("/var/lib/gotrdns.sqlite3", "neither"),
        ("mysql://host/db", "neither"),
        ("sqlite://", "four slashes"),
        ("sqlite:///gotrdns.sqlite3", "four slashes"),
        ("sqlite:////", "four slashes"),
        ("postgres://host/db", "must begin with postgresql://"),
        ("postgresql+psycopg2://host/db", "must begin with postgresql://"),
        ("postgresql://", "names no database"),
    ],
)
def test_a_place_that_cannot_be_used_is_refused_in_words(url: str, said: str) -> None:
    with pytest.raises(InvalidSetting, match=said) as refused:
        StoreSettings(url=url)
    assert refused.value.key == "url"


def test_postgresql_without_its_driver_is_refused_without_giving_the_password_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(InvalidSetting, match="pip install") as refused:
        StoreSettings(url="postgresql://gotrdns:secret@db.example/gotrdns")
    assert "secret" not in str(refused.value)


def test_retention_is_told_in_seconds() -> None:
    assert StoreSettings(retention_days=2).retention == 2 * DAY


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("none", ""),
        ("sqlite:////var/lib/gotrdns/a.sqlite3", "sqlite:////var/lib/gotrdns/a.sqlite3"),
        ("postgresql://host/db", "postgresql://host/db"),
        ("postgresql://joe@host:5433/db", "postgresql://joe@host:5433/db"),
        ("postgresql://joe:s3cret@host/db", "postgresql://joe@host/db"),
        ("postgresql://joe:s3c@ret@host/db?password=s3cret", "postgresql://joe@host/db"),
        ("postgresql:///db?host=/run/postgresql&user=joe&password=s3cret", "postgresql:///db"),
    ],
)
def test_a_place_is_shown_without_its_secrets(url: str, place: str) -> None:
    assert StoreSettings(url=url).place == place
