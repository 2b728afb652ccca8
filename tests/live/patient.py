"""A mail host that is set up as documentation says, for `gotrdns doctor` to look at.

Owns a Postfix of its own, whose smtpd is chrooted as Debian's is, the daemon's settings, and what
the doctor is asked. Whatever is wrong with it is what a test plants.
"""

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.live.daemon import Daemon
from tests.live.port_numbers import Port
from tests.live.postfix import Postfix, Service
from tests.live.program import gotrdns

ASKING: Final = Port.PATIENT_ASKING
STOCK: Final = Port.PATIENT_STOCK
CALL: Final = "check_policy_service {{ unix:private/gotrdns, {attributes} }}"
MILTER: Final = "{ unix:private/gotrdns-milter, default_action=accept, command_timeout=15s }"
ATTRIBUTES: Final = "timeout=15s, try_limit=1, default_action=DUNNO"
NAME: Final = "mail.harbour.example"
ADDRESS: Final = "81.20.30.10"
# The private Internet's root is not signed, and who sets the clock is the machine's affair.
LEFT_OUT: Final = ("--skip", "resolver-dnssec", "--skip", "clock-synchronised")

_SETTINGS: Final = """\
[policy]
mode = "strict"

[resolver]
servers = ["127.0.0.53"]

[postfix]
listen = ["unix:{socket}"]

[milter]
listen = ["unix:{milter}"]

[exim]
listen = ["unix:{directory}/exim"]

[store]
url = "{store}"

[control]
socket = "unix:{directory}/control"
"""
_IN_CHROOT: Final = ("resolv.conf", "nsswitch.conf", "hosts", "services")

# What the doctor found, by the fault's code, or by the check's where it found none.
Told = dict[str, dict[str, Any]]


class Patient:
    """``store`` is the URL of a database, an SQLite file of its own if nothing is said."""

    def __init__(self, directory: Path, *, store: str | None = None) -> None:
        self.directory = directory
        self.store_path = directory / "store" / "store.sqlite3"
        self.store_path.parent.mkdir()
        self.postfix = Postfix(
            directory / "postfix",
            services=[
                Service(ASKING, chrooted=True),
                Service(
                    STOCK,
                    {
                        "smtpd_client_restrictions": "reject_unknown_client_hostname",
                        "smtpd_milters": "",
                    },
                    chrooted=True,
                ),
            ],
            parameters={
                "smtpd_client_restrictions": CALL.format(attributes=ATTRIBUTES),
                "smtpd_milters": MILTER,
                "smtp_helo_name": NAME,
            },
        )
        self.socket = self.postfix.policy_socket
        self.chroot = self.postfix.queue / "etc"
        self.chroot.mkdir()
        for name in _IN_CHROOT:
            shutil.copyfile(Path("/etc", name), self.chroot / name)
        # Postfix makes it when it starts, for its user alone.
        self.socket.parent.mkdir(mode=0o700)
        shutil.chown(self.socket.parent, "postfix")
        self.settings = directory / "gotrdns.toml"
        url = store or f"sqlite:///{self.store_path}"
        self.settings.write_text(
            _SETTINGS.format(
                socket=self.socket,
                milter=self.postfix.milter_socket,
                store=url,
                directory=directory,
            )
        )
        self.daemon = Daemon(self.settings, [self.socket, directory / "control"])

    def configure(self, **parameters: str) -> None:
        """Change main.cf, as `postconf -e` does."""
        for name, value in parameters.items():
            self._postconf("-e", f"{name} = {value}")

    def call(self, attributes: str) -> None:
        """Ask with other attributes."""
        self.configure(smtpd_client_restrictions=CALL.format(attributes=attributes))

    def _postconf(self, *arguments: str) -> None:
        program = shutil.which("postconf") or "/usr/sbin/postconf"
        subprocess.run([program, "-c", self.postfix.configuration, *arguments], check=True)

    def examine(
        self, *options: str, address: str = ADDRESS, left_out: tuple[str, ...] = LEFT_OUT
    ) -> tuple[int, Told]:
        """The exit status, and everything found; complaints and tracebacks are failures."""
        done = gotrdns(
            *("doctor", "--json", "--settings", str(self.settings)),
            *("--postfix-config", str(self.postfix.configuration)),
            *("--mail-log", str(self.postfix.mail_log), "--address", address),
            *left_out,
            *options,
        )
        assert done.stderr == ""
        found = json.loads(done.stdout)["checks"]
        return done.returncode, {each["fault"] or each["code"]: each for each in found}

    def faults(self, *options: str, address: str = ADDRESS) -> Told:
        """What is wrong or noteworthy."""
        status, found = self.examine(*options, address=address)
        wrong = {code: each for code, each in found.items() if each["fault"]}
        assert status == any(each["severity"] in {"error", "warning"} for each in wrong.values())
        return wrong


def mend(found: Mapping[str, Any], *, instead_of: str, run: list[str]) -> None:
    """Do what the doctor says, in a shell; one command is known to be of another instance."""
    for line in found["remedy"]:
        if line.startswith(instead_of):
            subprocess.run(run, check=True, capture_output=True)
        else:
            subprocess.run(["sh", "-ec", line], check=True)
