"""The page of exceptions, and the forms that make and end them.

Owns what is taken for an exception's end and author. What one may be made for is refused elsewhere,
in the same words as on the command line.
"""

from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from gotrdns.policy.allowances import DEFAULT_DAYS, Allowance, AllowanceKind
from gotrdns.policy.history import DAY
from gotrdns.policy.subjects import UnknownSubject, read_exception_target
from gotrdns.policy.targets import InvalidAllowance
from gotrdns.reports import english_admin as words
from gotrdns.reports import english_allowances
from gotrdns.reports.site.admin_exceptions import (
    PATH,
    Asked,
    View,
    Wish,
    author_of,
    compose_exceptions,
    outcome,
)
from gotrdns.reports.site.admin_layout import Section
from gotrdns.reports.site.admin_times import day, end_of_day
from gotrdns.web.admin.asking import desk_of, means_of, read_number
from gotrdns.web.admin.framing import frame_of, user_of
from gotrdns.web.forms import read_form

if TYPE_CHECKING:
    from gotrdns.store.exceptions import Granted
    from gotrdns.store.queries import Store


class _Refused(Exception):
    """No exception is made; why is said in words."""


async def list_exceptions(request: Request) -> Response:
    """``GET /exceptions``."""
    given = request.query_params
    view = View(ended=given.get("ended") == "1", below=read_number(given.get("below", "")))
    now = means_of(request).clock()
    wish = Wish(target=given.get("target", ""), until=day(now + DEFAULT_DAYS * DAY))
    allowances = await _all(request)
    said = _said(given.get("done", ""), read_number(given.get("number", "")), allowances, now)
    return await _answer(request, allowances, view, Asked(wish), said=said)


async def make_exception(request: Request) -> Response:
    """``POST /exceptions``. Twice the same makes one: see ``Store.add_allowance``."""
    form = await read_form(request)
    wish = Wish(
        target=form.get("target", "").strip(),
        kind=form.get("kind", ""),
        reason=form.get("reason", "").strip(),
        until=form.get("until", "").strip(),
        lasting=form.get("lasting") == "1",
    )
    author, now = author_of(user_of(request)), means_of(request).clock()
    try:
        granted = await desk_of(request).ask(lambda store: _make(store, wish, author, now))
    except (_Refused, UnknownSubject, InvalidAllowance) as error:
        asked = Asked(wish, str(error))
        return await _answer(
            request, await _all(request), View(), asked, status=HTTPStatus.BAD_REQUEST
        )
    return _done(_code(granted), granted.allowance.number)


async def end_exception(request: Request) -> Response:
    """``POST /exceptions/end``. Whoever ends one that has ended changes nothing."""
    form = await read_form(request)
    number = read_number(form.get("number", ""))
    note = english_allowances.REMOVED_NOTE.format(author=author_of(user_of(request)))
    reason = form.get("note", "").strip()
    if reason:
        note = english_allowances.REMOVED_NOTE_BECAUSE.format(note=note, reason=reason)
    if number is not None:
        await desk_of(request).ask(lambda store: store.end_allowance(number, note))
    return _done("ended", number)


def _make(store: "Store", wish: Wish, author: str, now: float) -> "Granted":
    """Raises _Refused, UnknownSubject and InvalidAllowance."""
    if not wish.reason:
        raise _Refused(words.NO_REASON)
    kind, target = read_exception_target(wish.target, _kind(wish.kind))
    return store.add_allowance(
        kind, target, reason=wish.reason, author=author, ends=_end(wish, now)
    )


def _kind(code: str) -> AllowanceKind | None:
    return next((each for each in AllowanceKind if each.value == code), None)


def _end(wish: Wish, now: float) -> float | None:
    """Raises _Refused."""
    if wish.lasting:
        return None
    try:
        ends = end_of_day(wish.until or day(now + DEFAULT_DAYS * DAY))
    except (ValueError, OverflowError):
        raise _Refused(words.NO_DAY.format(text=wish.until)) from None
    if ends <= now:
        raise _Refused(words.ENDS_IN_THE_PAST)
    return ends


def _code(granted: "Granted") -> str:
    if granted.before is None:
        return "made"
    return "unchanged" if granted.before.ends == granted.allowance.ends else "prolonged"


def _done(code: str, number: int | None) -> Response:
    return RedirectResponse(
        f"{PATH}?{urlencode({'done': code, 'number': number})}", HTTPStatus.SEE_OTHER
    )


def _said(code: str, number: int | None, allowances: list[Allowance], now: float) -> str:
    """What became of a form, in words."""
    return next((outcome(code, each, now) for each in allowances if each.number == number), "")


async def _all(request: Request) -> list[Allowance]:
    return await desk_of(request).ask(lambda store: store.list_allowances(ended=True))


async def _answer(
    request: Request,
    allowances: list[Allowance],
    view: View,
    asked: Asked,
    *,
    said: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    frame = await frame_of(request, Section.EXCEPTIONS)
    now = means_of(request).clock()
    return HTMLResponse(
        compose_exceptions(frame, allowances, view, asked, now=now, said=said), status
    )
