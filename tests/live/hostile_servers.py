"""Name servers of hostile operators: `python -m tests.live.hostile_servers FILE`.

Owns one client for each way of doing harm, and the root and the reverse tree above them, which are
honest. Every question that arrives is noted as one line of FILE.
"""

import asyncio
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, TextIO

import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import msgspec

from tests.support import hostile
from tests.support import name_servers as servers
from tests.support.name_servers import Behaviour, NameServer, Zone, serving

PORT: Final = 53
ROOT: Final = "198.18.4.1"
TREE: Final = "23.81.in-addr.arpa."


class Case(msgspec.Struct, frozen=True):
    """One client 81.23.N.10, whose reverse zone's server does harm.

    ``ptr`` is what the resolver says the PTR record holds, or its trouble; ``lines`` are of the
    zone, ``addresses`` how many the server has, ``contact`` is the wire form of its RNAME.
    """

    number: int
    behaviour: Behaviour = servers.honest
    ptr: str = "timeout"
    lines: tuple[str, ...] = ()
    addresses: int = 1
    contact: bytes | None = None

    @property
    def client(self) -> str:
        return f"81.23.{self.number}.10"

    @property
    def origin(self) -> str:
        return f"{self.number}.{TREE}"

    @property
    def server(self) -> str:
        return f"198.18.5.{self.number}"


def truncated_forever(
    query: dns.message.Message, response: dns.message.Message, transport: str
) -> list[bytes]:
    return servers.truncated(query, response, transport) if transport == "udp" else []


ESCAPES: Final = (
    "\\027[2J\\027]0\\059owned\\007.\\013\\010Bcc:\\032all.\\226\\128\\174exe.mail.test."
)
HEADERS: Final = hostile.raw_name(b"x\r\nBcc: all@example.com\r\n\r\n", b"mail", b"test")
QUOTES: Final = hostile.raw_name(b'"a" <b@c.test>, d', b"\x1b[31m" + b"\xff" * 58, b"test")
DOTS: Final = hostile.raw_name(b"dns.team.of.many.dots", b"isp-of-the-test", b"org")
LONGEST: Final = hostile.raw_name(*[b"\xff" * 62] * 4)
CHAIN: Final = tuple(f"{n} CNAME {n + 1}" for n in range(10, 20))

CASES: Final[Mapping[str, Case]] = {
    "a tarpit": Case(1, servers.silent, addresses=8),
    "only over TCP, and that silent": Case(2, truncated_forever),
    "a thousand servers below further thousands": Case(
        3, hostile.to_masses_of_servers(f"3.{TREE}", 1000), ptr="servfail"
    ),
    "four thousand names that unfold": Case(4, hostile.large_pointers(deep=True), ptr="servfail"),
    "a flood before each answer": Case(5, hostile.flooding(3000), lines=("10 PTR mail.test.",)),
    "a name that steers terminals": Case(6, ptr=ESCAPES, lines=(f"10 PTR {ESCAPES}",)),
    "an error that steers terminals": Case(
        7,
        hostile.with_option(
            15, b"\x00\x12" + hostile.TERMINAL.encode(), servers.answering(dns.rcode.REFUSED)
        ),
        ptr="refused",
    ),
    "an error of sixty thousand octets": Case(
        8, hostile.with_option(15, b"\x00\x12" + b"\xe2\x80\xae" * 20_000), ptr="servfail"
    ),
    "a thousand addresses of one server": Case(9, ptr="servfail", addresses=1000),
    "its own alias": Case(10, ptr="servfail", lines=("10 CNAME 10",)),
    "ten aliases": Case(11, ptr="servfail", lines=CHAIN),
    "an endless TTL": Case(
        12,
        hostile.records_of(dns.rdatatype.PTR, hostile.raw_name(b"mail", b"test"), ttl=0xFFFFFFFF),
        ptr="mail.test.",
    ),
    "a contact that adds headers": Case(13, ptr="nxdomain", contact=HEADERS),
    "a contact with quotes": Case(14, ptr="nxdomain", contact=QUOTES),
    "a contact of many dots": Case(15, ptr="nxdomain", contact=DOTS),
    "the longest contact": Case(16, ptr="nxdomain", contact=LONGEST),
    "text and nothing else": Case(
        17, hostile.records_of(dns.rdatatype.TXT, b"\x05\x1b[2J\x07"), ptr="unproven"
    ),
}


def resolvers_world() -> str:
    """What the resolver says of them, in the lines of a scripted world."""
    lines = ["mail.test. A 192.0.2.1", f"{TREE} SOA a. b. 1 2 3 4 300"]
    for case in CASES.values():
        owner = f"10.{case.origin}"
        if case.ptr != "nxdomain":
            lines.append(f"{owner} {'PTR ' * case.ptr.endswith('.')}{case.ptr}")
    return "\n".join(lines)


def _top() -> NameServer:
    below = [
        line
        for case in CASES.values()
        for line in (f"{case.origin} NS ns.{case.origin}", *_addresses(case))
    ]
    tree = Zone(".", f"{TREE} NS ns.{TREE}", f"ns.{TREE} A {ROOT}")
    return NameServer(ROOT, tree, Zone(TREE, f"@ NS ns.{TREE}", *below), Zone("test.", "@ NS ns."))


def _addresses(case: Case) -> Iterator[str]:
    yield f"ns.{case.origin} A {case.server}"
    for number in range(1, case.addresses):
        # Where nobody listens, the kernel says so: an answer too many is a packet all the same.
        yield f"ns.{case.origin} A 198.19.{number // 250}.{number % 250 + 1}"


def _server_of(case: Case) -> NameServer:
    zone = Zone(case.origin, f"@ NS ns.{case.origin}", *case.lines)
    if case.contact is not None:
        owner, soa = zone.records[0]
        contact = dns.name.from_wire(case.contact, 0)[0]
        zone.records[0] = (owner, soa.replace(rname=contact))
    return NameServer(case.server, zone, behaviour=case.behaviour)


class _Noting(NameServer):
    """Writes down what arrives, as it arrives."""

    def __init__(self, notes: TextIO, served: NameServer) -> None:
        super().__init__(served.address, *served.zones, behaviour=served.behaviour)
        self._notes = notes

    async def reply_to(self, wire: bytes, transport: str) -> list[bytes]:
        self._notes.write(f"{self.address} {transport}\n")
        return await super().reply_to(wire, transport)


async def serve(file: Path) -> None:
    with file.open("a", buffering=1) as notes:
        tree = [_Noting(notes, each) for each in (_top(), *map(_server_of, CASES.values()))]
        async with serving(tree, port=PORT):
            await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
