"""Explanations as one page of HTML that needs nothing else: to be attached to a ticket, or printed.

Owns what the page holds and in which order; the layout is `templates/explanation.html`. Nothing
that strangers publish can add to the page: all of it is escaped, and the page's own policy lets it
neither run nor load anything.
"""

import base64
import hashlib
from collections.abc import Sequence

import msgspec
from markupsafe import Markup

from gotrdns import __version__
from gotrdns.diagnosis.findings import Fixer
from gotrdns.explaining.explanation import Explanation
from gotrdns.reports import english, english_explain, english_page, english_receivers
from gotrdns.reports.delegation_rows import WayRows, way_rows
from gotrdns.reports.explanation_outline import Outline, outline, result_label, result_meaning
from gotrdns.reports.explanation_sentences import tame
from gotrdns.reports.loop_picture import draw_loop
from gotrdns.reports.templating import render
from gotrdns.reports.text import STYLE_OF_RESULT
from gotrdns.verification import Cause


class _WayShown(msgspec.Struct, frozen=True):
    heading: str
    rows: WayRows
    same: str


class _Case(msgspec.Struct, frozen=True):
    """One address, as the template takes it."""

    address: str
    origin: str | None
    tone: str
    label: str
    meaning: str
    acts: str
    picture: Markup
    parts: Outline
    ways: tuple[_WayShown, ...]


def compose_page(explanations: Sequence[tuple[str | None, Explanation]], *, generated: str) -> str:
    """The whole page. Each explanation comes with where its address is from, in words.

    ``generated`` says in words when the page was made.
    """
    cases = [_case(origin, explanation) for origin, explanation in explanations]
    title = english_page.TITLE_OF_SEVERAL.format(count=len(cases))
    if len(cases) == 1:
        title = english_page.TITLE.format(address=cases[0].address)
    style = Markup("\n") + render("page.css") + render("loop_picture.css")
    page = render(
        "explanation.html",
        words=english_explain,
        page=english_page,
        receivers=english_receivers,
        common=english,
        title=title,
        cases=cases,
        style=style,
        policy=f"default-src 'none'; style-src 'sha256-{_digest(style)}'",
        made_by=english_page.MADE_BY.format(version=__version__, generated=tame(generated)),
    )
    return str(page)


def _case(origin: str | None, explanation: Explanation) -> _Case:
    verdict, parts = explanation.verdict, outline(explanation)
    return _Case(
        address=verdict.address.text,
        origin=origin,
        tone=STYLE_OF_RESULT[verdict.result].value,
        label=result_label(verdict),
        meaning=result_meaning(verdict),
        acts=english_page.ACTORS[_who_acts(explanation)],
        picture=draw_loop(verdict),
        parts=parts,
        ways=tuple(_WayShown(way.heading, way_rows(way.path), way.same) for way in parts.ways),
    )


def _who_acts(explanation: Explanation) -> Fixer:
    """The fixer of the cause; of a pass nobody has to change anything."""
    passes = explanation.verdict.cause is Cause.CONFIRMED
    return explanation.findings[0].fixer if explanation.findings and not passes else Fixer.NOBODY


def _digest(style: str) -> str:
    """As a content security policy names an inline style that it lets through."""
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
