"""The mode that refuses only what nobody vouches for, and its memory of clients."""

import subprocess
import sys
from pathlib import Path

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.names import Address, DomainName
from gotrdns.policy import (
    Action,
    Alarm,
    Circumstances,
    Decision,
    Mode,
    Policy,
    PolicySettings,
    Rehearsal,
    Rule,
    Trust,
    Vouched,
    Voucher,
)
from gotrdns.policy.allowances import (
    Allowance,
    AllowanceKind,
    Allowances,
    Claims,
)
from gotrdns.policy.history import DAY, HOUR, History, client_key
from gotrdns.policy.protect import WHEN_DYNAMIC, WHEN_IN_TROUBLE, WHEN_WRONG
from gotrdns.policy.targets import read_target
from gotrdns.reports.english_policy import RULES
from gotrdns.verification import Cause, Result, Verdict

DOCS = Path(__file__).parents[2] / "docs"
CLIENT = Address.parse("85.105.64.87")
NOW = 1_800_000_000.0
PROTECT = Policy(PolicySettings(mode=Mode.PROTECT))
SOMEBODY = Vouched(by=(Voucher.MX,))

causes = st.sampled_from(Cause)
times = st.none() | st.floats(NOW - 90 * DAY, NOW)
histories = st.builds(
    History,
    failures=st.integers(0, 9),
    failing_since=times,
    failed_at=times,
    passed_at=times,
    troubled_since=times,
    troubled_at=times,
    greeted_at=times,
)
vouchings = st.builds(
    Vouched,
    by=st.lists(st.sampled_from(Voucher), unique=True).map(tuple),
    undetermined=st.booleans(),
)
exceptions = st.just(
    Allowance(1, AllowanceKind.ADDRESS, CLIENT.text, "a customer", "postmaster", NOW, None)
)
circumstances = st.builds(
    Circumstances,
    now=st.just(NOW),
    dynamic=st.booleans(),
    vouched=vouchings,
    history=st.none() | histories,
    allowance=st.none() | exceptions,
    exceptions_known=st.booleans(),
    trust=st.sampled_from(Trust),
)
settings = st.builds(
    PolicySettings,
    mode=st.sampled_from(Mode),
    rehearse=st.sampled_from(Rehearsal),
    refuse_non_public=st.booleans(),
    mark_passes=st.booleans(),
)
SEVERITY = {Action.PASS: 0, Action.DEFER: 1, Action.REFUSE: 2}


def verdict(cause: Cause) -> Verdict:
    return Verdict(CLIENT, cause, (), None, False)


def decide(cause: Cause, **given_: object) -> Decision:
    return PROTECT.decide(verdict(cause), Circumstances(now=NOW, **given_))  # type: ignore[arg-type]


def failing(times_: int, since: float, **others: float) -> History:
    return History(failures=times_, failing_since=NOW - since, failed_at=NOW - HOUR, **others)


def test_a_stranger_is_deferred_until_it_has_failed_three_times_over_a_day() -> None:
    for history in (
        History(),
        failing(1, HOUR),
        failing(2, 3 * DAY),
        failing(9, DAY - 1),
    ):
        decision = decide(Cause.NO_PTR, history=history)
        assert (decision.action, decision.rule) == (Action.DEFER, Rule.FEW_FAILURES)
    decision = decide(Cause.NO_PTR, history=failing(3, DAY))
    assert (decision.action, decision.rule) == (Action.REFUSE, Rule.UNVOUCHED)


def test_whoever_is_vouched_for_is_let_in_marked_and_followed_up() -> None:
    decision = decide(Cause.FORWARD_NODATA, history=failing(9, 9 * DAY), vouched=SOMEBODY)
    assert (decision.action, decision.rule) == (Action.PASS, Rule.VOUCHED)
    assert decision.marked
    assert decision.wants_follow_up


def test_a_business_that_is_turned_away_is_followed_up_as_well() -> None:
    strict_about_it = Policy(
        PolicySettings(mode=Mode.PROTECT, actions={Cause.NO_PTR: Action.REFUSE})
    )
    for vouched, wanted in ((SOMEBODY, True), (Vouched(), False)):
        decision = strict_about_it.decide(verdict(Cause.NO_PTR), Circumstances(vouched=vouched))
        assert decision.action is Action.REFUSE
        assert decision.wants_follow_up is wanted
    assert not decide(Cause.CONFIRMED, vouched=SOMEBODY, dynamic=True).wants_follow_up


def test_what_is_not_known_never_refuses() -> None:
    long_ago = failing(9, 9 * DAY)
    unsure = Vouched(undetermined=True)
    assert decide(Cause.NO_PTR, history=None).rule is Rule.HISTORY_UNKNOWN
    assert decide(Cause.NO_PTR, history=long_ago, vouched=unsure).rule is Rule.VOUCHING_UNKNOWN
    assert decide(Cause.NO_PTR, history=long_ago, vouched=unsure).action is Action.DEFER


def test_a_client_that_used_to_pass_has_two_days() -> None:
    passed = NOW - 20 * DAY
    new = decide(Cause.NO_PTR, history=failing(5, 47 * HOUR, passed_at=passed))
    assert (new.action, new.rule) == (Action.DEFER, Rule.PASSED_BEFORE)
    assert decide(Cause.NO_PTR, history=failing(5, 48 * HOUR, passed_at=passed)).rule is (
        Rule.UNVOUCHED
    )
    stale = failing(5, 47 * HOUR, passed_at=NOW - 31 * DAY)
    assert decide(Cause.NO_PTR, history=stale).rule is Rule.UNVOUCHED


def test_dns_trouble_defers_for_a_day_and_then_lets_in() -> None:
    for trouble in (None, History(), History(troubled_since=NOW - 23 * HOUR)):
        decision = decide(Cause.FORWARD_TIMEOUT, history=trouble)
        assert (decision.action, decision.rule) == (Action.DEFER, Rule.DNS_TROUBLE)
    decision = decide(Cause.FORWARD_TIMEOUT, history=History(troubled_since=NOW - DAY))
    assert (decision.action, decision.rule) == (Action.PASS, Rule.LONG_DNS_TROUBLE)
    assert decision.marked


def test_a_dynamic_name_alone_has_to_come_back_after_ten_minutes() -> None:
    first = decide(Cause.CONFIRMED, dynamic=True, history=History())
    assert (first.action, first.rule) == (Action.DEFER, Rule.DYNAMIC_NAME)
    soon = History(greeted_at=NOW - 599)
    assert decide(Cause.CONFIRMED, dynamic=True, history=soon).action is Action.DEFER
    later = History(greeted_at=NOW - 600)
    back = decide(Cause.CONFIRMED, dynamic=True, history=later)
    assert (back.action, back.rule) == (Action.PASS, Rule.DYNAMIC_RETRIED)
    assert decide(Cause.CONFIRMED, dynamic=True, vouched=SOMEBODY).action is Action.PASS
    assert decide(Cause.CONFIRMED).rule is Rule.CONFIRMED


def test_a_resolver_in_doubt_holds_back_what_rests_on_it() -> None:
    suspect = decide(Cause.FORWARD_SERVFAIL, trust=Trust.SUSPECT, history=History())
    assert (suspect.action, suspect.rule) == (Action.PASS, Rule.RESOLVER_SUSPECT)
    assert suspect.withheld is Action.DEFER
    assert suspect.alarm is Alarm.RESOLVER_SUSPECT
    certain = failing(9, 9 * DAY)
    assert decide(Cause.NO_PTR, trust=Trust.SUSPECT, history=certain).action is Action.REFUSE
    lying = decide(Cause.NO_PTR, trust=Trust.LYING, history=certain)
    assert (lying.action, lying.withheld) == (Action.PASS, Action.REFUSE)
    assert lying.alarm is Alarm.RESOLVER_LIES
    strict = Policy(PolicySettings(mode=Mode.STRICT))
    doubted = strict.decide(verdict(Cause.NO_PTR), Circumstances(trust=Trust.LYING))
    assert doubted.rule is Rule.RESOLVER_LIES


def test_observe_rehearses_the_mode_it_is_told_to() -> None:
    rehearsal = Policy(PolicySettings(mode=Mode.OBSERVE, rehearse=Rehearsal.PROTECT))
    vouched = rehearsal.decide(verdict(Cause.NO_PTR), Circumstances(now=NOW, vouched=SOMEBODY))
    assert (vouched.action, vouched.withheld) == (Action.PASS, None)
    stranger = rehearsal.decide(verdict(Cause.NO_PTR), Circumstances(now=NOW, history=History()))
    assert (stranger.action, stranger.withheld) == (Action.PASS, Action.DEFER)


def test_one_action_can_be_set_for_a_cause() -> None:
    policy = Policy(
        PolicySettings(
            mode=Mode.PROTECT,
            actions={Cause.NO_PTR: Action.REFUSE, Cause.FORWARD_MISMATCH: Action.PASS},
        )
    )
    given_ = Circumstances(now=NOW, history=History(), vouched=SOMEBODY)
    assert policy.decide(verdict(Cause.NO_PTR), given_).action is Action.REFUSE
    assert policy.decide(verdict(Cause.FORWARD_MISMATCH), given_).rule is Rule.OWN_ACTION


@given(causes, circumstances, settings)
def test_dns_trouble_never_refuses(
    cause: Cause, given_: Circumstances, set_: PolicySettings
) -> None:
    decision = Policy(set_).decide(verdict(cause), given_)
    if cause.result is Result.TEMPERROR:
        assert decision.action is not Action.REFUSE
        assert decision.withheld is not Action.REFUSE


@given(causes, circumstances, settings, exceptions)
def test_an_exception_always_wins(
    cause: Cause, given_: Circumstances, set_: PolicySettings, exception: Allowance
) -> None:
    allowed = msgspec.structs.replace(given_, allowance=exception)
    assert Policy(set_).decide(verdict(cause), allowed).action is Action.PASS


@given(causes, circumstances, settings, st.sampled_from(Voucher))
def test_a_voucher_more_is_never_harsher(
    cause: Cause, given_: Circumstances, set_: PolicySettings, voucher: Voucher
) -> None:
    vouched = msgspec.structs.replace(given_.vouched, by=(*given_.vouched.by, voucher))
    more = msgspec.structs.replace(given_, vouched=vouched)
    policy = Policy(set_)
    before = policy.decide(verdict(cause), given_)
    after = policy.decide(verdict(cause), more)
    assert SEVERITY[after.action] <= SEVERITY[before.action]


@given(causes, circumstances, st.sampled_from(Rehearsal))
def test_observe_lets_everything_in(
    cause: Cause, given_: Circumstances, rehearsal: Rehearsal
) -> None:
    policy = Policy(PolicySettings(mode=Mode.OBSERVE, rehearse=rehearsal))
    assert policy.decide(verdict(cause), given_).action is Action.PASS


@given(causes, circumstances)
def test_unknown_history_never_refuses_under_protect(cause: Cause, given_: Circumstances) -> None:
    unknown = Circumstances(now=given_.now, vouched=given_.vouched, trust=given_.trust)
    decision = Policy(PolicySettings(mode=Mode.PROTECT)).decide(verdict(cause), unknown)
    assert decision.action is not Action.REFUSE


@given(causes, circumstances, settings)
def test_nobody_is_refused_while_it_is_not_known_who_is_excepted(
    cause: Cause, given_: Circumstances, set_: PolicySettings
) -> None:
    ignorant = msgspec.structs.replace(given_, exceptions_known=False)
    decision = Policy(set_).decide(verdict(cause), ignorant)
    assert decision.action is not Action.REFUSE
    if decision.rule is Rule.EXCEPTIONS_UNKNOWN:
        known = msgspec.structs.replace(given_, exceptions_known=True)
        assert Policy(set_).decide(verdict(cause), known).action is Action.REFUSE


def test_every_list_of_rules_ends_with_one_that_always_applies() -> None:
    for rules in (WHEN_WRONG, WHEN_IN_TROUBLE, WHEN_DYNAMIC):
        assert rules[-1].applies(None)  # type: ignore[arg-type]


def test_sightings_count_when_they_are_an_hour_apart() -> None:
    past = History()
    for seconds in (0, 10, HOUR - 1, HOUR, HOUR + 10, 2 * HOUR):
        past = past.after(Result.PERMERROR, NOW + seconds)
    assert past.failures == 3
    assert past.failing_since == NOW


def test_a_pass_ends_the_run_of_failures() -> None:
    past = failing(5, 5 * DAY).after(Result.PASS, NOW)
    assert past == History(passed_at=NOW)
    assert past.after(Result.PASS, NOW + 60) is past


def test_trouble_lasts_until_an_answer_ends_it() -> None:
    past = History().after(Result.TEMPERROR, NOW)
    past = past.after(Result.TEMPERROR, NOW + 20 * HOUR)
    assert past.troubled_since == NOW
    assert past.after(Result.FAIL, NOW + 21 * HOUR).troubled_since is None


def test_a_dynamic_name_is_greeted_once_and_is_no_pass() -> None:
    past = History().after(Result.PASS, NOW, dynamic=True)
    assert past == History(greeted_at=NOW)
    assert past.after(Result.PASS, NOW + HOUR, dynamic=True) is past


def test_a_month_of_silence_begins_anew() -> None:
    assert failing(5, 40 * DAY).after(Result.FAIL, NOW + 31 * DAY).failures == 1
    assert History(greeted_at=NOW - 31 * DAY).as_of(NOW).greeted_at is None


@given(st.lists(st.tuples(st.sampled_from(Result), st.floats(0, 5 * DAY), st.booleans())))
def test_history_is_consistent(sightings: list[tuple[Result, float, bool]]) -> None:
    past = History()
    now = NOW
    for result, later, dynamic in sightings:
        now += later
        past = past.after(result, now, dynamic=dynamic)
        assert (past.failures == 0) is (past.failing_since is None) is (past.failed_at is None)
        assert (past.troubled_since is None) is (past.troubled_at is None)


def test_ipv6_clients_are_remembered_by_their_site() -> None:
    one, other = Address.parse("2001:db8:1:2::1"), Address.parse("2001:db8:1:2:ffff::9")
    assert client_key(one) == client_key(other)
    assert client_key(CLIENT) == bytes(CLIENT)


def exception(kind: AllowanceKind, value: str, ends: float | None = None) -> Allowance:
    return Allowance(1, kind, read_target(kind, value), "why", "who", NOW, ends)


def found(allowance: Allowance, **claims: object) -> bool:
    wanted = Claims(CLIENT, **claims)  # type: ignore[arg-type]
    return Allowances([allowance]).find(wanted, NOW) is not None


def test_exceptions_by_address_and_network() -> None:
    assert found(exception(AllowanceKind.ADDRESS, "85.105.64.87"))
    assert not found(exception(AllowanceKind.ADDRESS, "85.105.64.88"))
    assert found(exception(AllowanceKind.NETWORK, "85.105.64.0/24"))
    assert not found(exception(AllowanceKind.NETWORK, "85.105.65.0/24"))


def test_what_can_be_forged_matches_only_where_dns_bears_it_out() -> None:
    name = exception(AllowanceKind.NAME, ".example.org")
    assert not found(name)
    assert found(name, names=(DomainName.parse("mail.example.org"),))
    assert found(name, names=(DomainName.parse("example.org"),))
    assert not found(name, names=(DomainName.parse("mail.badexample.org"),))
    sender = exception(AllowanceKind.SENDER_DOMAIN, "example.org")
    assert not found(sender)
    assert found(sender, sender_domain=DomainName.parse("example.org"))


def test_an_exception_ends() -> None:
    assert not found(exception(AllowanceKind.ADDRESS, "85.105.64.87", NOW))
    assert found(exception(AllowanceKind.ADDRESS, "85.105.64.87", NOW + 1))


def test_every_rule_has_its_sentence() -> None:
    assert set(RULES) == set(Rule)


def test_the_table_of_rules_is_current() -> None:
    written = subprocess.run(
        [sys.executable, DOCS / "generate_policy.py"], capture_output=True, text=True, check=True
    )
    assert (DOCS / "policy.md").read_text() == written.stdout
