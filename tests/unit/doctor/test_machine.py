"""The real host: files, programs and sockets, with faults that are really there."""

import asyncio
import contextlib
import os
import socket
import stat
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gotrdns.doctor import machine
from gotrdns.doctor.host import CommandFailed, NoSuchCommand
from gotrdns.doctor.machine import Machine
from gotrdns.names import Address
from gotrdns.protocols.endpoints import UnixEndpoint, parse_endpoint
from gotrdns.settings import InvalidSettings
from gotrdns.store.inspecting import Schema
from gotrdns.store.queries import Store

HOST = Machine()


def test_only_the_end_of_a_long_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"first\n" + b"x" * 100 + b"\nlast \xff\n")
    assert HOST.read_end(path, 7) == "last \\xff\n"
    assert HOST.read_text(path).startswith("first\n")
    with pytest.raises(FileNotFoundError):
        HOST.read_text(tmp_path / "absent")


def test_settings_are_read_as_the_daemon_reads_them(tmp_path: Path) -> None:
    path = tmp_path / "gotrdns.toml"
    with pytest.raises(FileNotFoundError):
        HOST.settings_at(path)
    path.write_bytes(b'[policy]\nmode = "strict" # \xff\n')
    with pytest.raises(InvalidSettings, match="UTF-8"):
        HOST.settings_at(path)
    path.write_text('[policy]\nmode = "strict"\n')
    assert HOST.settings_at(path).policy.mode.value == "strict"


def test_files_are_seen_as_they_are(tmp_path: Path) -> None:
    tmp_path.chmod(0o710)
    status = HOST.look_at(tmp_path)
    assert (stat.S_IMODE(status.mode), status.owner) == (0o710, os.getuid())
    assert abs(status.changed_at - time.time()) < 60
    room = HOST.room_at(tmp_path)
    assert 0 <= room.free_octets <= room.octets
    assert room.device == tmp_path.stat().st_dev


def test_users_are_known_with_all_their_groups() -> None:
    root = HOST.user("root")
    assert root is not None
    assert (root.number, 0 in root.groups) == (0, True)
    assert HOST.user("nobody-of-this-name") is None


def test_the_kernel_may_be_asked_about_the_clock() -> None:
    assert HOST.clock_is_synchronised() in {True, False, None}
    assert abs(HOST.now() - time.time()) < 5


def test_own_addresses_are_told_from_others() -> None:
    assert HOST.has_address(Address.parse("127.0.0.1"))
    assert not HOST.has_address(Address.parse("192.0.2.1"))


def test_names_of_this_host_are_read_from_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "hosts"
    path.write_text("# none\n127.0.0.1 localhost\n::1 ip6 LocalHost # both\nnonsense localhost\n\n")
    monkeypatch.setattr(machine, "_HOSTS", path)
    found = HOST.addresses_of("localhost")
    assert found == [Address.parse("127.0.0.1"), Address.parse("::1")]
    assert HOST.addresses_of("elsewhere") == []
    path.unlink()
    assert HOST.addresses_of("localhost") == []


def run(*command: str) -> str:
    return asyncio.run(HOST.run(*command))


def test_programs_are_run_in_plain_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    said = run(sys.executable, "-c", "import os; print(os.environ['LC_ALL'], input.__name__)")
    assert said == "C input\n"
    with pytest.raises(NoSuchCommand):
        run("no-program-of-this-name")
    with pytest.raises(CommandFailed, match=r"^the last$"):
        run(sys.executable, "-c", "import sys; sys.exit('warning\\nthe last')")
    with pytest.raises(CommandFailed, match=r"^3$"):
        run(sys.executable, "-c", "import sys; sys.exit(3)")


def test_a_program_that_does_not_end_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "_COMMAND_PATIENCE", 0.5)
    mark = tmp_path / "pid"
    text = f"import os, time; open({str(mark)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    with pytest.raises(TimeoutError):
        run(sys.executable, "-c", text)
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)


@contextlib.contextmanager
def listening(path: Path, answer: Callable[[socket.socket], object]) -> Iterator[UnixEndpoint]:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection, contextlib.suppress(OSError):
                connection.recv(4096)
                answer(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield UnixEndpoint(path)
        thread.join(10)


def converse(endpoint: UnixEndpoint) -> bytes:
    return asyncio.run(
        HOST.converse(endpoint, b"hello\n\n", lambda octets: octets.endswith(b"\n\n"))
    )


def test_a_conversation_ends_where_it_should(tmp_path: Path) -> None:
    def in_pieces(connection: socket.socket) -> None:
        connection.sendall(b"action=DU")
        time.sleep(0.05)
        connection.sendall(b"NNO\n\n")

    with listening(tmp_path / "a", in_pieces) as endpoint:
        assert converse(endpoint) == b"action=DUNNO\n\n"
    with listening(tmp_path / "b", lambda connection: connection.sendall(b"half")) as endpoint:
        assert converse(endpoint) == b"half"


def test_silence_at_a_socket_ends_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_SOCKET_PATIENCE", 0.2)
    ended = threading.Event()
    with (
        listening(tmp_path / "a", lambda _connection: ended.wait(10)) as endpoint,
        pytest.raises(TimeoutError),
    ):
        try:
            converse(endpoint)
        finally:
            ended.set()


def test_a_flood_at_a_socket_ends_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_LONGEST_ANSWER", 1000)

    def flood(connection: socket.socket) -> None:
        while True:
            connection.sendall(b"x" * 10_000)

    with listening(tmp_path / "a", flood) as endpoint:
        assert len(converse(endpoint)) < 1_000_000


def test_dead_and_missing_sockets_are_told_apart(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "dead"))
    with pytest.raises(ConnectionRefusedError):
        converse(UnixEndpoint(tmp_path / "dead"))
    with pytest.raises(FileNotFoundError):
        converse(UnixEndpoint(tmp_path / "missing"))
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(ConnectionRefusedError) as refused:
        asyncio.run(HOST.converse(parse_endpoint(f"inet:127.0.0.1:{port}"), b"x", bool))
    assert refused.value.strerror == "Connection refused"


def test_a_store_is_inspected_and_a_missing_one_is_not_made(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.sqlite3"
    with pytest.raises(FileNotFoundError):
        asyncio.run(HOST.inspect_store(url))
    assert list(tmp_path.iterdir()) == []
    Store(url, create=True).close()
    assert asyncio.run(HOST.inspect_store(url)).schema is Schema.CURRENT


def test_a_store_of_others_is_not_permitted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "store.sqlite3"
    path.touch()
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)
    with pytest.raises(PermissionError):
        asyncio.run(HOST.inspect_store(f"sqlite:///{path}"))


def test_a_thread_that_hangs_holds_up_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()
    monkeypatch.setattr(machine, "inspect_store", lambda _url, patience: ended.wait(patience + 30))

    async def wait() -> None:
        async with asyncio.timeout(0.2):
            await HOST.inspect_store("postgresql://db.example/gotrdns")

    started = time.monotonic()
    with pytest.raises(TimeoutError):
        asyncio.run(wait())
    assert time.monotonic() - started < 5
    ended.set()


def test_what_goes_wrong_in_a_thread_is_raised_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_url: str, *, patience: float) -> None:
        raise ValueError(patience)

    monkeypatch.setattr(machine, "inspect_store", fail)
    with pytest.raises(ValueError, match="5"):
        asyncio.run(HOST.inspect_store("postgresql://db.example/gotrdns"))
