"""`gotrdns logs --complaint` as a program, on a real Postfix's log, before and after a repair.

Owns the way of one complaint. What the log says otherwise is tested with `test_mail_logs`.
"""

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.live import clients
from tests.live.internet import Internet
from tests.live.postfix import STOCK, STOCK_PERMANENT, UNCHECKED, Postfix
from tests.live.process import wait_until
from tests.live.program import gotrdns
from tests.live.resolver import Resolver
from tests.live.smtp import deliver, say
from tests.support.logged_day import a_business, turned_away

PAGE = (Path(__file__).parents[2] / "docs" / "complaints.md").read_text()
WRITTEN = datetime(2026, 11, 24, tzinfo=UTC).timestamp()
ZONE = "ttnet.net.tr."
ADDRESS = str(clients.FOUNDING.address)
HELO = "mail.business.example"
SENDER = "orders@business.example"
RIGHT = clients.RIGHT_PAIR


class Log:
    """What Postfix writes from now on."""

    def __init__(self, postfix: Postfix, directory: Path) -> None:
        self._path = postfix.mail_log
        self._copy = directory / "mail.log"
        self._begins = self._path.stat().st_size if self._path.exists() else 0

    def once(self, pattern: str) -> Path:
        """A copy of it, when there is such a line."""
        wait_until(lambda: re.search(pattern, self._text()) is not None, f"{pattern} logged")
        self._copy.write_text(self._text())
        return self._copy

    def _text(self) -> str:
        with self._path.open("rb") as log:
            log.seek(self._begins)
            return log.read().decode()


@pytest.fixture
def log(postfix: Postfix, cold_resolver: Resolver, tmp_path: Path) -> Log:
    assert cold_resolver.running
    return Log(postfix, tmp_path)


@pytest.fixture
def repaired(internet: Internet, cold_resolver: Resolver) -> Iterator[Callable[[], None]]:
    """Publishes the missing address when it is called; it is withdrawn afterwards."""
    server = internet.servers["provider"]

    def repair() -> None:
        record = f"dsl.static851056487 A {ADDRESS}\n"
        server.replace_zone(ZONE, lambda text: text + record)
        cold_resolver.flush()

    yield repair
    server.restore_zones()


def complain(
    internet: Internet, whom: str, log: Path, *options: str
) -> subprocess.CompletedProcess[str]:
    asking = ["--root-hints", str(internet.root_hints), "--private-servers"]
    return gotrdns("logs", "--complaint", whom, *asking, *options, str(log))


def told(internet: Internet, whom: str, log: Path, *options: str) -> dict[str, Any]:
    done = complain(internet, whom, log, "--json", *options)
    assert done.stderr == ""
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def turn_away(log: Log, times: int = 1, port: int = STOCK) -> Path:
    for _ in range(times):
        deliver(clients.FOUNDING.address, port, helo=HELO, sender=SENDER)
    return log.once(rf"(?s)(disconnect from unknown\[{re.escape(ADDRESS)}\].*){{{times}}}")


def test_a_complaint_is_answered_with_the_letter_and_later_with_the_repair(
    internet: Internet, log: Log, repaired: Callable[[], None]
) -> None:
    path = turn_away(log, 3)
    done = complain(internet, "business.example", path)
    assert (done.returncode, done.stderr) == (1, "")
    for piece in (
        f"\n{ADDRESS}: NOT REPAIRED\n",
        ": deferred 3 times: PTR name has no address\n",
        f"    450 4.7.25 Client host rejected: cannot find your hostname, [{ADDRESS}]\n",
        f"found by its HELO name {HELO}, senders of business.example\n",
        "    FAIL (forward-nodata): ",
        "\nTo: hostmaster@ttnet.net.tr\nSubject: Reverse DNS of 85.105.64.87: please publish ",
        f"    87.64.105.85.in-addr.arpa. IN PTR {HELO}.\n",
    ):
        assert piece in done.stdout
    repaired()
    done = complain(internet, "business.example", path)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"\n{ADDRESS}: repaired\n" in done.stdout
    assert "    PASS (confirmed): name and address confirm one another.\n" in done.stdout
    assert "Subject:" not in done.stdout


STATES = {
    "pass": "repaired",
    "fail": "not-repaired",
    "permerror": "not-repaired",
    "temperror": "cannot-be-told",
}


@pytest.mark.parametrize("result", STATES)
@pytest.mark.usefixtures("cold_resolver")
def test_of_every_client_it_is_known_whether_it_is_repaired(
    internet: Internet, tmp_path: Path, result: str
) -> None:
    meant = [each for each in clients.CLIENTS if each.result == result]
    log = tmp_path / "mail.log"
    log.write_text(
        "".join(
            line
            for each in meant
            for line in turned_away("11:00:00", str(each.address), SENDER, each.helo)
        )
    )
    stories = told(internet, SENDER, log, "--top", "20")["stories"]
    assert {each["address"] for each in stories} == {str(each.address) for each in meant}
    for story in stories:
        assert story["state"] == STATES[result], story["address"]
        assert story["explanation"]["result"] == result


def test_the_examples_in_the_documentation_are_what_it_prints(
    internet: Internet,
    repaired: Callable[[], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, after = re.findall(r"```console\n\$ gotrdns logs --complaint (.+?)```", PAGE, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TZ", "UTC")
    log = Path("mail.log")
    log.write_text("".join(a_business(SENDER, HELO)))
    os.utime(log, (WRITTEN, WRITTEN))  # its lines tell no year
    _assert_shown(internet, before, log)
    repaired()
    _assert_shown(internet, after, log)


def _assert_shown(internet: Internet, example: str, log: Path) -> None:
    """The example's pieces, between which something is left out, in their order."""
    arguments, _, shown = example.partition("\n")
    whom, name = arguments.split()
    assert name == log.name
    rest = complain(internet, whom, log).stdout
    for piece in shown.removesuffix("    ...\n").split("    ...\n"):
        assert piece in rest
        rest = rest.partition(piece)[2]


def test_after_a_repair_the_log_itself_shows_it(
    internet: Internet, log: Log, repaired: Callable[[], None]
) -> None:
    turn_away(log)
    repaired()
    taken_in = deliver(clients.FOUNDING.address, STOCK, helo=HELO, sender=SENDER)
    path = log.once(rf"{taken_in.queue_id}: from=<")
    answer = told(internet, SENDER, path, "--offline")
    [story] = answer["stories"]
    assert (answer["state"], story["standing"]) == ("repaired", "confirmed-since")
    assert [(each["event"], each["name"]) for each in story["chapters"]] == [
        ("deferred", None),
        ("taken-in", "dsl.static851056487.ttnet.net.tr"),
    ]
    assert complain(internet, SENDER, path, "--offline").returncode == 0


def test_a_story_of_many_ends_is_told_in_the_order_of_time(internet: Internet, log: Log) -> None:
    turn_away(log, 2)
    turn_away(log, 1, STOCK_PERMANENT)
    deliver(clients.FOUNDING.address, UNCHECKED, helo=HELO, sender=SENDER)
    say(ADDRESS, UNCHECKED, "QUIT")
    nowhere = ("someone@nowhere.example",)
    deliver(clients.FOUNDING.address, UNCHECKED, helo=HELO, sender=SENDER, recipients=nowhere)
    path = log.once(r"(?s)nowhere\.example.*disconnect from ")
    answer = told(internet, ADDRESS, path)
    [story] = answer["stories"]
    chapters = [(each["event"], each["cause"] or "", each["times"]) for each in story["chapters"]]
    assert sorted(chapters) == [
        ("connected", "", 1),
        ("deferred", "forward-nodata", 2),
        ("refused", "", 1),
        ("refused", "forward-nodata", 1),
        ("taken-in", "", 1),
    ]
    assert story["chapters"][0]["event"] == "deferred"
    assert story["last_rejection"]["reply"].startswith("550 5.7.25 Client host rejected: ")
    [other] = [each["reply"] for each in story["chapters"] if each["reply"]]
    assert other == "554 5.7.1 <...>: Relay access denied"
    assert (answer["state"], story["standing"]) == ("not-repaired", "same-cause")
    assert story["explanation"]["cause"] == "forward-nodata"
    assert [each["fixer"] for each in story["letters"]] == ["domain-owner", "address-owner"]


def test_trouble_with_dns_is_told_from_what_is_wrong(internet: Internet, log: Log) -> None:
    turn_away(log)
    path = log.once("disconnect")
    done = complain(internet, ADDRESS, path, "--resolver", "127.0.0.1:9", "--timeout", "1")
    assert (done.returncode, done.stderr) == (3, "")
    assert "whether it is repaired cannot be told" in done.stdout


def test_who_is_right_is_never_asked_about(internet: Internet, log: Log) -> None:
    taken_in = deliver(RIGHT.address, STOCK, helo=RIGHT.helo)
    path = log.once(rf"{taken_in.queue_id}: from=<")
    done = complain(internet, RIGHT.helo, path, "--resolver", "127.0.0.1:9")
    assert (done.returncode, done.stderr) == (0, "")
    assert "taken in: one message, as mail.harbour.example\n" in done.stdout


def test_the_name_that_the_host_is_to_have_goes_into_the_letter(
    internet: Internet, log: Log
) -> None:
    path = turn_away(log)
    done = complain(internet, ADDRESS, path, "--name", "mx.business.example")
    assert "87.64.105.85.in-addr.arpa. IN PTR mx.business.example.\n" in done.stdout
