"""Whether a rejection was for reverse DNS, and why: from each mail server's and service's words."""

from typing import Any

import pytest

from gotrdns.lookup import Answer, Outcome
from gotrdns.mail_logs.conclusions import claimed_name, ground_of
from gotrdns.mail_logs.facts import Fate, Flaw, Rejection
from gotrdns.names import Address, DomainName
from gotrdns.policy import Action, Decision, Rule
from gotrdns.reports.logs.report import Ground
from gotrdns.reports.smtp import refusal_text, reply_text
from gotrdns.verification import Cause, CheckedName, NameState, Result, Verdict
from tests.unit.mail_logs.facts_made import doubt, rejection
from tests.unit.test_reports_smtp import STATES

REFUSED: dict[str, Any] = {"fate": Fate.REFUSED, "code": b"550", "enhanced": b"5.7.25"}
PREFIX = b"<us@our.example>: Recipient address rejected: "
REVERSE_FAILED = {
    Cause.REVERSE_SERVFAIL,
    Cause.REVERSE_REFUSED,
    Cause.REVERSE_TIMEOUT,
    Cause.REVERSE_UNPROVEN,
}
FORWARD_FAILED = {
    Cause.FORWARD_SERVFAIL,
    Cause.FORWARD_REFUSED,
    Cause.FORWARD_TIMEOUT,
    Cause.FORWARD_UNPROVEN,
}
REFUSABLE = [each for each in Cause if each not in {Cause.CONFIRMED, Cause.RESOLVER_UNREACHABLE}]


def ground(made: Rejection, **others: object) -> Ground | None:
    known: dict[str, object] = {"doubt": None, "is_whole_session": True}
    return ground_of(made, **{**known, **others})  # type: ignore[arg-type]


def of_cause(cause: Cause) -> Ground:
    if cause in REVERSE_FAILED:
        return Ground.REVERSE_FAILED
    return Ground.FORWARD_FAILED if cause in FORWARD_FAILED else Ground(cause.value)


@pytest.mark.parametrize("address", ["85.105.64.87", "2001:db8::25"])
@pytest.mark.parametrize("cause", REFUSABLE, ids=lambda each: each.value)
def test_our_own_words_are_understood_at_every_length(cause: Cause, address: str) -> None:
    name = DomainName.parse("dsl.static851056487.ttnet.net.tr")
    answer = Answer(Outcome.FOUND, addresses=(Address.parse("192.0.2.1"),))
    names = (CheckedName(name, STATES[cause], answer),) if cause in STATES else ()
    verdict = Verdict(Address.parse(address), cause, names, None, False)
    for octets in range(40, 460):
        text = refusal_text(verdict, octets).encode()
        expected = Ground.UNTOLD if b"reverse DNS check" in text else of_cause(cause)
        assert ground(rejection(text, **REFUSED)) is expected, text
        assert ground(rejection(PREFIX + text, enhanced=b"5.1.1")) is expected, text


def test_our_own_deferral_of_a_dynamic_name_is_understood() -> None:
    name = CheckedName(DomainName.parse("dyn1.example.net"), NameState.CONFIRMED, None)
    verdict = Verdict(Address.parse("192.0.2.1"), Cause.CONFIRMED, (name,), None, False)
    assert verdict.result is Result.PASS
    decision = Decision(Action.DEFER, Rule.DYNAMIC_NAME)
    for octets in (60, 100, 300):
        text = reply_text(decision, verdict, octets).encode()
        expected = Ground.UNTOLD if b"check" in text else Ground.DYNAMIC_NAME
        assert ground(rejection(text, name=b"dyn1.example.net")) is expected


@pytest.mark.parametrize(
    ("flaw", "expected"),
    [
        (Flaw.MISMATCH, Ground.FORWARD_MISMATCH),
        (Flaw.NXDOMAIN, Ground.FORWARD_NXDOMAIN),
        (Flaw.NODATA, Ground.FORWARD_NODATA),
        (Flaw.TEMPORARY, Ground.FORWARD_FAILED),
        (Flaw.UNUSABLE, Ground.PTR_UNUSABLE),
    ],
)
def test_postfix_notes_the_cause_before(flaw: Flaw, expected: Ground) -> None:
    assert ground(rejection(), doubt=doubt(flaw)) is expected


def test_postfix_without_a_note_found_no_name_or_no_answer() -> None:
    assert ground(rejection()) is Ground.NO_PTR_OR_FAILED


def test_postfix_refuses_for_good_only_where_there_is_no_name() -> None:
    assert ground(rejection(**REFUSED)) is Ground.NO_PTR


def test_the_log_does_not_say_where_the_session_began_before_it() -> None:
    assert ground(rejection(), is_whole_session=False) is Ground.UNTOLD


def test_the_missing_reverse_name_needs_no_note() -> None:
    text = b"Client host rejected: cannot find your reverse hostname, [203.0.113.25]"
    made = rejection(text, enhanced=b"4.7.1")
    assert ground(made, is_whole_session=False) is Ground.NO_PTR_OR_FAILED


@pytest.mark.parametrize(
    ("flaw", "expected"),
    [
        (Flaw.NO_NAME, Ground.NO_PTR),
        (Flaw.UNCONFIRMED, Ground.FORWARD_UNCONFIRMED),
        (Flaw.UNDETERMINED, Ground.LOOKUP_FAILED),
    ],
)
def test_exim_tells_itself(flaw: Flaw, expected: Ground) -> None:
    made = rejection(b"verify=reverse_host_lookup failed", enhanced=b"", flaw=flaw)
    assert ground(made) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"no PTR for 127.0.77.1", Ground.NO_PTR),
        (
            b"550-5.7.25 no PTR record for 192.0.2.1??550 5.7.25 see https://x.example/",
            Ground.NO_PTR,
        ),
        (b"Your mail server does not have a PTR record", Ground.NO_PTR),
        (b"PTR record missing", Ground.NO_PTR),
        (b"Fix reverse DNS for 192.0.2.1", Ground.NO_PTR),
        (b"PTR mail.m.example of 127.0.77.2 does not resolve back", Ground.FORWARD_UNCONFIRMED),
        (b"Relaying temporarily denied. Possibly forged hostname", Ground.LOOKUP_FAILED),
        (b"Possibly forged hostname for 192.0.2.2", Ground.FORWARD_UNCONFIRMED),
        (b"PTR gone.nofwd.example does not exist", Ground.FORWARD_NXDOMAIN),
        (b"rDNS mismatch", Ground.FORWARD_UNCONFIRMED),
        (b"rDNS lookup of 127.0.77.4 failed temporarily", Ground.LOOKUP_FAILED),
        (b"Your rDNS looks generic", Ground.DYNAMIC_NAME),
        (b"rDNS would be rejected", Ground.UNTOLD),
    ],
)
@pytest.mark.parametrize("prefix", [b"", PREFIX, PREFIX + b"Client host rejected: "])
def test_others_words_are_understood(prefix: bytes, text: bytes, expected: Ground) -> None:
    assert ground(rejection(prefix + text, code=b"554", enhanced=b"5.7.1")) is expected


@pytest.mark.parametrize(
    "text",
    [
        b"<ptr@our.example>: Recipient address rejected: User unknown",
        b'<"a>: no PTR for you"@our.example>: Recipient address rejected: User unknown',
        b"<rdns.example>: Helo command rejected: Host not found",
        b"Client host [192.0.2.1] blocked using rbl.example; no reverse DNS",
        b"<b@test.example>: Recipient address rejected: Greylisted, see http://rdns.example/",
        b"Service unavailable - try again later",
        b"",
    ],
)
def test_what_a_stranger_or_a_list_says_is_no_reason(text: bytes) -> None:
    assert ground(rejection(text, enhanced=b"5.7.1"), doubt=doubt()) is None


def test_a_failed_look_up_of_the_name_is_told_from_one_of_the_address() -> None:
    made = rejection(b"forward lookup of mail.s.example failed temporarily")
    assert ground(made) is Ground.FORWARD_FAILED


def test_the_enhanced_code_alone_is_reason_enough() -> None:
    made = rejection(PREFIX + b"bye")
    assert ground(made) is Ground.UNTOLD
    assert ground(made, doubt=doubt(Flaw.MISMATCH)) is Ground.FORWARD_MISMATCH


def test_the_ptr_name_is_taken_from_where_it_stands() -> None:
    text = PREFIX + b"192.0.2.1 has the reverse name mail.m.example, but that name does not exist"
    assert claimed_name(rejection(text), None) == b"mail.m.example"
    assert claimed_name(rejection(text), doubt()) == b"mail.business.example.net"
    exim = rejection(b"host lookup failed", flaw=Flaw.UNCONFIRMED, claimed=b"mail.n.example")
    assert claimed_name(exim, None) == b"mail.n.example"
    assert claimed_name(rejection(), None) == b""
