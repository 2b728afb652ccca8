"""Where logs come from: compressed files, sets in any order, and what is left of broken ones."""

import bz2
import contextlib
import errno
import gzip
import io
import lzma
import os
import random
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zstandard

from gotrdns.mail_logs.reading import Reading, read_facts
from gotrdns.mail_logs.sources.compression import NoZstandard
from gotrdns.mail_logs.sources.lines import LONGEST, LineCutter, each_line
from gotrdns.mail_logs.sources.opening import Changed, Damage, File, Harm, Stream
from gotrdns.mail_logs.sources.ordering import in_order
from gotrdns.mail_logs.sources.spooling import Spooled
from tests.unit.mail_logs.lines_read import LATEST, read_octets

COMPRESSED: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda octets: octets,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstandard.compress,
}


def connections(first: int, count: int, day: int = 23) -> bytes:
    """From one address each, a second apart."""
    return b"".join(
        b"Nov %2d 17:%02d:%02d mx postfix/smtpd[1]: connect from unknown[192.0.%d.%d]\n"
        % (day, number // 60 % 60, number % 60, number >> 8, number & 255)
        for number in range(first, first + count)
    )


def clients(*files: File) -> tuple[list[bytes], Reading]:
    reading = Reading()
    facts = read_facts(files, reading, zone=UTC)
    return [each.client for some in facts for each in some], reading


def write(path: Path, octets: bytes, latest: float = LATEST) -> File:
    path.write_bytes(octets)
    os.utime(path, (latest, latest))
    return File(path)


@pytest.mark.parametrize("compress", COMPRESSED.values(), ids=COMPRESSED.keys())
def test_a_log_may_be_compressed_whatever_it_is_called(
    compress: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    octets = compress(connections(0, 20_000))
    found, reading = clients(write(tmp_path / "mail.log", octets))

    assert len(found) == reading.lines == 20_000
    assert reading.octets == len(octets)
    assert reading.damages == []


@pytest.mark.parametrize("compress", COMPRESSED.values(), ids=COMPRESSED.keys())
def test_standard_input_may_be_compressed(compress: Callable[[bytes], bytes]) -> None:
    facts, reading = read_octets(compress(connections(0, 10)) + compress(connections(10, 10)))

    assert len(facts) == 20
    assert reading.damages == []


@pytest.mark.parametrize("compress", COMPRESSED.values(), ids=COMPRESSED.keys())
def test_an_empty_log_is_no_damage(compress: Callable[[bytes], bytes], tmp_path: Path) -> None:
    found, reading = clients(write(tmp_path / "mail.log", compress(b"")))

    assert (found, reading.lines, reading.damages) == ([], 0, [])
    assert reading.first_at is None


@pytest.mark.parametrize("form", [form for form in COMPRESSED if form != "plain"])
def test_what_is_left_of_a_file_that_was_cut_is_read(form: str, tmp_path: Path) -> None:
    chance = random.Random(1)
    octets = b"".join(
        connections(number, 1) + b"%d\n" % chance.getrandbits(2000) for number in range(3000)
    )
    compressed = COMPRESSED[form](octets)
    file = write(tmp_path / "mail.log", compressed[: len(compressed) * 3 // 4])
    found, reading = clients(file)

    assert reading.damages == [Damage(file.name, Harm.CUT_SHORT)]
    assert found[:100] == [b"192.0.0.%d" % number for number in range(100)]
    assert form == "bzip2" or len(found) > 1500


@pytest.mark.parametrize("form", [form for form in COMPRESSED if form != "plain"])
def test_what_stands_before_corruption_is_read(form: str, tmp_path: Path) -> None:
    first = COMPRESSED[form](connections(0, 1000))
    second = bytearray(COMPRESSED[form](connections(1000, 1000)))
    second[len(second) // 2 : len(second) // 2 + 8] = b"\xff" * 8
    file = write(tmp_path / "mail.log", first + second)
    found, reading = clients(file)

    assert [damage.harm for damage in reading.damages] == [Harm.CORRUPT]
    assert reading.damages[0].source == file.name
    assert len(found) >= 1000


def test_zeros_behind_a_compressed_log_are_no_damage() -> None:
    facts, reading = read_octets(gzip.compress(connections(0, 10)) + bytes(1000))

    assert len(facts) == 10
    assert reading.damages == []


def test_a_disk_that_fails_ends_the_reading_of_one_file_only() -> None:
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise OSError(5, "Input/output error")
            return super().read(size)

    reading = Reading()
    sources = [
        Stream("a", Failing(connections(0, 5)), LATEST),
        Stream("b", io.BytesIO(connections(5, 5)), LATEST),
    ]
    facts = [each for some in read_facts(sources, reading, zone=UTC) for each in some]

    assert len(facts) == 5
    assert reading.damages == [Damage("a", Harm.UNREADABLE, "Input/output error")]


def test_without_the_package_a_log_in_zstd_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    file = write(tmp_path / "mail.log", zstandard.compress(connections(0, 1)))

    with pytest.raises(NoZstandard, match=r"mail\.log is compressed .*gotrdns\[logs\]"):
        in_order([file])


def test_a_set_is_read_in_order_of_time_whatever_its_names(tmp_path: Path) -> None:
    days = list(range(1, 21))
    names = [f"mail.log-{number}" for number in days]
    random.Random(7).shuffle(names)
    forms = [*COMPRESSED.values()]
    files = [
        write(tmp_path / name, forms[day % 5](b"\n\nnot a line\n" + connections(day, 3, day)))
        for day, name in zip(days, names, strict=True)
    ]
    random.Random(8).shuffle(files)
    reading = Reading()
    facts = [each for some in read_facts(in_order(files, UTC), reading, zone=UTC) for each in some]

    assert len(facts) == 60
    assert [each.at for each in facts] == sorted(each.at for each in facts)
    assert (reading.first_at, reading.last_at) == (facts[0].at, facts[-1].at)


def test_a_set_without_years_is_in_order_across_new_year(tmp_path: Path) -> None:
    january = datetime(2027, 1, 3, tzinfo=UTC).timestamp()
    december = datetime(2026, 12, 31, 23, tzinfo=UTC).timestamp()
    new = write(tmp_path / "a", connections(0, 1).replace(b"Nov 23", b"Jan  2"), january)
    old = write(tmp_path / "b", connections(0, 1).replace(b"Nov 23", b"Dec 30"), december)

    assert in_order([new, old], UTC) == [old, new]


def test_one_file_is_read_once_however_often_it_is_named(tmp_path: Path) -> None:
    file = write(tmp_path / "mail.log", connections(0, 1))
    (tmp_path / "again").symlink_to(file.path)

    assert len(in_order([file, File(tmp_path / "again"), File(file.path)])) == 1


def test_files_without_time_come_last(tmp_path: Path) -> None:
    nothing = write(tmp_path / "a", b"nothing\n" * 20_000)
    something = write(tmp_path / "b", connections(0, 1))

    assert in_order([nothing, something]) == [something, nothing]


def test_a_file_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        File(tmp_path / "mail.log")


@pytest.mark.parametrize("packed", ["bzip2", "xz"])
def test_what_shrinks_well_is_read_a_little_at_a_time(packed: str) -> None:
    octets = COMPRESSED[packed](connections(0, 1) * 400_000)
    pieces = Stream("-", io.BytesIO(octets), LATEST).pieces()
    sizes = [len(piece) for piece in pieces]
    assert len(octets) < 16_384  # one step
    assert (sum(sizes), max(sizes)) == (len(connections(0, 1)) * 400_000, 1 << 20)


def test_what_is_logged_meanwhile_is_not_read(tmp_path: Path) -> None:
    file = write(tmp_path / "mail.log", connections(0, 20))
    before = clients(file)[0]
    with file.path.open("ab") as log:
        log.write(connections(20, 5))

    assert clients(file)[0] == before
    assert len(clients(File(file.path))[0]) == 25


@pytest.mark.parametrize("rotate", ["create", "copytruncate"])
def test_a_log_that_is_rotated_before_it_was_read_again_is_not_taken_for_itself(
    rotate: str, tmp_path: Path
) -> None:
    file = write(tmp_path / "mail.log", connections(0, 20))
    assert len(clients(file)[0]) == 20
    if rotate == "create":
        file.path.rename(tmp_path / "mail.log.1")
    file.path.write_bytes(connections(20, 5))

    with pytest.raises(Changed, match=r"mail\.log was replaced or cut while it was read"):
        clients(file)


@pytest.mark.parametrize("size", [1, 2, 7, 100, 5000])
def test_lines_are_the_same_however_a_log_is_cut(size: int) -> None:
    octets = connections(0, 50) + b"\n\r\n" + connections(50, 50)[:-1]
    cutter = LineCutter()
    lines = []
    for start in range(0, len(octets), size):
        lines += each_line(cutter.cut(octets[start : start + size]))
    lines += each_line(cutter.end())

    assert lines == [line.removesuffix(b"\r") for line in octets.split(b"\n")]


@pytest.mark.parametrize("size", [1000, LONGEST, 10 * LONGEST])
def test_a_line_without_end_is_dropped_and_counted(size: int) -> None:
    octets = connections(0, 1) + b"x" * 16 * LONGEST + b"\n" + connections(1, 1)
    cutter = LineCutter()
    lines = []
    for start in range(0, len(octets), size):
        lines += each_line(cutter.cut(octets[start : start + size]))

    assert [line for line in lines if len(line) <= LONGEST] == (
        (connections(0, 2)).rstrip(b"\n").split(b"\n")
    )
    assert cutter.too_long == 1


def test_what_arrives_can_be_read_again() -> None:
    octets = gzip.compress(connections(0, 5_000))
    spooled = Spooled(Stream("standard input", io.BytesIO(octets), LATEST))
    first = b"".join(spooled.pieces())
    assert (first, spooled.octets) == (connections(0, 5_000), len(octets))
    assert b"".join(spooled.pieces()) == first
    assert spooled.octets == spooled.size == len(first)
    spooled.close()


def test_where_nothing_can_be_kept_it_is_said_where(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    spooled = Spooled(Stream("standard input", io.BytesIO(connections(0, 1)), LATEST))
    with pytest.raises(FileNotFoundError) as caught:
        list(spooled.pieces())
    assert caught.value.filename == str(tmp_path / "gone")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("count", [10, 50_000], ids=["at-the-end", "midway"])
def test_where_the_disk_is_full_it_is_said_once(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    spooled = Spooled(Stream("standard input", io.BytesIO(connections(0, count)), LATEST))
    with Path("/dev/full").open("r+b") as full, contextlib.closing(spooled):
        monkeypatch.setattr(tempfile, "TemporaryFile", lambda: full)
        with pytest.raises(OSError) as caught:
            list(spooled.pieces())
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, tempfile.gettempdir())
