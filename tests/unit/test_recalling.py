"""What a remembered decision explains by itself, without asking anybody."""

import pytest

from gotrdns.diagnosis.findings import Fixer
from gotrdns.explaining.explanation import Choice, Explanation
from gotrdns.explaining.recalling import explain_recorded
from gotrdns.names import DomainName
from gotrdns.policy import Voucher
from gotrdns.policy.recorded import RecordedDecision, RecordedVouching
from gotrdns.verification import Cause, Result
from tests.unit.recorded_worlds import (
    FOUNDING,
    named,
    recorded,
    recorded_in,
    scenarios,
    verdict_in,
)


def explain(decision: RecordedDecision) -> Explanation:
    explanation = explain_recorded(decision)
    assert explanation is not None
    return explanation


def lines(decision: RecordedDecision) -> list[str]:
    return [each.zone_file for each in explain(decision).records]


def test_the_founding_example_gets_both_records_in_their_order() -> None:
    explanation = explain(recorded_in(FOUNDING))
    assert [(each.zone_file, each.fixer) for each in explanation.records] == [
        ("mail.bakery-schmitt.com. IN A 85.105.64.87", Fixer.DOMAIN_OWNER),
        ("87.64.105.85.in-addr.arpa. IN PTR mail.bakery-schmitt.com.", Fixer.ADDRESS_OWNER),
    ]
    assert explanation.host.choice is Choice.DOMAIN
    assert explanation.walk is None


@pytest.mark.parametrize("scenario", scenarios())
def test_the_cause_comes_first_whatever_it_was(scenario: str) -> None:
    explanation = explain(recorded_in(scenario))
    assert explanation.verdict == verdict_in(scenario)
    if explanation.verdict.cause is not Cause.CONFIRMED:
        assert explanation.findings[0].code == explanation.verdict.cause.value
    if explanation.verdict.result in {Result.FAIL, Result.PERMERROR}:
        assert explanation.records
        assert explanation.responsible
    if explanation.verdict.result is Result.TEMPERROR:
        assert not explanation.records


def test_a_helo_name_that_vouched_is_the_name_to_point_to() -> None:
    vouched = RecordedVouching((Voucher.HELO,), ("bakery-schmitt.com",))
    assert lines(recorded_in(FOUNDING, vouched=vouched)) == [
        "87.64.105.85.in-addr.arpa. IN PTR srv1.bakery-schmitt.com."
    ]


def test_a_name_of_the_hosts_own_in_the_ptr_record_is_kept() -> None:
    decision = recorded(named(DomainName.parse("mail.bakery-schmitt.com")))
    assert lines(decision) == ["mail.bakery-schmitt.com. IN A 85.105.64.87"]


@pytest.mark.parametrize(
    "helo",
    ["", "localhost", "[10.0.0.1]", "server.bakery.local", "a b", "dsl-85-105-64-87.isp.net", "\\"],
)
def test_a_helo_name_that_tells_nothing_is_not_made_a_proposal(helo: str) -> None:
    assert explain(recorded_in(FOUNDING, helo=helo)).host.choice is Choice.EXAMPLE


def test_where_dns_was_not_asked_there_is_nothing_to_explain() -> None:
    assert explain_recorded(recorded(None)) is None


def test_an_alias_of_the_reverse_name_shows_who_keeps_the_record() -> None:
    explanation = explain(recorded_in("classless-delegation-without-ptr"))
    assert explanation.records[-1].fixer is Fixer.DELEGATE
