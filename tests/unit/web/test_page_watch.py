"""What of the pages' life is written to the log."""

import os
from pathlib import Path

from gotrdns.daemon.journal import Journal, Level
from gotrdns.daemon.page_watch import PageWatch
from gotrdns.web.connections import Closure


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


def _fault() -> Exception:
    try:
        int("a mistake")
    except ValueError as error:
        return error
    raise AssertionError
