"""Past decisions in words: every rule, cause and action has its own, and they fit the screen."""

import itertools

import msgspec
import pytest

from gotrdns.lookup import Answer, Outcome
from gotrdns.names import Address, DomainName
from gotrdns.policy import Action, Rule, Voucher
from gotrdns.policy.allowances import Allowance, AllowanceKind
from gotrdns.policy.recorded import RecordedDecision, RecordedVouching, evidence_of
from gotrdns.reports import english_allowances, english_past
from gotrdns.reports.allowance_text import allowances_table, granted, removed
from gotrdns.reports.past import Past, Recheck
from gotrdns.reports.past_table import decisions_table
from gotrdns.reports.past_text import comparison, conclusion, story
from gotrdns.reports.text import Style
from gotrdns.verification import Cause, CheckedName, NameState, Result, Verdict
from tests.unit.stores import CLIENT, NAME, NOW, failing, passing

pytestmark = pytest.mark.usefixtures("utc")

ADVICE = "  What to do"


def kept(verdict: Verdict | None = None, **fields: object) -> RecordedDecision:
    seen = verdict or failing()
    return msgspec.structs.replace(
        RecordedDecision(
            id="mfrggzdfmztwq2lk",
            first_at=NOW,
            last_at=NOW,
            count=1,
            address=seen.address.text,
            host_name=NAME.text,
            helo="mail.sender.example",
            sender="sender.example",
            recipient="receiver.example",
            result=seen.result,
            reason=seen.cause.value,
            action=Action.DEFER,
            rule=Rule.FEW_FAILURES,
            withheld=None,
            vouched=RecordedVouching(),
            allowance=None,
            follow_up=False,
            done_at=None,
            evidence=evidence_of(seen),
        ),
        **fields,
    )


def of_cause(cause: Cause, client: Address = CLIENT) -> Verdict:
    """A verdict that could be one of this cause."""
    if cause is Cause.CONFIRMED:
        return passing()
    reverse = {
        Cause.NO_PTR: Outcome.NXDOMAIN,
        Cause.RESOLVER_UNREACHABLE: Outcome.UNREACHABLE,
    }.get(cause, Outcome.FOUND)
    if cause.value.startswith("reverse-"):
        return Verdict(client, cause, (), Answer(Outcome(cause.value[8:])), False)
    if reverse is not Outcome.FOUND:
        return Verdict(client, cause, (), Answer(reverse), False)
    state = NameState(cause.value.removeprefix("forward-").removeprefix("ptr-"))
    outcome = {"mismatch": "found", "unusable": ""}.get(state.value, state.value)
    found = (Address.parse("192.0.2.1"),) if state is NameState.MISMATCH else ()
    answer = Answer(Outcome(outcome), addresses=found) if outcome else None
    name = DomainName.parse("a\\032b.example") if state is NameState.UNUSABLE else NAME
    return Verdict(
        client,
        cause,
        (CheckedName(name, state, answer),),
        Answer(Outcome.FOUND, names=(name,), ttl=60),
        False,
    )


@pytest.mark.parametrize("cause", Cause, ids=lambda cause: cause.value)
def test_every_cause_is_told_on_eighty_columns(cause: Cause) -> None:
    told = story(Past(kept(of_cause(cause))))
    assert f"({cause.value})" in told
    assert max(map(len, told.splitlines())) <= 80


def test_every_rule_action_and_what_was_held_back_is_told() -> None:
    for rule, action in itertools.product(Rule, Action):
        withheld = [None] if action is not Action.PASS else [None, Action.DEFER, Action.REFUSE]
        for each in withheld:
            decision = kept(rule=rule, action=action, withheld=each)
            told = story(Past(decision))
            assert rule.value in told
            assert max(map(len, told.splitlines())) <= 80
            assert ("would have been" in told) is (each is not None)
            table = decisions_table([decision])
            assert ("would " in table) is (each is not None)


def test_every_voucher_and_kind_has_its_words() -> None:
    assert set(english_past.VOUCHERS) == set(Voucher)
    assert set(english_past.TARGETS) == set(english_allowances.WHOM) == set(AllowanceKind)


@pytest.mark.parametrize(
    ("vouched", "said"),
    [
        (RecordedVouching(), "by nobody"),
        (RecordedVouching(undetermined=True), "not known: DNS did not say it of all who might"),
        (RecordedVouching((Voucher.HELO,)), "by its HELO name"),
        (
            RecordedVouching((Voucher.HELO, Voucher.MX, Voucher.SPF), ("a.example", "b.example")),
            "by its HELO name, MX and SPF (a.example, b.example)",
        ),
    ],
)
def test_who_vouched_is_said(vouched: RecordedVouching, said: str) -> None:
    assert f"  Vouched for  {said}" in story(Past(kept(vouched=vouched)))


def test_nobody_vouches_for_a_client_that_needs_it_not() -> None:
    for decision in (kept(passing()), kept(result=None, reason="unknown-client")):
        assert "Vouched" not in story(Past(decision))


def exception(number: int = 7, ends: float | None = None) -> Allowance:
    return Allowance(number, AllowanceKind.ADDRESS, CLIENT.text, "a friend", "anna", NOW, ends)


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (failing(), ("The same: fail (forward-nodata).", english_past.NOW_PAST_COUNTS)),
        (
            passing(),
            ("pass (confirmed): it has been put right since.", "It would be let in now."),
        ),
        (
            of_cause(Cause.NO_PTR),
            ("permerror (no-ptr), no longer fail (forward-nodata).", ""),
        ),
        (
            of_cause(Cause.FORWARD_TIMEOUT),
            ("DNS does not answer now: temperror (forward-timeout).", ""),
        ),
    ],
)
def test_what_dns_says_now_is_compared(now: Verdict, said: tuple[str, str]) -> None:
    decision, recheck = kept(), Recheck(NOW, now)
    assert (comparison(decision, now), conclusion(decision, recheck)) == said


def test_what_would_be_decided_now_depends_on_rules_and_exceptions() -> None:
    strict = kept(rule=Rule.STRICT, action=Action.REFUSE)
    assert conclusion(strict, Recheck(NOW, failing())) == english_past.NOW_DECIDED_THE_SAME
    holding = Recheck(NOW, failing(), exception())
    assert conclusion(strict, holding) == "Exception 7 holds for it: it would be let in."
    dynamic = kept(passing(), rule=Rule.DYNAMIC_NAME)
    assert conclusion(dynamic, Recheck(NOW, passing())) == english_past.NOW_PAST_COUNTS
    exempt = kept(result=None, reason="listed-network", rule=Rule.LISTED_NETWORK)
    assert comparison(exempt, failing()) == "fail (forward-nodata)"


def test_advice_is_given_where_there_is_something_to_do() -> None:
    assert "gotrdns explain 85.105.64.87" in story(Past(kept()))
    assert ADVICE not in story(Past(kept(passing(), action=Action.PASS, rule=Rule.CONFIRMED)))
    put_right = story(Past(kept(), recheck=Recheck(NOW, passing())))
    assert ADVICE not in put_right
    let_in = story(Past(kept(), recheck=Recheck(NOW, failing(), exception())))
    assert "gotrdns explain" in let_in and "gotrdns allow" not in let_in
    passed = story(Past(kept(action=Action.PASS, rule=Rule.VOUCHED, follow_up=True)))
    assert "gotrdns allow" not in passed and "--done mfrggzdfmztwq2lk" in passed
    done = story(Past(kept(follow_up=True, done_at=NOW)))
    assert "--done" not in done and "  Follow-up    done, 2027-01-15 08:00" in done


def test_colours_are_where_they_tell_something() -> None:
    def paint(text: str, style: Style) -> str:
        return f"<{style.value}:{text}>"

    told = story(Past(kept(action=Action.REFUSE)), paint)
    assert "  <bad:REFUSED (550 5.7.25)>: " in told
    table = decisions_table([kept(), kept(action=Action.REFUSE)], paint=paint)
    assert "<unsure:deferred>" in table and "<bad:refused>" in table


LONG = DomainName.parse(".".join(["a-very-long-label-of-a-host-name"] * 5)).text


def test_a_table_fits_the_terminal() -> None:
    decisions = [
        kept(
            host_name=LONG,
            sender=f"{number}.{LONG}",
            recipient=f"{number}.example",
            count=10**number,
        )
        for number in range(5)
    ]
    decisions[0] = msgspec.structs.replace(decisions[0], host_name="", address="2001:db8::25")
    for width in (80, 100, 120, 200):
        lines = decisions_table(decisions, width=width).splitlines()
        assert max(map(len, lines)) <= width
        assert all("mfrggzdfmztwq2lk" in line for line in lines if "forward-nodata" in line)
    assert LONG in decisions_table(decisions)


def test_on_eighty_columns_the_year_gives_way() -> None:
    decisions = [kept(address=f"185.105.164.{number}") for number in (187, 188)]
    held_back = [msgspec.structs.replace(each, withheld=Action.REFUSE) for each in decisions]
    narrow = decisions_table(held_back, width=80)
    assert "\n01-15 08:00 " in narrow
    assert "\n2027-01-15 08:00 " in decisions_table(held_back, width=120)


def test_exceptions_fit_the_terminal() -> None:
    allowances = [
        msgspec.structs.replace(exception(number), reason="because " * 20, note="ended " * 20)
        for number in (1, 20)
    ]
    allowances[0] = msgspec.structs.replace(allowances[0], ends=NOW - 1)
    for width in (80, 120):
        lines = allowances_table(allowances, NOW, width=width).splitlines()
        assert max(map(len, lines)) <= width
        assert all(CLIENT.text in line for line in lines[1:])
    assert "because " * 19 in allowances_table(allowances, NOW)


def test_an_end_with_a_day_is_told_by_its_last_day() -> None:
    midnight = NOW - NOW % 86400
    assert "until 2027-01-14." in granted(exception(ends=midnight), None)
    assert "until 2027-01-15 08:00." in granted(exception(ends=NOW), None)
    assert removed(exception()) == "Exception 7 ends now: the client 85.105.64.87.\n"


def test_a_result_without_a_look_up_is_not_made_up() -> None:
    told = story(Past(kept(result=None, reason="authenticated", rule=Rule.AUTHENTICATED)))
    assert "Verdict" not in told
    assert Result.FAIL.value not in told.split()
