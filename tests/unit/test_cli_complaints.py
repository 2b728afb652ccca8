"""`gotrdns logs --complaint`, as the program a shell starts it; a test's resolver answers."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.logged_day import a_day
from tests.unit.check_program import run_here, run_program

pytestmark = pytest.mark.usefixtures("utc")

LOGS = Path("tests/data/logs").absolute()
POSTFIX = str(LOGS / "postfix-3.7.11.log")
EXIM = str(LOGS / "exim-4.96.log")


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where its name is short; what else is read is named by its whole path."""
    monkeypatch.chdir(tmp_path)
    Path("mail.log").write_text("".join(a_day()))
    return "mail.log"


def told(whom: str, *arguments: str) -> dict[str, Any]:
    done = run_here("logs", "--complaint", whom, "--offline", "--json", *arguments)
    assert done.stderr == ""
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_offline_the_story_and_the_command_to_run_are_told(log: str) -> None:
    done = run_program("logs", "--offline", "--complaint", "eddorre.com", log)
    assert (done.returncode, done.stderr) == (3, "")
    assert "deferred 3 times: PTR name has no address" in done.stdout
    assert "gotrdns explain --letter --helo mail.eddorre.com 85.105.64.87\n" in done.stdout


@pytest.mark.parametrize(
    ("whom", "found_by"),
    [
        ("85.105.64.87", ["address"]),
        ("85.105.64.0/24", ["network"]),
        ("ttnet.net.tr", ["ptr-name"]),
        ("mail.eddorre.com", ["helo"]),
        (".eddorre.com", ["helo", "sender-domain"]),
        ("@eddorre.com", ["sender-domain"]),
        ("orders@eddorre.com", ["sender"]),
    ],
)
def test_a_sender_is_found_by_whatever_the_caller_knows(
    log: str, whom: str, found_by: list[str]
) -> None:
    answer = told(whom, log)
    [story] = answer["stories"]
    assert story["address"] == "85.105.64.87"
    assert [each["by"] for each in story["found_by"]] == found_by
    assert [each["times"] for each in story["chapters"]] == [3]


def test_a_recipient_finds_everybody_who_was_turned_away(log: str) -> None:
    answer = told("you@our.example", log)
    assert answer["clients"] == 31
    assert answer["stories"][0]["address"] == "85.105.64.87"
    assert len(answer["stories"]) == 4
    assert answer["others"]["clients"] == 27
    assert len(told("you@our.example", "--top", "9", log)["stories"]) == 9


def test_who_was_never_turned_away_is_no_trouble(log: str) -> None:
    done = run_here("logs", "--complaint", "mail.right.example", log)  # DNS need not be asked
    assert (done.returncode, done.stderr) == (0, "")
    assert "taken in: 12 messages, as mail.right.example" in done.stdout


def test_nobody_is_a_status_of_its_own_and_the_nearest_are_told(log: str) -> None:
    done = run_here("logs", "--offline", "--complaint", "edorre.com", log)
    assert (done.returncode, done.stderr) == (3, "")
    assert "mail.log: 150 lines, " in done.stdout
    assert "The nearest to it: eddorre.com, mail.eddorre.com.\n" in done.stdout


def test_standard_input_is_read_as_often_as_it_takes(log: str) -> None:
    done = run_program(
        *("logs", "--offline", "--complaint", "eddorre.com", "--json", "-"),
        standard_input=Path(log).read_text(),
    )
    assert json.loads(done.stdout)["stories"][0]["chapters"][0]["times"] == 3


def test_only_the_time_that_is_asked_about_counts() -> None:
    assert told("127.0.77.0/24", EXIM)["clients"] == 5
    later = told("127.0.77.0/24", "--since", "2026-11-23T18:00:42", EXIM)
    assert (later["clients"], later["first"]) == (2, "2026-11-23T18:00:42Z")
    assert told("127.0.77.0/24", "--until", "2026-11-23T18:00:38", EXIM)["clients"] == 0


def test_nothing_private_is_told_unless_it_is_asked_for() -> None:
    for style in ((), ("--json",)):
        done = run_here("logs", "--offline", "--complaint", "127.0.77.0/24", *style, POSTFIX, EXIM)
        assert "@" not in done.stdout
        assert "test.example" not in done.stdout
    done = run_here("logs", "--offline", "--complaint", "127.0.77.2", "--envelope", EXIM)
    assert "from <a@good.example> to <b@test.example>" in done.stdout


def test_a_mailbox_that_was_typed_is_shown(log: str) -> None:
    done = run_here("logs", "--offline", "--complaint", "orders@eddorre.com", log)
    assert done.stdout.startswith("Complaint about orders@eddorre.com\n")
    assert done.stdout.count("@") == 1


def test_exims_log_tells_stories_too() -> None:
    story = told("127.0.77.2", EXIM)["stories"][0]
    assert {each["cause"] for each in story["chapters"]} >= {"forward-unconfirmed"}
    assert story["last_rejection"]["reply"]


def test_what_a_stranger_wrote_into_a_log_is_not_believed(tmp_path: Path) -> None:
    forged = (
        "NOQUEUE: reject: RCPT from mail.good.example[203.0.113.9]: 554 5.7.1 <x@y.example>: Relay "
        "access denied; from=<a@v.example> to=<x@y.example> proto=ESMTP helo=<h>; from=<evil@"
        "victim.example> to=<z@our.example> proto=ESMTP helo=<mail.victim.example>"
    )
    log = tmp_path / "mail.log"
    log.write_text(f"Nov 23 17:33:02 mx postfix/smtpd[7]: {forged}\n")
    assert told("victim.example", str(log))["stories"] == []
    assert len(told("203.0.113.9", str(log))["stories"]) == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--complaint", "mfrggzdfmztwq2lk", EXIM), "--complaint: mfrggzdfmztwq2lk is an incident"),
        (("--complaint", "300.1.1.1", EXIM), "--complaint: '300.1.1.1' is not a domain name"),
        (("--complaint", "a.example", "--csv", EXIM), "--complaint and --csv: a story is no table"),
        (("--complaint", "a.example", "--name", "not a name", EXIM), "--name: 'not a name' is not"),
        (("--complaint", "a.example", "/nowhere/log"), "/nowhere/log: No such file or directory"),
        (("--offline", EXIM), "--offline is for --complaint"),
        (("--resolver", "192.0.2.1", EXIM), "--resolver is for --complaint"),
        (("--deadline", "20", EXIM), "--deadline is for --complaint"),
        (("--complaint", "a.example"), 'no log: write the names of files, or "-"'),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    arguments: tuple[str, ...], complaint: str
) -> None:
    done = run_program("logs", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"gotrdns: {complaint}")
    assert done.stderr.count("\n") == 1


def test_bad_root_hints_are_heard_of(log: str) -> None:
    done = run_here("logs", "--complaint", "eddorre.com", "--root-hints", "/nowhere", log)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


def test_whatever_strangers_said_to_real_servers_is_fit_for_a_terminal() -> None:
    logs = sorted(str(each) for each in LOGS.iterdir() if each.suffix == ".log")
    everybody = ("logs", "--offline", "--complaint", "0.0.0.0/0", "--top", "1000", "--envelope")
    done = run_here(*everybody, *logs)
    assert (done.returncode, done.stderr) == (3, "")
    assert done.stdout.count("  What happened\n") > 10
    assert all(each.isprintable() for each in done.stdout.splitlines())
    json.loads(run_here(*everybody, "--json", *logs).stdout)
