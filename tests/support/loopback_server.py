"""A DNS server on the loopback that answers from a scripted world, over UDP and TCP.

What is answered comes from the world; dnspython makes the bytes, so that what our client reads was
not written by our own codec.
"""

import contextlib
import errno
import socketserver
import threading
from collections.abc import Iterator

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from gotrdns.lookup import CONTROL_QUESTION, Answer, Outcome, Question, RecordType
from gotrdns.names import ROOT, DomainName
from gotrdns.resolution.scripted import World

_RCODES = {
    Outcome.NXDOMAIN: dns.rcode.NXDOMAIN,
    Outcome.SERVFAIL: dns.rcode.SERVFAIL,
    Outcome.REFUSED: dns.rcode.REFUSED,
}
_SILENT = {Outcome.TIMEOUT, Outcome.UNREACHABLE}


@contextlib.contextmanager
def serve(world: World) -> Iterator[str]:
    """Run the server for a while; gives its ``ADDRESS:PORT``."""
    udp, tcp = _bind_both()
    udp.world = tcp.world = world
    threads = [
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        for server in (udp, tcp)
    ]
    for thread in threads:
        thread.start()
    try:
        yield f"127.0.0.1:{udp.server_address[1]}"
    finally:
        for server in (udp, tcp):
            server.shutdown()
            server.server_close()
        for thread in threads:
            thread.join()


class _UdpServer(socketserver.ThreadingUDPServer):
    world: World


class _TcpServer(socketserver.ThreadingTCPServer):
    world: World
    allow_reuse_address = True


def _bind_both() -> tuple[_UdpServer, _TcpServer]:
    """One port for both; somebody else's TCP may have the one that UDP was given."""
    while True:
        udp = _UdpServer(("127.0.0.1", 0), _UdpHandler)
        try:
            return udp, _TcpServer(("127.0.0.1", udp.server_address[1]), _TcpHandler)
        except OSError as error:
            udp.server_close()
            if error.errno != errno.EADDRINUSE:
                raise


class _UdpHandler(socketserver.BaseRequestHandler):
    server: _UdpServer

    def handle(self) -> None:
        packet, socket = self.request
        reply = _reply(self.server.world, packet)
        if reply is not None:
            size = max(reply.request_payload, 512)
            with contextlib.suppress(OSError):  # the asker may be gone
                socket.sendto(_fitting(reply, size), self.client_address)


class _TcpHandler(socketserver.StreamRequestHandler):
    server: _TcpServer

    def handle(self) -> None:
        while length := self.rfile.read(2):
            packet = self.rfile.read(int.from_bytes(length))
            reply = _reply(self.server.world, packet)
            if reply is None:
                return
            wire = reply.to_wire(max_size=65535)
            self.wfile.write(len(wire).to_bytes(2) + wire)


def _fitting(reply: dns.message.Message, size: int) -> bytes:
    try:
        return reply.to_wire(max_size=size)
    except dns.exception.TooBig:
        truncated = dns.message.Message(reply.id)
        truncated.flags = reply.flags | dns.flags.TC
        truncated.question = reply.question
        return truncated.to_wire()


def _reply(world: World, packet: bytes) -> dns.message.Message | None:
    query = dns.message.from_wire(packet)
    asked = query.question[0]
    question = Question(_domain_name(asked.name), RecordType(asked.rdtype))
    answer = world.answer(question)
    if question == CONTROL_QUESTION and answer.outcome is not Outcome.UNREACHABLE:
        answer = Answer(Outcome.FOUND, names=(DomainName.parse("a.root-servers.test"),), ttl=60)
    if answer.outcome in _SILENT:
        return None
    reply = dns.message.make_response(query, recursion_available=True)
    reply.set_rcode(_RCODES.get(answer.outcome, dns.rcode.NOERROR))
    reply.answer = list(_answer_section(question, answer))
    if answer.outcome in {Outcome.NXDOMAIN, Outcome.NODATA}:
        reply.authority = [_soa(answer)]
    return reply


def _domain_name(name: dns.name.Name) -> DomainName:
    return DomainName(name.canonicalize().to_digestable())


def _answer_section(question: Question, answer: Answer) -> Iterator[dns.rrset.RRset]:
    owner = question.name
    for alias in answer.aliases:
        yield _rrset(owner, answer.ttl, "CNAME", f"{alias}.")
        owner = alias
    data = [
        *(str(address) for address in answer.addresses),
        *(_absolute(name) for name in answer.names),
        *(f"{each.preference} {_absolute(each.name)}" for each in answer.exchanges),
        *(f'"{text.decode()}"' for text in answer.texts),
    ]
    if answer.outcome is Outcome.FOUND:
        yield _rrset(owner, answer.ttl, question.type.name, *data)


def _soa(answer: Answer) -> dns.rrset.RRset:
    zone = answer.zone or ROOT
    data = f"ns.example. hostmaster.example. 1 7200 3600 1209600 {answer.ttl}"
    return _rrset(zone, answer.ttl, "SOA", data)


def _rrset(owner: DomainName, ttl: int, kind: str, *data: str) -> dns.rrset.RRset:
    return dns.rrset.from_text(_absolute(owner), ttl, "IN", kind, *data)


def _absolute(name: DomainName) -> str:
    return "." if name == ROOT else f"{name}."
