"""A private Exim: by default it verifies its clients' reverse DNS as its documentation says.

Owns its configuration, life, log and mailbox. It resolves through the namespace's
`/etc/resolv.conf`.
"""

import re
from collections.abc import Mapping
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as default_policy
from pathlib import Path
from types import MappingProxyType
from typing import Final

from tests.live.daemon import accepts
from tests.live.logins import NAME, PASSWORD
from tests.live.port_numbers import Port
from tests.live.process import Process
from tests.live.unpacked import as_if_installed, unpacked

PORT: Final = Port.EXIM.value
STOCK: Final = "  require verify = reverse_host_lookup"
PAGE: Final = Path(__file__).parents[2] / "docs" / "exim.md"

CONFIGURATION = """\
primary_hostname = mx.recipient.example
qualify_domain = recipient.example
spool_directory = {directory}/spool
pid_file_path = {directory}/pid
daemon_smtp_ports = {port}
local_interfaces = <; 127.0.0.1 ; ::1
keep_environment =
# A burst of clients is a test's doing.
smtp_accept_max = 0
smtp_connect_backlog = 200
acl_smtp_rcpt = recipients
{options}
# Without set-user-id it delivers as whom it receives.
deliver_drop_privilege = true

begin acl
recipients:
{checks}
  accept domains = recipient.example : optout.example

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{{name}}}}}{{eq{{$auth3}}{{{password}}}}}}}}}
  server_set_id = $auth2

begin routers
mailbox:
  driver = accept
  transport = mailbox

begin transports
mailbox:
  driver = appendfile
  directory = {directory}/mail
  maildir_format
  user = Debian-exim
"""


def documented_lines(socket: Path) -> str:
    """The statements of the documentation's ACL, for a socket elsewhere."""
    block = re.search(r"^```\n(  warn\n.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    if block is None or block[1].count("/run/gotrdns/exim") != 1:
        raise ValueError(f"{PAGE} has no lines for the ACL")
    return block[1].replace("/run/gotrdns/exim", str(socket))


class Exim:
    """`checks` are statements of the ACL for recipients, `options` those of the main section.

    It logs to a file of its own, or to the socket ``syslog`` in the place of `/dev/log`.
    """

    def __init__(
        self,
        directory: Path,
        checks: str = STOCK,
        port: int = PORT,
        *,
        options: Mapping[str, str] = MappingProxyType({}),
        syslog: Path | None = None,
    ) -> None:
        self._port = port
        self._directory = directory
        directory.mkdir(parents=True)
        # It logs under an account of its own.
        directory.chmod(0o777)
        log = "syslog" if syslog else f"{directory}/%slog"
        settings = {"log_file_path": log, "tls_advertise_hosts": "", **options}
        configuration = directory / "configuration"
        configuration.write_text(
            CONFIGURATION.format(
                directory=directory,
                port=port,
                checks=checks,
                options="\n".join(f"{key} = {value}" for key, value in settings.items()),
                name=NAME,
                password=PASSWORD,
            )
        )
        exim = unpacked("exim4-daemon-light", "usr/sbin/exim4")
        self._process = Process(
            "exim",
            as_if_installed(
                [exim, "-C", configuration, "-bdf"],
                directory,
                accounts=["Debian-exim"],
                syslog=syslog,
            ),
            output=directory / "output",
        )

    def start(self) -> None:
        """Returns once it accepts connections."""
        self._process.start(ready=lambda: accepts(("127.0.0.1", self._port)))

    def kill(self) -> None:
        self._process.kill()

    def log(self) -> list[str]:
        path = self._directory / "mainlog"
        written = path.read_text(errors="replace").splitlines() if path.exists() else []
        return [*self._process.lines(), *written]

    def delivered(self) -> list[EmailMessage]:
        """The messages that have arrived by now."""
        return [
            message_from_bytes(path.read_bytes(), policy=default_policy)
            for path in self._directory.glob("mail/new/*")
        ]

    def __enter__(self) -> "Exim":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
