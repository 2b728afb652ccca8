"""The page of one client.

Owns what is gathered about it.
"""

from collections.abc import Iterable, Iterator, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from gotrdns.checking.helo import read_helo
from gotrdns.diagnosis.helo import MalformedHelo
from gotrdns.names import (
    Address,
    DomainName,
    HostName,
    InvalidAddress,
    InvalidName,
    network_around,
)
from gotrdns.policy.allowances import Allowance, Allowances, Claims
from gotrdns.policy.history import client_key
from gotrdns.policy.recorded import RecordedDecision
from gotrdns.reports.site.admin_layout import Section
from gotrdns.reports.site.admin_story import (
    NEIGHBOURS_SHOWN,
    SHOWN,
    Story,
    compose_story,
)
from gotrdns.web.admin.asking import desk_of, means_of
from gotrdns.web.admin.framing import frame_of
from gotrdns.web.admin.look_up import read_bound

if TYPE_CHECKING:
    from gotrdns.store.queries import Store

_SITE: Final = 64  # bits: what one IPv6 customer has at least, and what history is kept by


async def tell_story(request: Request) -> Response:
    """``GET /client/<address>``."""
    address = address_of(request)
    if address.text != request.path_params["address"]:
        return RedirectResponse(f"/client/{address.text}", HTTPStatus.MOVED_PERMANENTLY)
    bound = read_bound(request.query_params.get("latest", ""))
    story = await desk_of(request).ask(lambda store: _gather(store, address, bound))
    frame = await frame_of(request, Section.LOOK_UP)
    return HTMLResponse(compose_story(frame, story, now=means_of(request).clock()))


def address_of(request: Request) -> Address:
    """The one in the path. Raises HTTPException."""
    try:
        return Address.parse_literal(request.path_params["address"])
    except InvalidAddress:
        raise HTTPException(HTTPStatus.NOT_FOUND) from None


def _gather(store: "Store", address: Address, latest: float | None) -> Story:
    from gotrdns.store.queries import Search  # noqa: PLC0415 - SQLAlchemy takes 200 ms

    decisions = store.find(Search(address=address, latest=latest, limit=SHOWN + 1))
    story = Story(
        address=address,
        first_seen=store.first_seen(address),
        history=store.history_of(client_key(address)),
        decisions=decisions,
        latest=latest,
        allowances=_applying(address, decisions, store.list_allowances(ended=True)),
        confirmation=store.confirmation_of(address),
    )
    if not address.is_ipv6:
        return story
    site = network_around(address, _SITE)
    # Its own are left out: enough are read for what is left.
    around = store.find(Search(network=site, limit=SHOWN + NEIGHBOURS_SHOWN + 1))
    others = tuple(each for each in around if each.address != address.text)
    return msgspec.structs.replace(story, site=site, neighbours=others)


def last_helo(store: "Store", address: Address) -> HostName | MalformedHelo | None:
    """What the client said in HELO when it was last decided about."""
    from gotrdns.store.queries import Search  # noqa: PLC0415 - SQLAlchemy takes 200 ms

    latest = store.find(Search(address=address, limit=1))
    return read_helo(latest[0].helo) if latest and latest[0].helo else None


def _applying(
    address: Address, decisions: Sequence[RecordedDecision], allowances: Iterable[Allowance]
) -> list[Allowance]:
    """Those that could let it in by what it was called and who its senders were; the latest first.

    Whether DNS bears that out is looked up when it matters.
    """
    known = Allowances(allowances)
    names = (name for each in decisions for name in (each.host_name, each.helo))
    found = known.matching(Claims(address, tuple(_domains(names))))
    for sender in _domains(each.sender.rpartition("@")[2] for each in decisions):
        found += known.matching(Claims(address, sender_domain=sender))
    by_number = {each.number: each for each in found}
    return [by_number[number] for number in sorted(by_number, reverse=True)]


def _domains(texts: Iterable[str]) -> Iterator[DomainName]:
    for text in dict.fromkeys(texts):
        try:
            yield DomainName.parse(text)
        except InvalidName:
            continue
