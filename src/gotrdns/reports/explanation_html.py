"""Explanations as one page of HTML that needs nothing else: to be attached to a ticket, or printed.

Owns what the page holds beside the explanations themselves; the layout is
`templates/explanation.html` and `explanation_parts.html`. Nothing that strangers publish can add to
the page: all of it is escaped, and the page's own policy lets it neither run nor load anything.
"""

from collections.abc import Sequence

from gotrdns.explaining.explanation import Explanation
from gotrdns.reports import english_page
from gotrdns.reports.explanation_case import TABLES, case_of
from gotrdns.reports.html_page import compose_html


def compose_page(explanations: Sequence[tuple[str | None, Explanation]], *, generated: str) -> str:
    """The whole page. Each explanation comes with where its address is from, in words.

    ``generated`` says in words when the page was made.
    """
    cases = [case_of(origin, explanation) for origin, explanation in explanations]
    title = english_page.TITLE_OF_SEVERAL.format(count=len(cases))
    if len(cases) == 1:
        title = english_page.TITLE.format(address=cases[0].address)
    return compose_html(
        "explanation.html",
        title=title,
        styles=("loop_picture.css",),
        generated=generated,
        cases=cases,
        **TABLES,
    )
