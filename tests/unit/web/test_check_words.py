"""The words of the check page: every case keeps the rules, and strangers add nothing to it."""

import json
import re
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given

from gotrdns.explaining.explanation import Explanation
from gotrdns.names import DomainName
from gotrdns.reports import english
from gotrdns.reports import english_site as words
from gotrdns.reports.site.check import (
    END_OF_PROGRESS,
    CheckForm,
    Narrator,
    compose_beginning,
    compose_front,
    compose_heading,
    compose_refusal,
    compose_result,
    divide_page,
)
from tests.unit import explanation_cases, explanations, hostile_explanations
from tests.unit.web.pages import Read, read_page, read_part
from tests.unit.web.scripted_expert import replies_of

WHEN = 1_780_000_000.0


def test_every_remark_on_a_host_has_its_sentence() -> None:
    """Those that only domains, asked for their MX records, can get are left out."""
    of_domains = {
        *("not-a-domain", "no-mail-host", "accepts-no-mail", "no-mail-exchange"),
        *("exchange-is-address", "exchange-is-no-host"),
    }
    assert set(words.TARGETS) == set(english.TARGETS) - of_domains


@pytest.mark.parametrize("build", explanation_cases.CASES.values(), ids=explanation_cases.CASES)
def test_every_case_makes_a_page_that_keeps_the_rules(
    build: Callable[[], Explanation],
) -> None:
    form = CheckForm("mx.example.org", own="192.0.2.1")
    for number in (1, 3):
        _whole(form, [build()] * number)


@given(hostile_explanations.texts)
def test_strangers_texts_add_nothing_to_the_page(text: str) -> None:
    plain, hostile = (
        _whole(CheckForm("x"), [explanation_cases.hostile(each)]) for each in ("x", f"x{text}")
    )
    assert hostile.skeleton == plain.skeleton
    assert all(each.isprintable() or each in "\n " for each in hostile.text)


@given(hostile_explanations.names)
def test_strangers_names_add_nothing_to_the_page(name: DomainName) -> None:
    explanation = hostile_explanations.named(name)
    page = _whole(CheckForm("x"), [explanation])
    plain = _whole(
        CheckForm("x"), [hostile_explanations.named(explanations.name("mail.example.org"))]
    )
    # Which mailboxes can be written to, and how long a link is, changes what a letter offers.
    assert _without_letters(page) == _without_letters(plain)


@given(hostile_explanations.texts)
def test_what_visitors_type_adds_nothing_to_the_page(text: str) -> None:
    form = CheckForm(text, text, text, wrong={"target": text, "helo": text, "name": text})
    assert read_page(compose_refusal(form, [text], title=text)).skeleton == (
        read_page(compose_refusal(_named(form, "x"), ["x"], title="x")).skeleton
    )
    read_page(compose_front(form))
    _whole(CheckForm(text, text, text), [explanations.founding()])


@given(hostile_explanations.names)
def test_what_servers_say_stays_on_its_line(name: DomainName) -> None:
    narrator = Narrator([])
    for reply in replies_of(hostile_explanations.named(name)):
        line = narrator.say(reply)
        assert line is None or line.isprintable()


def _named(form: CheckForm, text: str) -> CheckForm:
    return CheckForm(text, text, text, wrong=dict.fromkeys(form.wrong, text))


def _without_letters(page: Read) -> list[str]:
    tags = json.dumps(page.skeleton)
    return re.split(r'\["details", \{"class": "letters"\}\].*?\["h2"', tags)


def _whole(form: CheckForm, explained: Iterable[Explanation]) -> Read:
    """The page as it is when all of it has come, and the same in the two parts for a script."""
    before, after = divide_page(form)
    beginning = compose_beginning(form)
    result = compose_result(form, list(explained), [form.target], moment=WHEN)
    read_part(beginning + END_OF_PROGRESS)
    read_part(compose_heading(form) + result)
    return read_page(before + str(beginning) + str(END_OF_PROGRESS) + str(result) + after)
