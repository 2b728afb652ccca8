"""The pages that look up what was decided: by whom a person means, and one decision.

Owns what is asked of the store and of DNS for them, and how much of it is shown at once.
"""

import math
from collections.abc import Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from gotrdns.policy.recorded import RecordedDecision
from gotrdns.policy.subjects import Incident, UnknownSubject, read_subject
from gotrdns.reports import english_admin as words
from gotrdns.reports.nothing_found import nothing_found
from gotrdns.reports.past import Recheck, tell_pasts
from gotrdns.reports.site.admin_layout import Section
from gotrdns.reports.site.admin_look_up import (
    Asked,
    Found,
    compose_decision,
    compose_look_up,
)
from gotrdns.reports.site.admin_times import begin_of_day, end_of_day
from gotrdns.store.searching import Request as Search
from gotrdns.store.searching import find
from gotrdns.web.admin.asking import Holding, desk_of, holding_now, means_of, verdicts_now
from gotrdns.web.admin.framing import frame_of

if TYPE_CHECKING:
    from gotrdns.store.queries import Store

SHOWN: Final = 100
# So many clients are looked up again.
_CLIENTS_ASKED_ABOUT: Final = 3


class _Senseless(Exception):
    """The question cannot be understood: what is wrong with which field of the form."""

    def __init__(self, objection: str, field: str) -> None:
        super().__init__(objection)
        self.field = field


async def look_up(request: Request) -> Response:
    """``/look-up``: the form, and what it finds."""
    given = request.query_params
    asked = Asked(given.get("q", "").strip(), given.get("since", ""), given.get("until", ""))
    try:
        search = _read(asked, given.get("latest", ""))
    except _Senseless as error:
        found_wrong = Found(objection=str(error), wrong=error.field)
        return await _answer(request, asked, found_wrong, HTTPStatus.BAD_REQUEST)
    found, holding = await desk_of(request).ask(lambda store: _look(store, search))
    rest = found[SHOWN:]
    shown = found[:SHOWN]
    rechecks = await _recheck(request, shown, holding)
    told = Found(
        pasts=tell_pasts(shown, holding.allowances, rechecks or {}),
        later=search.latest is not None,
        rest_from=rest[0].last_at if rest else None,
        nothing="" if found else nothing_found(search.subject),
        too_slow=rechecks is None,
    )
    return await _answer(request, asked, told, HTTPStatus.OK)


async def show_decision(request: Request) -> Response:
    """``/decision/<incident>``."""
    incident = request.path_params["incident"]
    search = Search(Incident(incident), None, None, follow_up=False, limit=1)
    found, holding = await desk_of(request).ask(lambda store: _look(store, search))
    if not found:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    rechecks = await _recheck(request, found, holding)
    [past] = tell_pasts(found, holding.allowances, rechecks or {})
    page = compose_decision(
        await frame_of(request, Section.LOOK_UP),
        past,
        public_url=means_of(request).page.public_url,
        too_slow=rechecks is None,
    )
    return HTMLResponse(page)


def _read(asked: Asked, latest: str) -> Search:
    """Raises _Senseless."""
    try:
        subject = read_subject(asked.subject) if asked.subject else None
    except UnknownSubject as error:
        raise _Senseless(str(error), "q") from None
    since = _day(asked.since, "since")
    until = _day(asked.until, "until")
    if since is not None and until is not None and since > until:
        raise _Senseless(words.SINCE_AFTER_UNTIL, "since")
    bound = read_bound(latest)
    return Search(subject, since, until, follow_up=False, limit=SHOWN + 1, latest=bound)


def read_bound(text: str) -> float | None:
    """From where on somebody reads back, as our own links have it."""
    try:
        bound = float(text)
    except ValueError:
        return None
    return bound if math.isfinite(bound) else None


def _day(text: str, field: str) -> float | None:
    if not text:
        return None
    try:
        return end_of_day(text) if field == "until" else begin_of_day(text)
    except (ValueError, OverflowError):
        raise _Senseless(words.NO_DAY.format(text=text), field) from None


def _look(store: "Store", search: Search) -> tuple[list[RecordedDecision], Holding]:
    return find(store, search), holding_now(store)


async def _recheck(
    request: Request, found: Sequence[RecordedDecision], holding: Holding
) -> dict[str, Recheck] | None:
    """By address, where few are to be asked about; None where that took too long."""
    addresses = list(dict.fromkeys(each.address for each in found if each.address))
    if len(addresses) > _CLIENTS_ASKED_ABOUT:
        return {}
    return await verdicts_now(request, addresses, holding)


async def _answer(request: Request, asked: Asked, found: Found, status: HTTPStatus) -> Response:
    frame = await frame_of(request, Section.LOOK_UP)
    return HTMLResponse(compose_look_up(frame, asked, found), status)
