"""A log that is being written: additions, rotation, truncation, and lines that come in pieces."""

import errno
import io
import os
from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path

import pytest

from gotrdns.mail_logs.reading import Reading, read_facts
from gotrdns.mail_logs.sources.following import Followed
from gotrdns.mail_logs.sources.opening import Harm
from tests.unit.mail_logs.lines_read import LATEST


def line(number: int) -> bytes:
    return b"Nov 23 17:33:02 mx postfix/smtpd[1]: connect from unknown[192.0.2.%d]\n" % number


class Writer:
    """Does one thing each time the reader has nothing more to read."""

    def __init__(self, path: Path, *steps: Callable[[Path], object]) -> None:
        self.path = path
        self.steps: Iterator[Callable[[Path], object]] = iter(steps)
        self.reading = Reading()
        self.heard: list[int] = []
        self.source = Followed(path, self.wait, lambda: LATEST)

    def wait(self) -> bool:
        step = next(self.steps, None)
        if step is not None:
            step(self.path)
        return step is not None

    def run(self) -> list[int]:
        """The clients, and 0 for each time that was waited in vain."""
        for facts in read_facts([self.source], self.reading, zone=UTC):
            self.heard += [int(fact.client.rsplit(b".", 1)[1]) for fact in facts] or [0]
        return self.heard


def append(octets: bytes) -> Callable[[Path], object]:
    def write(path: Path) -> None:
        with path.open("ab") as file:
            file.write(octets)

    return write


def rotate(path: Path) -> None:
    path.rename(path.with_suffix(".1"))


def truncate(path: Path) -> None:
    os.truncate(path, 0)


def nothing(_: Path) -> None:
    pass


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mail.log"


def clients(heard: list[int]) -> list[int]:
    return [number for number in heard if number]


def test_what_is_added_is_read(path: Path) -> None:
    append(line(1))(path)
    writer = Writer(path, append(line(2)), nothing, append(line(3) + line(4)))

    assert writer.run() == [1, 0, 2, 0, 0, 3, 4, 0]
    assert writer.reading.lines == 4
    assert writer.reading.octets == path.stat().st_size


def test_a_line_may_come_in_pieces(path: Path) -> None:
    writer = Writer(path, append(line(1)[:20]), append(line(1)[20:50]), append(line(1)[50:]))

    assert clients(writer.run()) == [1]
    assert writer.reading.unknown == 0


def test_after_rotation_the_rest_of_the_old_file_comes_first(path: Path) -> None:
    def rotate_and_go_on(path: Path) -> None:
        rotate(path)
        append(line(2))(path.with_suffix(".1"))
        append(line(3))(path)

    append(line(1))(path)
    writer = Writer(path, rotate_and_go_on, append(line(4)))

    assert clients(writer.run()) == [1, 2, 3, 4]


def test_until_the_new_file_is_there_the_old_one_is_read(path: Path) -> None:
    append(line(1))(path)
    writer = Writer(
        path, rotate, lambda path: append(line(2))(path.with_suffix(".1")), append(line(3))
    )

    assert clients(writer.run()) == [1, 2, 3]


def test_a_line_that_was_cut_by_rotation_is_not_continued_by_the_next_file(path: Path) -> None:
    append(line(1) + line(2)[:-10])(path)
    writer = Writer(path, rotate, append(line(3)))

    assert clients(writer.run()) == [1, 3]
    assert writer.reading.lines == 3


def test_after_truncation_it_is_read_from_the_beginning(path: Path) -> None:
    append(line(1) * 3)(path)
    writer = Writer(path, truncate, append(line(2)), append(line(3)))

    assert clients(writer.run()) == [1, 1, 1, 2, 3]


@pytest.mark.parametrize("more", [1, 2, 3])
def test_truncation_is_noticed_however_much_is_written_since(path: Path, more: int) -> None:
    """Before anybody looked: less, as much or more than there was before."""

    def truncate_and_go_on(path: Path) -> None:
        truncate(path)
        append(b"".join(line(10 + number) for number in range(more)))(path)

    append(line(11) + line(12))(path)
    writer = Writer(path, truncate_and_go_on, append(line(20)))

    assert clients(writer.run()) == [11, 12, *range(10, 10 + more), 20]


def test_a_file_that_is_not_there_yet_is_waited_for(path: Path) -> None:
    writer = Writer(path, nothing, append(line(1)))

    assert writer.run() == [0, 0, 1, 0]


def test_why_it_cannot_be_opened_is_known_as_long_as_it_cannot(path: Path) -> None:
    troubles: list[type[OSError] | None] = []

    def note(_: Path) -> None:
        troubles.append(type(writer.source.trouble) if writer.source.trouble else None)

    def be_replaced_by_a_directory(path: Path) -> None:
        path.rename(path.with_suffix(".1"))
        path.mkdir()

    def come_back(path: Path) -> None:
        path.rmdir()
        append(line(2))(path)

    steps = [note, append(line(1)), note, be_replaced_by_a_directory, note, come_back, note]
    writer = Writer(path, *steps)
    assert clients(writer.run()) == [1, 2]
    assert troubles == [FileNotFoundError, None, IsADirectoryError, None]
    assert writer.reading.damages == []


def test_the_size_is_what_there_was_in_the_beginning(path: Path) -> None:
    append(line(1))(path)
    writer = Writer(path, append(line(2)))
    writer.run()
    assert writer.source.size == len(line(1))


def test_what_cannot_be_read_is_told_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append(line(1))(path)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", lambda *_: Broken(str(path)))
        writer = Writer(path, nothing)
        assert clients(writer.run()) == []
    assert [(each.harm, each.text) for each in writer.reading.damages] == [
        (Harm.UNREADABLE, os.strerror(errno.EIO))
    ]


class Broken(io.FileIO):
    """A file on a disk that has failed."""

    def read(self, _octets: int | None = -1) -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO))
