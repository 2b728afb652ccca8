"""What a log shows of a client's reverse DNS, and what today's DNS adds to it."""

import pytest

from gotrdns.mail_logs.facts import Flaw
from gotrdns.mail_logs.sessions import Noted
from gotrdns.mail_logs.what_if.hindsight import Gap, Seen, judge_then, see
from gotrdns.names import Address, DomainName
from gotrdns.reports.logs.report import Ground
from gotrdns.reports.logs.what_if import Basis
from gotrdns.verification import Cause, CheckedName, NameState, Verdict
from tests.unit.mail_logs.facts_made import acceptance, doubt, rejection

CLIENT = Address.parse("203.0.113.25")
WHOLE, PARTIAL = Noted(None, is_whole=True), Noted(None, is_whole=False)
NAME = b"mail.business.example.net"


def now(cause: Cause) -> Verdict:
    return Verdict(CLIENT, cause, (), reverse=None, secure=False)


def then(
    said: Cause | Gap, today: Verdict | None, *, confirms_at_times: bool = False
) -> tuple[list[Cause], Basis]:
    found = judge_then(CLIENT, Seen(said), today, confirms_at_times=confirms_at_times)
    return [each.cause for each in found.verdicts], found.basis


def test_a_confirmed_name_means_that_the_client_was_confirmed() -> None:
    seen = see(acceptance(b"A1", name=NAME), None, WHOLE, looks_up=True)
    assert seen == Seen(Cause.CONFIRMED, NAME)
    [verdict] = judge_then(CLIENT, seen, None, confirms_at_times=True).verdicts
    assert verdict.cause is Cause.CONFIRMED
    assert [each.text for each in verdict.confirmed] == [NAME.decode()]


@pytest.mark.parametrize(
    ("flaw", "said"),
    [
        (Flaw.NO_NAME, Cause.NO_PTR),
        (Flaw.MISMATCH, Cause.FORWARD_MISMATCH),
        (Flaw.NXDOMAIN, Cause.FORWARD_NXDOMAIN),
        (Flaw.NODATA, Cause.FORWARD_NODATA),
        (Flaw.TEMPORARY, Cause.FORWARD_SERVFAIL),
        (Flaw.UNUSABLE, Cause.PTR_UNUSABLE),
        (Flaw.UNCONFIRMED, Gap.UNCONFIRMED),
        (Flaw.UNDETERMINED, Cause.REVERSE_SERVFAIL),
    ],
)
def test_a_noted_doubt_means_its_cause(flaw: Flaw, said: Cause | Gap) -> None:
    noted = Noted(doubt(flaw), is_whole=True)
    assert see(acceptance(b"A1"), None, noted, looks_up=True) == Seen(said, NAME)
    assert see(rejection(b"blocked"), None, noted, looks_up=True) == Seen(said, NAME)
    assert see(rejection(), Ground.UNTOLD, noted, looks_up=True) == Seen(said, NAME)


@pytest.mark.parametrize(
    ("ground", "said"),
    [
        (Ground.NO_PTR, Cause.NO_PTR),
        (Ground.NO_PTR_OR_FAILED, Gap.WRONG),
        (Ground.REVERSE_FAILED, Cause.REVERSE_SERVFAIL),
        (Ground.FORWARD_MISMATCH, Cause.FORWARD_MISMATCH),
        (Ground.FORWARD_NODATA, Cause.FORWARD_NODATA),
        (Ground.FORWARD_NXDOMAIN, Cause.FORWARD_NXDOMAIN),
        (Ground.FORWARD_UNCONFIRMED, Gap.UNCONFIRMED),
        (Ground.FORWARD_FAILED, Cause.FORWARD_SERVFAIL),
        (Ground.PTR_UNUSABLE, Cause.PTR_UNUSABLE),
        (Ground.LOOKUP_FAILED, Cause.REVERSE_SERVFAIL),
        (Ground.DYNAMIC_NAME, Gap.NOTHING),
        (Ground.UNTOLD, Gap.WRONG),
    ],
)
def test_the_ground_of_a_rejection_means_its_cause(ground: Ground, said: Cause | Gap) -> None:
    assert see(rejection(), ground, WHOLE, looks_up=True) == Seen(said)


def test_postfix_without_a_note_leaves_open_whether_a_look_up_failed() -> None:
    assert see(acceptance(b"A1"), None, WHOLE, looks_up=True).said is Gap.WRONG


def test_a_session_that_began_before_the_log_shows_nothing() -> None:
    assert see(acceptance(b"A1"), None, PARTIAL, looks_up=True).said is Gap.NOTHING


def test_nor_does_a_mail_server_that_looks_up_nobody() -> None:
    assert see(acceptance(b"A1"), None, WHOLE, looks_up=False).said is Gap.NOTHING
    refused = see(rejection(), Ground.NO_PTR, WHOLE, looks_up=False)
    assert refused.said is Cause.NO_PTR


@pytest.mark.parametrize("cause", list(Cause), ids=lambda each: each.value)
def test_what_the_log_shows_counts_whatever_dns_says_today(cause: Cause) -> None:
    assert then(Cause.FORWARD_NODATA, now(cause)) == ([Cause.FORWARD_NODATA], Basis.LOG)


def test_today_fills_in_what_was_wrong() -> None:
    for cause in (Cause.NO_PTR, Cause.REVERSE_TIMEOUT, Cause.FORWARD_MISMATCH):
        assert then(Gap.WRONG, now(cause)) == ([cause], Basis.TODAY)


def test_what_was_wrong_stays_wrong_although_it_is_right_today() -> None:
    assert then(Gap.WRONG, now(Cause.CONFIRMED)) == ([Cause.NO_PTR], Basis.TODAY)
    assert then(Gap.WRONG, now(Cause.CONFIRMED), confirms_at_times=True) == (
        [Cause.REVERSE_SERVFAIL],
        Basis.TODAY,
    )


def test_where_the_log_shows_nothing_today_counts_if_dns_answers() -> None:
    for cause in (Cause.CONFIRMED, Cause.NO_PTR, Cause.FORWARD_NODATA):
        assert then(Gap.NOTHING, now(cause)) == ([cause], Basis.TODAY)
    for cause in (Cause.REVERSE_SERVFAIL, Cause.FORWARD_TIMEOUT, Cause.RESOLVER_UNREACHABLE):
        assert then(Gap.NOTHING, now(cause)) == ([Cause.NO_PTR, Cause.CONFIRMED], Basis.NOTHING)


def test_without_dns_both_is_possible() -> None:
    assert then(Gap.WRONG, None) == ([Cause.NO_PTR, Cause.REVERSE_SERVFAIL], Basis.NOTHING)
    assert then(Gap.NOTHING, None) == ([Cause.NO_PTR, Cause.CONFIRMED], Basis.NOTHING)


def test_exims_unconfirmed_names_are_a_failure_whatever_its_kind() -> None:
    assert then(Gap.UNCONFIRMED, None) == ([Cause.FORWARD_MISMATCH], Basis.LOG)
    assert then(Gap.UNCONFIRMED, now(Cause.FORWARD_NXDOMAIN)) == (
        [Cause.FORWARD_NXDOMAIN],
        Basis.LOG,
    )
    assert then(Gap.UNCONFIRMED, now(Cause.CONFIRMED)) == ([Cause.FORWARD_MISMATCH], Basis.LOG)


def several(cause: Cause, *names: bytes) -> Verdict:
    checked = [CheckedName(DomainName.parse(n.decode()), NameState.NOT_ASKED) for n in names]
    return Verdict(CLIENT, cause, tuple(checked), reverse=None, secure=False)


def test_of_several_names_postfix_looked_at_one_so_today_counts() -> None:
    seen = Seen(Cause.FORWARD_MISMATCH, NAME)
    for cause in (Cause.CONFIRMED, Cause.FORWARD_SERVFAIL, Cause.FORWARD_NODATA):
        today = several(cause, b"another.example.net", NAME.upper())
        assert judge_then(CLIENT, seen, today, confirms_at_times=False) == ((today,), Basis.TODAY)
    for today in (
        several(Cause.CONFIRMED, NAME),  # it has been repaired
        several(Cause.CONFIRMED, b"a.example.net", b"b.example.net"),
        several(Cause.RESOLVER_UNREACHABLE, NAME, b"b.example.net"),
    ):
        found = judge_then(CLIENT, seen, today, confirms_at_times=False)
        assert ([each.cause for each in found.verdicts], found.basis) == (
            [Cause.FORWARD_MISMATCH],
            Basis.LOG,
        )


def test_what_no_server_proves_is_no_proof_to_postfix_either() -> None:
    today = several(Cause.FORWARD_UNPROVEN, NAME)
    found = judge_then(CLIENT, Seen(Cause.FORWARD_NODATA, NAME), today, confirms_at_times=False)
    assert found == ((today,), Basis.TODAY)
    found = judge_then(CLIENT, Seen(Cause.FORWARD_MISMATCH, NAME), today, confirms_at_times=False)
    assert found.basis is Basis.LOG


def test_a_name_that_postfix_alone_finds_unusable_is_judged_anew() -> None:
    today = several(Cause.CONFIRMED, NAME)
    found = judge_then(CLIENT, Seen(Cause.PTR_UNUSABLE, NAME), today, confirms_at_times=False)
    assert found == ((today,), Basis.TODAY)


def test_a_name_that_can_be_none_confirms_without_one() -> None:
    seen = see(acceptance(b"A1", name=b"a..b"), None, WHOLE, looks_up=True)
    [verdict] = judge_then(CLIENT, seen, None, confirms_at_times=True).verdicts
    assert (verdict.cause, verdict.names) == (Cause.CONFIRMED, ())
