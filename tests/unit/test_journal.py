"""The log: nothing can forge a line, hold up an answer, or flood it."""

import os
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from gotrdns.daemon.journal import Journal, Level
from gotrdns.daemon.throttle import Alarms, Throttle
from gotrdns.policy import Alarm


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def logged(directory: Path, write: Callable[[Journal], None], level: Level = Level.INFO) -> str:
    path = directory / "log"
    with path.open("wb") as file:
        write(Journal(file.fileno(), level, lambda: 1_700_000_000.25))
    return path.read_text()


def test_an_event_is_one_line_of_named_values(tmp_path: Path) -> None:
    line = logged(
        tmp_path,
        lambda journal: journal.write(
            Level.INFO, "decision", client="192.0.2.1", name=None, text="two words", count=3
        ),
    )
    assert line == (
        "time=2023-11-14T22:13:20.250Z level=info event=decision client=192.0.2.1 "
        'text="two words" count=3\n'
    )


def test_lines_of_a_lower_level_are_left_out(tmp_path: Path) -> None:
    assert logged(tmp_path, lambda journal: journal.write(Level.DEBUG, "detail")) == ""


def test_a_log_that_cannot_be_written_stops_nothing_and_is_accounted_for() -> None:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    journal = Journal(writing, Level.INFO, time.time)
    for number in range(3000):
        journal.write(Level.INFO, "event", number=number, text="x" * 100)
    assert journal.dropped > 0
    dropped = journal.dropped
    while True:
        try:
            os.read(reading, 65_536)
        except BlockingIOError:
            break
    journal.write(Level.INFO, "after")
    lines = os.read(reading, 65_536).decode().splitlines()
    assert f"event=log-lines-dropped count={dropped}" in lines[0]
    assert "event=after" in lines[1]
    os.close(reading)
    journal.write(Level.INFO, "nobody listens")
    os.close(writing)
    journal.write(Level.INFO, "nothing is open")
    assert journal.dropped == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_full_disk_stops_nothing() -> None:
    with Path("/dev/full").open("wb", buffering=0) as full:
        journal = Journal(full.fileno(), Level.INFO, time.time)
        journal.write(Level.INFO, "event")
        assert journal.dropped == 1


class Turn:
    """An event loop's turn, which ends when told to."""

    def __init__(self) -> None:
        self._due: list[Callable[[], None]] = []

    def call_soon(self, callback: Callable[[], None]) -> None:
        self._due.append(callback)

    def end(self) -> None:
        due, self._due = self._due, []
        for callback in due:
            callback()


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    yield reading, writing
    os.close(reading)
    os.close(writing)


def waiting_lines(reading: int) -> list[str]:
    try:
        return os.read(reading, 65_536).decode().splitlines()
    except BlockingIOError:
        return []


def test_lines_of_one_turn_are_written_when_it_ends(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    turn = Turn()
    journal = Journal(writing, Level.INFO)
    journal.gather(turn.call_soon)
    for _ in range(2):
        journal.write(Level.INFO, "first")
        journal.write(Level.INFO, "second")
        assert waiting_lines(reading) == []
        turn.end()
        assert [line.rpartition("=")[2] for line in waiting_lines(reading)] == ["first", "second"]


def test_a_warning_does_not_wait_and_nothing_overtakes(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    journal = Journal(writing, Level.INFO)
    journal.gather(Turn().call_soon)
    journal.write(Level.INFO, "first")
    journal.write(Level.WARNING, "second")
    assert [line.rpartition("=")[2] for line in waiting_lines(reading)] == ["first", "second"]


def test_nothing_is_left_behind_at_the_end(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    turn = Turn()
    journal = Journal(writing, Level.INFO)
    journal.gather(turn.call_soon)
    journal.write(Level.INFO, "first")
    journal.stop_gathering()
    journal.write(Level.INFO, "second")
    turn.end()
    assert [line.rpartition("=")[2] for line in waiting_lines(reading)] == ["first", "second"]


def test_many_lines_of_one_turn_are_written_whole_and_accounted_for(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    turn = Turn()
    journal = Journal(writing, Level.INFO)
    journal.gather(turn.call_soon)
    for number in range(1000):
        journal.write(Level.INFO, "event", number=number, text="x" * 250)
    turn.end()
    lines = waiting_lines(reading)
    assert 0 < journal.dropped < 1000
    assert len(lines) + journal.dropped == 1000
    assert [f" number={number} " in line for number, line in enumerate(lines)] == [True] * len(
        lines
    )
    journal.write(Level.INFO, "after")
    turn.end()
    told, after = waiting_lines(reading)
    assert told.endswith(f"event=log-lines-dropped count={1000 - len(lines)}")
    assert after.endswith("event=after")


@pytest.mark.parametrize(
    "moment", [0.0, 1_700_000_000.0, 1_700_000_000.9996, 1_700_000_001.0, 1_699_999_999.5]
)
def test_a_line_tells_the_time_to_the_millisecond(pipe: tuple[int, int], moment: float) -> None:
    reading, writing = pipe
    times = iter([1_700_000_000.0, moment])
    journal = Journal(writing, Level.INFO, lambda: next(times))
    journal.write(Level.INFO, "first")
    journal.write(Level.INFO, "second")
    written = waiting_lines(reading)[1].partition(" ")[0].removeprefix("time=")
    assert abs(datetime.fromisoformat(written).timestamp() - moment) < 0.0011


def test_a_flood_is_told_once_and_then_counted() -> None:
    clock = Clock()
    told: list[tuple[str, int]] = []
    throttle = Throttle(lambda key, count: told.append((key, count)), clock)
    for _ in range(100):
        throttle.note("junk")
    throttle.tick()
    assert told == [("junk", 1)]
    clock.now += 60
    throttle.tick()
    assert told == [("junk", 1), ("junk", 99)]
    clock.now += 60
    throttle.tick()
    throttle.note("junk")
    assert told == [("junk", 1), ("junk", 99), ("junk", 1)]


def test_an_alarm_is_over_when_its_reason_is_and_it_stays_quiet() -> None:
    clock = Clock()
    reasons = {Alarm.RESOLVER_UNREACHABLE}
    over: list[tuple[Alarm, float]] = []
    alarms = Alarms(
        reasons.__contains__, lambda alarm, seconds: over.append((alarm, seconds)), clock
    )
    alarms.note(Alarm.RESOLVER_UNREACHABLE)
    clock.now += 100
    alarms.tick()
    assert over == []
    reasons.clear()
    alarms.note(Alarm.RESOLVER_UNREACHABLE)
    clock.now += 5
    alarms.tick()
    assert over == []
    clock.now += 5
    alarms.tick()
    alarms.tick()
    assert over == [(Alarm.RESOLVER_UNREACHABLE, 110.0)]
