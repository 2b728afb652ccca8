"""The pages as the live tests run them, and the mail server whose refusals lead to them.

Owns their settings and their processes: a daemon that Postfix asks, and `gotrdns web` beside it,
which share a store.
"""

import urllib.request
from pathlib import Path
from typing import Final

from tests.live.daemon import Daemon, accepts
from tests.live.internet import Internet
from tests.live.postfix import POLICY_SERVICE_PORT, Postfix
from tests.live.process import Process
from tests.live.program import GOTRDNS

PAGE_PORT: Final = 8025
ADMIN_PORT: Final = 8026
PAGE: Final = f"http://127.0.0.1:{PAGE_PORT}"
ADMIN: Final = f"http://127.0.0.1:{ADMIN_PORT}"

SETTINGS: Final = """\
[policy]
mode = "{mode}"

[resolver]
servers = ["127.0.0.53"]

[postfix]
listen = ["unix:{socket}", "inet:127.0.0.1:{policy_port}"]

[store]
url = "{url}"

[control]
socket = "unix:{directory}/control"

[page]
public-url = "{page}"
listen = ["inet:127.0.0.1:{page_port}"]
with-daemon = {with_daemon}
# The private Internet's name servers have addresses for tests (RFC 2544).
private-targets = true
root-hints = "{root_hints}"
walks-a-minute = 1000
walks-a-network = 1000

[admin]
listen = ["inet:127.0.0.1:{admin_port}"]
"""


class Pages:
    """``with_daemon`` leaves it to the daemon to start the pages."""

    def __init__(
        self,
        directory: Path,
        postfix: Postfix,
        internet: Internet,
        *,
        mode: str = "strict",
        url: str = "",
        with_daemon: bool = False,
    ) -> None:
        settings = directory / "gotrdns.toml"
        self.url = url or f"sqlite:///{directory}/store.sqlite3"
        settings.write_text(
            SETTINGS.format(
                mode=mode,
                socket=postfix.policy_socket,
                policy_port=POLICY_SERVICE_PORT,
                url=self.url,
                directory=directory,
                page=PAGE,
                page_port=PAGE_PORT,
                admin_port=ADMIN_PORT,
                with_daemon=str(with_daemon).lower(),
                root_hints=internet.root_hints,
            )
        )
        self._with_daemon = with_daemon
        self.daemon = Daemon(settings, (postfix.policy_socket, ("127.0.0.1", POLICY_SERVICE_PORT)))
        self.web = Process(
            "gotrdns web",
            [*GOTRDNS, "web", "--settings", settings],
            output=directory / "web.output",
        )

    def __enter__(self) -> "Pages":
        self.daemon.start()
        try:
            if not self._with_daemon:
                self.web.start(ready=_serving, seconds=20)
        except BaseException:
            self.daemon.kill()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.web.kill()
        self.daemon.kill()


def _serving() -> bool:
    return all(accepts(("127.0.0.1", port)) for port in (PAGE_PORT, ADMIN_PORT))


def fetch(url: str) -> str:
    """A page as it comes without a browser."""
    with urllib.request.urlopen(url, timeout=30) as answer:
        return bytes(answer.read()).decode()
