"""A private Internet's name servers: NSD daemons, one for each level of the tree.

Owns the servers' addresses, configurations and lives. What they serve is in `zones/`, one folder
a server, and in `generated_zones`. One daemon a level, because a server that holds a zone and its
parent never sends a referral.

    root             .
    infrastructure   arpa, in-addr.arpa, ip6.arpa
    registries       com, example, net, org, tr
    provider         the address owner's reverse zones and its own names
    customer         mail domains, and what RFC 2317 delegates to them
    refuser          serves nothing and answers REFUSED to everything
    lame             is delegated zones, and answers with a referral to itself
    dropper          takes every packet and never answers
    seed-parent      delegates 81.21.0.0/16, 2a02:5321::/32 and `seeds.example`
    seed-a, seed-b   serve them: zones with one defect each, and more than a hundred without
    strange          serves what no NSD would, and is a program of its own
"""

import shutil
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode

from tests.live.generated_zones import generated_zones
from tests.live.process import Process
from tests.live.seeds import seeded_zones, signatures
from tests.live.signing import sign_zone_file

ZONES = Path(__file__).parent / "zones"

ADDRESSES: Mapping[str, tuple[str, ...]] = {
    "root": ("198.18.0.1",),
    "infrastructure": ("198.18.0.2",),
    "registries": ("198.18.0.3",),
    "provider": ("198.18.1.1", "fd00:53::1"),
    "customer": ("198.18.1.2", "fd00:53::2"),
    "refuser": ("198.18.2.1",),
    "lame": ("198.18.2.2",),
    "seed-parent": ("198.18.3.3",),
    "seed-a": ("198.18.3.1",),
    "seed-b": ("198.18.3.2",),
}
DROPPER_ADDRESS = "198.18.2.3"
STRANGE_ADDRESS = "198.18.3.4"

CONFIGURATION = """\
server:
    server-count: 1
    port: 53
    username: ""
    chroot: ""
    zonesdir: "{directory}"
    database: ""
    pidfile: "{directory}/pid"
    zonelistfile: "{directory}/zone.list"
    xfrdfile: "{directory}/xfrd.state"
    xfrdir: "{directory}"
    # The stock limit of 200 answers a second would drop the load tests' questions.
    rrl-ratelimit: 0
    rrl-whitelist-ratelimit: 0
{addresses}
remote-control:
    control-enable: no
{zones}
"""
ZONE = """\
zone:
    name: "{origin}"
    zonefile: "{path}"
"""


@dataclass(frozen=True, slots=True)
class Zone:
    origin: str
    path: Path


def read_zone(path: Path) -> Zone:
    """A zone file here begins with its `$ORIGIN`: `0/25` could not be a file's name."""
    directive, origin = path.read_text().splitlines()[0].split()
    if directive != "$ORIGIN" or not origin.endswith("."):
        raise ValueError(f"{path} does not begin with $ORIGIN and an absolute name")
    return Zone(origin, path)


class NameServer:
    """One NSD, ready once it answers with authority for each of its zones."""

    def __init__(self, name: str, directory: Path) -> None:
        self.name = name
        self.addresses = ADDRESSES[name]
        self.directory = directory
        directory.mkdir(parents=True)
        # Copies: tests change what is served, and one that is killed puts nothing back.
        written_by_hand = sorted((ZONES / name).glob("*.zone"))
        paths = [Path(shutil.copy(each, directory)) for each in written_by_hand]
        written = {**generated_zones(name), **seeded_zones(name)}
        signed = signatures()
        for file_name, text in written.items():
            path = directory / f"{file_name.replace('/', '-slash-')}.zone"
            path.write_text(text)
            if file_name in signed:
                sign_zone_file(path, file_name, signed[file_name])
            paths.append(path)
        self.zones = tuple(read_zone(path) for path in paths)
        configuration = directory / "nsd.conf"
        configuration.write_text(
            CONFIGURATION.format(
                directory=directory,
                addresses="\n".join(f"    ip-address: {each}" for each in self.addresses),
                zones="".join(ZONE.format(origin=z.origin, path=z.path) for z in self.zones),
            )
        )
        self._replaced: dict[Path, str] = {}
        self._process = Process(
            f"nsd ({name})",
            [shutil.which("nsd") or "/usr/sbin/nsd", "-d", "-c", configuration],
            output=directory / "output",
        )

    def start(self) -> None:
        self._process.start(ready=self._answers)

    def stop(self) -> None:
        """From here on its port is closed."""
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()

    def lines(self) -> list[str]:
        """What it logged."""
        return self._process.lines()

    def replace_zone(self, origin: str, change: Callable[[str], str]) -> None:
        """Serves the zone's text as changed, until `restore_zones`."""
        path = next(zone.path for zone in self.zones if zone.origin == origin)
        text = path.read_text()
        self._replaced.setdefault(path, text)
        path.write_text(change(text))
        self._restart()

    def restore_zones(self) -> None:
        for path, text in self._replaced.items():
            path.write_text(text)
        self._replaced.clear()
        self._restart()

    def _restart(self) -> None:
        self.stop()
        self.start()

    def _answers(self) -> bool:
        return all(self._answers_for(zone.origin) for zone in self.zones or (Zone(".", ZONES),))

    def _answers_for(self, origin: str) -> bool:
        answer = answers_over_tcp(self.addresses[0], origin)
        if answer is None:
            return False
        if not self.zones:
            return answer.rcode() == dns.rcode.REFUSED
        return answer.rcode() == dns.rcode.NOERROR and bool(answer.flags & dns.flags.AA)


class Dropper:
    """Holds port 53 of an address, UDP and TCP, and never reads what arrives there."""

    def __init__(self, address: str) -> None:
        self._datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._datagrams.bind((address, 53))
        self._streams = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._streams.bind((address, 53))
        self._streams.listen()

    def close(self) -> None:
        self._datagrams.close()
        self._streams.close()


def answers_over_tcp(address: str, origin: str) -> dns.message.Message | None:
    """What a server says of a zone; None where it cannot be asked yet."""
    question = dns.message.make_query(origin, "SOA")
    question.flags &= ~dns.flags.RD
    try:
        # Over TCP, because a port that is not open yet says so at once.
        return dns.query.tcp(question, address, timeout=1.0)
    except (OSError, EOFError, dns.exception.Timeout):
        return None


class Strange:
    """The server that is no NSD."""

    def __init__(self, directory: Path) -> None:
        self._process = Process(
            "strange name server",
            [sys.executable, "-m", "tests.live.strange", STRANGE_ADDRESS],
            output=directory / "strange.output",
        )

    def start(self) -> None:
        self._process.start(ready=lambda: answers_over_tcp(STRANGE_ADDRESS, ".") is not None)

    def kill(self) -> None:
        self._process.kill()


class Internet:
    """All name servers; `root_hints` is the file by which a resolver finds the root."""

    def __init__(self, directory: Path) -> None:
        self._ends = ExitStack()
        self.servers = {name: NameServer(name, directory / name) for name in ADDRESSES}
        self._strange = Strange(directory)
        self.root_hints = directory / "root.hints"
        self.root_hints.write_text(
            f". 3600 IN NS a.root-servers.\na.root-servers. 3600 IN A {ADDRESSES['root'][0]}\n"
        )

    def start(self) -> None:
        with ExitStack() as started:
            started.callback(Dropper(DROPPER_ADDRESS).close)
            self._strange.start()
            started.callback(self._strange.kill)
            for server in self.servers.values():
                server.start()
                started.callback(server.kill)
            self._ends = started.pop_all()

    def stop(self) -> None:
        self._ends.close()

    def __enter__(self) -> "Internet":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
