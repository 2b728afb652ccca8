"""The store in PostgreSQL: what is asked of it and what is changed in it is as in SQLite."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gotrdns.policy.allowances import AllowanceKind
from gotrdns.store.exceptions import Granted
from gotrdns.store.queries import Store
from tests.support.postgresql import PostgreSQL
from tests.unit.check_program import lines_of, run_program
from tests.unit.remembered import Remembered
from tests.unit.stores import url_of

SUBJECTS = [
    [],
    ["85.105.64.87"],
    ["85.105.64.0/24"],
    ["85.105.0.0/16"],
    ["2001:470::/32"],
    ["host10.provider.example"],
    [".provider.example"],
    [".tr"],
    ["business.example"],
    ["--sender", "business.example", "--limit", "1"],
    ["--since", "2027-01-16", "--until", "2027-01-17T12:00Z"],
    ["--follow-up"],
    ["--follow-up", ".example"],
    ["nobody.example"],
]


@pytest.fixture(scope="module")
def url(postgresql: PostgreSQL) -> str:
    return postgresql.url


@pytest.fixture(scope="module")
def stores(url: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Remembered, Remembered]:
    """The same decisions in PostgreSQL and in SQLite."""
    path = tmp_path_factory.mktemp("store") / "store.sqlite3"
    return Remembered(url), Remembered(url_of(path))


def told(kept: Remembered, arguments: list[str]) -> tuple[int, list[dict[str, object]]]:
    """What `why` says, with what each decision is about for its id."""
    done = run_program("why", "--store", kept.url, "--json", "--no-now", *arguments)
    names = {incident: name for name, incident in kept.ids.items()}
    decisions = lines_of(done.stdout)
    for each in decisions:
        each["incident"] = names[str(each["incident"])]
    return done.returncode, decisions


@pytest.mark.parametrize("arguments", SUBJECTS, ids=" ".join)
def test_both_databases_tell_the_same(
    stores: tuple[Remembered, Remembered], arguments: list[str]
) -> None:
    in_postgresql, in_sqlite = stores
    assert told(in_postgresql, arguments) == told(in_sqlite, arguments)


def test_a_follow_up_is_done_once(url: str) -> None:
    kept = Remembered(url)
    business = kept.ids["business"]
    outcomes = [run_program("why", "--store", url, "--done", business) for _ in range(2)]
    assert [each.returncode for each in outcomes] == [0, 1]


def test_exceptions_are_made_prolonged_listed_and_ended(url: str) -> None:
    def allow(command: str, *arguments: str) -> tuple[int, str]:
        done = run_program("allow", command, "--store", url, *arguments)
        return done.returncode, done.stdout

    assert allow("add", "85.105.64.87", "--reason", "ours")[0] == 0
    assert "holds already" in allow("add", "85.105.64.87", "--reason", "ours")[1]
    assert "lasts longer" in allow("add", "85.105.64.87", "--reason", "ours", "--for-ever")[1]
    assert len(lines_of(allow("list", "--json")[1])) == 1
    assert allow("remove", "85.105.64.87")[0] == 0
    assert allow("remove", "85.105.64.87")[0] == 1


def test_of_many_who_make_the_same_exception_at_once_all_but_one_prolong(url: str) -> None:
    Store(url, create=True).close()

    def add(number: int) -> Granted:
        with Store(url) as store:
            return store.add_allowance(
                AllowanceKind.NAME, "a.example", reason="", author="", ends=4e9 + number
            )

    with ThreadPoolExecutor(8) as pool:
        granted = list(pool.map(add, range(8)))
    assert sum(each.before is None for each in granted) == 1
    with Store(url) as store:
        assert [each.ends for each in store.list_allowances()] == [4e9 + 7]


def test_a_server_that_is_gone_is_one_line(tmp_path: Path) -> None:
    done = run_program("why", "--store", f"postgresql://gotrdns@/postgres?host={tmp_path}")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def test_a_number_larger_than_any_is_none(url: str) -> None:
    with Store(url, create=True) as store:
        for number in (2**31, 10**15, 10**30):
            assert not store.end_allowance(number, "no such number")
