"""The page that shows how things are now.

Owns what is asked for it. Whatever is missing, a daemon or a store, the rest is shown.
"""

import asyncio
from typing import TYPE_CHECKING, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from gotrdns.reports import english_now as words
from gotrdns.reports.site.admin_layout import Section
from gotrdns.reports.site.now import Kept, Now, compose_now, compose_now_content
from gotrdns.reports.site.now_charts import Range
from gotrdns.store.settings import NOWHERE
from gotrdns.store.trouble import StoreUnavailable
from gotrdns.web.admin.asking import desk_of, means_of
from gotrdns.web.admin.daemon import Daemon
from gotrdns.web.admin.framing import frame_of
from gotrdns.web.means import Trouble

if TYPE_CHECKING:
    from gotrdns.store.queries import Store

_DECISIONS_READ: Final = 200
_PATIENCE: Final = 8.0  # seconds; the rest of the page does not wait for a slow store any longer


async def show_now(request: Request) -> Response:
    """``GET /``: all of it."""
    told, frame = await asyncio.gather(_look(request), frame_of(request, Section.NOW))
    return HTMLResponse(compose_now(frame, told))


async def show_now_part(request: Request) -> Response:
    """``GET /now-part``: what of it changes."""
    return HTMLResponse(compose_now_content(await _look(request)))


async def _look(request: Request) -> Now:
    means = means_of(request)
    daemon: Daemon = request.app.state.daemon
    now, shown = means.clock(), _range_of(request)
    status, kept = await asyncio.gather(daemon.status(), _read(request, shown, now))
    if isinstance(kept, str):
        return Now(now, shown, status, None, problem=kept)
    return Now(now, shown, status, kept)


def _range_of(request: Request) -> Range:
    try:
        return Range(request.query_params.get("range", Range.DAY.value))
    except ValueError:
        return Range.DAY


async def _read(request: Request, shown: Range, now: float) -> Kept | str:
    """What is kept, or why it cannot be read: nothing said where nothing is kept."""
    means = means_of(request)
    if means.store.url == NOWHERE:
        return ""
    try:
        return await asyncio.wait_for(
            desk_of(request).ask(lambda store: _kept(store, shown, now)), _PATIENCE
        )
    except StoreUnavailable as error:
        problem = str(error)
    except TimeoutError:
        problem = words.STORE_SLOW.format(seconds=_PATIENCE)
    means.tell_trouble(Trouble.STORE_UNAVAILABLE, problem)
    return problem


def _kept(store: "Store", shown: Range, now: float) -> Kept:
    from gotrdns.store.queries import Search  # noqa: PLC0415 - SQLAlchemy takes 200 ms

    steps = shown.beginnings(now)
    tallies = store.tallies(steps.start, steps.stop, steps.step)
    return Kept(tallies, store.find(Search(limit=_DECISIONS_READ)))
