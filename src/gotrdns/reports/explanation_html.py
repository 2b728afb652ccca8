"""Explanations as one page of HTML that needs nothing else: to be attached to a ticket, or printed.

Owns what the page holds beside the explanations themselves; the layout is
`templates/explanation.html` and `explanation_parts.html`. Nothing that strangers publish can add to
the page: all of it is escaped, and the page's own policy lets it neither run nor load anything.
"""

import base64
import hashlib
from collections.abc import Sequence

from markupsafe import Markup

from gotrdns import __version__
from gotrdns.explaining.explanation import Explanation
from gotrdns.reports import english_page
from gotrdns.reports.explanation_case import TABLES, case_of
from gotrdns.reports.explanation_sentences import tame
from gotrdns.reports.templating import render


def compose_page(explanations: Sequence[tuple[str | None, Explanation]], *, generated: str) -> str:
    """The whole page. Each explanation comes with where its address is from, in words.

    ``generated`` says in words when the page was made.
    """
    cases = [case_of(origin, explanation) for origin, explanation in explanations]
    title = english_page.TITLE_OF_SEVERAL.format(count=len(cases))
    if len(cases) == 1:
        title = english_page.TITLE.format(address=cases[0].address)
    style = Markup("\n") + render("page.css") + render("loop_picture.css")
    page = render(
        "explanation.html",
        **TABLES,
        title=title,
        cases=cases,
        style=style,
        policy=f"default-src 'none'; style-src 'sha256-{_digest(style)}'",
        made_by=english_page.MADE_BY.format(version=__version__, generated=tame(generated)),
    )
    return str(page)


def _digest(style: str) -> str:
    """As a content security policy names an inline style that it lets through."""
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
