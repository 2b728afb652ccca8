"""`logs --what-if`, as the program a shell starts it, on a week of a small site's mail."""

import csv
import io
import json
import os
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gotrdns.policy.allowances import AllowanceKind
from gotrdns.resolution.scripted import World
from gotrdns.store.queries import Store
from tests.support.loopback_server import serve
from tests.unit.check_program import complaint, run_here, run_program
from tests.unit.stores import url_of
from tests.unit.week_of_mail import TODAY, a_week

pytestmark = pytest.mark.usefixtures("utc")

EXIM = "tests/data/logs/exim-4.96.log"


@pytest.fixture(scope="module")
def resolver() -> Iterator[str]:
    with serve(World.parse(TODAY)) as place:
        yield place


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("logs") / "mail.log"
    path.write_text(a_week())
    return str(path)


def settings_in(directory: Path, mode: str, more: str = "") -> str:
    path = directory / "gotrdns.toml"
    path.write_text(f'[policy]\nmode = "{mode}"\n{more}')
    return str(path)


def asking(resolver: str) -> tuple[str, ...]:
    return ("--resolver", resolver, "--rate", "1000")


def told(what: str, *arguments: str) -> tuple[int, dict[str, Any]]:
    done = run_here("logs", "--json", "--what-if", what, *arguments)
    assert done.stderr == ""
    answer = json.loads(done.stdout)
    assert isinstance(answer, dict)
    return done.returncode, answer


def outcomes(answer: dict[str, Any]) -> dict[tuple[str, str], int]:
    return {(each["was"], each["would"]): each["attempts"] for each in answer["outcomes"]}


def test_protect_is_told_of_with_what_dns_says_today(resolver: str, log: str) -> None:
    status, answer = told("protect", *asking(resolver), log)
    assert status == 1
    assert outcomes(answer) == {
        ("taken-in", "let-in"): 87,
        ("taken-in", "deferred"): 6,
        ("taken-in", "refused"): 1,
        ("deferred", "deferred"): 150,
        ("deferred", "let-in"): 1,
    }
    assert answer["otherwise"] == 50
    assert answer["vouchers"] == {"spf": {"attempts": 4, "clients": 1}}
    by_domain = {each["domain"]: each for each in answer["senders"]}
    assert set(by_domain) == {"eddorre.com", "partner.example", "repaired.example"}
    assert by_domain["repaired.example"]["confirmed_today"] is True
    [exception] = answer["exceptions"]
    assert shlex.split(exception)[:4] == ["gotrdns", "allow", "add", "85.105.64.87"]


def test_strict_is_told_of(resolver: str, log: str) -> None:
    status, answer = told("strict", *asking(resolver), log)
    assert status == 1
    assert outcomes(answer)["taken-in", "refused"] == 10
    assert answer["helo_unknown"] == 0


def test_observe_turns_nobody_away(resolver: str, log: str, tmp_path: Path) -> None:
    status, answer = told("observe", *asking(resolver), log)
    assert (status, answer["mode"], answer["rehearsed"]) == (0, "observe", "strict")
    assert outcomes(answer)["taken-in", "refused"] == 10
    settings = settings_in(tmp_path, "observe", 'rehearse = "protect"\n[store]\nurl = "none"\n')
    status, answer = told(settings, *asking(resolver), log)
    assert (status, answer["rehearsed"], answer["settings"]) == (0, "protect", settings)
    assert outcomes(answer)["taken-in", "refused"] == 1


def test_the_settings_and_the_exceptions_of_their_store_count(
    resolver: str, log: str, tmp_path: Path
) -> None:
    url = url_of(tmp_path / "store.sqlite3")
    more = f'pass-networks = ["81.20.50.0/24"]\n[store]\nurl = "{url}"\n'
    settings = settings_in(tmp_path, "protect", more)
    status, answer = told(settings, *asking(resolver), log)  # there is no store yet
    assert status == 1
    assert [each["domain"] for each in answer["senders"] if each["would_be_refused"]] == [
        "eddorre.com"
    ]
    with Store(url, create=True) as store:
        store.add_allowance(
            AllowanceKind.ADDRESS, "85.105.64.87", reason="known", author="me", ends=None
        )
    status, answer = told(settings, *asking(resolver), log)
    assert status == 0
    assert outcomes(answer)["taken-in", "let-in"] == 94
    reasons = {each["rule"]: each["taken_in"] for each in answer["reasons"]}
    assert (reasons["allowed"], reasons["listed-network"]) == (4, 3)


def test_offline_nothing_is_asked_and_what_depends_on_dns_is_undecided(log: str) -> None:
    status, answer = told("protect", "--offline", log)
    assert status == 3
    assert outcomes(answer)["taken-in", "undecided"] == 10
    status, answer = told("strict", "--offline", log)
    assert status == 1
    assert outcomes(answer)["taken-in", "refused"] == 7  # what the log itself shows
    assert outcomes(answer)["taken-in", "undecided"] == 3


def test_nothing_that_was_taken_in_is_lost(log: str) -> None:
    # The first day's confirmed client alone.
    status, answer = told("protect", "--offline", "--until", "2026-11-23T08:00", log)
    assert (status, answer["senders"]) == (0, [])


def test_the_text_ends_with_lines_for_a_shell(resolver: str, log: str) -> None:
    done = run_program("logs", "--what-if", "protect", *asking(resolver), log)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines()[-1] == (
        "gotrdns allow add 85.105.64.87 --reason 'eddorre.com: 4 messages that were taken in would "
        "be turned away'"
    )


def test_each_sender_is_a_line_of_the_csv(resolver: str, log: str) -> None:
    done = run_here("logs", "--csv", "--what-if", "protect", *asking(resolver), log)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [each["domain"] for each in rows] == [
        "eddorre.com",
        "partner.example",
        "repaired.example",
    ]


def test_mailboxes_are_told_on_request_alone(resolver: str, log: str) -> None:
    arguments = ("logs", "--what-if", "protect", *asking(resolver))
    for style in ((), ("--json",), ("--csv",)):
        assert "@" not in run_here(*arguments, *style, log).stdout
    assert "from <orders@eddorre.com>" in run_here(*arguments, "--envelope", log).stdout


def test_standard_input_is_read_twice(log: str) -> None:
    text = Path(log).read_text()
    done = run_program(
        "logs", "--json", "--what-if", "strict", "--offline", "-", standard_input=text
    )
    answer = json.loads(done.stdout)
    assert (answer["logs"], answer["lines"]) == (["standard input"], len(text.splitlines()))
    assert outcomes(answer)["taken-in", "refused"] == 7


def test_settings_may_be_in_a_file_whose_name_is_no_text(tmp_path: Path, log: str) -> None:
    path = settings_in(tmp_path, "strict", '[store]\nurl = "none"\n')
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.toml")
    Path(path).rename(odd)
    assert told(odd, "--offline", log)[1]["settings"] == f"{tmp_path}/\\udcff.toml"


def test_exims_log_is_replayed() -> None:
    status, answer = told("strict", "--offline", EXIM)
    assert (status, answer["lines"]) == (0, 34)
    # All of them are loopback addresses, which are no client's.
    assert {would for _, would in outcomes(answer)} == {"let-in"}


def test_what_cannot_be_used_is_told_in_one_line(log: str, tmp_path: Path) -> None:
    def refused(*arguments: str) -> str:
        return complaint(run_here("logs", *arguments, log))

    assert refused("--what-if", "strickt") == (
        "--what-if: strickt is neither a mode (observe, strict, protect) nor a settings file"
    )
    broken = settings_in(tmp_path, "protekt")
    assert refused("--what-if", broken).startswith(f"{broken}:2: ")
    assert refused("--offline").startswith("--offline is for --complaint and --what-if")
    assert refused("--rate", "5").startswith("--rate is for --what-if")
    assert refused("--what-if", "strict", "--complaint", "a.example").startswith("--complaint and ")
    assert refused("--what-if", "strict", "--resolver", "nowhere").startswith(
        "'nowhere' is not a resolver"
    )


def test_a_page_is_printed_with_the_same_exit_status(resolver: str, log: str) -> None:
    done = run_here("logs", "--what-if", "protect", "--html", *asking(resolver), log)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("<!DOCTYPE html>\n") and done.stdout.endswith("</html>\n")
    assert "Of 94 messages that were taken in, 1 from one sender would be refused" in done.stdout
    assert "orders@eddorre.com" not in done.stdout
    private = run_here("logs", "--what-if", "protect", "--html", "--envelope", "--offline", log)
    assert private.returncode == 3
    assert "orders@eddorre.com" in private.stdout


def test_a_page_tells_of_as_many_senders_as_asked_for(log: str) -> None:
    asked = ("logs", "--what-if", "strict", "--html", "--offline", log)
    assert 'id="senders-1-2"' in run_here(*asked).stdout
    fewer = run_here(*asked, "--top", "1").stdout
    assert 'id="senders-1-1"' in fewer
    assert 'id="senders-1-2"' not in fewer
    assert "not on this page: --top 2" in fewer
