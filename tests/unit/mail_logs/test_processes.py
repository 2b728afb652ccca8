"""Several processes read what one reads: the same facts in the same order, and the same counts."""

import gzip
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.mail_log_lines import MailLog
from gotrdns.mail_logs.facts import Fact
from gotrdns.mail_logs.formats.readers import READERS, WITH_SENDERS, Readers
from gotrdns.mail_logs.formats.times import Clock
from gotrdns.mail_logs.processes import ReadingProcessEnded, ReadingProcesses
from gotrdns.mail_logs.reading import Gleaner, Reading, glean, read_facts
from gotrdns.mail_logs.sources.opening import Damage, File
from tests.unit.mail_logs.lines_read import LATEST
from tests.unit.mail_logs.test_reading import EXIM_LINE

SMALL = 10_000  # octets of a batch: many come of a small log
PIECE = 3_000


@pytest.fixture(scope="module")
def processes() -> Iterator[ReadingProcesses]:
    with ReadingProcesses(3, batch=SMALL) as three:
        yield three


def generated(seed: int, lines: int = 8_000) -> bytes:
    """Half an hour before New Year is its begin."""
    return "".join(f"{line}\n" for line in MailLog(seed).lines(lines)).encode()


class Pieces:
    """A log that comes in pieces, and now and then not at all."""

    name = "-"
    size: int | None = None
    octets = 0

    def __init__(self, octets: bytes, *sizes: int, latest: float = LATEST) -> None:
        self.latest = latest
        self.damages: list[Damage] = []
        self._octets = octets
        self._sizes = sizes

    def pieces(self) -> Iterator[bytes]:
        start = 0
        for size in itertools.cycle(self._sizes):
            if start >= len(self._octets):
                return
            yield self._octets[start : start + size]
            start += size


def read(
    octets: bytes, way: Gleaner, *sizes: int, readers: Readers = READERS
) -> tuple[list[Fact], dict[str, object]]:
    reading = Reading()
    source = Pieces(octets, *(sizes or (PIECE,)))
    facts = [
        fact for some in read_facts([source], reading, readers=readers, glean=way) for fact in some
    ]
    return facts, {**vars(reading), "source": None}


@pytest.mark.parametrize("readers", [READERS, WITH_SENDERS], ids=["clients", "senders"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_three_read_what_one_reads_across_new_year(
    processes: ReadingProcesses, seed: int, readers: Readers
) -> None:
    octets = generated(seed)
    one = read(octets, glean, readers=readers)

    assert read(octets, processes.glean, readers=readers) == one
    facts, _ = one
    assert len(facts) > 1_000
    assert b"Dec 31" in octets and b"Jan  1" in octets
    assert max(fact.at for fact in facts) - min(fact.at for fact in facts) < 86_400


def test_several_logs_are_each_read_with_their_own_year(processes: ReadingProcesses) -> None:
    found = []
    for way in (glean, processes.glean):
        sources = [Pieces(generated(4, 500), PIECE, latest=LATEST - 4e7 * n) for n in (2, 1, 0)]
        found.append([*read_facts(sources, Reading(), glean=way)])

    assert found[0] == found[1]
    assert len({time.gmtime(facts[0].at).tm_year for facts in found[0] if facts}) > 2


def test_a_clock_that_was_foreseen_wrongly_is_put_right(processes: ReadingProcesses) -> None:
    """A stamp out of order in the midst of a batch changes the year of what comes after it."""
    december = b"Dec 20 10:00:00 mx postfix/smtpd[7]: connect from unknown[192.0.2.7]\n"
    june = december.replace(b"Dec 20", b"Jun  1")
    lines = [december] * 1_000
    lines[300] = lines[650] = june
    one = read(b"".join(lines), glean)

    assert read(b"".join(lines), processes.glean) == one
    assert len({time.gmtime(fact.at).tm_year for fact in one[0]}) == 2


def test_what_is_damaged_is_the_same(processes: ReadingProcesses, tmp_path: Path) -> None:
    octets = generated(5)
    octets = (
        octets[:50_000] + bytes(5_000) + octets[50_123:90_000] + b"x" * 70_000 + octets[90_000:]
    )
    octets += EXIM_LINE * 3 + octets[:70]
    whole, short = tmp_path / "a", tmp_path / "b.gz"
    whole.write_bytes(octets)
    short.write_bytes(gzip.compress(octets)[:-20_000])
    readings = Reading(), Reading()
    found = [
        [*read_facts([File(whole), File(short)], reading, glean=way)]
        for reading, way in zip(readings, (glean, processes.glean), strict=True)
    ]

    assert found[0] == found[1]
    one, three = ({**vars(each), "source": None} for each in readings)
    assert one == three
    assert one["damages"] and readings[0].damaged >= 2


@settings(max_examples=60, deadline=None)
@given(
    parts=st.lists(
        st.sampled_from(
            [
                b"Dec 31 23:59:59 mx postfix/smtpd[1]: connect from unknown[192.0.2.1]\n",
                b"Jan  1 00:00:01 mx postfix/smtpd[1]: disconnect from unknown[192.0.2.1]\n",
                b"Jul 14 00:00:01 mx postfix/smtpd[2]: connect from a.example[192.0.2.2]\r\n",
                b"Feb 29 12:00:00 mx postfix/smtpd[2]: connect from a.example[192.0.2.2]\n",
                b"2026-11-23T17:33:02Z mx postfix/smtpd[3]: connect from unknown[192.0.2.3]\n",
                EXIM_LINE,
                b"\0\0\0/smtpd\n",
                b"\n",
            ]
        ),
        max_size=60,
    ),
    sizes=st.lists(st.integers(0, 400), min_size=1, max_size=5).filter(any),
    end=st.binary(max_size=5),
)
def test_it_is_the_same_wherever_a_batch_ends(
    parts: list[bytes], sizes: list[int], end: bytes
) -> None:
    octets = b"".join(parts) + end

    assert read(octets, borders().glean, *sizes) == read(octets, glean, *sizes)


KEPT: list[ReadingProcesses] = []


def borders() -> ReadingProcesses:
    """Two processes that get little at a time, for all examples."""
    if not KEPT:
        KEPT.append(ReadingProcesses(2, batch=300))
    return KEPT[0]


@pytest.fixture(scope="module", autouse=True)
def _ended() -> Iterator[None]:
    yield
    while KEPT:
        KEPT.pop().__exit__()


def children(pid: int) -> list[int]:
    """Those that have not ended; a process reads in its only thread."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_process_that_is_killed_is_told_of() -> None:
    before = children(os.getpid())
    with ReadingProcesses(2, batch=SMALL) as two:
        first, _ = sorted(set(children(os.getpid())) - set(before))
        os.kill(first, signal.SIGKILL)
        texts = generated(1).splitlines(keepends=True)

        with pytest.raises(ReadingProcessEnded, match="ended by signal 9"):
            list(two.glean(texts, Clock(LATEST), READERS))
    assert sorted(children(os.getpid())) == sorted(before)


def reading_program() -> tuple[subprocess.Popen[bytes], list[int]]:
    """The program while it reads standard input, and its processes."""
    program = subprocess.Popen(
        [sys.executable, "-m", "gotrdns", "logs", "--processes", "2", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert program.stdin is not None
    program.stdin.write(generated(1) * 4)
    program.stdin.flush()
    until = time.monotonic() + 20
    while len(found := children(program.pid)) < 2 and time.monotonic() < until:
        time.sleep(0.01)
    assert len(found) == 2
    return program, found


def all_end(pids: list[int]) -> bool:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if not any(is_running(pid) for pid in pids):
            return True
        time.sleep(0.01)
    return False


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except FileNotFoundError:
        return False


def test_the_program_says_that_a_process_was_killed() -> None:
    program, [first, _] = reading_program()
    os.kill(first, signal.SIGKILL)
    output, errors = program.communicate(generated(2) * 20, timeout=60)

    assert (program.returncode, output) == (2, b"")
    assert errors == b"gotrdns: a process that was reading the log was ended by signal 9\n"


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_nothing_is_left_when_the_program_ends_early(number: int, status: int) -> None:
    program, processes = reading_program()
    if number == signal.SIGINT:
        os.killpg(program.pid, number)  # as a terminal does
    else:
        program.kill()
    _, errors = program.communicate(timeout=60)

    assert program.returncode == status
    assert b"Traceback" not in errors
    assert all_end(processes)
