"""A private Exim that verifies its clients' reverse DNS as its documentation says.

Owns its configuration, life and log. What it accepts it throws away. It resolves through the
namespace's `/etc/resolv.conf`.
"""

from pathlib import Path
from typing import Final

from tests.live.daemon import accepts
from tests.live.process import Process
from tests.live.unpacked import as_if_installed, unpacked

PORT: Final = 2530

CONFIGURATION = """\
primary_hostname = mx.recipient.example
spool_directory = {directory}/spool
log_file_path = {directory}/%slog
pid_file_path = {directory}/pid
daemon_smtp_ports = {port}
local_interfaces = <; 127.0.0.1 ; ::1
keep_environment =
tls_advertise_hosts =
# A burst of clients is a test's doing.
smtp_accept_max = 0
smtp_connect_backlog = 200
acl_smtp_rcpt = recipients
acl_smtp_data = messages

begin acl
recipients:
  require verify = reverse_host_lookup
  accept domains = recipient.example
messages:
  discard
"""


class Exim:
    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(parents=True)
        # It logs under an account of its own.
        directory.chmod(0o777)
        configuration = directory / "configuration"
        configuration.write_text(CONFIGURATION.format(directory=directory, port=PORT))
        exim = unpacked("exim4-daemon-light", "usr/sbin/exim4")
        self._process = Process(
            "exim",
            as_if_installed(
                [exim, "-C", configuration, "-bdf"], directory, accounts=["Debian-exim"]
            ),
            output=directory / "output",
        )

    def start(self) -> None:
        """Returns once it accepts connections."""
        self._process.start(ready=lambda: accepts(("127.0.0.1", PORT)))

    def kill(self) -> None:
        self._process.kill()

    def log(self) -> list[str]:
        path = self._directory / "mainlog"
        written = path.read_text(errors="replace").splitlines() if path.exists() else []
        return [*self._process.lines(), *written]

    def __enter__(self) -> "Exim":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
