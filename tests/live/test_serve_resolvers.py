"""A daemon that takes its resolvers from /etc/resolv.conf, and that file changes."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dns.message
import dns.query
import pytest

from tests.live import clients
from tests.live.daemon import Daemon
from tests.live.process import wait_until
from tests.live.resolver import Resolver
from tests.live.serving import events

RESOLV_CONF = Path("/etc/resolv.conf")
RELAY_ADDRESS = "127.0.0.54"
PORT = 10041
SETTINGS = f"""\
[policy]
mode = "strict"
[postfix]
listen = ["inet:127.0.0.1:{PORT}"]
[store]
url = "none"
[control]
socket = ""
"""


class Relay:
    """Passes questions on to the resolver, but keeps those about one name until it is released."""

    def __init__(self, resolver: str, kept_name: str) -> None:
        self.asked: list[str] = []
        self.keeps_one = threading.Event()
        self._resolver = resolver
        self._kept_name = kept_name
        self._kept: list[tuple[dns.message.Message, object]] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((RELAY_ADDRESS, 53))
        self._thread = threading.Thread(target=self._relay)

    def _relay(self) -> None:
        while True:
            data, peer = self._socket.recvfrom(4096)
            if not data:
                return
            question = dns.message.from_wire(data)
            name = question.question[0].name.to_text()
            self.asked.append(name)
            if name == self._kept_name:
                self._kept.append((question, peer))
                self.keeps_one.set()
            else:
                self._pass_on(question, peer)

    def _pass_on(self, question: dns.message.Message, peer: object) -> None:
        answer = dns.query.udp(question, self._resolver, timeout=5)
        self._socket.sendto(answer.to_wire(), peer)  # type: ignore[call-overload]  # as received

    def release(self) -> None:
        for question, peer in self._kept:
            self._pass_on(question, peer)

    def __enter__(self) -> "Relay":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.sendto(b"", (RELAY_ADDRESS, 53))
        self._thread.join()
        self._socket.close()


@pytest.fixture
def resolv_conf() -> Iterator[Path]:
    """The file as the whole run knows it, restored in the end."""
    text = RESOLV_CONF.read_text()
    yield RESOLV_CONF
    RESOLV_CONF.write_text(text)


@contextmanager
def asked(client: clients.Client) -> Iterator[socket.socket]:
    """A connection on which the daemon was asked about a client."""
    with socket.create_connection(("127.0.0.1", PORT), timeout=10) as peer:
        peer.sendall(
            f"request=smtpd_access_policy\nclient_address={client.address}\n"
            "recipient=reader@recipient.example\n\n".encode()
        )
        yield peer


def test_a_reload_follows_resolv_conf_and_answers_what_was_asked_before(
    cold_resolver: Resolver, resolv_conf: Path, tmp_path: Path
) -> None:
    founding, right = clients.FOUNDING, clients.RIGHT_PAIR
    settings = tmp_path / "gotrdns.toml"
    settings.write_text(SETTINGS)
    with Relay(cold_resolver.address, reverse_name(founding)) as relay:
        resolv_conf.write_text(f"nameserver {RELAY_ADDRESS}\n")
        with Daemon(settings, [("127.0.0.1", PORT)]) as daemon, asked(founding) as before:
            assert relay.keeps_one.wait(5)
            resolv_conf.write_text(f"nameserver {cold_resolver.address}\n")
            daemon.reload()
            wait_until(
                lambda: bool(events(daemon, "reloaded", f"resolvers={cold_resolver.address}:53")),
                "the reload",
            )
            with asked(right) as after:
                assert after.recv(4096) == b"action=DUNNO\n\n"
            assert reverse_name(right) not in relay.asked
            relay.release()
            assert before.recv(4096).startswith(b"action=550 5.7.25 85.105.64.87 ")


def reverse_name(client: clients.Client) -> str:
    return f"{client.address.reverse_pointer}."
