"""Explanations as parts of pages: what the report holds, with letters, and buttons that copy.

Owns what a site's page shows of an explanation, and links that begin a mail.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
from markupsafe import Markup

from gotrdns.diagnosis.findings import Fixer
from gotrdns.explaining.explanation import Explanation
from gotrdns.reports import english_page
from gotrdns.reports import english_site as words
from gotrdns.reports.explanation_case import TABLES, Case, case_of
from gotrdns.reports.letters import Letter, write_letters
from gotrdns.reports.readers import Reader, as_told_to
from gotrdns.reports.site.mail_links import mail_link
from gotrdns.reports.templating import render
from gotrdns.verification import Result

_GRAVEST_FIRST: Final = (Result.PERMERROR, Result.FAIL, Result.TEMPERROR, Result.PASS)


class LetterShown(msgspec.Struct, frozen=True):
    """A letter, and the link that begins it in a mail program; empty where nobody is known.

    ``whole`` is whether the link brings the text as well: it may be too long for one.
    """

    letter: Letter
    to: str
    link: str
    whole: bool


class _Shown(msgspec.Struct, frozen=True):
    case: Case
    letters: tuple[LetterShown, ...]


def compose_explanation(
    explanation: Explanation, *, level: int = 2, reader: Reader = Reader.RECEIVER
) -> Markup:
    """The parts of one explanation; ``level`` is that of its headings."""
    return render(
        "site/explanation.html",
        **TABLES,
        site=words,
        top=level,
        copy_words=words,
        shown=_shown(None, explanation, reader),
    )


def compose_explanations(
    explanations: Sequence[tuple[str | None, Explanation]], *, reader: Reader = Reader.RECEIVER
) -> Markup:
    """Several, the gravest first, below a table that sums them up; one as it is.

    Each comes with where its address is from, in words.
    """
    if len(explanations) == 1:
        return compose_explanation(explanations[0][1], reader=reader)
    in_order = sorted(explanations, key=lambda each: _GRAVEST_FIRST.index(each[1].verdict.result))
    return render(
        "site/explanations.html",
        **TABLES,
        site=words,
        top=3,
        copy_words=words,
        all_shown=[_shown(origin, explanation, reader) for origin, explanation in in_order],
    )


def show_letter(letter: Letter) -> LetterShown:
    to = english_page.ACTORS[letter.fixer]
    if letter.to is None:
        return LetterShown(letter, to, "", whole=False)
    link = mail_link(letter)
    return LetterShown(letter, to, link.text, link.whole)


def _shown(origin: str | None, explanation: Explanation, reader: Reader) -> _Shown:
    # The receiving side's letter is its own.
    letters = tuple(
        show_letter(each)
        for each in write_letters(as_told_to(reader, explanation))
        if reader is Reader.RECEIVER or each.fixer is not Fixer.RECEIVER
    )
    return _Shown(case_of(origin, explanation, reader), letters)
