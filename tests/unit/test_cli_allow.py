"""The `allow` verb, as the program a shell starts."""

import sqlite3
import subprocess
import time
from datetime import date, timedelta
from pathlib import Path

import pytest

from gotrdns.policy.allowances import DEFAULT_DAYS, SEEN_FIXED
from gotrdns.store.queries import Store
from tests.unit.check_program import lines_of, run_here, run_program
from tests.unit.stores import url_of

pytestmark = pytest.mark.usefixtures("utc")

LAST_DAY = date.today() + timedelta(days=DEFAULT_DAYS)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "anna")


class Site:
    """A store, and the verb."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.url = url_of(path)
        Store(self.url, create=True).close()

    def allow(self, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return run_here("allow", command, "--store", self.url, *arguments)

    def add(self, target: str, *arguments: str, reason: str = "a friend") -> str:
        """What it says when it succeeds, in one line."""
        done = self.allow("add", target, "--reason", reason, *arguments)
        assert (done.returncode, done.stderr) == (0, "")
        assert max(map(len, done.stdout.splitlines())) <= 80
        return " ".join(done.stdout.split())

    def listed(self, *arguments: str) -> list[dict[str, object]]:
        done = self.allow("list", "--json", *arguments)
        assert done.returncode == 0
        return lines_of(done.stdout)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "store.sqlite3")


@pytest.mark.parametrize(
    ("target", "options", "whom", "kind", "value"),
    [
        ("[85.105.64.87]", [], "the client 85.105.64.87", "address", "85.105.64.87"),
        ("85.105.64.87/32", [], "the client 85.105.64.87", "address", "85.105.64.87"),
        ("85.105.64.0/24", [], "clients in 85.105.64.0/24", "network", "85.105.64.0/24"),
        ("2A00::/48", [], "clients in 2a00::/48", "network", "2a00::/48"),
        (
            "Mail.Example.org",
            [],
            "clients named mail.example.org or below it, where the name leads back to them",
            "name",
            "mail.example.org",
        ),
        (
            "joe@example.org",
            [],
            "senders at example.org, from clients that its SPF or MX covers",
            "sender-domain",
            "example.org",
        ),
        (
            "example.org",
            ["--kind", "sender-domain"],
            "senders at example.org, from clients that its SPF or MX covers",
            "sender-domain",
            "example.org",
        ),
    ],
)
def test_an_exception_is_made_for_what_the_target_is(
    site: Site, target: str, options: list[str], whom: str, kind: str, value: str
) -> None:
    said = site.add(target, *options)
    assert said.startswith(f"Exception 1: {whom}; until {LAST_DAY}.")
    [listed] = site.listed()
    assert (listed["kind"], listed["target"]) == (kind, value)


def test_the_program_makes_and_lists_an_exception(site: Site) -> None:
    added = run_program("allow", "add", "--store", site.url, "85.105.64.87", "--reason", "ours")
    assert (added.returncode, added.stderr) == (0, "")
    listed = run_program("allow", "list", "--store", site.url)
    assert listed.stdout.splitlines()[1].split() == [
        *("1", "85.105.64.87", str(LAST_DAY), "0", "-", "anna", "ours")
    ]


def test_the_json_of_an_exception(site: Site) -> None:
    site.add("85.105.64.87", "--until", "2099-12-31", reason="a customer's\nsupplier")
    [listed] = site.listed()
    created = str(listed.pop("created"))
    assert created.startswith(f"{date.today()}T") and created.endswith("Z")
    assert listed == {
        "number": 1,
        "kind": "address",
        "target": "85.105.64.87",
        "reason": "a customer's\\x0asupplier",
        "author": "anna",
        "ends": "2100-01-01T00:00:00Z",
        "holds": True,
        "hits": 0,
        "last_hit": None,
        "note": None,
    }


def test_the_same_again_says_so_and_only_ever_prolongs(site: Site) -> None:
    target = "mail.example.org"
    site.add(target)
    assert site.add(target).startswith("Exception 1 holds already: ")
    assert site.add(target, "--until", "1d").endswith(f"until {LAST_DAY}. Nothing is changed.")
    longer = site.add(target, "--until", "2099-12-31", reason="a longer story")
    assert longer.startswith("Exception 1 lasts longer now: ")
    assert longer.endswith(f"until 2099-12-31, not until {LAST_DAY}.")
    lasting = site.add(target, "--for-ever", reason="it is ours")
    assert lasting.endswith("; for ever, not until 2099-12-31.")
    assert site.add(target).endswith("; for ever. Nothing is changed.")
    [listed] = site.listed()
    assert (listed["reason"], listed["ends"]) == ("it is ours", None)


def test_an_address_is_told_that_its_exception_may_end_earlier(site: Site) -> None:
    early = "It ends earlier if the client is seen to pass for a week."
    assert site.add("85.105.64.87").endswith(early)
    assert early not in site.add("85.105.64.0/24")


def test_an_author_is_who_ran_sudo_or_is_logged_in(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.add("85.105.64.1", "--author", "the boss")
    site.add("85.105.64.2")
    monkeypatch.delenv("SUDO_USER")
    site.add("85.105.64.3")
    authors = [each["author"] for each in site.listed()]
    assert authors[:2] == ["the boss", "anna"]
    assert authors[2] not in {"", "anna", "the boss"}


def test_exceptions_are_listed_with_their_hits_and_why_they_ended(site: Site) -> None:
    for target in ("85.105.64.1", ".example.org", "@example.org", "85.105.64.0/24"):
        site.add(target)
    site.allow("remove", "@example.org", "--reason", "they moved")
    now = time.time()
    change_by_hand(
        site.path,
        f"UPDATE allowances SET note = '{SEEN_FIXED}', ends = {now - 60} WHERE number = 1",
        "UPDATE allowances SET hits = 1234, hit_at = 1800000000 WHERE number = 2",
        f"UPDATE allowances SET ends = {now - 60} WHERE number = 4",
    )
    shown = site.allow("list").stdout.splitlines()
    assert shown == [
        "NO  FOR           UNTIL       HITS  LAST HIT          BY    REASON",
        f" 2  .example.org  {LAST_DAY}  1234  2027-01-15 08:00  anna  a friend",
    ]
    everything = site.allow("list", "--all").stdout.splitlines()
    assert [line.split()[0] for line in everything[1:]] == ["1", "2", "3", "4"]
    assert everything[1].endswith("a friend  the client has passed for a week")
    assert everything[2].endswith("a friend")
    assert everything[3].endswith("a friend  removed by anna: they moved")
    assert everything[4].endswith("a friend  its time was up")
    assert [each["holds"] for each in site.listed("--all")] == [False, True, False, False]
    assert [each["number"] for each in site.listed()] == [2]


def change_by_hand(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    with connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def test_where_there_are_none_that_is_said_aside(site: Site) -> None:
    done = site.allow("list")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "gotrdns: no exception holds; --all shows those that ended\n"
    assert site.allow("list", "--all").stderr == "gotrdns: there are no exceptions\n"
    assert site.allow("list", "--json").stdout == ""


@pytest.mark.parametrize("target", ["1", "85.105.64.87", "[85.105.64.87]"])
def test_an_exception_is_ended_by_its_number_or_its_target(site: Site, target: str) -> None:
    site.add("85.105.64.87")
    done = site.allow("remove", target)
    assert (done.returncode, done.stdout) == (
        0,
        "Exception 1 ends now: the client 85.105.64.87.\n",
    )
    again = site.allow("remove", target)
    assert (again.returncode, again.stdout) == (1, "")
    assert again.stderr.endswith("that holds\n")
    assert site.listed() == []


def test_an_exception_of_another_kind_is_left_alone(site: Site) -> None:
    site.add("example.org")
    assert site.allow("remove", "@example.org").returncode == 1
    assert site.allow("remove", "example.org", "--kind", "sender-domain").returncode == 1
    assert site.allow("remove", ".example.org").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["0.0.0.0/0", "--reason", "x"], "no exception for 0.0.0.0/0: it is wider than a /16"),
        (["10.0.0.0/8", "--reason", "x"], "no exception for 10.0.0.0/8: it is not public"),
        (["co.uk", "--reason", "x"], "no exception for co.uk: strangers register"),
        (["@co.uk", "--reason", "x"], "no exception for co.uk: strangers register"),
        (["com", "--reason", "x"], "'com' is a whole top-level domain"),
        (["85.105.64.87/24", "--reason", "x"], "'85.105.64.87/24' has bits set after its prefix"),
        (["mfrggzdfmztwq2lk", "--reason", "x"], "an incident is no client"),
        (["a\x1b[31m.example", "--reason", "x"], "no exception for a\\027[31m.example: it cannot"),
        (["a.example", "--kind", "address", "--reason", "x"], "'a.example' is not an IPv4"),
        (["a.example", "--kind", "tribe", "--reason", "x"], "--kind: 'tribe' is not one of"),
        (["a.example"], "missing option '--reason'"),
        (["--reason", "x"], "missing argument 'TARGET'"),
        (["a.example", "--reason", "\t "], "--reason is empty: say why"),
        (["a.example", "--reason", "x", "--until", "2020-01-01"], "--until lies in the past"),
        (["a.example", "--reason", "x", "--until", "soon"], "--until: 'soon' is no time"),
        (
            ["a.example", "--reason", "x", "--until", "1d", "--for-ever"],
            "--until and --for-ever cannot go together",
        ),
    ],
)
def test_what_must_not_be_is_refused_in_one_line(
    site: Site, arguments: list[str], said: str
) -> None:
    done = site.allow("add", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"gotrdns: {said}")
    assert done.stderr.count("\n") == 1
    assert site.listed("--all") == []


def test_hostile_reasons_and_authors_cannot_steer_the_terminal(site: Site) -> None:
    hostile = "\x1b[31mx\x07\r\u202e"
    site.add("85.105.64.87", "--author", hostile, reason=hostile)
    for options in ([], ["--json"]):
        shown = site.allow("list", *options).stdout
        assert shown.replace("\n", "").isprintable() and shown.isascii()


def test_without_a_command_or_a_store_it_says_what_is_missing(tmp_path: Path) -> None:
    done = run_program("allow")
    assert (done.returncode, done.stderr) == (
        2,
        "gotrdns: missing command (see gotrdns allow --help)\n",
    )
    path = tmp_path / "absent.sqlite3"
    for command in (["list"], ["add", "a.example", "--reason", "x"], ["remove", "1"]):
        done = run_here("allow", *command, "--store", url_of(path))
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == (
            f"gotrdns: there is no store at {path}: gotrdns serve makes it when it first starts\n"
        )
    assert not path.exists()


@pytest.mark.parametrize("command", ["add", "list", "remove"])
def test_the_help_of_each_command_has_an_example_and_its_exit_status(command: str) -> None:
    done = run_program("allow", command, "--help")
    assert f"gotrdns allow {command}" in done.stdout
    assert "Exit status" in done.stdout
    assert f"{DEFAULT_DAYS}d" in done.stdout or command != "add"
