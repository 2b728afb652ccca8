"""The frame of an administrator's page, from the request and what the daemon says."""

from typing import Final

from starlette.requests import Request

from gotrdns.reports.site.admin_layout import Frame, Section
from gotrdns.web.admin.daemon import Daemon
from gotrdns.web.forms import form_token

USER_KEY: Final = "gotrdns.user"  # of the ASGI scope


async def frame_of(request: Request, section: Section) -> Frame:
    daemon: Daemon = request.app.state.daemon
    status = await daemon.status()
    mode = status.mode if status is not None else None
    return Frame(section, user_of(request), mode, form_token(request))


def user_of(request: Request) -> str:
    """Who was let in; empty where nobody has to log in."""
    user: str = request.scope.get(USER_KEY, "")
    return user
