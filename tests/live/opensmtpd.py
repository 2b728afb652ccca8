"""A private OpenSMTPD that refuses clients whose reverse DNS does not confirm.

Owns its configuration, life and log. What it accepts it throws away. It resolves by itself through
the name server in the namespace's `/etc/resolv.conf`.
"""

from pathlib import Path
from typing import Final

from tests.live.daemon import accepts
from tests.live.port_numbers import Port
from tests.live.process import Process
from tests.live.unpacked import as_if_installed, unpacked

PORT: Final = Port.OPENSMTPD

CONFIGURATION = """\
filter "confirmed" phase rcpt-to match !fcrdns reject "550 5.7.25 Reverse DNS does not confirm"
listen on 127.0.0.1 port {port} hostname mx.recipient.example filter "confirmed"
listen on ::1 port {port} hostname mx.recipient.example filter "confirmed"
table everyone {{ "@" = "nobody" }}
action "nowhere" mda "cat >/dev/null" virtual <everyone>
match from any for domain recipient.example action "nowhere"
"""


class OpenSmtpd:
    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True)
        configuration = directory / "configuration"
        configuration.write_text(CONFIGURATION.format(port=PORT))
        smtpd = unpacked("opensmtpd", "usr/sbin/smtpd")
        self._process = Process(
            "smtpd (OpenSMTPD)",
            as_if_installed(
                [smtpd, "-d", "-f", configuration],
                directory,
                accounts=["opensmtpd", "opensmtpq"],
                state=["/var/spool/smtpd", "/var/lib/opensmtpd/empty"],
                folders={"/usr/libexec": unpacked("opensmtpd", "usr/libexec")},
            ),
            output=directory / "output",
        )

    def start(self) -> None:
        """Returns once it accepts connections."""
        self._process.start(ready=lambda: accepts(("127.0.0.1", PORT)))

    def kill(self) -> None:
        self._process.kill()

    def log(self) -> list[str]:
        return self._process.lines()

    def __enter__(self) -> "OpenSmtpd":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
