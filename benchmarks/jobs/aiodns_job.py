"""The whole job on aiodns: as many tasks as addresses may be in hand, each taking the next."""

from __future__ import annotations

import asyncio
import ipaddress
from typing import TYPE_CHECKING

import aiodns
import pycares

from benchmarks.jobs.arguments import (
    RECEIVE_BUFFER,
    TIMEOUT_SECONDS,
    TRIES,
    Address,
    Job,
    failure,
    read_arguments,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

CAUSES = {aiodns.error.ARES_ETIMEOUT: "timeout", aiodns.error.ARES_EREFUSED: "refused"}


def status_of(problem: aiodns.error.DNSError) -> int:
    return int(problem.args[0])


async def verify(resolver: aiodns.DNSResolver, address: Address) -> str:
    try:
        reverse = await resolver.query_dns(address.reverse_pointer, "PTR")
    except aiodns.error.DNSError as problem:
        if status_of(problem) in {aiodns.error.ARES_ENOTFOUND, aiodns.error.ARES_ENODATA}:
            return "no-ptr"
        return f"reverse-{CAUSES.get(status_of(problem), 'servfail')}"
    names = {
        record.data.dname
        for record in reverse.answer
        if isinstance(record.data, pycares.PTRRecordData)
    }
    causes = []
    for name in names:
        causes.append(await verify_name(resolver, address, name))
        if causes[-1] == "confirmed":
            return "confirmed"
    return failure(causes)


async def verify_name(resolver: aiodns.DNSResolver, address: Address, name: str) -> str:
    version4 = isinstance(address, ipaddress.IPv4Address)
    try:
        forward = await resolver.query_dns(name, "A" if version4 else "AAAA")
    except aiodns.error.DNSError as problem:
        if status_of(problem) == aiodns.error.ARES_ENOTFOUND:
            return "forward-nxdomain"
        if status_of(problem) == aiodns.error.ARES_ENODATA:
            return "forward-nodata"
        return f"forward-{CAUSES.get(status_of(problem), 'servfail')}"
    found = [
        record.data.addr
        for record in forward.answer
        if isinstance(record.data, pycares.ARecordData | pycares.AAAARecordData)
    ]
    confirmed = str(address) in found if version4 else address in map(ipaddress.ip_address, found)
    return "confirmed" if confirmed else "forward-mismatch" if found else "forward-nodata"


async def work(resolver: aiodns.DNSResolver, addresses: Iterator[Address], output: TextIO) -> None:
    for address in addresses:
        cause = await verify(resolver, address)
        output.write(f"{address}\t{cause}\n")


async def verify_all(job: Job) -> None:
    resolver = aiodns.DNSResolver(
        nameservers=[f"{job.server}:{job.port}"],
        flags=pycares.ARES_FLAG_EDNS,
        timeout=TIMEOUT_SECONDS,
        tries=TRIES,
        lookups="b",
        socket_receive_buffer_size=RECEIVE_BUFFER,
    )
    addresses = iter(job.addresses())
    with job.output_file.open("w") as output:
        await asyncio.gather(*(work(resolver, addresses, output) for _ in range(job.concurrency)))
    await resolver.close()


if __name__ == "__main__":
    asyncio.run(verify_all(read_arguments()))
