"""The `status` verb, whatever is at the other end of the socket, or nothing."""

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gotrdns.cli.verbs import program
from gotrdns.reports.status import Remark, Trouble, encode_status
from tests.unit.statuses import WELL, status


def ask(*arguments: str | Path) -> Result:
    return CliRunner().invoke(program, ["status", *map(str, arguments)])


@contextlib.contextmanager
def answering(path: Path, answer: Callable[[socket.socket], object]) -> Iterator[list[bytes]]:
    """Something that listens there; yields what it was asked."""
    asked: list[bytes] = []
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()

        def serve() -> None:
            connection, _ = listening.accept()
            with connection, contextlib.suppress(OSError):
                asked.append(connection.recv(4096))
                answer(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield asked
        thread.join(10)


def sending(octets: bytes) -> Callable[[socket.socket], object]:
    return lambda connection: connection.sendall(octets)


def test_a_daemon_that_is_well_is_status_0(tmp_path: Path) -> None:
    with answering(tmp_path / "control", sending(encode_status(WELL))) as asked:
        done = ask("--socket", tmp_path / "control")
    assert asked == [b"status\n"]
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("gotrdns 1.2.3, mode strict, up 3 d 4 h")
    assert "All is well." in done.stdout


def test_something_wrong_is_status_1(tmp_path: Path) -> None:
    ill = status(wrong=(Remark(Trouble.STORE_FAILED, "disk full"),))
    with answering(tmp_path / "control", sending(encode_status(ill))):
        done = ask("--socket", f"unix:{tmp_path}/control")
    assert done.exit_code == 1
    assert "in memory: disk full" in " ".join(done.stdout.split())


def test_json_is_one_object(tmp_path: Path) -> None:
    with answering(tmp_path / "control", sending(encode_status(WELL))):
        done = ask("--socket", tmp_path / "control", "--json")
    assert done.exit_code == 0
    assert done.stdout.count("\n") == 1
    shown = json.loads(done.stdout)
    assert (shown["mode"], shown["wrong"]) == ("strict", [])
    assert shown["listeners"][0]["connections"] == 12


def test_the_settings_name_the_socket(tmp_path: Path) -> None:
    settings = tmp_path / "gotrdns.toml"
    settings.write_text(
        f'[policy]\nmode = "strict"\n[control]\nsocket = "unix:{tmp_path}/control"\n'
    )
    with answering(tmp_path / "control", sending(encode_status(WELL))):
        assert ask("--settings", settings).exit_code == 0


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (sending(b""), "not a gotrdns daemon"),
        (sending(b"half a line"), "not a gotrdns daemon"),
        (sending(b"nonsense\n"), "does not understand"),
        (sending(b'{"version":"9","mode":"new"}\n'), "does not understand"),
        (sending(b"x" * (6 << 20)), "not a gotrdns daemon"),
    ],
)
def test_whatever_answers_otherwise_is_status_3(
    tmp_path: Path, answer: Callable[[socket.socket], object], said: str
) -> None:
    with answering(tmp_path / "control", answer):
        done = ask("--socket", tmp_path / "control")
    assert done.exit_code == 3
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_silence_is_status_3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gotrdns.daemon.asking._PATIENCE", 0.1)
    ended = threading.Event()
    with answering(tmp_path / "control", lambda _connection: ended.wait(10)):
        done = ask("--socket", tmp_path / "control")
        ended.set()
    assert (done.exit_code, done.stderr) == (
        3,
        f"gotrdns: the daemon at {tmp_path}/control does not answer\n",
    )


def test_a_drip_does_not_hold_it_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gotrdns.daemon.asking._PATIENCE", 0.2)
    ended = threading.Event()

    def drip(connection: socket.socket) -> None:
        while not ended.wait(0.05):
            connection.sendall(b"x")

    with answering(tmp_path / "control", drip):
        done = ask("--socket", tmp_path / "control")
        ended.set()
    assert done.exit_code == 3
    assert "does not answer" in done.stderr


def test_no_daemon_is_status_3(tmp_path: Path) -> None:
    done = ask("--socket", tmp_path / "control")
    assert (done.exit_code, done.stderr) == (
        3,
        f"gotrdns: no daemon answers at {tmp_path}/control: No such file or directory; is gotrdns "
        "serve running?\n",
    )
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "control"))
    assert "Connection refused" in ask("--socket", tmp_path / "control").stderr
    assert ask("--socket", tmp_path / ("x" * 200)).exit_code == 3


def test_a_wrong_command_line_or_wrong_settings_are_status_2(tmp_path: Path) -> None:
    both = ask("--settings", tmp_path / "a", "--socket", tmp_path / "b")
    assert (both.exit_code, both.stdout) == (2, "")
    absent = ask("--settings", tmp_path / "absent.toml")
    assert absent.exit_code == 2
    assert "absent.toml: cannot be read" in absent.stderr
    assert "--socket" in absent.stderr
    none = tmp_path / "none.toml"
    none.write_text('[policy]\nmode = "strict"\n[control]\nsocket = ""\n')
    done = ask("--settings", none)
    assert done.exit_code == 2
    assert "no control socket" in done.stderr
