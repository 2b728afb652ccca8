"""Pages of HTML that need nothing else: to be kept, attached to a ticket, or printed.

Owns what every such page has: its styles within, a policy of its own that lets it neither run nor
load anything, and who made it. Layouts extend ``templates/page.html``.
"""

import base64
import hashlib
from collections.abc import Sequence

from markupsafe import Markup

from gotrdns import __version__
from gotrdns.reports import english_page
from gotrdns.reports.explanation_sentences import tame
from gotrdns.reports.templating import render


def compose_html(
    layout: str, *, title: str, styles: Sequence[str], generated: str, **values: object
) -> str:
    """The whole page, of ``layout``, with ``page.css`` and ``styles``.

    ``generated`` says in words when the page was made.
    """
    style = Markup("\n") + Markup("").join(render(each) for each in ("page.css", *styles))
    page = render(
        layout,
        title=title,
        language=english_page.LANGUAGE,
        style=style,
        policy=f"default-src 'none'; style-src 'sha256-{_digest(style)}'",
        made_by=english_page.MADE_BY.format(version=__version__, generated=tame(generated)),
        **values,
    )
    return str(page)


def _digest(style: str) -> str:
    """As a content security policy names an inline style that it lets through."""
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
