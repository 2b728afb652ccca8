"""What the administrator's pages ask: the means they were given, the store, and DNS.

Owns how long DNS may take to say what it says now.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

import msgspec
from starlette.requests import Request

from gotrdns.names import Address
from gotrdns.policy.allowances import Allowance
from gotrdns.policy.confirmations import Confirmations
from gotrdns.reports.past import Recheck, judge_now
from gotrdns.web.means import Means
from gotrdns.web.stores import StoreDesk

if TYPE_CHECKING:
    from gotrdns.store.queries import Store

_PATIENCE: Final = 5.0  # seconds
_MOST_DIGITS: Final = 15


def means_of(request: Request) -> Means:
    means: Means = request.app.state.means
    return means


def desk_of(request: Request) -> StoreDesk:
    desk: StoreDesk = request.app.state.desk
    return desk


def read_number(text: str) -> int | None:
    """A number in a form or a link; what a store cannot count to is none."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
    return int(text) if is_number else None


class Holding(msgspec.Struct, frozen=True):
    """What the store has that lets clients in: exceptions, those that ended too, and repairs."""

    allowances: Sequence[Allowance]
    confirmations: Confirmations


def holding_now(store: "Store") -> Holding:
    """Raises StoreUnavailable."""
    return Holding(store.list_allowances(ended=True), Confirmations(store.list_confirmations()))


async def verdicts_now(
    request: Request, addresses: Iterable[str], holding: Holding
) -> dict[str, Recheck] | None:
    """What each comes to now, by address; None where DNS took too long."""
    means = means_of(request)
    clients = [Address.parse(each) for each in addresses]
    try:
        verdicts = await asyncio.wait_for(means.expert.check(clients), _PATIENCE)
    except TimeoutError:
        return None
    return judge_now(verdicts, holding.allowances, holding.confirmations, means.clock())
