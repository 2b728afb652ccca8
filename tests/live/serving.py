"""The daemon beside Postfix as the live tests run it: its settings, its start, its log."""

from pathlib import Path

from tests.live.daemon import Daemon
from tests.live.postfix import POLICY_SERVICE_PORT, Postfix

SETTINGS = """\
[policy]
mode = "{mode}"
pass-networks = ["85.105.64.90"]
pass-recipient-domains = ["optout.example"]

[resolver]
servers = ["127.0.0.53"]

[postfix]
listen = ["unix:{socket}", "inet:127.0.0.1:{port}"]

[store]
url = "sqlite:///{directory}/store.sqlite3"

[control]
socket = "unix:{directory}/control"
"""


def settings_file(directory: Path, postfix: Postfix, mode: str) -> Path:
    path = directory / f"{mode}.toml"
    path.write_text(
        SETTINGS.format(
            mode=mode,
            socket=postfix.policy_socket,
            port=POLICY_SERVICE_PORT,
            directory=directory,
        )
    )
    return path


def make_daemon(directory: Path, postfix: Postfix, mode: str) -> Daemon:
    doors = (postfix.policy_socket, ("127.0.0.1", POLICY_SERVICE_PORT))
    return Daemon(settings_file(directory, postfix, mode), doors)


def events(daemon: Daemon, kind: str, text: str = "") -> list[str]:
    return [line for line in daemon.lines() if f"event={kind}" in line and text in line]
