"""The whole job on dnspython: its message and asyncio query layers, one lasting UDP socket a
task. (Its resolver class adds caching and search lists on top, and is slower.)"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import TYPE_CHECKING

import dns.asyncbackend
import dns.asyncquery
import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rdtypes.ANY.PTR
import dns.rdtypes.IN.A
import dns.rdtypes.IN.AAAA
import dns.reversename

from benchmarks.jobs.arguments import (
    TIMEOUT_SECONDS,
    TRIES,
    Address,
    Job,
    failure,
    read_arguments,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from typing import TextIO

    from dns._asyncbackend import DatagramSocket
    from dns.rdata import Rdata

    # dnspython leaves it untyped.
    MakeSocket = Callable[[int, int], Awaitable[DatagramSocket]]

# A task holds a socket, and descriptors are limited to 1,024 by default.
MOST_TASKS = 256


class Asker:
    """One socket, one question at a time."""

    def __init__(self, job: Job, channel: DatagramSocket) -> None:
        self._job = job
        self._channel = channel

    async def ask(
        self, name: dns.name.Name, kind: dns.rdatatype.RdataType
    ) -> tuple[str, list[Rdata]]:
        """The outcome in the causes' words, and the answer's records of the kind asked for."""
        for _ in range(TRIES):
            try:
                response = await dns.asyncquery.udp(
                    dns.message.make_query(name, kind, use_edns=0),
                    self._job.server,
                    timeout=TIMEOUT_SECONDS,
                    port=self._job.port,
                    sock=self._channel,
                    ignore_unexpected=True,
                    ignore_errors=True,
                )
            except dns.exception.Timeout:
                continue
            code = response.rcode()
            if code == dns.rcode.NXDOMAIN:
                return "nxdomain", []
            if code == dns.rcode.REFUSED:
                return "refused", []
            if code != dns.rcode.NOERROR:
                return "servfail", []
            found = [
                record for answer in response.answer if answer.rdtype == kind for record in answer
            ]
            return ("found" if found else "nodata"), found
        return "timeout", []

    async def verify(self, address: Address) -> str:
        outcome, pointers = await self.ask(
            dns.reversename.from_address(str(address)), dns.rdatatype.PTR
        )
        if outcome in {"nxdomain", "nodata"}:
            return "no-ptr"
        if outcome != "found":
            return f"reverse-{outcome}"
        version4 = isinstance(address, ipaddress.IPv4Address)
        kind = dns.rdatatype.A if version4 else dns.rdatatype.AAAA
        causes = []
        for pointer in pointers:
            assert isinstance(pointer, dns.rdtypes.ANY.PTR.PTR)
            outcome, records = await self.ask(pointer.target, kind)
            if outcome != "found":
                causes.append(f"forward-{outcome}")
                continue
            for record in records:
                assert isinstance(record, dns.rdtypes.IN.A.A | dns.rdtypes.IN.AAAA.AAAA)
                if ipaddress.ip_address(record.address) == address:
                    return "confirmed"
            causes.append("forward-mismatch")
        return failure(causes)


async def work(job: Job, addresses: Iterator[Address], output: TextIO) -> None:
    family = socket.AF_INET6 if ":" in job.server else socket.AF_INET
    make_socket: MakeSocket = dns.asyncbackend.get_backend("asyncio").make_socket
    channel = await make_socket(family, socket.SOCK_DGRAM)
    async with channel:
        asker = Asker(job, channel)
        for address in addresses:
            cause = await asker.verify(address)
            output.write(f"{address}\t{cause}\n")


async def verify_all(job: Job) -> None:
    addresses = iter(job.addresses())
    tasks = min(job.concurrency, MOST_TASKS)
    with job.output_file.open("w") as output:
        await asyncio.gather(*(work(job, addresses, output) for _ in range(tasks)))


if __name__ == "__main__":
    asyncio.run(verify_all(read_arguments()))
