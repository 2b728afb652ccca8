"""A private Postfix whose clients are whoever the PROXY protocol says.

Owns its configuration, life, log and mailbox. It serves one loopback port for each way of checking
clients, and delivers everything for its domains into one Maildir, where it can be counted. Its
smtpd is not chrooted, so it uses the namespace's `/etc/resolv.conf`.
"""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as default_policy
from pathlib import Path
from typing import Final

from tests.live.port_numbers import Port
from tests.live.process import wait_until

POLICY_OVER_UNIX: Final = Port.POLICY_OVER_UNIX
POLICY_OVER_TCP: Final = Port.POLICY_OVER_TCP
STOCK: Final = Port.STOCK
UNCHECKED: Final = Port.UNCHECKED
STOCK_PERMANENT: Final = Port.STOCK_PERMANENT
"""As STOCK, but what DNS says is refused for good (550), so that it can be told from trouble."""

MILTER_OVER_UNIX: Final = Port.MILTER_OVER_UNIX
MILTER_OVER_TCP: Final = Port.MILTER_OVER_TCP
MILTER_OF_OLD: Final = Port.MILTER_OF_OLD
"""As MILTER_OVER_UNIX, by the oldest version of the protocol that Postfix speaks."""

POLICY_ASKED_TWICE: Final = Port.POLICY_ASKED_TWICE
"""As POLICY_OVER_UNIX, but a question that got no answer is asked once more, after a second."""

POLICY_SERVICE_PORT: Final = 10040
"""Where the port POLICY_OVER_TCP expects a policy service, on 127.0.0.1."""

MILTER_PORT: Final = 10041
"""Where the port MILTER_OVER_TCP expects a mail filter, on 127.0.0.1."""

MILTER_SOCKET: Final = "private/gotrdns-milter"

DOMAINS: Final = ("recipient.example", "optout.example")
"""Every address in them accepts mail. Mail for any other domain is refused as relaying."""

MAIN = """\
compatibility_level = 3.6
queue_directory = {directory}/queue
data_directory = {directory}/data
maillog_file = {directory}/log
maillog_file_prefixes = {directory}
mail_owner = postfix
myhostname = mx.recipient.example
inet_interfaces = 127.0.0.1
inet_protocols = all
mynetworks = 127.0.0.0/8
mydestination =
alias_maps =
alias_database =
local_recipient_maps =
default_transport = discard
relay_transport = discard
notify_classes =
smtputf8_enable = no
biff = no

virtual_mailbox_domains = {domains}
virtual_mailbox_base = {directory}/mail
virtual_mailbox_maps = static:all/
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534

smtpd_upstream_proxy_protocol = haproxy
smtpd_relay_restrictions = reject_unauth_destination
# Long ones are never used twice, so accepted messages can be told apart and counted.
enable_long_queue_ids = yes
# A burst from one address is a test's doing, and so are its errors.
smtpd_client_connection_count_limit = 0
smtpd_error_sleep_time = 0
default_process_limit = 100
in_flow_delay = 0
"""

MASTER = """\
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True, slots=True)
class Service:
    """One smtpd port and the main.cf parameters in which it differs from the others."""

    port: int
    parameters: Mapping[str, str] = field(default_factory=dict)
    chrooted: bool = False

    def master_entry(self) -> str:
        options = [f"  -o {{ {name} = {value} }}" for name, value in self.parameters.items()]
        chroot = "y" if self.chrooted else "n"
        return "\n".join([f"127.0.0.1:{self.port} inet n - {chroot} - - smtpd", *options, ""])


def standard_services(policy_socket: str, policy_port: int) -> tuple[Service, ...]:
    # As documentation advises: asked at RCPT, patient, and letting mail in when gotrdns is away.
    attributes = "timeout=15s, default_action=DUNNO, try_limit"
    over_unix = f"check_policy_service {{ unix:{policy_socket}, {attributes}"
    return (
        Service(
            POLICY_OVER_UNIX,
            {"smtpd_client_restrictions": f"{over_unix}=1 }}"},
        ),
        Service(
            POLICY_ASKED_TWICE,
            {"smtpd_client_restrictions": f"{over_unix}=2 }}"},
        ),
        Service(
            POLICY_OVER_TCP,
            {
                "smtpd_client_restrictions": "check_policy_service "
                f"{{ inet:127.0.0.1:{policy_port}, {attributes}=1 }}"
            },
        ),
        Service(MILTER_OVER_UNIX, _milter(f"unix:{MILTER_SOCKET}")),
        Service(MILTER_OVER_TCP, _milter(f"inet:127.0.0.1:{MILTER_PORT}")),
        Service(MILTER_OF_OLD, {**_milter(f"unix:{MILTER_SOCKET}"), "milter_protocol": "2"}),
        Service(STOCK, {"smtpd_client_restrictions": "reject_unknown_client_hostname"}),
        Service(
            STOCK_PERMANENT,
            {
                "smtpd_client_restrictions": "reject_unknown_client_hostname",
                "unknown_client_reject_code": "550",
            },
        ),
        Service(UNCHECKED),
    )


def _milter(endpoint: str) -> dict[str, str]:
    """As documentation advises."""
    page = Path(__file__).parents[2] / "docs" / "postfix.md"
    block = re.search(r"^smtpd_milters =$(.*?)^```$", page.read_text(), re.DOTALL | re.MULTILINE)
    if block is None or block[1].count("unix:private/gotrdns-milter") != 1:
        raise ValueError(f"{page} does not say how to use a mail filter")
    return {
        "smtpd_milters": " ".join(block[1].split()).replace(f"unix:{MILTER_SOCKET}", endpoint),
        # A login may be said instead of proved, which no SASL server has to be set up for.
        "smtpd_authorized_xclient_hosts": "85.105.64.87",
    }


@dataclass(frozen=True, slots=True)
class Delivered:
    """One copy in the mailbox: a message for two recipients is delivered twice."""

    queue_id: str
    recipient: str
    message: EmailMessage


class Postfix:
    """`policy_socket` may be relative to the queue directory, as in main.cf."""

    def __init__(
        self,
        directory: Path,
        *,
        policy_socket: str = "private/gotrdns",
        policy_port: int = POLICY_SERVICE_PORT,
        services: Sequence[Service] | None = None,
        parameters: Mapping[str, str] | None = None,
    ) -> None:
        self._directory = directory
        self.configuration = directory / "configuration"
        self.mail_log = directory / "log"
        self.queue = directory / "queue"
        self._mail = directory / "mail" / "all" / "new"
        self._read: dict[str, Delivered] = {}
        self.policy_socket = self.queue / policy_socket
        self.milter_socket = self.queue / MILTER_SOCKET
        self.services = tuple(
            services if services is not None else standard_services(policy_socket, policy_port)
        )
        for each in (self.configuration, self.queue):
            each.mkdir(parents=True)
        for name, owner in (("data", "postfix"), ("mail", "nobody")):
            (directory / name).mkdir()
            shutil.chown(directory / name, owner)
        main = MAIN.format(directory=directory, domains=", ".join(DOMAINS))
        main += "".join(f"{name} = {value}\n" for name, value in (parameters or {}).items())
        (self.configuration / "main.cf").write_text(main)
        (self.configuration / "master.cf").write_text(
            MASTER + "".join(service.master_entry() for service in self.services)
        )

    def start(self) -> None:
        """Returns once every port accepts connections."""
        # It comes back when the master listens everywhere; a probe would only fill the log.
        self._postfix("start")

    def reload(self) -> None:
        self._postfix("reload")

    def restart(self) -> None:
        """No smtpd outlives it, and none holds a connection to a policy service any more.

        After a reload those from before may still serve one client each.
        """
        self.stop()
        self.start()

    def stop(self) -> None:
        """Ends all its processes; what is queued stays and is delivered after the next start."""
        # `postfix stop` looks once a second.
        master = self._master()
        if master is None:
            return
        os.kill(master, signal.SIGTERM)
        # The last smtpd still holds the ports that the next start needs.
        wait_until(lambda: not _group_exists(master), "Postfix stopped")

    @property
    def running(self) -> bool:
        return self._master() is not None

    @property
    def pid(self) -> int:
        """The running master's, whose children are all the others. RuntimeError if none runs."""
        master = self._master()
        if master is None:
            raise RuntimeError("Postfix does not run")
        return master

    def _master(self) -> int | None:
        path = self.queue / "pid" / "master.pid"
        if not path.exists() or not (text := path.read_text().strip()):
            return None
        return int(text) if Path(f"/proc/{text}").exists() else None

    def _postfix(self, command: str) -> None:
        program = shutil.which("postfix") or "/usr/sbin/postfix"
        done = subprocess.run(
            [program, "-c", str(self.configuration), command],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        if done.returncode != 0:
            raise RuntimeError(f"postfix {command} failed: {' | '.join(self.log()[-5:])}")

    def log(self) -> list[str]:
        path = self.mail_log
        return path.read_text(errors="replace").splitlines() if path.exists() else []

    def delivered(
        self, *, expecting: Iterable[str | None] = (), seconds: float = 20.0
    ) -> list[Delivered]:
        """All that was delivered so far, once the messages with the expected queue ids were.

        NotReady if one of them is not delivered to all its recipients: accepted mail was lost.
        ValueError for an expected None, the queue id of a message that was not accepted.
        """
        expected = set(expecting)
        if None in expected:
            raise ValueError("a message is expected that Postfix did not accept")

        def all_arrived() -> bool:
            # Only what has left the queue is in the mailbox for every one of its recipients.
            if expected & self.queued():
                return False
            self._read_mailbox()
            return expected <= {each.queue_id for each in self._read.values()}

        wait_until(all_arrived, "delivery of every accepted message", seconds=seconds)
        return list(self._read.values())

    def copies(self, queue_id: str | None, *, seconds: float = 20.0) -> list[Delivered]:
        """That message as each of its recipients got it, once all of them did."""
        everything = self.delivered(expecting=[queue_id], seconds=seconds)
        return [each for each in everything if each.queue_id == queue_id]

    def queued(self) -> set[str]:
        """The queue ids of accepted messages that some recipient still waits for."""
        # In the order in which a message moves, so that none is missed between two of them.
        return {
            path.name
            for name in ("incoming", "active", "deferred")
            for path in (self.queue / name).rglob("*")
        }

    def _read_mailbox(self) -> None:
        if not self._mail.exists():
            return
        for path in sorted(self._mail.iterdir()):
            if path.name not in self._read:
                self._read[path.name] = _delivered(path.read_bytes())

    def __enter__(self) -> "Postfix":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _group_exists(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _delivered(content: bytes) -> Delivered:
    message = message_from_bytes(content, policy=default_policy)
    received = re.search(r"\bid (\w+)", str(message["Received"]))
    return Delivered(
        queue_id=received[1] if received else "",
        recipient=str(message["X-Original-To"]),
        message=message,
    )
