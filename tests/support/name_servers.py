"""A tree of authoritative name servers on loopback addresses, which may misbehave.

Each server has an address of its own (127.x.y.z, ::1) and its zones; all share one unprivileged
port. What is answered is worked out here, from the records, and dnspython makes the bytes.
"""

import asyncio
import contextlib
import errno
import socket
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any, Final

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

_TTL: Final = 300

Behaviour = Callable[[dns.message.Message, dns.message.Message, str], list[bytes]]
"""The query, the honest response, "udp" or "tcp": the messages to send back."""


class Zone:
    """Records of one zone: lines of ``OWNER TYPE DATA``, names relative to ``origin``."""

    def __init__(self, origin: str, *lines: str, serial: int = 1) -> None:
        self.origin = dns.name.from_text(origin)
        self.records: list[tuple[dns.name.Name, dns.rdata.Rdata]] = []
        contact = "hostmaster.example."
        for line in (f"@ SOA a.nic.example. {contact} {serial} 7200 3600 1209600 60", *lines):
            owner, kind, data = line.split(maxsplit=2)
            rdata = dns.rdata.from_text(dns.rdataclass.IN, kind, data, self.origin, False)
            self.records.append((dns.name.from_text(owner, self.origin), rdata))

    def of(self, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> list[dns.rrset.RRset]:
        """One set a record: dnspython would keep one CNAME only."""
        return [
            dns.rrset.from_rdata(name, _TTL, rdata)
            for owner, rdata in self.records
            if owner == name and rdata.rdtype == kind
        ]

    def cut_above(self, name: dns.name.Name) -> dns.name.Name | None:
        cuts = {
            owner
            for owner, rdata in self.records
            if rdata.rdtype == dns.rdatatype.NS and owner != self.origin
        }
        return min((each for each in cuts if name.is_subdomain(each)), key=len, default=None)

    def holds(self, name: dns.name.Name) -> bool:
        return any(owner.is_subdomain(name) for owner, _ in self.records)


def honest(
    query: dns.message.Message, response: dns.message.Message, transport: str
) -> list[bytes]:
    limit = query.payload or 512
    if transport == "udp" and len(response.to_wire(max_size=65535)) > limit:
        return truncated(query, response, transport)
    return [response.to_wire(max_size=65535)]


def truncated(
    query: dns.message.Message, response: dns.message.Message, transport: str
) -> list[bytes]:
    if transport == "tcp":
        return honest(query, response, transport)
    short = dns.message.make_response(query)
    short.flags |= dns.flags.TC | dns.flags.AA
    return [short.to_wire()]


def silent(*_: object) -> list[bytes]:
    return []


def deaf_to_datagrams(
    query: dns.message.Message, response: dns.message.Message, transport: str
) -> list[bytes]:
    return honest(query, response, transport) if transport == "tcp" else []


def without_edns(
    query: dns.message.Message, response: dns.message.Message, transport: str
) -> list[bytes]:
    if query.edns < 0:
        return honest(query, response, transport)
    # Twelve octets, as old servers answer what they cannot read.
    header = query.id.to_bytes(2) + b"\x80\x01" + bytes(8)
    return [header]


def wrong_id(
    query: dns.message.Message, response: dns.message.Message, transport: str
) -> list[bytes]:
    response.id = query.id ^ 1
    return honest(query, response, transport)


def wrong_question(
    query: dns.message.Message, response: dns.message.Message, transport: str
) -> list[bytes]:
    response.question[0].name = dns.name.from_text("another.example.")
    return honest(query, response, transport)


def without_authority(
    query: dns.message.Message, response: dns.message.Message, transport: str
) -> list[bytes]:
    response.flags &= ~dns.flags.AA
    return honest(query, response, transport)


def answering(rcode: dns.rcode.Rcode) -> Behaviour:
    def behave(query: dns.message.Message, _: dns.message.Message, __: str) -> list[bytes]:
        response = dns.message.make_response(query)
        response.set_rcode(rcode)
        return [response.to_wire()]

    return behave


def referring(zone: str) -> Behaviour:
    """Whatever is asked, a referral to one zone."""

    def behave(query: dns.message.Message, _: dns.message.Message, __: str) -> list[bytes]:
        response = dns.message.make_response(query)
        response.authority.append(
            dns.rrset.from_text(zone, _TTL, "IN", "NS", "ns.nowhere.example.")
        )
        return [response.to_wire()]

    return behave


def empty(query: dns.message.Message, _: dns.message.Message, __: str) -> list[bytes]:
    response = dns.message.make_response(query)
    response.flags |= dns.flags.AA
    return [response.to_wire()]


def garbled(query: dns.message.Message, _: dns.message.Message, __: str) -> list[bytes]:
    return [query.id.to_bytes(2) + b"\x84\x00" + b"\x00\x01" * 4 + b"\xff" * 20]


class NameServer:
    """One address. ``asked`` is what came there: name, type and "udp" or "tcp"."""

    def __init__(
        self, address: str, *zones: Zone, behaviour: Behaviour = honest, delay: float = 0.0
    ) -> None:
        self.address = address
        self.zones = zones
        self.behaviour = behaviour
        self.delay = delay  # seconds
        self.asked: list[tuple[str, str, str]] = []
        self.reached = asyncio.Event()

    def asked_for(self, name: str, kind: str) -> int:
        return sum((each, of) == (name, kind) for each, of, _ in self.asked)

    async def reply_to(self, wire: bytes, transport: str) -> list[bytes]:
        query = dns.message.from_wire(wire)
        assert not query.flags & dns.flags.RD
        asked = query.question[0]
        name = asked.name.to_text(omit_final_dot=True)
        self.asked.append((name, dns.rdatatype.to_text(asked.rdtype), transport))
        self.reached.set()
        await asyncio.sleep(self.delay)
        return self.behaviour(query, self.respond(query), transport)

    def respond(self, query: dns.message.Message) -> dns.message.Message:
        """RFC 1034 section 4.3.2, without wildcards."""
        response = dns.message.make_response(query)
        name, kind = query.question[0].name, query.question[0].rdtype
        zones = [each for each in self.zones if name.is_subdomain(each.origin)]
        if kind == dns.rdatatype.DS:
            zones = [each for each in zones if each.origin != name] or zones
        if not zones:
            response.set_rcode(dns.rcode.REFUSED)
            return response
        zone = max(zones, key=lambda each: len(each.origin))
        cut = zone.cut_above(name)
        if cut is not None and not (kind == dns.rdatatype.DS and cut == name):
            response.authority += zone.of(cut, dns.rdatatype.NS)
            self._add_glue(zone, response)
            return response
        response.flags |= dns.flags.AA
        if not zone.holds(name):
            response.set_rcode(dns.rcode.NXDOMAIN)
        aliases = zone.of(name, dns.rdatatype.CNAME)
        response.answer += zone.of(name, kind) or aliases
        if not response.answer:
            response.authority += zone.of(zone.origin, dns.rdatatype.SOA)
        return response

    def _add_glue(self, zone: Zone, response: dns.message.Message) -> None:
        for rrset in response.authority:
            for kind in (dns.rdatatype.A, dns.rdatatype.AAAA):
                response.additional += zone.of(rrset[0].target, kind)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, server: NameServer) -> None:
        self._server = server
        self.transport: asyncio.DatagramTransport | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_lost(self, _: Exception | None) -> None:
        for task in self._tasks:
            task.cancel()

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        task = asyncio.create_task(self._reply(data, addr))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _reply(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        for message in await self._server.reply_to(data, "udp"):
            assert self.transport is not None
            self.transport.sendto(message, addr)


def _streams(
    server: NameServer,
) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            length = int.from_bytes(await reader.readexactly(2))
            messages = await server.reply_to(await reader.readexactly(length), "tcp")
            for message in messages:
                writer.write(len(message).to_bytes(2) + message)
            if not messages:
                await reader.read()  # Silent until the other side has had enough.
        writer.close()

    return serve


@contextlib.asynccontextmanager
async def serving(servers: Iterable[NameServer], port: int = 0) -> AsyncIterator[int]:
    """Serve for a while, at a free port unless one is given; gives the port that all have."""
    wanted = port
    servers = tuple(servers)
    for attempt in range(20):
        async with contextlib.AsyncExitStack() as stack:
            port = wanted or _free_port()
            try:
                for each in servers:
                    await _bind(each, port, stack)
            except OSError as error:
                if error.errno != errno.EADDRINUSE or wanted or attempt == 19:
                    raise
                continue
            yield port
            return


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def _bind(server: NameServer, port: int, stack: contextlib.AsyncExitStack) -> None:
    loop = asyncio.get_running_loop()
    protocol = _Datagrams(server)
    protocol.transport, _ = await loop.create_datagram_endpoint(
        lambda: protocol, local_addr=(server.address, port)
    )
    stack.callback(protocol.transport.close)
    listener = await asyncio.start_server(_streams(server), server.address, port)
    stack.callback(listener.close)
