"""Where a verb finds its store, and the one clear line where it cannot be used."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from gotrdns.resolution.scripted import World
from tests.support.loopback_server import serve
from tests.unit.check_program import complaint, lines_of, run_here, run_program
from tests.unit.remembered import Remembered
from tests.unit.stores import url_of

pytestmark = pytest.mark.usefixtures("utc")

WORLD = """
10.30.20.81.in-addr.arpa. PTR mail.business.example.
mail.business.example. A 81.20.30.10
"""


@pytest.fixture(scope="module")
def resolver() -> Iterator[str]:
    with serve(World.parse(WORLD)) as place:
        yield place


@pytest.fixture
def kept(tmp_path: Path) -> Remembered:
    return Remembered(url_of(tmp_path / "store.sqlite3"))


def refusal(kept: Remembered, *arguments: str) -> str:
    return complaint(run_here("why", "--store", kept.url, *arguments))


def test_the_store_is_that_of_the_settings(kept: Remembered, tmp_path: Path, resolver: str) -> None:
    settings = tmp_path / "gotrdns.toml"
    settings.write_text(
        f'[policy]\nmode = "observe"\n[store]\nurl = "{kept.url}"\n'
        f'[resolver]\nservers = ["{resolver}"]\n'
    )
    done = run_program("why", "--settings", str(settings), "--json", "81.20.30.10")
    [told] = lines_of(done.stdout)
    assert isinstance(told["now"], dict) and told["now"]["cause"] == "confirmed"


def test_settings_that_cannot_be_used_are_told_of(tmp_path: Path) -> None:
    settings = tmp_path / "gotrdns.toml"
    assert complaint(run_here("why", "--settings", str(settings))) == (
        f"there are no settings at {settings}: name the daemon's with --settings FILE, or its "
        "store with --store URL"
    )
    settings.write_text('[policy]\nmode = "observe"\n[store]\nurl = "none"\n')
    assert complaint(run_here("why", "--settings", str(settings))) == (
        'nothing is kept: the settings say [store] url = "none"'
    )
    settings.write_text('[policy]\nmode = "observe"\n[store]\nurl = "here"\n')
    assert complaint(run_here("why", "--settings", str(settings))).startswith(f"{settings}:4: ")


def test_a_store_that_cannot_be_used_is_told_of(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    url = f"sqlite:///{path}"
    assert complaint(run_here("why", "--store", url)) == (
        f"there is no store at {path}: gotrdns serve makes it when it first starts"
    )
    path.write_bytes(b"")
    assert complaint(run_here("why", "--store", url)) == (
        f"the store {path} cannot be used: it has no tables yet: gotrdns serve makes them"
    )
    path.write_bytes(b"not a database " * 100)
    assert complaint(run_here("why", "--store", url)) == (
        f"the store {path} cannot be used: file is not a database"
    )
    assert complaint(run_here("why", "--store", "none")).startswith("--store: ")
    assert "four slashes" in complaint(run_here("why", "--store", "sqlite:///here"))
    assert complaint(run_here("why", "--store", f"sqlite:///{path}/below")).endswith(
        "Not a directory"
    )


def test_a_password_is_not_told(tmp_path: Path) -> None:
    url = f"postgresql://me:secret@/mail?host={tmp_path}"
    said = complaint(run_here("why", "--store", url))
    assert said.startswith("the store postgresql://me@/mail cannot be used: ")
    assert "secret" not in said


def alter(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(statement)
    connection.close()


def test_a_store_of_a_newer_or_older_program_is_told_of(kept: Remembered) -> None:
    for version, said in ((99, "is newer than this program's"), (0, "gotrdns serve upgrades it")):
        alter(kept.path, f"UPDATE state SET value = {version} WHERE name = 'schema'")
        assert said in refusal(kept)


def test_what_somebody_wrote_into_the_store_by_hand_is_told_of(
    kept: Remembered, resolver: str
) -> None:
    refused, business = kept.ids["refused"], kept.ids["business"]
    alter(kept.path, "UPDATE decisions SET reason = 'because'")
    assert "cannot be read: 'because'" in refusal(kept, "--no-now", refused)
    alter(kept.path, "UPDATE decisions SET address = 'nowhere'")
    assert "cannot be read: 'nowhere'" in refusal(kept, "--resolver", resolver, business)
    alter(kept.path, "UPDATE decisions SET action = 'shrug'")
    assert f"incident {refused} cannot be read" in refusal(kept, "--no-now", refused)


def test_a_store_that_another_locks_is_read_all_the_same(
    kept: Remembered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gotrdns.store.queries._PATIENCE", 0.2)
    business = kept.ids["business"]
    other = sqlite3.connect(kept.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    read = run_here("why", "--store", kept.url, "--no-now", "--json", business)
    assert [each["incident"] for each in lines_of(read.stdout)] == [business]
    assert refusal(kept, "--done", business) == (
        f"the store {kept.path} cannot be used: database is locked"
    )
    other.close()


def test_whoever_may_not_use_the_store_is_told_who_may(
    kept: Remembered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda _path, mode: not mode & os.W_OK)
    assert refusal(kept).startswith(f"the store {kept.path} may not be used by this user")
