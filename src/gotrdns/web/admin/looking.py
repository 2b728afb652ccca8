"""A look at an address's name servers as they are now, for the administrator.

Owns what a look that may not be taken, or does not end well, is answered with.
"""

from collections.abc import AsyncGenerator, Callable
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from gotrdns.evidence import Reply
from gotrdns.explaining.expert import Asked
from gotrdns.explaining.explanation import Explanation
from gotrdns.names import Address
from gotrdns.reports import english_admin as words
from gotrdns.reports.site.admin_layout import Frame, Section
from gotrdns.reports.site.admin_look import (
    compose_looked,
    compose_no_look,
    compose_stopped,
    divide_look,
)
from gotrdns.reports.site.check import Narrator, compose_step
from gotrdns.web.admin.asking import desk_of
from gotrdns.web.admin.framing import frame_of
from gotrdns.web.admin.story import address_of, last_helo
from gotrdns.web.forms import read_form
from gotrdns.web.limits import TooMany
from gotrdns.web.private import PrivateTarget
from gotrdns.web.streams import Done, Narration, grow_page
from gotrdns.web.visitors import visitor_of
from gotrdns.web.walks import walks_of

_Narration = Narration[Reply, Explanation]


async def look_now(request: Request) -> Response:
    """``POST /client/<address>/now``: past every cache; the page grows with what is answered."""
    address = address_of(request)
    await read_form(request)
    frame = await frame_of(request, Section.LOOK_UP)
    helo = await desk_of(request).ask(lambda store: last_helo(store, address))
    walks, visitor = walks_of(request), visitor_of(request)

    async def explain(note: Callable[[Reply], None]) -> Explanation:
        return await walks.explain(visitor, address, Asked(helo=helo), note)

    narration: _Narration = Narration(explain)
    try:
        await narration.begin()
    except BaseException as error:
        await narration.close()
        return _refuse(frame, address, error)
    return grow_page(request, _page(frame, address, narration), at_end=narration.close)


def _refuse(frame: Frame, address: Address, error: BaseException) -> Response:
    """Raises all but what refuses a look."""
    if isinstance(error, TooMany):
        page = compose_no_look(frame, address.text, _sentence(error))
        return HTMLResponse(page, HTTPStatus.TOO_MANY_REQUESTS, error.headers)
    if isinstance(error, PrivateTarget):
        text = words.PRIVATE_TARGET.format(address=address.text)
        page = compose_no_look(frame, address.text, text)
        return HTMLResponse(page, HTTPStatus.UNPROCESSABLE_ENTITY)
    raise error


async def _page(frame: Frame, address: Address, narration: _Narration) -> AsyncGenerator[str, None]:
    before, after = divide_look(frame, address.text)
    yield before
    narrator = Narrator([address])
    try:
        async for each in narration:
            if isinstance(each, Done):
                yield compose_looked(each.result)
            elif line := narrator.say(each):
                yield compose_step(line)
    except TooMany as haste:
        yield compose_stopped(_sentence(haste))
    yield after


def _sentence(haste: TooMany) -> str:
    return words.TOO_MANY.format(seconds=haste.whole_seconds)
