"""The `doctor` verb: its options and exit statuses."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gotrdns.cli.verbs import program
from gotrdns.reports.examination import Check
from tests.unit.doctor.hosts import SETTINGS, FakeHost, log_of
from tests.unit.doctor.planted import not_validating, unsynchronised


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> FakeHost:
    fake = FakeHost()
    monkeypatch.setattr("gotrdns.doctor.machine.Machine", lambda: fake)
    return fake


def doctor(*arguments: str) -> Result:
    return CliRunner().invoke(program, ["doctor", *arguments])


def test_a_host_in_order_is_status_0(host: FakeHost) -> None:
    done = doctor()
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("Nothing is wrong.\n")
    assert host.asked != []


def test_a_note_is_status_0_and_a_warning_status_1(host: FakeHost) -> None:
    not_validating(host)
    assert doctor().exit_code == 0
    unsynchronised(host)
    done = doctor()
    assert (done.exit_code, done.stderr) == (1, "")
    assert "clock-unsynchronised" in done.stdout


def test_json_is_one_object(host: FakeHost) -> None:
    unsynchronised(host)
    done = doctor("--json")
    assert done.exit_code == 1
    assert done.stdout.count("\n") == 1
    printed = json.loads(done.stdout)
    assert printed["wrong"]
    assert {each["code"] for each in printed["checks"]} == {each.value for each in Check}


@pytest.mark.usefixtures("host")
def test_checks_are_chosen_by_their_codes_and_by_their_subjects() -> None:
    def made(*arguments: str) -> set[str]:
        return {each["code"] for each in json.loads(doctor("--json", *arguments).stdout)["checks"]}

    assert made("--only", "disk-space", "--only", "clock") == {
        "disk-space",
        "clock-right",
        "clock-synchronised",
    }
    everything = {each.value for each in Check}
    assert made("--skip", "resolver-local") == everything - {"resolver-local"}
    assert made("--only", "disk", "--skip", "disk-inodes") == {"disk-space"}
    assert made("--skip", "clock-unsynchronised") == everything - {"clock-synchronised"}


def test_a_check_that_is_left_out_is_not_wrong(host: FakeHost) -> None:
    unsynchronised(host)
    assert doctor("--skip", "clock-synchronised").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--only", "nonsense"], "--only: there is no check 'nonsense'"),
        (["--skip", "disk-ful"], "--skip: there is no check 'disk-ful'"),
        (["--address", "mail.example.org"], "--address: "),
        (["--resolver", "nonsense"], "--resolver: 'nonsense' is not a resolver"),
        (["surplus"], "unexpected extra argument"),
    ],
)
def test_a_wrong_command_line_is_status_2(arguments: list[str], said: str) -> None:
    done = doctor(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_options_say_what_is_examined(host: FakeHost) -> None:
    elsewhere = Path("/srv/gotrdns.toml")
    host.files[elsewhere] = host.files.pop(SETTINGS)
    host.files[Path("/srv/mail.log")] = log_of(*["172.17.0.1"] * 30)
    done = doctor(
        *("--json", "--settings", str(elsewhere), "--mail-log", "/srv/mail.log"),
        *("--address", "81.20.30.99", "--resolver", "127.0.0.9:5353"),
    )
    found = {each["fault"]: each for each in json.loads(done.stdout)["checks"] if each["fault"]}
    assert set(found) == {"clients-hidden", "sending-unconfirmed", "sending-helo-differs"}
    assert found["sending-unconfirmed"]["details"]["address"] == "81.20.30.99"
    assert "127.0.0.9:5353 answers" in done.stdout
