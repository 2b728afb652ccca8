"""The pages about businesses to follow up, and the forms that mark them as done.

Owns which decisions are taken for one business's, and what is said after marking.
"""

from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from gotrdns.explaining.explanation import Explanation
from gotrdns.explaining.recalling import explain_recorded
from gotrdns.names import Address, network_around
from gotrdns.policy.recorded import RecordedDecision
from gotrdns.reports import english_admin as words
from gotrdns.reports.site.admin_follow_up import (
    PATH,
    Outcome,
    Page,
    client_of,
    compose_business,
    compose_follow_up,
)
from gotrdns.reports.site.admin_layout import Section
from gotrdns.vouching.businesses import Business, business_key, gather
from gotrdns.web.admin.asking import desk_of, means_of, read_number
from gotrdns.web.admin.framing import frame_of
from gotrdns.web.forms import read_form

if TYPE_CHECKING:
    from gotrdns.store.queries import Store

# What is read of the open ones: see ``store.queries.LONGEST_LIST``.
_MOST_READ: Final = 1000


async def list_businesses(request: Request) -> Response:
    """``GET /follow-up``."""
    given = request.query_params
    decisions = await desk_of(request).ask(_open_ones)
    most_read = _MOST_READ if len(decisions) >= _MOST_READ else None
    start = read_number(given.get("from", "")) or 0
    page = Page(gather(decisions), start, most_read)
    outcome = await _outcome(request, given.get("done", ""), given.get("reopened", ""))
    return HTMLResponse(
        compose_follow_up(await frame_of(request, Section.FOLLOW_UP), page, outcome)
    )


async def show_business(request: Request) -> Response:
    """``GET /follow-up/<incident>``: the business that it is about."""
    business = await desk_of(request).ask(
        lambda store: _business(store, request.path_params["incident"])
    )
    if business is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    frame = await frame_of(request, Section.FOLLOW_UP)
    public_url = means_of(request).page.public_url
    return HTMLResponse(
        compose_business(frame, business, _explain(business.latest), public_url=public_url)
    )


async def mark_done(request: Request) -> Response:
    """``POST /follow-up/done``: one incident, or with ``all`` every one of its business."""
    form = await read_form(request)
    incident, every = form.get("incident", ""), form.get("all") == "1"

    def mark(store: "Store") -> None:
        business = _business(store, incident) if every else None
        ids = [each.id for each in business.decisions] if business else []
        store.mark_done(incident, *ids)

    await desk_of(request).ask(mark)
    return _see(done=incident)


async def reopen(request: Request) -> Response:
    """``POST /follow-up/reopen``: what was marked together is open again together."""
    form = await read_form(request)
    incident = form.get("incident", "")

    def open_again(store: "Store") -> None:
        store.reopen(*(each.id for each in _marked_together(store, incident)))

    await desk_of(request).ask(open_again)
    return _see(reopened=incident)


def _see(**outcome: str) -> Response:
    return RedirectResponse(f"{PATH}?{urlencode(outcome)}", HTTPStatus.SEE_OTHER)


async def _outcome(request: Request, done: str, reopened: str) -> Outcome:
    """What was just done, as the store has it by now."""
    incident = done or reopened
    if not incident:
        return Outcome()
    found = await desk_of(request).ask(lambda store: store.find_incident(incident))
    if found is None or not found.follow_up or bool(done) != (found.done_at is not None):
        return Outcome()
    client = client_of(Business((found,)))
    if done:
        return Outcome(words.MARKED_DONE.format(client=client), undo=found.id)
    return Outcome(words.REOPENED.format(client=client))


def _open_ones(store: "Store") -> list[RecordedDecision]:
    from gotrdns.store.queries import Search  # noqa: PLC0415 - SQLAlchemy takes 200 ms

    return store.find(Search(follow_up=True, limit=_MOST_READ))


def _business(store: "Store", incident: str) -> Business | None:
    """All that is open of the business that an incident is about; None where nothing is."""
    found = store.find_incident(incident)
    if found is None or not found.follow_up:
        return None
    still_open = _like(store, found, is_open=True)
    return Business(tuple(still_open)) if still_open else None


def _marked_together(store: "Store", incident: str) -> list[RecordedDecision]:
    found = store.find_incident(incident)
    if found is None or found.done_at is None:
        return []
    return [each for each in _like(store, found, is_open=False) if each.done_at == found.done_at]


def _like(store: "Store", found: RecordedDecision, *, is_open: bool) -> list[RecordedDecision]:
    """What is remembered of the same business, the latest first."""
    from gotrdns.store.queries import Search  # noqa: PLC0415 - SQLAlchemy takes 200 ms

    address, key = Address.parse(found.address), business_key(found)
    network = network_around(address, 48 if address.is_ipv6 else 24)
    search = Search(network=network, follow_up=is_open, limit=_MOST_READ)
    return [each for each in store.find(search) if business_key(each) == key]


def _explain(decision: RecordedDecision) -> Explanation | None:
    try:
        return explain_recorded(decision)
    except ValueError:
        return None
