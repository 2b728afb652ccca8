"""An explanation as a part of a page: letters, links that begin a mail, levels of headings."""

from collections.abc import Callable
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec
import pytest
from hypothesis import given

from gotrdns.diagnosis.findings import Fixer
from gotrdns.explaining.explanation import Explanation
from gotrdns.reports import english_site as words
from gotrdns.reports.letters import Letter, write_letters
from gotrdns.reports.readers import Reader
from gotrdns.reports.site.explanation_part import (
    compose_explanation,
    compose_explanations,
    show_letter,
)
from tests.unit import explanation_cases, explanations, hostile_explanations
from tests.unit.web.pages import read_part


def _letter(body: str, to: str | None = "noc@example.net") -> Letter:
    return Letter(Fixer.ADDRESS_OWNER, to, "Reverse DNS & more?", body)


def test_a_link_begins_the_whole_letter_where_it_is_short_enough() -> None:
    shown = show_letter(_letter("Hello,\n\nplease: 1 + 1 & so on\n"))
    link = urlsplit(shown.link)
    assert shown.whole
    assert (link.scheme, link.path) == ("mailto", "noc@example.net")
    # RFC 6068 section 5: line breaks are %0D%0A.
    assert parse_qs(link.query) == {
        "subject": ["Reverse DNS & more?"],
        "body": ["Hello,\r\n\r\nplease: 1 + 1 & so on\r\n"],
    }
    assert "+" not in link.query


def test_a_long_letter_is_to_be_pasted() -> None:
    shown = show_letter(_letter("x" * 2000))
    assert not shown.whole
    assert "body=" not in shown.link
    page = read_part(compose_explanation(explanations.founding()))
    assert words.PASTE_LETTER in page.words


def test_without_an_address_there_is_no_link() -> None:
    assert show_letter(_letter("x", to=None)).link == ""
    page = read_part(compose_explanation(explanation_cases.classless()))
    assert words.LETTERS in page.words
    assert not [link for link in page.values("a", "href") if link.startswith("mailto:")]


@given(hostile_explanations.texts)
def test_a_link_writes_to_nobody_but_the_addressee(text: str) -> None:
    explanation = explanation_cases.hostile(text)
    for letter in write_letters(explanation):
        link = urlsplit(show_letter(letter).link)
        assert unquote(link.path) == (letter.to or "")
        assert set(parse_qs(link.query)) <= {"subject", "body"}


def test_every_letter_is_on_the_page_as_it_would_be_sent() -> None:
    explanation = explanations.founding()
    page = read_part(compose_explanation(explanation))
    for letter in write_letters(explanation):
        assert letter.body in page.text


@pytest.mark.parametrize("level", [2, 3])
def test_headings_are_as_deep_as_the_page_wants_them(level: int) -> None:
    part = read_part(compose_explanation(explanations.founding(), level=level))
    assert {tag for tag, _ in part.elements if tag[0] == "h" and tag[1:].isdigit()} == {f"h{level}"}


def test_one_explanation_is_not_summed_up() -> None:
    explanation = explanations.founding()
    one = compose_explanations([(None, explanation)])
    assert one == compose_explanation(explanation)
    several = read_part(compose_explanations([("mx.example.org", explanation)] * 2))
    assert several.values("table", "class")[0] == "summary"


def test_the_gravest_come_first() -> None:
    built: list[tuple[str | None, Explanation]] = [
        (None, build())
        for build in (
            explanation_cases.confirmed,
            explanation_cases.lame,
            explanations.founding,
            explanation_cases.ipv6,
        )
    ]
    text = read_part(compose_explanations(built)).words
    places = [text.index(each) for each in ("PERMERROR", "FAIL", "TEMPERROR", "PASS")]
    assert places == sorted(places)


def test_who_passes_needs_no_letters() -> None:
    explanation = msgspec.structs.replace(explanation_cases.confirmed(), findings=())
    assert words.LETTERS not in read_part(compose_explanation(explanation)).words


def test_visitors_are_not_the_receiving_side() -> None:
    fault = explanation_cases.resolver_fault()
    admin = read_part(compose_explanation(fault)).words
    assert "You, on the receiving side: the resolver is yours (127.0.0.1)." in admin
    assert "Our DNS resolver fails" in admin
    for part in (
        compose_explanation(fault, reader=Reader.SENDER),
        compose_explanations([(None, fault), (None, fault)], reader=Reader.SENDER),
    ):
        visitor = read_part(part).words
        assert "127.0.0.1" not in visitor
        assert "receiving side" not in visitor
        assert "--resolver" not in visitor
        assert words.LETTERS not in visitor
        assert "Whoever runs this site: its resolver has to be mended." in visitor
        assert "the resolver here (this site's) does not pass it on" in visitor
        assert "Nothing is known to be wrong at the sender's." in visitor


@pytest.mark.parametrize("build", explanation_cases.CASES.values(), ids=explanation_cases.CASES)
def test_visitors_are_told_of_no_command_line(build: Callable[[], Explanation]) -> None:
    visitor = read_part(compose_explanation(build(), reader=Reader.SENDER)).words
    assert " --" not in visitor
    assert "gotrdns explain" not in visitor


def test_what_stands_for_a_name_is_said_to_each_reader_in_their_way() -> None:
    example = explanation_cases.classless()
    admin = read_part(compose_explanation(example)).words
    visitor = read_part(compose_explanation(example, reader=Reader.SENDER)).words
    assert "give it with --name." in admin
    assert "or check again and say which name it is to have." in visitor


def test_remarks_on_our_own_resolver_are_for_whoever_runs_the_site() -> None:
    fault, founding = explanation_cases.resolver_fault(), explanations.founding()
    both = msgspec.structs.replace(founding, findings=(*founding.findings, *fault.findings))
    assert "for you" in read_part(compose_explanation(both)).words
    visitor = read_part(compose_explanation(both, reader=Reader.SENDER)).words
    assert "for you" not in visitor
    assert "for whoever runs this site" in visitor
    assert "127.0.0.1" not in visitor
