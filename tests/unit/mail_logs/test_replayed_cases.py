"""A log replayed, case by case: what counts, what is told apart, and what is left undecided."""

from collections.abc import Iterator
from typing import Any

from gotrdns.mail_logs.facts import Fact, Fate, Flaw
from gotrdns.mail_logs.sessions import Sessions
from gotrdns.mail_logs.today.enquiries import Today
from gotrdns.mail_logs.what_if.claiming import MOST_CLAIMS
from gotrdns.names import Address
from gotrdns.policy import (
    Action,
    Mode,
    Rule,
    Vouched,
    Voucher,
)
from gotrdns.policy.allowances import Allowance, AllowanceKind, Allowances
from gotrdns.policy.history import DAY, HOUR
from gotrdns.reports.logs.what_if import Basis, Was, Would
from gotrdns.verification import Cause
from tests.unit.mail_logs.facts_made import (
    NOON,
    acceptance,
    arrival,
    departure,
    doubt,
    queued,
    rejection,
)
from tests.unit.mail_logs.replays import (
    ADDRESS,
    CLAIM,
    DYNAMIC,
    NAME,
    SOMEBODY,
    TEXT,
    Replays,
    today,
)


def message(
    number: int, at: float, *, name: bytes | None = None, sender: bytes = b"me@business.example.net"
) -> Iterator[Fact]:
    """One that Postfix takes in."""
    yield arrival(at, name=name)
    yield acceptance(b"A%d" % number, at, name=name)
    yield queued(b"A%d" % number, sender, at)
    yield departure(at)


def refusal(at: float, **others: Any) -> Iterator[Fact]:
    yield arrival(at)
    yield rejection(at=at, **others)
    yield departure(at)


def over_days(count: int, **others: Any) -> list[Fact]:
    """A message every twelve hours."""
    return [
        fact
        for number in range(count)
        for fact in message(number, NOON + number * 12 * HOUR, **others)
    ]


LOOKS_UP = [arrival(client=b"198.51.100.1"), acceptance(b"B1", client=b"198.51.100.1", name=b"a.b")]


def test_whoever_keeps_failing_is_deferred_and_then_refused() -> None:
    replays = Replays([*over_days(5), *LOOKS_UP], says=today(TEXT, Cause.NO_PTR))
    assert replays.outcomes() == {
        (Was.TAKEN_IN, Would.DEFERRED): 3,
        (Was.TAKEN_IN, Would.REFUSED): 2,
        (Was.TAKEN_IN, Would.LET_IN): 1,
    }
    [changed] = replays.report().changed
    assert (changed.refused, changed.deferred, changed.basis) == (2, 3, (Basis.TODAY,))
    assert changed.rules == {Rule.FEW_FAILURES: 3, Rule.UNVOUCHED: 2}
    assert changed.keep == (TEXT,)


def test_mail_that_was_refused_for_other_reasons_counts_as_seen_and_stays_refused() -> None:
    others = [
        fact
        for number in range(3)
        for fact in refusal(NOON + number * 12 * HOUR, text=b"User unknown", enhanced=b"5.1.1")
    ]
    last = message(9, NOON + 3 * 12 * HOUR)
    replays = Replays([*others, *last, *LOOKS_UP], says=today(TEXT, Cause.NO_PTR))
    assert replays.outcomes()[Was.TAKEN_IN, Would.REFUSED] == 1
    assert replays.report().otherwise == 3


def test_a_warning_is_only_seen() -> None:
    facts = [arrival(), rejection(fate=Fate.WARNED), acceptance(b"A1"), departure()]
    replays = Replays(facts, Mode.STRICT, says=today(TEXT, Cause.NO_PTR))
    assert replays.outcomes() == {(Was.TAKEN_IN, Would.REFUSED): 1}
    assert replays.report().otherwise == 0


def test_users_who_logged_in_are_not_concerned() -> None:
    facts = [arrival(), acceptance(b"A1", login=b"me"), departure()]
    replays = Replays(facts, Mode.STRICT, says={})
    assert (replays.enquiries, replays.outcomes()) == ([], {})
    assert replays.report().submissions == 1


def test_whoever_is_vouched_for_would_be_let_in() -> None:
    says = today(TEXT, Cause.NO_PTR, {CLAIM: SOMEBODY})
    replays = Replays([*refusal(NOON), *message(1, NOON + HOUR)], says=says)
    assert replays.outcomes() == {
        (Was.DEFERRED, Would.LET_IN): 1,
        (Was.TAKEN_IN, Would.LET_IN): 1,  # by the HELO name that it gave when it was turned away
    }
    report = replays.report()
    assert report.vouchers[Voucher.SPF].attempts == 2
    [changed] = report.changed
    assert (changed.admitted, changed.by, changed.keep) == (1, (Voucher.SPF,), ())


def test_a_claim_that_was_not_asked_about_is_known_by_its_parts() -> None:
    by_helo = Vouched((Voucher.HELO, Voucher.MX), helo_resolves=True)
    says = today(TEXT, Cause.NO_PTR, {CLAIM: by_helo})
    replays = Replays(refusal(NOON, sender=b"me@another.example"), says=says)
    assert replays.report().vouchers.keys() == {Voucher.HELO}
    assert replays.report().unasked == 1
    replays = Replays(refusal(NOON, helo=b"another.example"), says=says)
    assert replays.report().vouchers.keys() == {Voucher.MX}


def test_what_was_wrong_and_is_confirmed_today_is_told_apart() -> None:
    replays = Replays([*over_days(4), *LOOKS_UP], says=today(TEXT, Cause.CONFIRMED))
    report = replays.report()
    assert (report.repaired, report.turned_away) == (1, 1)
    [changed] = report.changed
    assert (changed.refused, changed.repaired, changed.keep) == (1, True, ())
    [enquiry] = replays.enquiries
    assert enquiry.was_wrong  # so that vouchers are asked about although it is confirmed


def test_whoever_the_log_confirms_each_time_is_not_asked_about() -> None:
    facts = over_days(3, name=NAME.encode())
    assert Replays(facts).enquiries == []
    [asked_about] = Replays(over_days(3, name=DYNAMIC.encode())).enquiries
    assert (asked_about.address, asked_about.was_wrong) == (ADDRESS, False)
    assert Replays(over_days(3, name=DYNAMIC.encode()), Mode.STRICT).enquiries == []


def test_nor_are_listed_networks() -> None:
    assert Replays(refusal(NOON), pass_networks=("203.0.113.0/24",)).enquiries == []


def test_vouchers_are_asked_about_where_they_count() -> None:
    [enquiry] = Replays(refusal(NOON)).enquiries
    assert enquiry.claims == (CLAIM,)
    [enquiry] = Replays(refusal(NOON), Mode.STRICT).enquiries
    assert enquiry.claims == ()


def test_a_few_claims_of_each_client_are_kept() -> None:
    facts = [
        fact for number in range(20) for fact in refusal(NOON, sender=b"me@%d.example" % number)
    ]
    [enquiry] = Replays(facts).enquiries
    assert len(enquiry.claims) == MOST_CLAIMS


def test_a_client_that_is_spelt_in_two_ways_is_asked_about_once() -> None:
    facts = [
        *refusal(NOON, client=b"2001:db8::1"),
        *refusal(NOON, client=b"2001:DB8:0::1", helo=b"other.example"),
    ]
    [enquiry] = Replays(facts).enquiries
    assert len(enquiry.claims) == 2


def exception(kind: AllowanceKind, value: str) -> Allowances:
    return Allowances([Allowance(7, kind, value, "known", "me", NOON, None)])


def test_an_exception_lets_in_whatever_dns_says() -> None:
    allowances = exception(AllowanceKind.ADDRESS, TEXT)
    for says in (None, today(TEXT, Cause.NO_PTR)):
        replays = Replays([*over_days(5), *LOOKS_UP], says=says, allowances=allowances)
        assert replays.outcomes() == {(Was.TAKEN_IN, Would.LET_IN): 6}
        assert Rule.ALLOWED in {each.rule for each in replays.report().reasons}


def test_an_exception_for_a_sender_needs_dns_to_bear_it_out() -> None:
    allowances = exception(AllowanceKind.SENDER_DOMAIN, "business.example.net")
    wide = Vouched(sender_covers=True)
    says = today(TEXT, Cause.NO_PTR, {CLAIM: wide})
    found = Replays(refusal(NOON), Mode.STRICT, says=says, allowances=allowances)
    assert found.enquiries[0].claims == (CLAIM,)
    assert found.outcomes() == {(Was.DEFERRED, Would.LET_IN): 1}
    found = Replays(refusal(NOON), Mode.STRICT, allowances=allowances)
    assert found.outcomes() == {(Was.DEFERRED, Would.UNDECIDED): 1}


def test_what_dns_does_not_answer_is_undecided() -> None:
    facts = [acceptance(b"A1")]  # of a session that began before the log
    replays = Replays(facts, says=today(TEXT, Cause.REVERSE_TIMEOUT))
    assert replays.outcomes() == {(Was.TAKEN_IN, Would.UNDECIDED): 1}
    [changed] = replays.report().changed
    assert (changed.undecided, changed.keep, changed.rules) == (1, (), {})
    unknown = today(TEXT, Cause.NO_PTR, {CLAIM: Vouched(undetermined=True)})
    assert Replays(refusal(NOON), says=unknown).outcomes() == {(Was.DEFERRED, Would.UNDECIDED): 1}


def test_what_each_way_comes_to_the_same_is_decided_without_dns() -> None:
    own = dict.fromkeys((Cause.NO_PTR, Cause.FORWARD_NODATA), Action.REFUSE)
    facts = [doubt(Flaw.NODATA), *refusal(NOON)]
    assert Replays(facts, actions=own).outcomes() == {(Was.DEFERRED, Would.REFUSED): 1}


def test_messages_whose_helo_name_is_not_logged_are_counted() -> None:
    replays = Replays([*over_days(2), *LOOKS_UP], says=today(TEXT, Cause.NO_PTR))
    assert replays.report().helo_unknown == 2
    with_helo = [*refusal(NOON - HOUR), *over_days(2)]
    assert Replays(with_helo, says=today(TEXT, Cause.NO_PTR)).report().helo_unknown == 0


def test_the_past_is_that_of_an_ipv6_site() -> None:
    facts = [
        fact
        for number in range(4)
        for fact in refusal(NOON + number * 12 * HOUR, client=b"2001:db8::%d" % number)
    ]
    says: dict[Address, Today] = {}
    for number in range(4):
        says |= today(f"2001:db8::{number}", Cause.NO_PTR)
    assert Replays(facts, says=says).outcomes() == {
        (Was.DEFERRED, Would.DEFERRED): 3,
        (Was.DEFERRED, Would.REFUSED): 1,
    }


def test_mailboxes_are_kept_on_request_alone() -> None:
    facts = [*over_days(2), *LOOKS_UP]
    says = today(TEXT, Cause.NO_PTR)
    [changed] = Replays(facts, says=says).report().changed
    assert changed.mailboxes == ()
    [changed] = Replays(facts, says=says, keeps_mailboxes=True).report().changed
    assert changed.mailboxes == ("me@business.example.net",)


def test_what_is_no_address_is_passed_over() -> None:
    replays = Replays(refusal(NOON, client=b"999.1.1.1"), says={})
    assert (replays.enquiries, replays.outcomes()) == ([], {})


def test_a_log_that_grows_between_the_two_readings_is_replayed_all_the_same() -> None:
    replays = Replays(refusal(NOON), Mode.STRICT, says=today(TEXT, Cause.NO_PTR))
    sessions = Sessions(replays.replay)
    sessions.enter([*refusal(NOON + 9), *refusal(NOON + 9, client=b"198.51.100.77")])
    assert replays.outcomes() == {(Was.DEFERRED, Would.REFUSED): 2}


def test_when_something_last_changed_is_when_it_would_have_gone_otherwise() -> None:
    later = [
        *refusal(NOON + DAY),
        *refusal(NOON + 2 * DAY, text=b"User unknown", enhanced=b"5.1.1"),
    ]
    replays = Replays([*message(1, NOON), *later], Mode.STRICT, says=today(TEXT, Cause.NO_PTR))
    [changed] = replays.report().changed
    assert changed.last_at == NOON
