"""What DNS says now of clients that were decided about before.

Owns asking, through the resolver alone and about no more than some clients at once.
"""

import asyncio
from collections.abc import Iterable
from typing import Final

from gotrdns.checking import check_address
from gotrdns.lookup import Resolver
from gotrdns.names import Address
from gotrdns.verification import Verdict

_AT_ONCE: Final = 100


async def check_again(resolver: Resolver, clients: Iterable[Address]) -> dict[Address, Verdict]:
    """Each client's verdict as of now."""
    slots = asyncio.Semaphore(_AT_ONCE)
    wanted = list(clients)

    async def check(client: Address) -> Verdict:
        async with slots:
            return await check_address(resolver, client)

    verdicts = await asyncio.gather(*map(check, wanted))
    return dict(zip(wanted, verdicts, strict=True))
