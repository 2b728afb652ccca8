"""The `logs` verb, as the program a shell starts it, on what real mail servers logged."""

import csv
import gzip
import io
import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from gotrdns.cli.log_reading import Logs
from gotrdns.mail_logs.reading import Reading
from tests.unit.check_program import redirected, run_here, run_program

pytestmark = pytest.mark.usefixtures("utc")

LOGS = Path("tests/data/logs")
POSTFIX = str(LOGS / "postfix-3.7.11.log")
EXIM = str(LOGS / "exim-4.96.log")
ZOMBIE = (
    "Nov 23 17:33:02 mx postfix/smtpd[7]: connect from unknown[192.0.2.1]\n"
    "Nov 23 17:33:02 mx postfix/smtpd[7]: NOQUEUE: reject: RCPT from unknown[192.0.2.1]: 450 "
    "4.7.25 Client host rejected: cannot find your hostname, [192.0.2.1]; from=<me@bank.example> "
    "to=<you@our.example> proto=ESMTP helo=<user-pc>\n"
)


def told(*arguments: str) -> dict[str, object]:
    done = run_here("logs", "--json", *arguments)
    assert done.stderr == ""
    answer = json.loads(done.stdout)
    assert isinstance(answer, dict)
    return answer


def test_exims_log_is_told_of() -> None:
    done = run_program("logs", EXIM)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith(f"{EXIM}: 34 lines\n  2026-11-23 18:00 to 2026-11-23 18:00 (")
    assert (
        "  Turned away for reverse DNS  5 clients: refused 9 times, deferred 6 times\n"
        in done.stdout
    )
    assert "     gotrdns explain 127.0.77.2\n" in done.stdout


def test_the_causes_of_exims_log() -> None:
    causes = told(EXIM)["causes"]
    assert isinstance(causes, list)
    assert {each["cause"]: each["clients"] for each in causes} == {
        "no-ptr": 1,  # 127.0.77.1
        "forward-unconfirmed": 2,  # .2 and .3, which Exim does not tell apart itself
        "forward-nxdomain": 1,  # .3, by gotrdns
        "lookup-failed": 2,  # .4 and .5
        "forward-failed": 1,  # .5, by gotrdns
    }


def test_the_causes_of_postfixs_log() -> None:
    causes = told(POSTFIX)["causes"]
    assert isinstance(causes, list)
    found = {each["cause"] for each in causes}
    assert {"no-ptr", "no-ptr-or-reverse-failed", "forward-mismatch", "untold"} <= found


def test_nothing_private_is_told_unless_it_is_asked_for() -> None:
    for style in ((), ("--json",), ("--csv",), ("--html",)):
        done = run_here("logs", *style, POSTFIX, EXIM)
        assert "@" not in done.stdout.rpartition("</style>")[2]
        assert "test.example" not in done.stdout
    done = run_here("logs", "--envelope", EXIM)
    assert "from <a@good.example> to <b@test.example>" in done.stdout
    done = run_here("logs", "--envelope", "--html", EXIM)
    assert "<code>a@good.example</code>&gt; to &lt;<code>b@test.example</code>" in done.stdout


def test_zombies_alone_are_no_reason_to_act(tmp_path: Path) -> None:
    log = tmp_path / "mail.log"
    log.write_text(ZOMBIE)
    done = run_here("logs", str(log))
    assert done.returncode == 0
    assert "\nOne client looks like nobody's mail server: deferred once." in done.stdout


def test_standard_input_and_compressed_files_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    octets = gzip.compress(Path(EXIM).read_bytes())
    monkeypatch.chdir(tmp_path)  # a long name would be shortened
    packed = Path("mainlog.1.gz")
    packed.write_bytes(octets)
    done = run_program("logs", "--json", "-", str(packed), standard_input=ZOMBIE)
    answer = json.loads(done.stdout)
    assert answer["logs"] == [str(packed), "standard input"]
    assert (answer["lines"], answer["clients"], done.returncode) == (36, 6, 1)


def test_only_the_time_that_is_asked_about_counts() -> None:
    assert told("--until", "2026-11-23T18:00:38", EXIM)["clients"] == 0
    assert told("--since", "2026-11-23T18:00:42", EXIM)["clients"] == 2
    assert told("--since", "2026-11-23", "--until", "2026-11-23", EXIM)["clients"] == 5


def test_as_many_senders_are_told_of_as_are_asked_for() -> None:
    everyone = told(POSTFIX)
    assert everyone["likely"] == len(everyone["senders"])  # type: ignore[arg-type]
    assert len(told("--top", "1", POSTFIX)["senders"]) == 1  # type: ignore[arg-type]
    rows = list(csv.DictReader(io.StringIO(run_here("logs", "--csv", "--top", "2", EXIM).stdout)))
    assert [each["addresses"] for each in rows] == ["127.0.77.2", "127.0.77.3"]


def test_what_broke_off_is_read_as_far_as_it_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    octets = gzip.compress(Path(EXIM).read_bytes())[:-20]
    monkeypatch.chdir(tmp_path)  # a long name would be shortened
    packed = Path("mail.log.1.gz")
    packed.write_bytes(octets)
    done = run_here("logs", str(packed))
    assert done.returncode in (0, 1)
    assert done.stderr == f"gotrdns: {packed} is cut short: what is there was read\n"


def test_a_log_of_something_else_says_so(tmp_path: Path) -> None:
    log = tmp_path / "syslog"
    log.write_text("Nov 23 17:33:02 mx cron[7]: something\n")
    done = run_here("logs", str(log))
    assert done.returncode == 0
    assert "Nothing in it was written by a mail server" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((), 'no log: write the names of files, or "-" for standard input'),
        (("/nowhere/mail.log",), "/nowhere/mail.log: No such file or directory"),
        (("--json", "--csv", EXIM), "--json and --csv: only one form can be printed"),
        (("--html", "--csv", EXIM), "--csv and --html: only one form can be printed"),
        (("--csv", "--envelope", EXIM), "--envelope and --csv: the CSV has no column for"),
        (("--since", "soon", EXIM), "--since: 'soon' is no time"),
        (("tests/data",), "tests/data: Is a directory"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    arguments: tuple[str, ...], complaint: str
) -> None:
    done = run_program("logs", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"gotrdns: {complaint}")
    assert done.stderr.count("\n") == 1


def test_a_strange_file_name_does_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / os.fsdecode(b"\xff\x1b[31m.log")
    log.write_text(ZOMBIE)
    done = run_here("logs", str(log))
    assert "\x1b" not in done.stdout
    assert json.loads(run_here("logs", "--json", str(log)).stdout)["clients"] == 1
    monkeypatch.chdir(tmp_path)  # a long name would be shortened
    page = run_here("logs", "--html", log.name).stdout
    assert "\x1b" not in page and "\\x1b[31m.log" in page


def test_a_page_is_printed_with_as_many_senders_as_are_asked_for() -> None:
    done = run_program("logs", "--html", POSTFIX)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("<!DOCTYPE html>\n") and done.stdout.endswith("</html>\n")
    everyone = done.stdout.count('<section class="sender"')
    assert everyone == told(POSTFIX)["likely"]
    fewer = run_here("logs", "--html", "--top", "1", POSTFIX).stdout
    assert fewer.count('<section class="sender"') == 1
    assert f"{everyone - 1} more are not on this page: --top {everyone}" in fewer


def test_results_that_cannot_be_kept_are_complained_of() -> None:
    done = redirected(f"logs {EXIM} > /dev/full")
    assert done.returncode == 2


def test_a_program_is_told_the_whole_name_of_a_log(tmp_path: Path) -> None:
    log = tmp_path / f"{'long' * 40}.log"
    log.write_text(ZOMBIE)
    done = run_here("logs", "--json", str(log))
    assert json.loads(done.stdout)["logs"] == [str(log)]


def test_octets_of_a_name_that_are_no_text_are_escaped(tmp_path: Path) -> None:
    log = os.fsencode(tmp_path) + b"/mail\xff.log"
    with open(log, "w", encoding="ascii") as file:  # noqa: PTH123 - a name that is no text
        file.write(ZOMBIE)
    done = run_here("logs", "--json", os.fsdecode(log))
    assert json.loads(done.stdout)["logs"] == [f"{tmp_path}/mail\\udcff.log"]


@pytest.mark.parametrize("how", [(), ("--what-if", "strict", "--offline")])
def test_what_comes_through_a_pipe_is_not_lost(how: tuple[str, ...], tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    text = Path(POSTFIX).read_bytes()
    writing = threading.Thread(target=pipe.write_bytes, args=(text,))
    writing.start()
    answer = told(*how, str(pipe))
    writing.join()
    assert answer == told(*how, POSTFIX) | {"logs": [str(pipe)]}


def test_a_log_that_is_rotated_while_dns_is_asked_ends_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "mail.log"
    log.write_bytes(Path(POSTFIX).read_bytes())
    read = Logs.read

    def read_and_rotate(logs: Logs, *arguments: Any, **options: Any) -> Reading:
        reading = read(logs, *arguments, **options)
        log.rename(tmp_path / "mail.log.1")
        log.write_text(ZOMBIE)
        return reading

    monkeypatch.setattr(Logs, "read", read_and_rotate)
    done = run_here("logs", "--what-if", "strict", "--offline", str(log))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith(f"{log} was replaced or cut while it was read: try again\n")
