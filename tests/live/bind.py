"""BIND on port 5300 of 127.0.0.1, as the resolver of a host that does not use Unbound.

Owns its configuration and its life. Knows the root's address and the trust anchors, and nothing
below. It has no cache to flush: who wants an empty one starts it anew.
"""

import shutil
from pathlib import Path

import dns.exception
import dns.message
import dns.query
import dns.rcode

from tests.live.process import Process
from tests.live.seeds import trust_anchors

# BIND listens only on addresses that an interface has, not on all of 127.0.0.0/8.
ADDRESS = "127.0.0.1"
PORT = 5300

CONFIGURATION = """\
options {{
    directory "{directory}";
    pid-file none;
    session-keyfile "{directory}/session.key";
    listen-on port {port} {{ {address}; }};
    listen-on-v6 {{ none; }};
    recursion yes;
    allow-query {{ 127.0.0.0/8; }};
    allow-recursion {{ 127.0.0.0/8; }};
    // Private and test networks are the private Internet's, and not answered here (RFC 6303).
    empty-zones-enable no;
    dnssec-validation yes;
}};
controls {{ }};
zone "." {{ type hint; file "{root_hints}"; }};
trust-anchors {{
{anchors}
}};
"""


class Bind:
    def __init__(self, directory: Path, *, root_hints: Path) -> None:
        self.host, self.port = ADDRESS, PORT
        self.address = f"{ADDRESS}:{PORT}"
        directory.mkdir(parents=True)
        configuration = directory / "named.conf"
        configuration.write_text(
            CONFIGURATION.format(
                directory=directory,
                address=ADDRESS,
                port=PORT,
                root_hints=root_hints,
                anchors="\n".join(f"    {_anchor(zone, ds)}" for zone, ds in trust_anchors()),
            )
        )
        program = shutil.which("named") or "/usr/sbin/named"
        self._process = Process(
            "named",
            [program, "-g", "-n", "1", "-c", configuration],
            output=directory / "output",
        )

    def start(self) -> None:
        """Starts it with an empty cache; returns once it resolves the root."""
        self._process.start(ready=self._resolves)

    def restart(self) -> None:
        """Forgets everything."""
        self._process.terminate()
        self.start()

    def lines(self) -> list[str]:
        """What it logged."""
        return self._process.lines()

    def _resolves(self) -> bool:
        question = dns.message.make_query(".", "NS")
        try:
            # Over TCP, because a port that is not open yet says so at once.
            answer = dns.query.tcp(question, ADDRESS, port=PORT, timeout=1.0)
        except (OSError, EOFError, dns.exception.Timeout):
            return False
        return answer.rcode() == dns.rcode.NOERROR and bool(answer.answer)

    def __enter__(self) -> "Bind":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()


def _anchor(zone: str, ds: str) -> str:
    tag, algorithm, digest_type, digest = ds.split()
    return f'"{zone}" static-ds {tag} {algorithm} {digest_type} "{digest}";'
