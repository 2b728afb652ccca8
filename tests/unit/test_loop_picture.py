"""The picture of the loop: closed or broken where it breaks, whatever the names are."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.lookup import Answer, Outcome
from gotrdns.names import ROOT, Address, DomainName
from gotrdns.reports import english_page
from gotrdns.reports.loop_picture import draw_loop
from gotrdns.verification import Cause, CheckedName, NameState, Verdict
from tests.unit import hostile_explanations
from tests.unit.explanations import name

CLIENT = Address.parse("85.105.64.87")
LONG = Address.parse("2001:db8:1234:5678:9abc:def0:1234:5678")
OTHER = Address.parse("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff")
HOST = name("mail.example.org")
FOUND = Answer(Outcome.FOUND, names=(HOST,))


class Picture:
    """What is in a picture, by the style of its groups."""

    def __init__(self, verdict: Verdict) -> None:
        markup = str(draw_loop(verdict))
        self.root = ElementTree.fromstring(markup)
        self.groups = [
            (each.get("class", ""), [text.text or "" for text in each.iter("text")])
            for each in self.root.iter("g")
        ]
        self.texts = [text.text or "" for text in self.root.iter("text")]

    @property
    def said(self) -> str:
        return self.root.get("aria-label", "")

    @property
    def arrows(self) -> tuple[tuple[str, list[str]], tuple[str, list[str]]]:
        reverse, forward = self.groups[-2:]
        return reverse, forward


def _verdict(
    cause: Cause,
    *names: CheckedName,
    client: Address = CLIENT,
    reverse: Answer | None = FOUND,
) -> Verdict:
    return Verdict(client, cause, names, reverse, secure=False)


def _leading_to(*addresses: Address, aliases: tuple[DomainName, ...] = ()) -> Answer:
    return Answer(Outcome.FOUND, addresses=addresses, aliases=aliases)


def test_a_pass_closes_the_loop() -> None:
    checked = CheckedName(HOST, NameState.CONFIRMED, _leading_to(CLIENT, Address.parse("1.2.3.4")))
    picture = Picture(_verdict(Cause.CONFIRMED, checked))
    assert {style for style, _ in picture.groups} == {"loop-good"}
    assert picture.arrows == (("loop-good", ["PTR"]), ("loop-good", ["A"]))
    assert picture.said == (
        "A closed loop: 85.105.64.87 leads to mail.example.org, and mail.example.org leads back to "
        "85.105.64.87."
    )


def test_the_founding_example_breaks_on_the_way_back() -> None:
    host = name("dsl.static851056487.ttnet.net.tr")
    checked = CheckedName(host, NameState.NODATA, Answer(Outcome.NODATA))
    picture = Picture(_verdict(Cause.FORWARD_NODATA, checked))
    assert picture.arrows == (("loop-neutral", ["PTR"]), ("loop-bad", ["A", "no A record"]))
    assert picture.said.startswith("A broken loop: 85.105.64.87 leads to dsl.static851056487")


def test_no_name_breaks_the_loop_at_its_beginning() -> None:
    answer = Answer(Outcome.NXDOMAIN, aliases=(name("14.0-31.30.20.81.in-addr.arpa"),))
    picture = Picture(_verdict(Cause.NO_PTR, reverse=answer))
    assert picture.arrows == (
        ("loop-bad", ["PTR (alias)", "no PTR record"]),
        ("loop-absent", ["A"]),
    )
    assert "no name" in picture.texts


def test_a_lone_dot_is_no_name() -> None:
    answer = Answer(Outcome.FOUND, names=(ROOT,))
    picture = Picture(_verdict(Cause.NO_PTR, reverse=answer))
    assert picture.arrows[0] == ("loop-bad", ["PTR", "a lone dot"])


@pytest.mark.parametrize("client", [CLIENT, LONG])
def test_a_mismatch_leads_to_another_address(client: Address) -> None:
    checked = CheckedName(
        HOST, NameState.MISMATCH, _leading_to(OTHER, LONG if client != LONG else OTHER)
    )
    picture = Picture(_verdict(Cause.FORWARD_MISMATCH, checked, client=client))
    here, there, *_ = picture.groups
    assert here[0] == "loop-neutral"
    assert "".join(here[1][1:]) == client.text
    assert there[0] == "loop-bad"
    assert there[1][0] == "one of 2 others"
    assert picture.texts[-1] == "≠"


def test_a_name_that_is_none_is_marked() -> None:
    checked = CheckedName(name("192.0.2.1"), NameState.UNUSABLE)
    picture = Picture(_verdict(Cause.PTR_UNUSABLE, checked))
    assert picture.groups[1] == ("loop-bad", ["its name", "192.0.2.1"])
    assert picture.arrows[1] == ("loop-bad", ["A", "cannot be a host"])


def test_trouble_is_no_break() -> None:
    checked = CheckedName(HOST, NameState.SERVFAIL, Answer(Outcome.SERVFAIL))
    forward = Picture(_verdict(Cause.FORWARD_SERVFAIL, checked))
    assert forward.arrows[1] == ("loop-unsure", ["?", "A", "failed"])
    reverse = Picture(_verdict(Cause.RESOLVER_UNREACHABLE, reverse=None, client=LONG))
    assert reverse.arrows == (
        ("loop-unsure", ["?", "PTR", "no answer"]),
        ("loop-absent", ["AAAA"]),
    )
    assert "could not be followed" in reverse.said


def test_of_several_names_the_one_that_is_the_cause_is_drawn() -> None:
    others = [CheckedName(name(f"a{n}.org"), NameState.NXDOMAIN) for n in range(3)]
    telling = CheckedName(HOST, NameState.MISMATCH, _leading_to(Address.parse("192.0.2.9")))
    picture = Picture(_verdict(Cause.FORWARD_MISMATCH, *others, telling))
    assert ("loop-neutral", ["one of its 4 names", "mail.example.org"]) in picture.groups


@given(
    hostile_explanations.names,
    st.sampled_from(NameState),
    st.sampled_from(Cause),
    st.sampled_from([CLIENT, LONG]),
)
def test_any_name_stays_within_its_box(
    host: DomainName, state: NameState, cause: Cause, client: Address
) -> None:
    answer = _leading_to(OTHER, aliases=(host,))
    picture = Picture(_verdict(cause, CheckedName(host, state, answer), client=client))
    assert {each.tag for each in picture.root.iter()} <= {"svg", "g", "rect", "path", "text"}
    assert all(text.isprintable() for text in picture.texts)
    _, _, width, height = map(int, picture.root.get("viewBox", "").split())
    assert width == 376
    assert height < 320
    for box in picture.root.iter("g"):
        rect, lines = box.find("rect"), box.findall("text")
        if rect is not None:
            # Fourteen units a character of 8.4, 12 of 7.2 where boxes stand side by side.
            unit = 8.5 if rect.get("width") == "360" else 7.3
            assert all(len(each.text or "") * unit < int(rect.get("width", "0")) for each in lines)
            assert int(lines[-1].get("y", "0")) < int(rect.get("y", "0")) + int(
                rect.get("height", "0")
            )


def test_every_state_and_outcome_has_its_words() -> None:
    assert set(english_page.STATES) == set(NameState)
    assert set(english_page.LACKS) == set(Outcome)


def test_a_picture_brings_neither_style_nor_script_nor_identifiers() -> None:
    markup = draw_loop(_verdict(Cause.NO_PTR, reverse=Answer(Outcome.NODATA)))
    assert not re.search(r"style|script|\bid=|href|xmlns", markup)
