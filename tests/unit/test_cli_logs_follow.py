"""`gotrdns logs --follow`, as the program a shell starts it, on a log that is being written."""

import json
import os
import signal
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.following import Follower
from tests.unit.check_program import run_program

HELO = "mail.business.example"


def reply(client: int, answer: str = "450 4.7.25", helo: str = HELO, recipient: int = 0) -> str:
    stamp = f"{datetime.now(UTC):%b %e %H:%M:%S}"
    return (
        f"{stamp} mx postfix/smtpd[7]: NOQUEUE: reject: RCPT from unknown[192.0.2.{client}]: "
        f"{answer} Client host rejected: cannot find your hostname, [192.0.2.{client}]; "
        f"from=<me@business.example> to=<you{recipient}@our.example> proto=ESMTP helo=<{helo}>\n"
    )


def session(client: int, answer: str = "450 4.7.25", helo: str = HELO) -> str:
    stamp = f"{datetime.now(UTC):%b %e %H:%M:%S} mx postfix/smtpd[7]:"
    noted = f"warning: hostname static-{client}.isp.example does not resolve to address 192.0.2."
    return (
        f"{stamp} {noted}{client}\n{stamp} connect from unknown[192.0.2.{client}]\n"
        f"{reply(client, answer, helo)}{stamp} disconnect from unknown[192.0.2.{client}]\n"
    )


def write(log: Path, *texts: str) -> None:
    with log.open("a") as file:
        file.write("".join(texts))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "mail.log"
    write(path, session(1))
    return path


def test_what_happens_is_told_and_everything_is_reported_on(log: Path) -> None:
    with Follower(log) as follower:
        follower.wait_until_it_follows()
        write(log, session(2), session(3, answer="550 5.7.25"))
        lines = [follower.line(), follower.line()]
        report = follower.end()

    told = f"PTR name has other addresses, PTR static-2.isp.example, HELO {HELO}"
    assert lines[0][8:] == f"  deferred  192.0.2.2        {told}"
    assert lines[1][8:].startswith("  refused   192.0.2.3        PTR name has other addresses, PTR")
    assert report.startswith("\nmail.log: 12 lines\n")
    assert "3 clients: refused once, deferred 2 times\n" in report
    assert follower.status == 1


def test_programs_get_an_object_a_line_and_the_report_as_the_last(log: Path) -> None:
    with Follower(log, "--json") as follower:
        follower.wait_until_it_follows()
        write(log, session(2), session(2), "nothing\n")
        told = [follower.told(), follower.told()]
        last = json.loads(follower.end(signal.SIGTERM))

    assert told[0] == told[1] | {"time": told[0]["time"]}
    assert told[0].pop("time")[:10] == f"{datetime.now(UTC):%Y-%m-%d}"
    assert told[0] == {
        "fate": "deferred",
        "address": "192.0.2.2",
        "cause": "forward-mismatch",
        "name": "static-2.isp.example",
        "helo": HELO,
        "sender_domain": "business.example",
        "code": 450,
        "enhanced": "4.7.25",
    }
    assert (last["clients"], last["reverse_dns"]["deferred"], last["lines"]) == (2, 3, 13)
    assert follower.status == 1


def test_mailboxes_are_told_of_on_request(log: Path) -> None:
    with Follower(log, "--json", "--envelope") as follower:
        follower.wait_until_it_follows()
        write(log, session(2))
        assert follower.told()["envelope"] == {
            "sender": "me@business.example",
            "recipient": "you0@our.example",
        }


def test_what_a_client_has_happen_again_is_not_told_again(log: Path) -> None:
    with Follower(log) as follower:
        follower.wait_until_it_follows()
        write(log, *[reply(2, recipient=each) for each in range(50)], reply(3))
        assert "192.0.2.2" in follower.line()
        assert "192.0.2.3" in follower.line()
        report = follower.end()

    assert "deferred 52 times" in report


def test_nobody_is_told_of_who_is_turned_away_for_something_else(log: Path) -> None:
    greylisted = reply(2).replace("Client host rejected: cannot find your hostname", "Greylisted")
    with Follower(log) as follower:
        follower.wait_until_it_follows()
        write(log, greylisted.replace("4.7.25", "4.2.0"), reply(3))
        assert "192.0.2.3" in follower.line()


def test_a_zombie_is_no_reason_to_act(tmp_path: Path) -> None:
    log = tmp_path / "mail.log"
    write(log, reply(1, helo="user-pc").replace("business", "bank"))
    with Follower(log) as follower:
        follower.wait_until_it_follows()
        report = follower.end()

    assert report.startswith("mail.log: one line\n")  # nothing was told, so no line goes before
    assert follower.status == 0


def test_strangers_cannot_write_to_the_terminal(log: Path) -> None:
    with Follower(log) as follower:
        follower.wait_until_it_follows()
        write(log, session(2, helo="\x1b[31m\u202e"))
        assert r"HELO '\x1b[31m\u202e'" in follower.line()


def test_it_is_read_on_through_rotation(log: Path) -> None:
    with Follower(log, "--json") as follower:
        follower.wait_until_it_follows()
        log.rename(log.with_suffix(".log.1"))
        write(log.with_suffix(".log.1"), session(2))
        assert follower.told()["address"] == "192.0.2.2"
        write(log, session(3))
        assert follower.told()["address"] == "192.0.2.3"
        os.truncate(log, 0)
        write(log, reply(4))  # shorter than what was there
        assert follower.told()["address"] == "192.0.2.4"
        assert json.loads(follower.end())["clients"] == 4


def test_a_log_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    log = tmp_path / "mail.log"
    with Follower(log, "--json") as follower:
        follower.wait_for("mail.log is not there yet: waiting for it")
        write(log, session(1))
        assert follower.told()["address"] == "192.0.2.1"


def test_a_log_that_cannot_be_read_any_more_is_waited_for(log: Path) -> None:
    with Follower(log, "--json") as follower:
        follower.wait_until_it_follows()
        log.rename(log.with_suffix(".1"))
        log.mkdir()
        follower.wait_for("mail.log: Is a directory: waiting until it can be read")
        log.rmdir()
        write(log, session(2))
        assert follower.told()["address"] == "192.0.2.2"


def test_it_ends_at_the_moment_that_is_given(log: Path) -> None:
    moment = datetime.fromtimestamp(time.time() + 2, UTC)
    with Follower(log, "--json", "--until", f"{moment:%Y-%m-%dT%H:%M:%S}") as follower:
        follower.wait_until_it_follows()
        write(log, session(2))
        assert follower.told()["address"] == "192.0.2.2"
        assert json.loads(follower.rest())["clients"] == 2
    assert follower.status == 1


def test_a_moment_in_the_past_ends_it_once_everything_is_read(log: Path) -> None:
    done = run_program("logs", "--json", "--follow", "--until", "2026-01-01", str(log))
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["clients"] == 0


def test_a_second_interrupt_ends_it_at_once(tmp_path: Path) -> None:
    log = tmp_path / "mail.log"
    # So much to say that it waits for its reader.
    write(log, session(1))
    with Follower(log, "--json") as follower:
        follower.wait_until_it_follows()
        write(log, *[reply(each % 250 + 1, recipient=each) for each in range(2000)])
        follower.told()
        while follower.process.poll() is None:
            follower.process.send_signal(signal.SIGINT)
            time.sleep(0.01)
        follower.wait_for("interrupted")
        assert follower.status == 130


def test_a_reader_that_goes_away_ends_it(log: Path) -> None:
    with Follower(log) as follower:
        follower.wait_until_it_follows()
        assert follower.process.stdout is not None
        follower.process.stdout.close()
        assert follower.process.wait(10) == 141


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("mail.log", "mail.log.1"), "--follow takes the name of one file"),
        (("-",), "--follow takes the name of one file"),
        (("--csv", "mail.log"), "--follow and --csv: what happens is no table"),
        (("--html", "mail.log"), "--follow and --html: what happens is told line by line"),
        (
            ("--complaint", "a.example", "mail.log"),
            "--complaint and --follow: a story is told of what",
        ),
        (("/dev",), "/dev: only a file can be followed"),
        (("/dev/null",), "/dev/null: only a file can be followed"),
        (("tests/unit/conftest.py/log",), "tests/unit/conftest.py/log: Not a directory"),
    ],
)
def test_what_cannot_be_followed_is_said_in_one_line(
    arguments: tuple[str, ...], complaint: str
) -> None:
    done = run_program("logs", "--follow", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"gotrdns: {complaint}")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("begin", [b"\x1f\x8b\x08", b"BZh91", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd"])
def test_a_compressed_log_is_not_written_any_more(tmp_path: Path, begin: bytes) -> None:
    log = tmp_path / "log.1"
    log.write_bytes(begin + b"x" * 100)
    done = run_program("logs", "--follow", str(log))
    assert done.returncode == 2
    assert done.stderr.endswith("is compressed: only a log that is still written can be followed\n")
