"""The page of one client, and the look at its name servers as they are now.

Owns what is gathered about a client, and what a look that may not be taken is answered with.
"""

from collections.abc import Iterable, Iterator, Sequence
from math import ceil
from typing import TYPE_CHECKING, Final

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from gotrdns.names import Address, DomainName, InvalidAddress, InvalidName, network_around
from gotrdns.policy.allowances import Allowance, Allowances, Claims
from gotrdns.policy.history import client_key
from gotrdns.policy.recorded import RecordedDecision
from gotrdns.reports import english_admin as words
from gotrdns.reports.site.admin_layout import Section
from gotrdns.reports.site.admin_story import (
    NEIGHBOURS_SHOWN,
    SHOWN,
    Story,
    compose_look,
    compose_no_look,
    compose_story,
)
from gotrdns.web.admin.asking import desk_of, means_of
from gotrdns.web.admin.framing import frame_of
from gotrdns.web.admin.look_up import read_bound
from gotrdns.web.forms import read_form
from gotrdns.web.limits import TooMany
from gotrdns.web.private import PrivateTarget
from gotrdns.web.visitors import visitor_of
from gotrdns.web.walks import walks_of

if TYPE_CHECKING:
    from gotrdns.store.queries import Store

_SITE: Final = 64  # bits: what one IPv6 customer has at least, and what history is kept by


async def tell_story(request: Request) -> Response:
    """``GET /client/<address>``."""
    address = _address(request)
    if address.text != request.path_params["address"]:
        return RedirectResponse(f"/client/{address.text}", 301)
    bound = read_bound(request.query_params.get("latest", ""))
    story = await desk_of(request).ask(lambda store: _gather(store, address, bound))
    frame = await frame_of(request, Section.LOOK_UP)
    return HTMLResponse(compose_story(frame, story, now=means_of(request).clock()))


async def look_now(request: Request) -> Response:
    """``POST /client/<address>/now``: asks the name servers, past every cache."""
    address = _address(request)
    await read_form(request)
    frame = await frame_of(request, Section.LOOK_UP)
    try:
        explanation = await walks_of(request).explain(visitor_of(request), address)
    except TooMany as error:
        text = words.TOO_MANY.format(seconds=ceil(error.seconds))
        return HTMLResponse(compose_no_look(frame, address.text, text), 429)
    except PrivateTarget:
        text = words.PRIVATE_TARGET.format(address=address.text)
        return HTMLResponse(compose_no_look(frame, address.text, text), 400)
    return HTMLResponse(compose_look(frame, explanation))


def _address(request: Request) -> Address:
    """Raises HTTPException."""
    try:
        return Address.parse_literal(request.path_params["address"])
    except InvalidAddress:
        raise HTTPException(404) from None


def _gather(store: "Store", address: Address, latest: float | None) -> Story:
    from gotrdns.store.queries import Search  # noqa: PLC0415 - SQLAlchemy takes 200 ms

    decisions = store.find(Search(address=address, latest=latest, limit=SHOWN + 1))
    story = Story(
        address=address,
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
