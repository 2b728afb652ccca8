"""The daemon as a process for the tests, and the name server that it asks."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from gotrdns.reports.status import QUESTION, Status, decode_status
from tests.support.activation import activated

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

    def start(
        self,
        *,
        standard_error: int | None = None,
        descriptors: int | None = None,
        workers: int = 0,
        inherited: Sequence[socket.socket] = (),
        names: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """``inherited`` are handed on as systemd does it."""
        limit = "" if descriptors is None else f"ulimit -n {descriptors}; "
        script = f"{limit}exec {sys.executable} -m gotrdns serve --settings {self.settings}"
        if workers:
            script += f" --workers {workers}"
        command = ["sh", "-c", script]
        starts = self.log.count("event=started")
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                activated(inherited, command, names) if inherited else command,
                stderr=log if standard_error is None else standard_error,
                pass_fds=[each.fileno() for each in inherited],
                env=os.environ | dict(environment or {}),
            )
        if inherited:  # somebody listens there all the time
            self.until(lambda: self.log.count("event=started") > starts)
        else:
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

    def listens(self) -> bool:
        """A socket's file is there a moment before anybody can connect."""
        try:
            self.connect().close()
        except OSError:
            return False
        return True

    def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + 30
        while not condition():
            assert time.monotonic() < end, self.log
            time.sleep(0.01)

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.send(number)
        return self.wait()

    def wait(self) -> int:
        return self._process.wait(30)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def status(self) -> Status:
        """What `gotrdns status` gets."""
        with self.connect(self._directory / "control") as peer:
            peer.sendall(QUESTION + b"\n")
            with peer.makefile("rb") as lines:
                return decode_status(lines.readline())

    @property
    def log(self) -> str:
        return self._log.read_text() if self._log.exists() else ""

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


@contextmanager
def running_name_server() -> Iterator[NameServer]:
    server = NameServer()
    yield server
    server.close()


@contextmanager
def daemon_in(directory: Path, name_server: NameServer) -> Iterator[Daemon]:
    """A daemon that is not started yet, and killed at the end."""
    with Daemon(directory, name_server) as each:
        each._process = subprocess.Popen(["true"])
        each._process.wait()
        yield each
