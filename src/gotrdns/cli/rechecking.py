"""What DNS says now of clients that were decided about before.

Owns asking, through the resolver alone and about no more than some clients at once.
"""

import asyncio
from collections.abc import Iterable
from typing import Final

from gotrdns.checking import check_address
from gotrdns.names import Address
from gotrdns.resolution.opening import open_client
from gotrdns.resolution.settings import ResolverSettings
from gotrdns.verification import Verdict

_AT_ONCE: Final = 100


def check_again(settings: ResolverSettings, clients: Iterable[Address]) -> dict[Address, Verdict]:
    """Each client's verdict as of now. Raises InvalidServer and NoServers for the resolver."""
    return asyncio.run(_check(settings, list(clients)))


async def _check(settings: ResolverSettings, clients: list[Address]) -> dict[Address, Verdict]:
    resolver = open_client(settings)
    slots = asyncio.Semaphore(_AT_ONCE)

    async def check(client: Address) -> Verdict:
        async with slots:
            return await check_address(resolver, client)

    try:
        verdicts = await asyncio.gather(*map(check, clients))
    finally:
        resolver.close()
    return dict(zip(clients, verdicts, strict=True))
