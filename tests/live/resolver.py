"""Unbound on 127.0.0.53, as a mail server's own resolver.

Owns its configuration, its life and its cache. Knows the root's address and nothing below it.
"""

import shutil
import signal
import subprocess
from pathlib import Path

import dns.exception
import dns.message
import dns.query
import dns.rcode

from tests.live.process import Process
from tests.live.seeds import trust_anchors

ADDRESS = "127.0.0.53"

REFUSED_ZONES = ("forbidden.example.", "34.20.81.in-addr.arpa.")
"""Zones this resolver answers REFUSED for, as one does that may not be asked about them."""

PRIVATE_ZONES = ("168.192.in-addr.arpa.",)
"""Unbound answers these by itself (RFC 6303) unless it is told that they are served here."""

CONFIGURATION = """\
server:
    directory: "{directory}"
    pidfile: ""
    chroot: ""
    username: ""
    use-syslog: no
    logfile: ""
    log-time-ascii: yes
    do-daemonize: no
    num-threads: 1
    interface: {address}
    access-control: 127.0.0.0/8 allow
    root-hints: "{root_hints}"
    do-not-query-localhost: no
    # The order of several names is a case of its own, so it is the zone's.
    rrset-roundrobin: no
    # The DNS flag day's size: larger answers are truncated and asked again over TCP.
    max-udp-size: 1232
    edns-buffer-size: 1232
{local_zones}
remote-control:
    control-enable: yes
    control-use-cert: no
    control-interface: "{control}"
"""


class Resolver:
    def __init__(self, directory: Path, *, root_hints: Path) -> None:
        self.address = ADDRESS
        self._directory = directory
        self._control = directory / "control"
        self._configuration = directory / "unbound.conf"
        self._directory.mkdir(parents=True)
        local_zones = [f'    local-zone: "{zone}" refuse' for zone in REFUSED_ZONES]
        local_zones += [f'    local-zone: "{zone}" nodefault' for zone in PRIVATE_ZONES]
        anchors = [f'    trust-anchor: "{zone} DS {ds}"' for zone, ds in trust_anchors()]
        self._configuration.write_text(
            CONFIGURATION.format(
                directory=directory,
                address=ADDRESS,
                root_hints=root_hints,
                control=self._control,
                local_zones="\n".join([*local_zones, *anchors]),
            )
        )
        self._process = Process(
            "unbound",
            [shutil.which("unbound") or "/usr/sbin/unbound", "-d", "-c", self._configuration],
            output=directory / "output",
        )

    def start(self) -> None:
        """Starts it with an empty cache; returns once it resolves the root."""
        self._process.start(ready=self._resolves)

    def _resolves(self) -> bool:
        question = dns.message.make_query(".", "NS")
        try:
            # Over TCP, because a port that is not open yet says so at once.
            answer = dns.query.tcp(question, ADDRESS, timeout=1.0)
        except (OSError, EOFError, dns.exception.Timeout):
            return False
        return answer.rcode() == dns.rcode.NOERROR and bool(answer.answer)

    def stop(self) -> None:
        """From here on its port is closed: questions are refused by the kernel (ICMP)."""
        self._process.terminate()

    def freeze(self) -> None:
        """From here on it keeps its port and answers nothing, until `thaw`."""
        self._process.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.signal(signal.SIGCONT)

    def kill(self) -> None:
        """`kill -9`: what it had not answered yet stays unanswered."""
        self._process.kill()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.running

    def flush(self) -> None:
        """Forgets every answer, every server's speed and lameness, and all unfinished work."""
        # Unfinished work first: a question that still waits for a silent server would
        # otherwise swallow the same question asked anew, and mark that server as dead.
        for command in (["flush_requestlist"], ["flush_zone", "."], ["flush_infra", "all"]):
            self.control(*command)

    def control(self, *command: str) -> str:
        """What `unbound-control` answers."""
        program = shutil.which("unbound-control") or "/usr/sbin/unbound-control"
        done = subprocess.run(
            [program, "-c", str(self._configuration), *command],
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    def lines(self) -> list[str]:
        """What it logged."""
        return self._process.lines()

    def __enter__(self) -> "Resolver":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
