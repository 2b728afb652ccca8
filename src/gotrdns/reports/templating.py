"""How templates become pages.

Owns the environment that every template of ours is rendered in: everything is escaped, and a
misspelt name is an error instead of a hole in the page. Imported only by what makes HTML.
"""

import functools
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from gotrdns.reports.prose import pieces

_DATA: Final = Markup("<code>{}</code>")


def render(template: str, **values: object) -> Markup:
    """The template's text, which is markup; ``values`` are escaped unless they are Markup."""
    return Markup(_environment().get_template(template).render(values))  # noqa: S704 - escaped


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("gotrdns.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["prose"] = mark_up
    return environment


def mark_up(sentence: str) -> Markup:
    """A sentence with what may be strangers' data in it set as code."""
    return Markup("").join(
        as_data(piece.text) if piece.is_data else escape(piece.text) for piece in pieces(sentence)
    )


def as_data(text: str) -> Markup:
    """What a stranger may have chosen, set as code."""
    return _DATA.format(text)


def fill(template: str, **facts: str | int) -> Markup:
    """Words of ours with facts in them; those that are texts are set as code."""
    return escape(template).format(
        **{key: as_data(fact) if isinstance(fact, str) else fact for key, fact in facts.items()}
    )
