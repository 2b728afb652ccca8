"""The page: what it holds, that it needs nothing else, and what strangers can do to it."""

import base64
import hashlib
import itertools
import re
from collections.abc import Callable
from importlib import resources

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns import __version__
from gotrdns.explaining.explanation import Explanation
from gotrdns.names import DomainName
from gotrdns.reports.explanation_html import compose_page
from gotrdns.reports.explanation_outline import outline
from tests.unit import explanation_cases, explanations, hostile_explanations
from tests.unit.parsed_page import Page, assert_is_ours

WHEN = "23 November 2026, 14:05 UTC"
# Every element that the page has, and every attribute it may carry.
ELEMENTS: dict[str, set[str]] = {
    "html": {"lang"},
    "head": set(),
    "meta": {"charset", "http-equiv", "content", "name"},
    "title": set(),
    "style": set(),
    "body": set(),
    "main": set(),
    "section": {"class", "id"},
    "footer": set(),
    "div": {"class"},
    "h1": set(),
    "h2": set(),
    "h3": set(),
    "p": {"class"},
    "span": {"class"},
    "strong": set(),
    "code": set(),
    "pre": {"class"},
    "ul": set(),
    "ol": set(),
    "li": set(),
    "a": {"class", "href"},
    "details": set(),
    "summary": set(),
    "table": {"class"},
    "caption": set(),
    "thead": set(),
    "tbody": set(),
    "tr": {"class"},
    "th": {"scope"},
    "td": {"colspan", "data-label"},
    "svg": {"class", "role", "aria-label", "viewbox"},
    "g": {"class"},
    "rect": {"class", "x", "y", "width", "height", "rx"},
    "path": {"class", "d"},
    "text": {"class", "x", "y"},
}
every_case = pytest.mark.parametrize(
    "build", explanation_cases.CASES.values(), ids=explanation_cases.CASES
)
Build = Callable[[], Explanation]


def _page(explanation: Explanation, origin: str | None = None) -> Page:
    return Page(compose_page([(origin, explanation)], generated=WHEN))


def _is_ours(page: Page) -> None:
    assert_is_ours(page, ELEMENTS, targets=r"#address-\d+")


@every_case
def test_a_page_is_balanced_and_has_no_elements_but_ours(build: Build) -> None:
    _is_ours(_page(build()))


@every_case
def test_a_page_says_all_that_the_outline_holds(build: Build) -> None:
    explanation = build()
    text = _page(explanation).text
    parts = outline(explanation)
    sentences = [*parts.pair, *parts.reason, *parts.answers, *parts.advice, *parts.remarks]
    sentences += [sentence for group in parts.who for sentence in group]
    sentences += [parts.introduction, parts.choice, *(step.record for step in parts.steps)]
    sentences += [way.heading for way in parts.ways] + [way.same for way in parts.ways]
    for sentence in sentences:
        assert " ".join(sentence.split()) in text


def test_the_founding_example_is_told_in_the_order_of_reading() -> None:
    text = _page(explanations.founding(), "mx.example.org").text
    order = [
        "Reverse DNS of 85.105.64.87 (mx.example.org)",
        "FAIL (forward-nodata): receivers that check reverse DNS refuse this address.",
        "Why The address leads to dsl.static851056487.ttnet.net.tr.",
        "What to publish",
        "mail IN A 85.105.64.87",
        "87 IN PTR mail.eddorre.com.",
        "How long until it works",
        "Who can change it",
        "Abuse contact: Abuse desk <abuse@ttnet.net.tr>",
        "Also seen",
        "Evidence",
        "The way to 87.64.105.85.in-addr.arpa, from the root",
        "64.105.85.in-addr.arpa 2 of 2 agree PTR dsl.static851056487.ttnet.net.tr.",
        f"Made by gotrdns {__version__}, {WHEN}",
    ]
    places = [text.find(each) for each in order]
    # The first also stands in the title of the page.
    assert -1 not in places
    assert places == sorted(places)


def test_servers_that_fail_stand_below_their_zone() -> None:
    page = _page(explanation_cases.lame())
    assert page.elements.count(("tr", {"class": "server"})) == 4
    assert "ns1.isp.net 81.20.0.1" in page.text
    assert "its own remark: 22 (No Reachable Authority): zone expired" in page.text


def test_evidence_is_folded_and_everything_else_is_not() -> None:
    text = compose_page([(None, explanations.founding())], generated=WHEN)
    assert text.count("<details>") == 2
    assert "<table" not in re.sub(r"<details>.*?</details>", "", text, flags=re.DOTALL)


def test_several_addresses_are_summed_up_at_the_top() -> None:
    built = [(name, build()) for name, build in explanation_cases.CASES.items()]
    page = Page(compose_page(built, generated=WHEN))
    _is_ours(page)
    assert "Reverse DNS of 9 addresses" in page.text
    targets = [values["href"] for tag, values in page.elements if tag == "a"]
    ids = [f"#{values['id']}" for tag, values in page.elements if tag == "section"]
    assert targets == ids
    assert len(ids) == len(built)
    assert "85.105.64.87 founding FAIL (forward-nodata) the owner of the address block" in page.text
    assert "81.20.30.10 confirmed PASS (confirmed) nobody" in page.text
    assert "lame TEMPERROR (reverse-servfail) the owner of the address block" in page.text
    assert "Address From Result Who has to act" in page.text
    # Addresses that were given as such come from nowhere.
    page = Page(compose_page([(None, explanation) for _, explanation in built], generated=WHEN))
    assert "Address Result Who has to act" in page.text
    assert "85.105.64.87 FAIL (forward-nodata) the owner of the address block" in page.text


@pytest.mark.parametrize("number", [1, 2])
@every_case
def test_headings_come_in_order(build: Build, number: int) -> None:
    page = Page(compose_page([(None, build())] * number, generated=WHEN))
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below <= above + 1 for above, below in itertools.pairwise(levels))


@every_case
def test_a_page_can_be_read_aloud(build: Build) -> None:
    page = _page(build())
    assert page.elements[0] == ("html", {"lang": "en"})
    for tag, values in page.elements:
        if tag == "th":
            assert values["scope"] in {"row", "col"}
        if tag == "svg":
            assert values["role"] == "img"
            assert values["aria-label"]
    tags = [tag for tag, _ in page.elements]
    assert tags.count("caption") == tags.count("table")


@every_case
def test_a_page_needs_nothing_from_elsewhere(build: Build) -> None:
    text = compose_page([("mx.example.org", build())], generated=WHEN)
    text = re.sub(r"'sha256-[^']*'", "", text)
    assert not re.search(r"https?:|//|url\(|@import|\bsrc=|<script|<link|\bon\w+=|style=", text)


def test_the_pages_own_policy_lets_in_its_own_style_only() -> None:
    page = _page(explanations.founding())
    [policy] = [v["content"] for t, v in page.elements if v.get("http-equiv")]
    digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'"


def test_text_stands_out_from_its_ground_in_light_and_dark() -> None:
    style = resources.files("gotrdns.reports").joinpath("templates/page.css").read_text()
    palettes = re.findall(r":root \{\s*(?:color-scheme[^;]*;)?([^}]*--surface[^}]*)\}", style)
    assert len(palettes) == 2
    for palette in palettes:
        colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", palette))
        for ground in ("back", "surface"):
            for ink in ("text", "muted", "good", "bad", "unsure"):
                # WCAG 2.2, 1.4.3: 4.5 to 1 for text, 3 to 1 for what a picture is made of.
                assert _contrast(colours[ink], colours[ground]) >= 4.5
            assert _contrast(colours["line"], colours[ground]) >= 2.7


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@given(hostile_explanations.texts)
def test_strangers_texts_add_nothing_to_the_page(text: str) -> None:
    page = _page(explanation_cases.hostile(f"x{text}"), origin=f"x{text}")
    _is_ours(page)
    assert page.skeleton == _page(explanation_cases.hostile("x"), origin="x").skeleton
    assert all(each.isprintable() or each in "\n " for each in "".join(page.words))


@given(hostile_explanations.names)
def test_strangers_names_add_nothing_to_the_page(name: DomainName) -> None:
    page = _page(hostile_explanations.named(name))
    _is_ours(page)
    plain = _page(hostile_explanations.named(explanations.name("mail.example.org")))
    # Which mailboxes are said to be placeholders changes words, not structure.
    assert page.skeleton == plain.skeleton
    assert f"87 IN PTR {name}." in "".join(page.words)


@given(hostile_explanations.texts)
def test_what_the_caller_says_is_text_too(text: str) -> None:
    explanation = explanation_cases.confirmed()
    page = Page(compose_page([(text, explanation), (text, explanation)], generated=text))
    _is_ours(page)


def test_a_page_is_bounded_however_much_was_seen() -> None:
    text = compose_page([(None, hostile_explanations.crowded())], generated=WHEN)
    assert len(text) < 200_000
    assert "... and 988 more" in text
    assert "... and the ways to 2 more names" in text


@given(st.integers(1, 60))
def test_names_without_number_are_counted(number: int) -> None:
    page = _page(explanation_cases.many_names(number))
    _is_ours(page)
    assert ("one of its" in page.text) == (number > 1)


def test_a_pass_asks_nobody_for_anything() -> None:
    explanation = msgspec.structs.replace(explanation_cases.confirmed(), findings=())
    page = _page(explanation)
    assert "What to publish" not in page.text
    assert "<- the address itself" in page.text
