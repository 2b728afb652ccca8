"""What of the pages' life is written to the log."""

import os
from pathlib import Path

from gotrdns.daemon.journal import Journal, Level
from gotrdns.daemon.page_watch import PageWatch
from gotrdns.web.connections import Closure
from gotrdns.web.means import Trouble
from tests.unit.stores import Clock


def test_floods_are_told_once_and_then_as_counts(tmp_path: Path) -> None:
    now = 0.0
    log = tmp_path / "log"
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT)
    watch = PageWatch(Journal(descriptor, Level.INFO), clock=lambda: now)
    for number in range(1000):
        watch.closed(Closure.GARBAGE, f"192.0.2.1:{number}")
        watch.closed(Closure.IDLE, "192.0.2.1:1")
        watch.failed(_fault())
    assert log.read_text().count("\n") == 2
    now = 61.0
    watch.tick()
    os.close(descriptor)
    first, fault, *later = [
        line.partition("level=")[2].strip() for line in log.read_text().splitlines()
    ]
    assert first == ("warning event=page-connection-closed kind=garbage count=1 peer=192.0.2.1:0")
    assert fault.startswith('error event=page-fault what="a page could not be made" error=')
    assert "where=test_page_watch.py:" in fault
    assert later[0].endswith("kind=garbage count=999 peer=192.0.2.1:999")
    assert "count=999" in later[1]


def test_trouble_is_told_at_once_and_a_flood_as_a_count(tmp_path: Path) -> None:
    clock = Clock(0.0)
    path = tmp_path / "log"
    with path.open("wb", buffering=0) as file:
        watch = PageWatch(Journal(file.fileno(), Level.INFO, lambda: 1_700_000_000.0), clock)
        watch.troubled(Trouble.PASSWORDS_UNUSABLE, "/etc/passwords holds no passwords")
        for number in range(50):
            watch.troubled(Trouble.LOGIN_REFUSED, f"192.0.2.{number}")
        clock.now += 61
        watch.tick()
    words = [line.partition("level=")[2] for line in path.read_text().splitlines()]
    assert words == [
        'warning event=passwords-unusable count=1 problem="/etc/passwords holds no passwords"',
        "warning event=login-refused count=1 visitor=192.0.2.0",
        "warning event=login-refused count=49 visitor=192.0.2.49",
    ]


def _fault() -> Exception:
    try:
        int("a mistake")
    except ValueError as error:
        return error
    raise AssertionError
