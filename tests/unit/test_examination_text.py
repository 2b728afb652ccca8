"""How the doctor's findings are told: to people, and to programs."""

import json
import string
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from gotrdns.reports import english_doctor as words
from gotrdns.reports.english_faults import FAULTS
from gotrdns.reports.examination import (
    Check,
    Fault,
    Finding,
    Obstacle,
    Severity,
    Subject,
    Unmade,
    Well,
    Wrong,
)
from gotrdns.reports.examination_json import encode_examination
from gotrdns.reports.examination_text import compose_examination, remedy, sentence
from gotrdns.reports.text import Style
from tests.unit.doctor.hosts import FakeHost, find
from tests.unit.doctor.planted import PLANTED
from tests.unit.doctor.test_obstacles import HINDERED

DOCUMENTATION = Path(__file__).parents[2] / "docs"
WELL = Well(Check.RESOLVER_ANSWERS, {"server": "127.0.0.1:53"})
NOTE = Wrong(Fault.STORE_NONE)
WARNING = Wrong(Fault.RESOLVER_REMOTE, {"server": "192.0.2.53:53", "cached": "31"})
ERROR = Wrong(Fault.DAEMON_SILENT, {"place": "/run/gotrdns/control", "reason": "No such file"})
UNKNOWN = Unmade(Check.DAEMON_CURRENT, Obstacle.NO_DAEMON)
SKIPPED = Unmade(Check.MILTER_DEFAULT_ACTION, Obstacle.NO_MILTER)


def every_finding() -> list[Finding]:
    """All that checks were seen to find, each kind of it at least once."""
    hosts = [*PLANTED.values(), *(plant for plant, _ in HINDERED.values())]
    found = find(FakeHost())
    for plant in hosts:
        host = FakeHost()
        plant(host)
        found += find(host)
    return found


def test_every_code_has_its_words() -> None:
    assert set(words.SUBJECTS) == set(Subject)
    assert set(words.SEVERITIES) == set(Severity)
    assert set(words.QUESTIONS) == set(words.WELL) == set(Check)
    assert set(FAULTS) == set(Fault)
    assert set(words.OBSTACLES) == set(Obstacle)


def test_every_fault_that_is_wrong_has_something_that_mends_it() -> None:
    for fault, (_, lines) in FAULTS.items():
        assert lines or fault.severity is Severity.INFO, fault


def test_codes_are_permanent_words() -> None:
    codes = [each.value for kind in (Check, Fault, Obstacle) for each in kind]
    assert all(set(code) <= {*string.ascii_lowercase, "-"} for code in codes)
    # `--only` and `--skip` take a check's code or a subject's.
    assert not {each.value for each in Check} & {each.value for each in Subject}
    assert not {each.value for each in Check} & {each.value for each in Fault}


def test_all_that_is_found_can_be_told_within_80_columns() -> None:
    found = every_finding()
    assert {each.fault for each in found if isinstance(each, Wrong)} == set(PLANTED)
    assert {each.obstacle for each in found if isinstance(each, Unmade)} == set(Obstacle)
    for each in found:
        assert sentence(each)
        assert "{" not in "".join((sentence(each), *remedy(each))).replace("{ unix:private", "")
    text = compose_examination(found)
    assert [line for line in text.splitlines() if len(line) > 80] == []


def test_what_is_wrong_comes_first_and_the_gravest_of_it() -> None:
    text = compose_examination([WELL, NOTE, WARNING, SKIPPED, UNKNOWN, ERROR])
    assert text.startswith("Something is wrong: 1 error and 1 warning. 4 of 5 checks could be made")
    parts = ("daemon-silent", "resolver-remote", "store-none", "(daemon-current)", "no milter")
    places = [text.index(each) for each in (*parts, "127.0.0.1:53 answers")]
    assert places == sorted(places)


def test_a_host_in_order_says_so_first() -> None:
    assert compose_examination([WELL, NOTE]).startswith("Nothing is wrong.\n")
    assert "could be made" not in compose_examination([WELL, NOTE, SKIPPED])


@pytest.mark.parametrize(
    ("findings", "counts"),
    [([ERROR], "1 error."), ([ERROR, ERROR], "2 errors."), ([WARNING] * 3, "3 warnings.")],
)
def test_what_is_wrong_is_counted(findings: list[Finding], counts: str) -> None:
    assert f"Something is wrong: {counts}\n" in compose_examination(findings)


def test_what_mends_it_stands_below_ready_to_be_copied() -> None:
    text = compose_examination([ERROR])
    assert "\n    systemctl start gotrdns   # or: gotrdns serve\n" in text


def test_the_same_obstacle_is_told_once_with_all_that_it_hinders() -> None:
    found = [
        Unmade(check, Obstacle.NO_DAEMON) for check in (Check.DAEMON_CURRENT, Check.DAEMON_HEALTHY)
    ]
    text = compose_examination(found)
    assert text.count("No daemon answers.") == 1
    assert "(daemon-current, daemon-healthy)" in text


def test_nothing_that_was_read_on_the_host_can_steer_the_terminal() -> None:
    hostile = "\x1b[2J\x07\u202ename\nERROR"
    found = Wrong(Fault.CHROOT_RESOLV_CONF_STALE, {"copy": hostile, "original": hostile})
    for line in (sentence(found), *remedy(found)):
        assert line.isprintable()
    assert "\\x1b[2J" in compose_examination([found])


def test_colour_is_the_callers_business() -> None:
    def paint(text: str, style: Style) -> str:
        return f"<{style.value}>{text}</>"

    text = compose_examination([ERROR, WARNING], paint)
    assert "<bad>ERROR  daemon-silent</>" in text
    assert "<unsure>WARNING  resolver-remote</>" in text


def test_json_has_every_check_with_its_codes_and_words() -> None:
    found: list[Finding] = [ERROR, WELL, UNKNOWN]
    printed = json.loads(encode_examination(found, "1.2.3"))
    assert (printed["version"], printed["wrong"]) == ("1.2.3", True)
    error, well, unknown = printed["checks"]
    assert error == {
        "code": "daemon-answers",
        "severity": "error",
        "fault": "daemon-silent",
        "obstacle": None,
        "seen": "No daemon answers at /run/gotrdns/control (No such file): Postfix goes without "
        "the check.",
        "remedy": ["systemctl start gotrdns   # or: gotrdns serve"],
        "details": {"place": "/run/gotrdns/control", "reason": "No such file"},
    }
    assert (well["severity"], well["fault"], well["remedy"]) == ("ok", None, [])
    assert (unknown["severity"], unknown["obstacle"]) == ("unknown", "no-daemon")


def test_notes_and_obstacles_are_not_wrong() -> None:
    printed = json.loads(encode_examination([WELL, NOTE, UNKNOWN, SKIPPED], "1.2.3"))
    assert printed["wrong"] is False
    assert msgspec.json.decode(encode_examination([], "1.2.3"))["checks"] == []


def test_the_page_of_the_documentation_is_what_is_said() -> None:
    written = subprocess.run(
        [sys.executable, DOCUMENTATION / "generate_doctor.py"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert written.stdout == (DOCUMENTATION / "doctor.md").read_text()
    for each in (*Check, *Fault, *Obstacle):
        assert each.value in written.stdout
