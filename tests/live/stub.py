"""A stub resolver that forwards to the real one, and alters what comes back.

Owns one UDP port of 127.0.0.1, in a thread. What is altered is the caller's business.
"""

import contextlib
import socketserver
import threading
from collections.abc import Callable, Iterator

import dns.message
import dns.query

from tests.live.resolver import ADDRESS

Alter = Callable[[dns.message.Message], object]
"""Changes a reply in place, however long that takes."""


class _Server(socketserver.ThreadingUDPServer):
    daemon_threads = True
    alter: Alter


class _Handler(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        packet, connection = self.request
        reply = dns.query.udp(dns.message.from_wire(packet), ADDRESS, timeout=10)
        self.server.alter(reply)
        with contextlib.suppress(OSError):  # the asker may be gone
            connection.sendto(reply.to_wire(), self.client_address)


@contextlib.contextmanager
def forwarding(alter: Alter) -> Iterator[str]:
    """Gives its ``ADDRESS:PORT``."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.alter = alter
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
