"""The page that grows while an address's name servers are asked for the administrator."""

import secrets

from markupsafe import Markup

from gotrdns.explaining.explanation import Explanation
from gotrdns.reports import english_admin as words
from gotrdns.reports.site.admin_layout import Frame, compose_admin_page
from gotrdns.reports.site.check import END_OF_PROGRESS, CheckForm, compose_beginning
from gotrdns.reports.site.explanation_part import compose_explanation

_RESULT = Markup('<div class="result">\n{}</div>\n')


def divide_look(frame: Frame, address: str) -> tuple[str, str]:
    """The page up to the name servers' answers, and what follows the result."""
    mark = secrets.token_hex()
    before, _, after = _page(frame, address, content=mark).partition(mark)
    return before + compose_beginning(CheckForm(target=address)), after


def compose_looked(explanation: Explanation) -> Markup:
    """The result, and the end of what came before."""
    return END_OF_PROGRESS + _RESULT.format(compose_explanation(explanation))


def compose_stopped(objection: str) -> Markup:
    """In the place of the result."""
    notice = Markup('<p class="notice bad">{}</p>\n').format(objection)
    return END_OF_PROGRESS + _RESULT.format(notice)


def compose_no_look(frame: Frame, address: str, objection: str) -> str:
    """The page where no look may be taken; ``objection`` says in words why."""
    return _page(frame, address, objection=objection)


def _page(frame: Frame, address: str, *, content: str = "", objection: str = "") -> str:
    return compose_admin_page(
        "admin_look.html",
        frame,
        title=words.LOOKED.format(address=address),
        address=address,
        content=content,
        objection=objection,
    )
