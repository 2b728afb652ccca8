"""Where the log goes: standard error, journald's stream behind it, or journald's own socket."""

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from gotrdns.daemon.journal import Journal, Level
from gotrdns.daemon.log_lines import Records
from gotrdns.daemon.log_outlets import JournaldSocket
from gotrdns.daemon.log_spelling import spelling
from gotrdns.settings import LogSettings


class Journald:
    """A socket that takes records, as journald's does."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.bind(str(path))

    def records(self) -> list[dict[str, str]]:
        """Those that came in since the last time."""
        found: list[dict[str, str]] = []
        while True:
            try:
                data = self._socket.recv(1 << 18)
            except BlockingIOError:
                return found
            found.append(dict(line.split("=", 1) for line in data.decode().splitlines()))

    def close(self) -> None:
        self._socket.close()
        self.path.unlink()


@pytest.fixture
def journald(tmp_path: Path) -> Iterator[Journald]:
    taking = Journald(tmp_path / "journald")
    yield taking
    taking.close()


class Log:
    """A journal whose standard error is a file."""

    def __init__(self, directory: Path, *, is_stream: bool = False) -> None:
        self._path = directory / "log"
        self._file = self._path.open("wb")
        status = os.fstat(self._file.fileno())
        self.journal = Journal(
            self._file.fileno(),
            Level.INFO,
            lambda: 1_700_000_000.25,
            stream=f"{status.st_dev}:{status.st_ino}" if is_stream else "8:1",
            journald=directory / "journald",
        )

    def lines(self) -> list[str]:
        return self._path.read_text().splitlines()

    def close(self) -> None:
        self.journal.close()
        self._file.close()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    opened = Log(tmp_path)
    yield opened
    opened.close()


def test_standard_error_gets_text_with_its_time_unless_told_otherwise(log: Log) -> None:
    log.journal.follow(LogSettings())
    log.journal.write(Level.INFO, "x", count=1)
    assert log.lines() == ["time=2023-11-14T22:13:20.250Z level=info event=x count=1"]


def test_standard_error_that_journald_reads_gets_priorities_and_no_time(tmp_path: Path) -> None:
    log = Log(tmp_path, is_stream=True)
    log.journal.write(Level.INFO, "x", count=1)
    log.journal.follow(LogSettings(format="json"))
    log.journal.write(Level.ERROR, "y", count=2)
    log.close()
    assert log.lines() == ["<6>event=x count=1", '<3>{"event":"y","count":2}']


def test_json_goes_on_standard_error_an_object_a_line(log: Log) -> None:
    log.journal.follow(LogSettings(format="json"))
    log.journal.write(Level.INFO, "x", listen=("unix:/a", "inet:127.0.0.1:1"))
    [line] = log.lines()
    assert json.loads(line)["listen"] == ["unix:/a", "inet:127.0.0.1:1"]


def test_journald_gets_a_record_an_event_and_standard_error_nothing(
    log: Log, journald: Journald
) -> None:
    log.journal.follow(LogSettings(to="journal"))
    log.journal.write(Level.WARNING, "x", helo="two words")
    [record] = journald.records()
    assert record == {
        "PRIORITY": "4",
        "SYSLOG_IDENTIFIER": "gotrdns",
        "GOTRDNS_EVENT": "x",
        "GOTRDNS_HELO": "two words",
        "MESSAGE": 'event=x helo="two words"',
    }
    assert log.lines() == []


def test_without_journald_standard_error_is_told_and_written_until_it_is_there(
    log: Log, tmp_path: Path
) -> None:
    wanted = LogSettings(to="journal")
    log.journal.follow(wanted)
    log.journal.write(Level.INFO, "x")
    assert [line.split(" ", 2)[2] for line in log.lines()] == [
        "event=without-journald to=stderr",
        "event=x",
    ]
    late = Journald(tmp_path / "journald")
    log.journal.follow(wanted)
    log.journal.write(Level.INFO, "y")
    assert [record["GOTRDNS_EVENT"] for record in late.records()] == ["y"]
    late.close()


def test_a_journald_that_takes_nothing_stops_nothing_and_is_told_later(
    log: Log, journald: Journald
) -> None:
    journal = log.journal
    journal.follow(LogSettings(to="journal"))
    for number in range(2000):
        journal.write(Level.INFO, "x", number=number)
    dropped = journal.dropped
    assert 0 < dropped < 2000
    taken = journald.records()
    assert [each["GOTRDNS_NUMBER"] for each in taken] == list(map(str, range(2000 - dropped)))
    journal.write(Level.INFO, "after")
    told, after = journald.records()
    assert (told["GOTRDNS_EVENT"], told["GOTRDNS_COUNT"]) == ("log-lines-dropped", str(dropped))
    assert (told["PRIORITY"], after["GOTRDNS_EVENT"]) == ("4", "after")
    assert journal.dropped == 0


def test_a_journald_that_is_started_anew_is_found_again(log: Log, tmp_path: Path) -> None:
    first = Journald(tmp_path / "journald")
    log.journal.follow(LogSettings(to="journal"))
    first.close()
    log.journal.write(Level.INFO, "lost")
    second = Journald(tmp_path / "journald")
    log.journal.write(Level.INFO, "kept")
    events = [record["GOTRDNS_EVENT"] for record in second.records()]
    assert events == ["log-lines-dropped", "kept"]
    second.close()


def test_records_of_one_turn_are_taken_until_there_is_no_room(journald: Journald) -> None:
    outlet = JournaldSocket(journald.path, Records(spelling("text")))
    record = outlet.lines.line(Level.INFO, outlet.lines.words(event="x"))
    taken = outlet.put([record] * 2000)
    assert 0 < taken < 2000
    assert len(journald.records()) == taken
    outlet.close()


def test_a_changed_form_is_followed_by_what_was_remembered_too(log: Log) -> None:
    journal = log.journal
    words = journal.remember(lambda text: {"event": text})
    journal.write_timed(Level.INFO, words("x"), 0.001)
    journal.follow(LogSettings(format="json"))
    journal.write_timed(Level.INFO, words("x"), 0.001)
    first, second = log.lines()
    assert first.endswith("event=x elapsed_ms=1.0")
    assert json.loads(second)["elapsed_ms"] == 1.0
