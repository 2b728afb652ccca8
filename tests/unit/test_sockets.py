"""Listening sockets: taken from nobody, left to nobody."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from gotrdns.daemon.sockets import CannotListen, ListeningSocket
from gotrdns.servers.endpoints import UnixEndpoint


def test_a_unix_socket_has_the_wanted_permissions_and_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    listening = ListeningSocket(UnixEndpoint(path), 0o620)
    assert path.stat().st_mode & 0o777 == 0o620
    listening.permit(0o666)
    assert path.stat().st_mode & 0o777 == 0o666
    listening.remove_file()
    assert not path.exists()
    listening.socket.close()


def test_a_socket_that_answers_is_not_taken_away(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    first = ListeningSocket(UnixEndpoint(path), 0o666)
    with pytest.raises(CannotListen, match="is gotrdns running already"):
        ListeningSocket(UnixEndpoint(path), 0o666)
    assert path.exists()
    first.socket.close()


def test_a_socket_nobody_answers_on_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    ListeningSocket(UnixEndpoint(path), 0o666).socket.close()
    assert path.exists()
    second = ListeningSocket(UnixEndpoint(path), 0o666)
    with socket.socket(socket.AF_UNIX) as peer:
        peer.connect(str(path))
    second.socket.close()


def test_the_socket_of_a_successor_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    first = ListeningSocket(UnixEndpoint(path), 0o666)
    first.socket.close()
    second = ListeningSocket(UnixEndpoint(path), 0o666)
    first.remove_file()
    assert path.exists()
    second.socket.close()


@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        (lambda path: path.write_text("mine"), "not a socket"),
        (lambda path: path.mkdir(), "not a socket"),
    ],
)
def test_a_file_that_is_no_socket_is_left_alone(
    tmp_path: Path, prepare: Callable[[Path], object], reason: str
) -> None:
    path = tmp_path / "socket"
    prepare(path)
    with pytest.raises(CannotListen, match=reason):
        ListeningSocket(UnixEndpoint(path), 0o666)
    assert path.exists()


def test_a_missing_directory_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotListen, match="its directory does not exist"):
        ListeningSocket(UnixEndpoint(tmp_path / "absent" / "socket"), 0o666)
