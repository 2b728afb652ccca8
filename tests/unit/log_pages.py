"""What pages about mail logs may consist of, for tests."""

from collections.abc import Mapping

from tests.unit.parsed_page import Page, assert_is_ours

# Every element that the page has, and every attribute it may carry.
ELEMENTS: Mapping[str, set[str]] = {
    "html": {"lang"},
    "meta": {"charset", "http-equiv", "content", "name"},
    "section": {"class", "id"},
    **{
        tag: set()
        for tag in ("head", "title", "style", "body", "main", "footer", "h1", "h2", "dt", "dd")
    },
    **{tag: set() for tag in ("h3", "code", "details", "summary", "caption", "thead", "tbody")},
    **{tag: {"class"} for tag in ("p", "span", "strong", "ul", "li", "dl", "table", "tr", "pre")},
    "a": {"class", "href"},
    "div": {"class", "tabindex", "role", "aria-label"},
    "figure": {"class"},
    "figcaption": set(),
    "th": {"scope", "class"},
    "td": {"class", "colspan", "data-label"},
    "svg": {"class", "role", "aria-labelledby", "aria-hidden", "viewbox", "width", "height"},
    "desc": {"id"},
    "defs": set(),
    "pattern": {"id", "width", "height", "patternunits"},
    "rect": {"class", "x", "y", "width", "height", "fill"},
    "path": {"class", "d", "fill"},
    "text": {"class", "x", "y"},
}


def parse_ours(text: str, *, targets: str) -> Page:
    """The page, which has nothing but what is ours, and no links but to ``targets``, a pattern."""
    page = Page(text)
    assert_is_ours(page, {**ELEMENTS, "title": {"id"}}, targets=targets)  # a picture's has one
    return page
