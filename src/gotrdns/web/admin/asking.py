"""What the administrator's pages ask: the means they were given, the store, and DNS.

Owns how long DNS may take to say what it says now.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final

from starlette.requests import Request

from gotrdns.names import Address
from gotrdns.policy.allowances import Allowance
from gotrdns.reports.past import Recheck, judge_now
from gotrdns.web.means import Means
from gotrdns.web.stores import StoreDesk

_PATIENCE: Final = 5.0  # seconds


def means_of(request: Request) -> Means:
    means: Means = request.app.state.means
    return means


def desk_of(request: Request) -> StoreDesk:
    desk: StoreDesk = request.app.state.desk
    return desk


async def verdicts_now(
    request: Request, addresses: Iterable[str], allowances: Sequence[Allowance]
) -> dict[str, Recheck] | None:
    """What DNS says of each now, by address; None where that took too long."""
    means = means_of(request)
    clients = [Address.parse(each) for each in addresses]
    try:
        verdicts = await asyncio.wait_for(means.expert.check(clients), _PATIENCE)
    except TimeoutError:
        return None
    return judge_now(verdicts, allowances, means.clock())
