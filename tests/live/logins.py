"""Who may log in at a mail server, and the service that Postfix asks about it.

Owns one name and password, and as much of Dovecot's authentication protocol (version 1.1) as
Postfix speaks for PLAIN. Knows no SMTP.
"""

import base64
import socketserver
import threading
from pathlib import Path
from typing import Final

NAME: Final = "someone"
PASSWORD: Final = "secret"

_GREETING: Final = (
    "VERSION\t1\t1",
    "MECH\tPLAIN\tplaintext",
    "SPID\t1",
    "CUID\t1",
    "COOKIE\t0123456789abcdef0123456789abcdef",
    "DONE",
)


class Logins:
    """Serves a unix socket, which everybody may use, as long as it is entered."""

    def __init__(self, socket: Path) -> None:
        self._server = _Server(str(socket), _Conversation)
        socket.chmod(0o666)
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> "Logins":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True  # a connection lasts as long as its smtpd
    request_queue_size = 200  # every smtpd connects when it starts


class _Conversation(socketserver.StreamRequestHandler):
    """One connection: a greeting, and a verdict for each login."""

    def handle(self) -> None:
        self._say(*_GREETING)
        for line in self.rfile:
            command, *fields = line.decode().rstrip("\n").split("\t")
            if command == "AUTH":
                self._say(_answer(fields))

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\n" for line in lines).encode())


def _answer(fields: list[str]) -> str:
    number = fields[0]
    response = next((each[5:] for each in fields if each.startswith("resp=")), "")
    _, name, password = base64.b64decode(response).decode().split("\0")
    if (name, password) == (NAME, PASSWORD):
        return f"OK\t{number}\tuser={name}"
    return f"FAIL\t{number}\tuser={name}"
