"""What the refused sender and the mark's reader are told."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gotrdns.lookup import Answer, Outcome
from gotrdns.names import Address, DomainName
from gotrdns.policy import Action, Decision, Mode, Policy, PolicySettings, Rule
from gotrdns.reports.smtp import mark_value, refusal_text, reply_text, shorten_name
from gotrdns.verification import Cause, CheckedName, NameState, Verdict

CLIENT = Address.parse("85.105.64.87")
NAME = "dsl.static851056487.ttnet.net.tr"
ROOM = 512 - len("550 5.7.25 <someone@example.org>: Recipient address rejected: \r\n")

STATES = {
    Cause.CONFIRMED: NameState.CONFIRMED,
    Cause.FORWARD_MISMATCH: NameState.MISMATCH,
    Cause.FORWARD_NODATA: NameState.NODATA,
    Cause.FORWARD_NXDOMAIN: NameState.NXDOMAIN,
    Cause.PTR_UNUSABLE: NameState.UNUSABLE,
    Cause.FORWARD_SERVFAIL: NameState.SERVFAIL,
    Cause.FORWARD_REFUSED: NameState.REFUSED,
    Cause.FORWARD_TIMEOUT: NameState.TIMEOUT,
    Cause.FORWARD_UNPROVEN: NameState.UNPROVEN,
}


def verdict(
    cause: Cause, *names: DomainName, address: Address = CLIENT, found: tuple[str, ...] = ()
) -> Verdict:
    answer = Answer(Outcome.FOUND, addresses=tuple(map(Address.parse, found))) if found else None
    checked = tuple(CheckedName(name, STATES[cause], answer) for name in names)
    return Verdict(address, cause, checked, None, False)


def text_for(cause: Cause, name: str = NAME, **others: object) -> str:
    names = (DomainName.parse(name),) if cause in STATES else ()
    return refusal_text(verdict(cause, *names, **others), ROOM)  # type: ignore[arg-type]


def test_the_founding_example_is_explained() -> None:
    text = text_for(Cause.FORWARD_NODATA)
    assert text.startswith(
        "85.105.64.87 has the reverse name dsl.static851056487.ttnet.net.tr, "
        "but that name has no A record. "
    )
    assert "Add A 85.105.64.87" in text
    assert "your Internet or hosting provider" in text


def test_a_missing_ptr_record_is_explained_with_where_it_belongs() -> None:
    text = text_for(Cause.NO_PTR)
    assert text.startswith(
        "85.105.64.87 has no reverse name (no PTR record at 87.64.105.85.in-addr.arpa)"
    )
    assert "Ask your Internet or hosting provider to create one" in text


def test_a_name_that_leads_elsewhere_is_explained_with_the_address_it_has() -> None:
    text = text_for(Cause.FORWARD_MISMATCH, found=("192.0.2.1", "192.0.2.2", "192.0.2.3"))
    assert "the A record of that name is 192.0.2.1 and 2 more, not 85.105.64.87" in text


def test_an_ipv6_client_is_told_of_aaaa_records() -> None:
    text = text_for(Cause.FORWARD_NODATA, address=Address.parse("2001:db8::25"))
    assert "no AAAA record" in text
    assert " A record" not in text


def test_trouble_is_never_called_a_missing_record() -> None:
    text = text_for(Cause.REVERSE_SERVFAIL)
    assert "could not be looked up" in text
    assert "has no" not in text
    assert "SERVFAIL" in text


def test_the_name_that_shows_the_cause_is_told() -> None:
    names = (
        CheckedName(DomainName.parse("first.example"), NameState.NXDOMAIN),
        CheckedName(DomainName.parse("second.example"), NameState.NODATA),
    )
    text = refusal_text(Verdict(CLIENT, Cause.FORWARD_NODATA, names, None, False), ROOM)
    assert "second.example" in text
    assert "first.example" not in text


@pytest.mark.parametrize(
    "cause",
    [cause for cause in Cause if cause not in {Cause.CONFIRMED, Cause.RESOLVER_UNREACHABLE}],
)
def test_every_cause_that_can_hold_mail_up_has_words_of_its_own(cause: Cause) -> None:
    text = text_for(cause)
    assert CLIENT.text in text
    assert "fails the reverse DNS check" not in text
    assert "{" not in text


wire_names = st.lists(st.binary(min_size=1, max_size=63), min_size=1, max_size=4).map(
    lambda labels: DomainName(
        b"".join(bytes([len(label)]) + label.lower() for label in labels) + b"\x00"
    )
)


@given(st.sampled_from(Cause), wire_names, st.integers(-50, 500), st.booleans())
@settings(max_examples=400)
def test_a_refusal_is_one_ascii_line_that_fits(
    cause: Cause, name: DomainName, octets: int, ipv6: bool
) -> None:
    address = Address.parse("2001:db8:1111:2222:3333:4444:5555:6666") if ipv6 else CLIENT
    names = (name,) if cause in STATES else ()
    text = refusal_text(verdict(cause, *names, address=address), octets)
    assert text
    assert all(0x20 <= ord(character) < 0x7F for character in text)
    assert len(text) <= max(octets, len("reverse DNS check failed"))


def test_a_long_name_is_shortened_in_its_middle() -> None:
    name = DomainName.parse(".".join(["a" * 60, "b" * 60, "c" * 60, "mail.example.com"]))
    text = refusal_text(verdict(Cause.FORWARD_NODATA, name), 100)
    assert len(text) <= 100
    assert "..." in text
    assert "mail.example.com" in text


def test_a_name_that_fits_is_left_alone() -> None:
    assert shorten_name("mail.example.com", 16) == "mail.example.com"
    assert len(shorten_name("mail.example.com", 15)) == 15


def test_the_mark_says_what_would_have_been_done() -> None:
    policy = Policy(PolicySettings(mode=Mode.OBSERVE))
    given_verdict = verdict(Cause.FORWARD_NODATA, DomainName.parse(NAME))
    assert mark_value(policy.decide(given_verdict), given_verdict) == (
        "iprev=fail cause=forward-nodata address=85.105.64.87 "
        "name=dsl.static851056487.ttnet.net.tr action=would-refuse rule=observe"
    )


def test_the_mark_of_a_client_without_names_has_no_name() -> None:
    settings_ = PolicySettings(mode=Mode.STRICT, actions={Cause.NO_PTR: Action.PASS})
    given_verdict = verdict(Cause.NO_PTR)
    assert mark_value(Policy(settings_).decide(given_verdict), given_verdict) == (
        "iprev=permerror cause=no-ptr address=85.105.64.87 action=pass rule=own-action"
    )


@given(st.sampled_from(Cause), wire_names)
@settings(max_examples=300)
def test_a_mark_can_be_taken_apart_again(cause: Cause, name: DomainName) -> None:
    given_verdict = verdict(cause, *((name,) if cause in STATES else ()))
    decision = Policy(PolicySettings(mode=Mode.OBSERVE)).decide(given_verdict)
    value = mark_value(decision, given_verdict)
    assert len(f"X-Gotrdns: {value}") <= 998
    assert value.isascii()
    assert value.isprintable()
    words = dict(word.split("=", 1) for word in value.split(" "))
    assert words["cause"] == cause.value
    assert words["iprev"] == cause.result.value


def turned_away(cause: Cause, rule: Rule, incident: str = "") -> tuple[Decision, Verdict]:
    names = (
        CheckedName(DomainName.parse("78-180-12-34.dynamic.example.net"), NameState.CONFIRMED),
    )
    verdict = Verdict(Address.parse("78.180.12.34"), cause, names, None, False)
    return Decision(Action.DEFER, rule, verdict, incident=incident), verdict


def test_a_dynamic_name_is_told_to_try_again() -> None:
    decision, verdict = turned_away(Cause.CONFIRMED, Rule.DYNAMIC_NAME)
    assert "ten minutes" in reply_text(decision, verdict, 400)
    assert len(reply_text(decision, verdict, 60)) <= 60


def test_a_refusal_leads_to_its_page_where_that_fits() -> None:
    decision, verdict = turned_away(Cause.NO_PTR, Rule.STRICT, "abcdefghijklmnop")
    page = "https://rdns.example.org"
    text = reply_text(decision, verdict, 400, page)
    assert text.endswith(". See https://rdns.example.org/i/abcdefghijklmnop")
    short = reply_text(decision, verdict, 90, page)
    assert short.endswith("/i/abcdefghijklmnop")
    assert len(short) <= 90
    assert reply_text(decision, verdict, 40, page) == refusal_text(verdict, 40)
    assert "See" not in reply_text(decision, verdict, 400)
    unnamed, _ = turned_away(Cause.NO_PTR, Rule.STRICT)
    assert "See" not in reply_text(unnamed, verdict, 400, page)
