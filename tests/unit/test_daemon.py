"""The daemon as a process: started, reloaded, stopped, killed, and short of everything."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

REFUSED = "85.105.64.87"
REFUSED_NAME = "dsl.static851056487.ttnet.net.tr."


class NameServer:
    """Answers on loopback: the founding example, the root, and NXDOMAIN; silence about the rest."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._answer, daemon=True)
        self._thread.start()

    def _answer(self) -> None:
        while True:
            data, peer = self._socket.recvfrom(4096)
            if not data:
                self._socket.close()
                return
            response = self._respond(dns.message.from_wire(data))
            if response is not None:
                self._socket.sendto(response.to_wire(), peer)

    def _respond(self, query: dns.message.Message) -> dns.message.Message | None:
        (question,) = query.question
        name = question.name.to_text().lower()
        if name.startswith("1."):
            return None
        response = dns.message.make_response(query, recursion_available=True)
        if name == "87.64.105.85.in-addr.arpa.":
            response.answer.append(dns.rrset.from_text(name, 60, "IN", "PTR", REFUSED_NAME))
            return response
        if name == "." and question.rdtype == dns.rdatatype.NS:
            response.answer.append(dns.rrset.from_text(name, 60, "IN", "NS", "a.root."))
            return response
        if name not in {REFUSED_NAME, "arpa."}:
            response.set_rcode(dns.rcode.NXDOMAIN)
        soa = "a.root. hostmaster.root. 1 1 1 1 60"
        response.authority.append(dns.rrset.from_text(".", 60, "IN", "SOA", soa))
        return response

    def close(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join(5)


@pytest.fixture(scope="module")
def name_server() -> Iterator[NameServer]:
    server = NameServer()
    yield server
    server.close()


class Daemon:
    """``gotrdns serve`` with a unix socket in a directory of its own."""

    def __init__(self, directory: Path, name_server: NameServer) -> None:
        self._directory = directory
        self.name_server = name_server
        self.path = directory / "socket"
        self.settings = directory / "gotrdns.toml"
        self._log = directory / "log"
        self.configure()

    def configure(self, *, mode: str = "strict", also: str = "", more: str = "") -> None:
        self.settings.write_text(f"""\
[policy]
mode = "{mode}"
[resolver]
servers = ["127.0.0.1:{self.name_server.port}"]
[verification]
deadline = 1.0
[postfix]
listen = ["unix:{self.path}"{also}]
[store]
url = "sqlite:///{self._directory}/store.sqlite3"
[control]
socket = "unix:{self._directory}/control"
{more}
""")

    def start(self, *, standard_error: int | None = None, descriptors: int | None = None) -> None:
        limit = "" if descriptors is None else f"ulimit -n {descriptors}; "
        command = f"{limit}exec {sys.executable} -m gotrdns serve --settings {self.settings}"
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                ["sh", "-c", command], stderr=log if standard_error is None else standard_error
            )
        self.until(self._accepts)

    def _accepts(self) -> bool:
        assert self._process.poll() is None, self.log
        try:
            self.connect().close()
        except OSError:
            return False
        return True

    def connect(self, path: Path | None = None) -> socket.socket:
        peer = socket.socket(socket.AF_UNIX)
        peer.settimeout(10)
        try:
            peer.connect(str(path or self.path))
        except OSError:
            peer.close()
            raise
        return peer

    def ask(self, client: str = REFUSED, path: Path | None = None) -> str:
        with self.connect(path) as peer:
            return ask_on(peer, client)

    def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < end, self.log
            time.sleep(0.01)

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.send(number)
        return self.wait()

    def wait(self) -> int:
        return self._process.wait(10)

    @property
    def log(self) -> str:
        return self._log.read_text()

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> "Daemon":
        return self


def ask_on(peer: socket.socket, client: str = REFUSED) -> str:
    peer.sendall(request(client))
    return read_reply(peer)


def request(client: str) -> bytes:
    return (
        f"request=smtpd_access_policy\nclient_address={client}\nhelo_name=mail.example.com\n"
        "sender=info@example.com\nrecipient=someone@example.org\n\n"
    ).encode()


def read_reply(peer: socket.socket) -> str:
    reply = b""
    while not reply.endswith(b"\n\n"):
        octets = peer.recv(4096)
        if not octets:
            return reply.decode()
        reply += octets
    return reply.decode().strip()


@pytest.fixture
def daemon(tmp_path: Path, name_server: NameServer) -> Iterator[Daemon]:
    with Daemon(tmp_path, name_server) as each:
        each._process = subprocess.Popen(["true"])
        each._process.wait()
        yield each


def test_the_daemon_refuses_the_founding_example_and_tells_why(daemon: Daemon) -> None:
    daemon.start()
    assert daemon.ask().startswith(
        "action=550 5.7.25 85.105.64.87 has the reverse name dsl.static851056487.ttnet.net.tr, "
        "but that name has no A record"
    )
    assert daemon.end() == 0
    line = next(line for line in daemon.log.splitlines() if "event=decision" in line)
    assert re.search(
        r"level=info event=decision client=85\.105\.64\.87 result=fail cause=forward-nodata "
        r"action=refuse rule=strict name=dsl\.static851056487\.ttnet\.net\.tr "
        r"incident=[a-z2-7]{16} helo=mail\.example\.com "
        r"elapsed_ms=[\d.]+ sender-domain=example\.com$",
        line,
    )
    assert "event=summary connections=0 passed=0 let_in=0 deferred=0 refused=1" in daemon.log


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_answers_what_is_in_hand(daemon: Daemon, number: signal.Signals) -> None:
    daemon.start()
    with daemon.connect() as busy, daemon.connect() as idle:
        busy.sendall(request("203.0.114.1"))
        time.sleep(0.1)
        daemon.send(number)
        assert idle.recv(1) == b""
        assert read_reply(busy).startswith("action=450 4.7.25 ")
    assert daemon.wait() == 0
    assert not daemon.path.exists()
    assert "event=stopped" in daemon.log


def test_a_reload_changes_the_mode_without_closing_connections(daemon: Daemon) -> None:
    daemon.start()
    with daemon.connect() as peer:
        assert ask_on(peer).startswith("action=550")
        daemon.configure(mode="observe")
        daemon.send(signal.SIGHUP)
        daemon.until(lambda: "event=reloaded mode=observe" in daemon.log)
        assert ask_on(peer).startswith("action=PREPEND X-Gotrdns: ")


def test_a_wrong_file_changes_nothing_and_is_told_with_its_line(daemon: Daemon) -> None:
    daemon.start()
    daemon.settings.write_text('[policy]\nmode = "harsh"\n')
    daemon.send(signal.SIGHUP)
    daemon.until(lambda: "event=settings-refused" in daemon.log)
    assert f'file={daemon.settings} line=2 problem="[policy] mode must be' in daemon.log
    assert daemon.ask().startswith("action=550")


def test_a_reload_opens_new_listeners_and_closes_vanished_ones(
    daemon: Daemon, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    daemon.start()
    with daemon.connect() as peer:
        assert ask_on(peer).startswith("action=550")
        daemon.configure(also=f', "unix:{other}"')
        daemon.send(signal.SIGHUP)
        daemon.until(other.exists)
        assert daemon.ask(path=other).startswith("action=550")
        daemon.configure()
        daemon.send(signal.SIGHUP)
        daemon.until(lambda: not other.exists())
        assert ask_on(peer).startswith("action=550")
        assert daemon.ask().startswith("action=550")


def test_a_reload_may_change_the_resolver(daemon: Daemon) -> None:
    daemon.start()
    assert daemon.ask().startswith("action=550")
    text = daemon.settings.read_text().replace("[resolver]\n", "[resolver]\nwindow = 64\n")
    daemon.settings.write_text(text)
    daemon.send(signal.SIGHUP)
    daemon.until(lambda: "event=reloaded" in daemon.log)
    assert daemon.ask().startswith("action=550")


def test_a_place_that_cannot_be_had_at_a_reload_is_told_and_the_others_serve(
    daemon: Daemon,
) -> None:
    daemon.start()
    daemon.configure(also=', "unix:/nonexistent/socket"')
    daemon.send(signal.SIGHUP)
    daemon.until(lambda: "event=cannot-listen" in daemon.log)
    assert daemon.ask().startswith("action=550")


def test_a_killed_daemon_is_followed_by_another_on_the_same_socket(daemon: Daemon) -> None:
    daemon.start()
    daemon.end(signal.SIGKILL)
    assert daemon.path.exists()
    daemon.start()
    assert daemon.ask().startswith("action=550")


def test_a_second_daemon_does_not_take_the_socket_of_the_first(daemon: Daemon) -> None:
    daemon.start()
    second = run_serve(daemon.settings)
    assert second.returncode == 1
    assert "is gotrdns running already?" in second.stderr
    assert "Traceback" not in second.stderr
    assert daemon.ask().startswith("action=550")


def test_an_unreachable_resolver_lets_mail_in_and_raises_an_alarm(daemon: Daemon) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
    text = daemon.settings.read_text()
    ours = f"127.0.0.1:{daemon.name_server.port}"
    daemon.settings.write_text(text.replace(ours, f"127.0.0.1:{port}"))
    daemon.start()
    assert daemon.ask().startswith("action=PREPEND X-Gotrdns: iprev=temperror")
    daemon.until(lambda: "event=alarm alarm=resolver-unreachable count=1" in daemon.log)


def test_a_closed_log_stops_nothing(daemon: Daemon) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    daemon.start(standard_error=writing)
    os.close(writing)
    assert daemon.ask().startswith("action=550")
    assert daemon.end() == 0


def test_a_log_nobody_reads_stops_nothing(daemon: Daemon) -> None:
    reading, writing = os.pipe()
    daemon.start(standard_error=writing)
    os.close(writing)
    with daemon.connect() as peer:
        for _ in range(600):
            assert ask_on(peer).startswith("action=550")
    assert daemon.end() == 0
    os.close(reading)


def test_running_out_of_descriptors_does_not_end_the_daemon(daemon: Daemon) -> None:
    daemon.start(descriptors=40)
    with daemon.connect() as early:
        assert ask_on(early).startswith("action=550")
        peers = [daemon.connect() for _ in range(60)]
        time.sleep(0.2)
        assert ask_on(early).startswith("action=550")
        for peer in peers:
            peer.close()
    daemon.until(lambda: answers(daemon))
    assert daemon.end() == 0


def answers(daemon: Daemon) -> bool:
    try:
        return daemon.ask().startswith("action=550")
    except OSError:
        return False


def run_serve(settings: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gotrdns", "serve", "--settings", str(settings), *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=20)


def test_settings_can_be_checked_without_serving(daemon: Daemon) -> None:
    checked = run_serve(daemon.settings, "--check-settings")
    assert checked.returncode == 0
    assert checked.stdout.startswith("settings are right\n")
    assert not daemon.path.exists()


@pytest.mark.parametrize("arguments", [(), ("--check-settings",)])
def test_wrong_settings_end_with_status_2_and_their_lines(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    path = tmp_path / "gotrdns.toml"
    path.write_text('[policy]\nmode = "harsh"\nspeed = 1\n')
    ended = run_serve(path, *arguments)
    assert ended.returncode == 2
    lines = ended.stderr.splitlines()
    assert lines[0].startswith(f"gotrdns: {path}:2: [policy] mode must be one of")
    assert lines[1].startswith(f'gotrdns: {path}:3: [policy] unknown key "speed"')


def test_a_daemon_without_standard_error_serves(daemon: Daemon) -> None:
    command = f"exec {sys.executable} -m gotrdns serve --settings {daemon.settings} 2>&-"
    daemon._process = subprocess.Popen(["sh", "-c", command])
    daemon.until(daemon._accepts)
    assert daemon.ask().startswith("action=550")
    assert daemon.end() == 0
