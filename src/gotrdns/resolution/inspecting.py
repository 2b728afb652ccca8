"""One question to one resolver, to look at the resolver itself: how it answers, and how fast.

Owns what is worth seeing besides the answer. No cache, no sharing, and nobody else is asked.
"""

import asyncio
import socket
import time
from collections.abc import Iterable
from typing import Any, Final

import dns.asyncbackend
import dns.asyncquery
import dns.exception
import dns.flags
import dns.inet
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import msgspec

from gotrdns.lookup import Outcome, Question
from gotrdns.resolution.servers import ServerAddress

_ATTEMPTS: Final = 2  # a datagram may get lost
_OF_CODES: Final = {
    dns.rcode.NXDOMAIN: Outcome.NXDOMAIN,
    dns.rcode.REFUSED: Outcome.REFUSED,
    dns.rcode.NOERROR: Outcome.NODATA,
}


class Heard(msgspec.Struct, frozen=True):
    """What came back. ``seconds`` is how long the attempt took that was answered.

    ``recursive`` is the RA bit, ``authenticated`` the AD bit, whoever set it; ``signed`` says that
    signatures came with the answer. Outcomes are as everywhere: UNPROVEN where a negative answer
    lacks its SOA, UNREACHABLE where nobody listens.
    """

    outcome: Outcome
    seconds: float = 0.0
    recursive: bool = False
    authenticated: bool = False
    signed: bool = False

    @property
    def came(self) -> bool:
        """Whether anything did."""
        return self.outcome is not Outcome.TIMEOUT and self.outcome is not Outcome.UNREACHABLE


async def inspect(server: ServerAddress, question: Question, *, patience: float) -> Heard:
    """Ask with RD, AD and DO set, at most ``patience`` seconds; raises nothing for what comes."""
    query = dns.message.make_query(
        dns.name.from_wire(question.name, 0)[0], question.type.name, want_dnssec=True
    )
    query.flags |= dns.flags.AD
    heard = Heard(Outcome.TIMEOUT)
    for _ in range(_ATTEMPTS):
        heard = await _attempt(server, query, patience / _ATTEMPTS)
        if heard.came:
            break
    return heard


async def _attempt(server: ServerAddress, query: dns.message.Message, patience: float) -> Heard:
    started = time.perf_counter()
    try:
        async with asyncio.timeout(patience):
            reply = await _exchange(server, query)
    except (TimeoutError, dns.exception.Timeout):
        return Heard(Outcome.TIMEOUT)
    except OSError:
        return Heard(Outcome.UNREACHABLE)
    except (dns.exception.DNSException, EOFError):
        return Heard(Outcome.SERVFAIL, time.perf_counter() - started)
    return _read(query, reply, time.perf_counter() - started)


async def _exchange(server: ServerAddress, query: dns.message.Message) -> dns.message.Message:
    """Over a connected socket, so that the kernel says where nobody listens."""
    place = dns.inet.low_level_address_tuple((server.host, server.port), server.family)
    backend = dns.asyncbackend.get_backend("asyncio")
    make_socket: Any = backend.make_socket  # dnspython gives it no types
    async with await make_socket(server.family, socket.SOCK_DGRAM, destination=place) as connected:
        reply, _ = await dns.asyncquery.udp_with_fallback(
            query, server.host, port=server.port, udp_sock=connected
        )
    return reply


def _read(query: dns.message.Message, reply: dns.message.Message, seconds: float) -> Heard:
    wanted = query.question[0].rdtype
    outcome = _OF_CODES.get(reply.rcode(), Outcome.SERVFAIL)
    if outcome is Outcome.NODATA and _has(reply.answer, wanted):
        outcome = Outcome.FOUND
    elif outcome is Outcome.NODATA and not _has(reply.authority, dns.rdatatype.SOA):
        outcome = Outcome.UNPROVEN
    return Heard(
        outcome,
        seconds,
        recursive=bool(reply.flags & dns.flags.RA),
        authenticated=bool(reply.flags & dns.flags.AD),
        signed=_has((*reply.answer, *reply.authority), dns.rdatatype.RRSIG),
    )


def _has(section: Iterable[dns.rrset.RRset], kind: dns.rdatatype.RdataType) -> bool:
    return any(each.rdtype == kind for each in section)
