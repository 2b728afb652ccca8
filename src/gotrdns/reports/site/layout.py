"""What every page of a site has around its content, and the pages that only say what is wrong."""

from http import HTTPStatus
from typing import Final

from gotrdns.reports import english_site as words
from gotrdns.reports.site.stylesheet import stylesheet_address
from gotrdns.reports.templating import render

_LANGUAGE: Final = "en"


def compose_page(template: str, *, title: str, **values: object) -> str:
    """A page made by ``templates/site/<template>``, which extends ``layout.html``."""
    page = render(
        f"site/{template}",
        site=words,
        title=title,
        language=_LANGUAGE,
        stylesheet=stylesheet_address(),
        **values,
    )
    return str(page)


def compose_error(status: HTTPStatus) -> str:
    title = words.ERRORS.get(status, words.ERROR).format(phrase=status.phrase)
    return compose_page("error.html", title=title)
