"""Owns the benchmarks' DNS: synthetic addresses, their zones, the cause each must be given, and
the NSD on loopback that serves them. Knows nothing of the contestants.

Run as a program, it makes a world or compares a contestant's answers with it, so that the
harness itself stays small (a large parent would count as its children's memory)."""

from __future__ import annotations

import argparse
import contextlib
import ipaddress
import json
import random
import socket
import struct
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from benchmarks import measure

if TYPE_CHECKING:
    from collections.abc import Iterator

CONFIRMED: Final = "confirmed"
NO_PTR: Final = "no-ptr"
MISMATCH: Final = "forward-mismatch"
NXDOMAIN: Final = "forward-nxdomain"
UNDETERMINED: Final = frozenset(
    [f"{side}-{why}" for side in ("reverse", "forward") for why in
     ("servfail", "refused", "timeout", "unproven")]
    + ["resolver-unreachable"]
)  # fmt: skip

# Blocks that look like everybody's: private ones would draw extra findings.
IPV4_BLOCKS: Final = (23, 45, 62, 85, 91, 151, 185, 212)
IPV6_PREFIX: Final = 0x2A01
IPV6_ZONE: Final = "1.0.a.2.ip6.arpa"
# The senders' domains, for what looks at SPF, are WORD.example.com.
FORWARD_ZONES: Final = ("example.com", "example.net", "example.org")
WORDS: Final = (
    "acorn", "baker", "cedar", "delta", "ember", "falcon", "granite", "harbour", "indigo",
    "juniper", "kestrel", "lantern", "meridian", "northwind", "orchard", "printworks",
)  # fmt: skip
APEX: Final = (
    "@ 3600 IN SOA ns1.example.net. hostmaster.example.net. 1 7200 3600 1209600 300\n"
    "@ 3600 IN NS ns1.example.net.\n"
)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class World:
    """What was made: how many addresses and questions, and where the files are."""

    directory: Path
    addresses: int
    questions: int

    @property
    def address_file(self) -> Path:
        return self.directory / "addresses.txt"

    @property
    def expected_file(self) -> Path:
        """`address<TAB>cause<TAB>name` in the order of the address file; no name is `-`."""
        return self.directory / "expected.tsv"

    @property
    def question_file(self) -> Path:
        """dnsperf's input: every PTR question, then every address question they lead to."""
        return self.directory / "questions.txt"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A contestant's answers beside the expected ones."""

    right: int
    wrong: int
    undetermined: int
    missing: int
    example: str


def make_world(
    directory: Path, addresses: int, *, confirmed: float = 0.7, ipv6: float = 0.0, seed: int = 1
) -> World:
    """Make a world in a process of its own."""
    command = [
        *(sys.executable, "-m", "benchmarks.world", "make", str(directory), str(addresses)),
        *("--confirmed", str(confirmed), "--ipv6", str(ipv6), "--seed", str(seed)),
    ]
    made = subprocess.run(command, check=True, capture_output=True, text=True)
    return World(directory, addresses, int(made.stdout))


def compare(world: World, output: Path, limit: int | None = None) -> Comparison:
    """Compare a contestant's output, tab form or JSON lines in any order, in another process."""
    command = [
        *(sys.executable, "-m", "benchmarks.world", "compare"),
        *(str(world.expected_file), str(output), "--limit", str(limit or world.addresses)),
    ]
    compared = subprocess.run(command, check=True, capture_output=True, text=True)
    return Comparison(**json.loads(compared.stdout))


def _addresses(count: int, ipv6: float, chance: random.Random) -> Iterator[Address]:
    seen: set[int] = set()
    while len(seen) < count:
        if chance.random() < ipv6:
            number = (IPV6_PREFIX << 112) | (chance.getrandbits(32) << 80) | chance.getrandbits(16)
        else:
            number = (chance.choice(IPV4_BLOCKS) << 24) | chance.getrandbits(24)
        if number not in seen:
            seen.add(number)
            # By value IPv6 and IPv4 never meet: these IPv6 numbers are far above 2**32.
            yield ipaddress.ip_address(number)


def _name(address: Address, number: int, chance: random.Random) -> str:
    """A host name as providers and businesses choose them; unique to the address."""
    if isinstance(address, ipaddress.IPv6Address):
        tail = address.exploded.replace(":", "-")
        return f"{chance.choice(('v6', 'host', 'cust'))}-{tail}.ip6.access.example.net"
    a, b, c, d = str(address).split(".")
    word = chance.choice(WORDS)
    styles = (
        f"host-{a}-{b}-{c}-{d}.customers.example.net",
        f"{d}.{c}.{b}.{a}.dsl.access.example.net",
        f"static{a:0>3}{b:0>3}{c:0>3}{d:0>3}.business.example.org",
        f"ip{int(address):08x}.dynamic.example.net",
        f"vps-{a}-{b}-{c}-{d}.eu-central.compute.example.com",
        f"smtp{number % 9}.{word}-{chance.choice(WORDS)}{number}.example.org",
        f"mail.{word}{number}.example.com",
    )
    return chance.choice(styles)


def _write_world(directory: Path, count: int, confirmed: float, ipv6: float, seed: int) -> int:
    """Write every file of a world; returns the number of questions the whole job asks."""
    chance = random.Random(seed)
    zone_directory = directory / "zones"
    zone_directory.mkdir(parents=True, exist_ok=True)
    reverse_zones = [f"{block}.in-addr.arpa" for block in IPV4_BLOCKS]
    names = [".", "arpa", *reverse_zones, IPV6_ZONE, *FORWARD_ZONES]
    forward_questions: list[str] = []
    with contextlib.ExitStack() as files:
        zones: dict[str, IO[str]] = {}
        for name in names:
            path = zone_directory / (name.strip(".") or "root")
            zones[name] = files.enter_context(path.open("w"))
            zones[name].write(f"$ORIGIN {name.rstrip('.')}.\n$TTL 300\n{APEX}")
        zones["example.net"].write("ns1 IN A 127.0.0.1\n")
        permitted = " ".join(f"ip4:{block}.0.0.0/8" for block in IPV4_BLOCKS)
        for word in WORDS:
            zones["example.com"].write(f'{word} IN TXT "v=spf1 {permitted} -all"\n')
        listing = files.enter_context((directory / "addresses.txt").open("w"))
        expected = files.enter_context((directory / "expected.tsv").open("w"))
        questions = files.enter_context((directory / "questions.txt").open("w"))
        for number, address in enumerate(_addresses(count, ipv6, chance)):
            draw = chance.random()
            failures = (NO_PTR, MISMATCH, NXDOMAIN)
            cause = CONFIRMED if draw < confirmed else failures[number % 3]
            listing.write(f"{address}\n")
            pointer = address.reverse_pointer
            questions.write(f"{pointer} PTR\n")
            if cause == NO_PTR:
                expected.write(f"{address}\t{cause}\t-\n")
                continue
            family = "A" if isinstance(address, ipaddress.IPv4Address) else "AAAA"
            name = _name(address, number, chance)
            expected.write(f"{address}\t{cause}\t{name}\n")
            reverse_zone = IPV6_ZONE if family == "AAAA" else pointer.split(".", 3)[3]
            zones[reverse_zone].write(f"{pointer}. IN PTR {name}.\n")
            forward_questions.append(f"{name} {family}\n")
            if cause != NXDOMAIN:
                target = address if cause == CONFIRMED else address + (1 if draw < 0.9 else -1)
                zone = name.split(".", name.count(".") - 1)[-1]
                zones[zone].write(f"{name}. IN {family} {target}\n")
        questions.writelines(forward_questions)
    return count + len(forward_questions)


def _compare(expected_file: Path, output: Path, limit: int) -> Comparison:
    expected: dict[str, str] = {}
    with expected_file.open() as lines:
        for line in lines:
            if len(expected) == limit:
                break
            address, cause, _ = line.split("\t")
            expected[address] = cause
    right = wrong = undetermined = 0
    example = ""
    with output.open() as lines:
        for line in lines:
            if line.startswith("{"):
                record = json.loads(line)
                address, cause = record["address"], record["cause"]
            else:
                address, _, cause = line.rstrip("\n").partition("\t")
            wanted = expected.pop(address, "not asked, or answered twice")
            if cause == wanted:
                right += 1
            elif cause in UNDETERMINED:
                undetermined += 1
            else:
                wrong += 1
                example = example or f"{address}: {cause}, expected {wanted}"
    return Comparison(right, wrong, undetermined, len(expected), example)


@dataclass(frozen=True, slots=True)
class Server:
    """A running NSD."""

    process: subprocess.Popen[bytes]
    address: str
    port: int

    def cpu(self) -> float:
        return measure.family_cpu(self.process.pid)


@contextlib.contextmanager
def serve(
    world: World, *, core: int, address: str = "127.0.0.1", port: int | None = None
) -> Iterator[Server]:
    """NSD with the world's zones on one core, ready when entered and gone when left."""
    chosen = free_port(address) if port is None else port
    configuration = world.directory / "nsd.conf"
    configuration.write_text(_nsd_configuration(world.directory, address, chosen))
    log = world.directory / "nsd.log"
    with measure.pinned(core), log.open("wb") as said:
        process = subprocess.Popen(
            ["nsd", "-d", "-c", str(configuration)], stdout=said, stderr=subprocess.STDOUT
        )
    try:
        _await_answer(process, address, chosen, log)
        yield Server(process, address, chosen)
    finally:
        measure.stop(process)


def free_port(address: str) -> int:
    """A high port that is free for UDP and TCP alike at this moment."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
            datagrams.bind((address, 0))
            port: int = datagrams.getsockname()[1]
            with socket.socket() as stream, contextlib.suppress(OSError):
                stream.bind((address, port))
                return port


def _nsd_configuration(directory: Path, address: str, port: int) -> str:
    # Rate limiting is compiled into Debian's NSD and would drop most of a benchmark.
    # Minimal responses are what a resolver sends.
    server = f"""server:
  ip-address: {address}@{port}
  server-count: 1
  username: ""
  zonesdir: "{directory}/zones"
  database: ""
  pidfile: "{directory}/nsd.pid"
  xfrdfile: "{directory}/xfrd.state"
  zonelistfile: "{directory}/zone.list"
  xfrdir: "{directory}"
  rrl-ratelimit: 0
  rrl-whitelist-ratelimit: 0
  minimal-responses: yes
remote-control:
  control-enable: no
"""
    zones = sorted(path.name for path in (directory / "zones").iterdir())
    return server + "".join(
        f'zone:\n  name: "{"." if zone == "root" else zone}"\n  zonefile: "{zone}"\n'
        for zone in zones
    )


def _await_answer(
    process: subprocess.Popen[bytes], address: str, port: int, log: Path, patience: float = 180.0
) -> None:
    """Ask for the root's NS, the control question, until it is answered with authority."""
    question = struct.pack("!HHHHHH", 4711, 0, 1, 0, 0, 0) + b"\0" + struct.pack("!HH", 2, 1)
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.settimeout(0.2)
            probe.connect((address, port))
            try:
                probe.send(question)
                reply = probe.recv(4096)
            except OSError:
                time.sleep(0.05)
                continue
            if reply[2] & 0x04 and not reply[3] & 0x0F and reply[6:8] != b"\0\0":
                return
    raise measure.ContestantError(["nsd"], "does not answer", log.read_text(errors="replace"))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.world", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    make = verbs.add_parser("make", help="write a world's files; prints the number of questions")
    make.add_argument("directory", type=Path)
    make.add_argument("addresses", type=int)
    make.add_argument("--confirmed", type=float, default=0.7)
    make.add_argument("--ipv6", type=float, default=0.0)
    make.add_argument("--seed", type=int, default=1)
    comparing = verbs.add_parser("compare", help="count right and wrong answers, as JSON")
    comparing.add_argument("expected", type=Path)
    comparing.add_argument("output", type=Path)
    comparing.add_argument("--limit", type=int, required=True)
    options = parser.parse_args()
    if options.verb == "make":
        chosen = (options.directory, options.addresses, options.confirmed, options.ipv6)
        print(_write_world(*chosen, options.seed))
    else:
        print(json.dumps(asdict(_compare(options.expected, options.output, options.limit))))


if __name__ == "__main__":
    main()
