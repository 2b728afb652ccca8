"""Listening sockets: taken from nobody, left to nobody."""

import contextlib
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gotrdns.daemon.inherited import InheritedSockets
from gotrdns.daemon.sockets import CannotListen, ListeningSocket
from gotrdns.names import Address
from gotrdns.protocols.access import SocketAccess
from gotrdns.protocols.endpoints import Endpoint, TcpEndpoint, UnixEndpoint

ANYBODY = SocketAccess(0o666)


def test_a_unix_socket_has_the_wanted_permissions_and_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    listening = ListeningSocket(UnixEndpoint(path), SocketAccess(0o620))
    assert path.stat().st_mode & 0o777 == 0o620
    listening.admit(ANYBODY)
    assert path.stat().st_mode & 0o777 == 0o666
    listening.remove_file()
    assert not path.exists()
    listening.socket.close()


def test_a_socket_that_answers_is_not_taken_away(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    first = ListeningSocket(UnixEndpoint(path), ANYBODY)
    with pytest.raises(CannotListen, match="is gotrdns running already"):
        ListeningSocket(UnixEndpoint(path), ANYBODY)
    assert path.exists()
    first.socket.close()


def test_a_socket_nobody_answers_on_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    ListeningSocket(UnixEndpoint(path), ANYBODY).socket.close()
    assert path.exists()
    second = ListeningSocket(UnixEndpoint(path), ANYBODY)
    with socket.socket(socket.AF_UNIX) as peer:
        peer.connect(str(path))
    second.socket.close()


def test_the_socket_of_a_successor_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    first = ListeningSocket(UnixEndpoint(path), ANYBODY)
    first.socket.close()
    second = ListeningSocket(UnixEndpoint(path), ANYBODY)
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
        ListeningSocket(UnixEndpoint(path), ANYBODY)
    assert path.exists()


def test_a_missing_directory_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotListen, match="its directory does not exist"):
        ListeningSocket(UnixEndpoint(tmp_path / "absent" / "socket"), ANYBODY)


Change = tuple[int, tuple[int, int] | None]


@pytest.fixture
def changes(monkeypatch: pytest.MonkeyPatch) -> list[Change]:
    """A socket's permissions after each change of its file, and the owner and group if given."""
    seen: list[Change] = []
    chmod = Path.chmod

    def change_permissions(path: Path, permissions: int) -> None:
        chmod(path, permissions)
        seen.append((path.stat().st_mode & 0o777, None))

    def give(path: Path, owner: int, group: int, *, follow_symlinks: bool) -> None:
        assert not follow_symlinks
        seen.append((path.stat().st_mode & 0o777, (owner, group)))

    monkeypatch.setattr(Path, "chmod", change_permissions)
    monkeypatch.setattr(os, "chown", give)
    return seen


def test_a_unix_socket_is_given_away_and_never_has_more_permissions_than_wanted(
    tmp_path: Path, changes: list[Change]
) -> None:
    endpoint = UnixEndpoint(tmp_path / "socket")
    listening = ListeningSocket(endpoint, SocketAccess(0o660, 65534, 12))
    assert changes == [(0o600, None), (0o600, (65534, 12)), (0o660, None)]
    changes.clear()
    listening.admit(SocketAccess(0o606, 7, None))
    assert changes == [(0o600, None), (0o600, (7, -1)), (0o606, None)]
    changes.clear()
    listening.admit(SocketAccess(0o060))
    assert changes == [(0o000, None), (0o060, None)]
    listening.remove_file()
    listening.socket.close()


def test_a_socket_that_cannot_be_given_away_is_told_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "chown", refuse)
    path = tmp_path / "socket"
    with pytest.raises(CannotListen, match="only root may do that, or, for a group"):
        ListeningSocket(UnixEndpoint(path), SocketAccess(0o660, 65534))
    assert not path.exists()


class Starter:
    """Whoever opens sockets and hands them on, as an environment and descriptors."""

    def __init__(self) -> None:
        self.sockets: list[socket.socket] = []

    def unix(self, path: Path) -> UnixEndpoint:
        opened = socket.socket(socket.AF_UNIX)
        opened.bind(str(path))
        opened.listen()
        self.sockets.append(opened)
        return UnixEndpoint(path)

    def tcp(self, host: str) -> TcpEndpoint:
        opened = socket.create_server(
            (host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET
        )
        self.sockets.append(opened)
        return TcpEndpoint(Address.parse(host), opened.getsockname()[1])

    def hand_on(
        self, *, pid: int | None = None, names: str = ""
    ) -> tuple[dict[str, str], InheritedSockets]:
        """What is left of the environment, and what was received; descriptors are in a row."""
        first = 200
        for number, each in enumerate(self.sockets):
            os.dup2(each.fileno(), first + number)
        environment = {
            "LISTEN_PID": str(os.getpid() if pid is None else pid),
            "LISTEN_FDS": str(len(self.sockets)),
            "LISTEN_FDNAMES": names,
            "PATH": "/bin",
        }
        return environment, InheritedSockets.receive(environment, first)

    def close(self) -> None:
        for number, each in enumerate(self.sockets):
            each.close()
            with contextlib.suppress(OSError):
                os.close(200 + number)


@pytest.fixture
def starter() -> Iterator[Starter]:
    made = Starter()
    yield made
    made.close()


def test_inherited_sockets_are_found_by_their_address(starter: Starter, tmp_path: Path) -> None:
    endpoints: list[Endpoint] = [
        starter.unix(tmp_path / "a"),
        starter.unix(tmp_path / "b"),
        starter.tcp("127.0.0.1"),
        starter.tcp("::1"),
    ]
    environment, inherited = starter.hand_on()
    assert environment == {"PATH": "/bin"}
    for endpoint, opened in zip(endpoints, starter.sockets, strict=True):
        taken = inherited.take(endpoint)
        assert taken is not None
        assert taken.getsockname() == opened.getsockname()
        assert not taken.getblocking()
        assert not taken.get_inheritable()
        taken.close()
    assert inherited.take(UnixEndpoint(tmp_path / "c")) is None
    assert inherited.take(TcpEndpoint(Address.parse("127.0.0.1"), 1)) is None
    inherited.close()


def test_a_path_through_a_link_is_the_same_place(starter: Starter, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "var-run").symlink_to("run")
    starter.unix(tmp_path / "run" / "socket")
    _, inherited = starter.hand_on()
    taken = inherited.take(UnixEndpoint(tmp_path / "var-run" / "socket"))
    assert taken is not None
    taken.close()
    inherited.close()


def test_what_is_meant_for_another_process_is_left_alone(starter: Starter, tmp_path: Path) -> None:
    endpoint = starter.unix(tmp_path / "a")
    environment, inherited = starter.hand_on(pid=1)
    assert environment == {"PATH": "/bin"}
    assert inherited.take(endpoint) is None
    assert list(inherited.unused(())) == []


def test_what_is_of_no_use_is_told(starter: Starter, tmp_path: Path) -> None:
    wanted = starter.unix(tmp_path / "wanted")
    starter.unix(tmp_path / "unwanted")
    datagrams = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    pair = socket.socketpair()
    pipe = os.pipe()
    file = socket.socket(fileno=os.dup(datagrams.fileno()))
    os.dup2(pipe[0], file.fileno())
    abstract = socket.socket(socket.AF_UNIX)
    abstract.bind(f"\0gotrdns-test-{os.getpid()}")
    abstract.listen()
    starter.sockets += [datagrams, pair[0], file, abstract]
    _, inherited = starter.hand_on(names="first:second")
    found = [(each.descriptor, each.name, each.place) for each in inherited.unused([wanted])]
    useless = "no listening stream socket"
    assert found == [
        (201, "second", f"unix:{tmp_path}/unwanted"),
        (202, "", useless),
        (203, "", useless),
        (204, "", useless),
        (205, "", repr(f"\0gotrdns-test-{os.getpid()}".encode())),
    ]
    inherited.close()
    pair[1].close()
    for each in pipe:
        os.close(each)


def test_the_second_socket_of_one_place_is_of_no_use(starter: Starter) -> None:
    endpoint = starter.tcp("127.0.0.1")
    starter.sockets.append(starter.sockets[0].dup())
    _, inherited = starter.hand_on()
    assert [each.descriptor for each in inherited.unused([endpoint])] == [201]
    inherited.close()


@pytest.mark.parametrize("count", ["", "-1", "many", "²"])
def test_an_announcement_of_nonsense_is_none(count: str) -> None:
    environment = {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": count}
    assert list(InheritedSockets.receive(environment).unused(())) == []


def test_an_announced_descriptor_that_is_not_open_is_told() -> None:
    environment = {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1", "LISTEN_FDNAMES": "x"}
    [found] = InheritedSockets.receive(environment, 250).unused(())
    assert (found.descriptor, found.name) == (250, "x")


def test_an_inherited_socket_keeps_its_file_and_its_permissions(
    starter: Starter, tmp_path: Path
) -> None:
    endpoint = starter.unix(tmp_path / "a")
    endpoint.path.chmod(0o640)
    _, inherited = starter.hand_on()
    listening = ListeningSocket(endpoint, ANYBODY, inherited.take(endpoint))
    listening.admit(SocketAccess(0o600, 12345, 12345))
    listening.remove_file()
    listening.socket.close()
    assert endpoint.path.stat().st_mode & 0o777 == 0o640
    with socket.socket(socket.AF_UNIX) as peer:
        peer.connect(str(endpoint.path))
    inherited.close()
