"""An explanation as the templates of `explanation_parts.html` take it.

Owns what a page shows beside the outline: the picture, who has to act in short, and the ways in
rows.
"""

from types import ModuleType
from typing import Final

import msgspec
from markupsafe import Markup

from gotrdns.diagnosis.findings import Fixer
from gotrdns.explaining.explanation import Explanation
from gotrdns.reports import english, english_explain, english_page, english_receivers
from gotrdns.reports.delegation_rows import WayRows, way_rows
from gotrdns.reports.explanation_outline import Outline, outline, result_label, result_meaning
from gotrdns.reports.loop_picture import draw_loop
from gotrdns.reports.readers import Reader
from gotrdns.reports.text import STYLE_OF_RESULT
from gotrdns.verification import Cause

# What the templates say in words.
TABLES: Final[dict[str, ModuleType]] = {
    "words": english_explain,
    "page": english_page,
    "receivers": english_receivers,
    "common": english,
}


class _WayShown(msgspec.Struct, frozen=True):
    heading: str
    rows: WayRows
    same: str


class Case(msgspec.Struct, frozen=True):
    """One address."""

    address: str
    origin: str | None
    tone: str
    label: str
    meaning: str
    acts: str
    picture: Markup
    parts: Outline
    ways: tuple[_WayShown, ...]


def case_of(origin: str | None, explanation: Explanation, reader: Reader = Reader.RECEIVER) -> Case:
    verdict, parts = explanation.verdict, outline(explanation, reader)
    return Case(
        address=verdict.address.text,
        origin=origin,
        tone=STYLE_OF_RESULT[verdict.result].value,
        label=result_label(verdict),
        meaning=result_meaning(verdict),
        acts=_actor(_who_acts(explanation), reader),
        picture=draw_loop(verdict),
        parts=parts,
        ways=tuple(_WayShown(way.heading, way_rows(way.path), way.same) for way in parts.ways),
    )


def _actor(fixer: Fixer, reader: Reader) -> str:
    if fixer is Fixer.RECEIVER and reader is Reader.SENDER:
        return english_explain.SITE_ACTS
    return english_page.ACTORS[fixer]


def _who_acts(explanation: Explanation) -> Fixer:
    """The fixer of the cause; of a pass nobody has to change anything."""
    passes = explanation.verdict.cause is Cause.CONFIRMED
    return explanation.findings[0].fixer if explanation.findings and not passes else Fixer.NOBODY
