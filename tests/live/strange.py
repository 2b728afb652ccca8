"""A name server that answers as no decent one does: `python -m tests.live.strange ADDRESS`.

Owns what is strange: several CNAMEs at one owner, and NXDOMAIN for names that only exist because
names below them do.
"""

import asyncio
import sys

import dns.message
import dns.rcode
import dns.rdatatype

from tests.live.seed_zones import STRANGE
from tests.live.seeds import SEEDS
from tests.support.name_servers import NameServer, Zone, honest, serving

PORT = 53


def denies_what_is_between(
    query: dns.message.Message, response: dns.message.Message, transport: str
) -> list[bytes]:
    asked = query.question[0]
    if not response.answer and asked.rdtype == dns.rdatatype.PTR:
        response.set_rcode(dns.rcode.NXDOMAIN)
    return honest(query, response, transport)


async def serve(address: str) -> None:
    zones = [
        Zone(seed.origin, f"@ NS {STRANGE}", *seed.reverse.zone.split("\n")[:-1])
        for seed in SEEDS.values()
        if seed.reverse and seed.reverse.servers == (STRANGE,) and seed.reverse.zone
    ]
    server = NameServer(address, *zones, behaviour=denies_what_is_between)
    async with serving([server], port=PORT):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
