"""What a confirmation holds for, how long, and what it makes of a verdict."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.lookup import Answer, Outcome
from gotrdns.names import Address, DomainName
from gotrdns.policy import Mode, Policy, PolicySettings, Rule
from gotrdns.policy.confirmations import LONGEST, Confirmation, Confirmations, overrule
from gotrdns.policy.recorded import evidence_of
from gotrdns.verification import Cause, NameState, Result, Verdict
from tests.unit.stores import CLIENT, NAME, NOW, failing, passing

HOST = DomainName.parse("mail.business.example")
SITE = "2001:db8:0:1::"
MADE = Confirmation(CLIENT, HOST, NOW, NOW + LONGEST)
HELD = Confirmations([MADE])
WRONG = [each for each in Cause if each not in {Cause.CONFIRMED, Cause.RESOLVER_UNREACHABLE}]


def verdict(cause: Cause, client: Address = CLIENT) -> Verdict:
    return Verdict(client, cause, (), Answer(Outcome.NXDOMAIN), False)


@pytest.mark.parametrize("cause", WRONG)
def test_whatever_is_wrong_for_our_resolver_is_overruled(cause: Cause) -> None:
    said = verdict(cause)
    confirmed = HELD.apply(said, NOW)
    assert (confirmed.result, confirmed.cause) == (Result.PASS, Cause.CONFIRMED)
    assert confirmed.confirmed == (HOST,)
    assert [each.state for each in confirmed.names] == [NameState.CONFIRMED]
    assert confirmed.overruled is said
    assert not confirmed.secure


def test_what_the_resolver_confirms_by_itself_stays_as_it_is() -> None:
    said = passing()
    assert HELD.apply(said, NOW) is said


def test_a_resolver_that_answers_nobody_is_not_about_the_client() -> None:
    said = verdict(Cause.RESOLVER_UNREACHABLE)
    assert HELD.apply(said, NOW) is said


def test_it_holds_until_it_ends() -> None:
    said = verdict(Cause.NO_PTR)
    assert HELD.apply(said, NOW + LONGEST - 0.001) is not said
    assert HELD.apply(said, NOW + LONGEST) is said


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_it_is_of_one_address_of_a_network_only(mine: int, other: int) -> None:
    prefix = Address.parse(SITE)[:8]
    client, neighbour = (Address(prefix + each.to_bytes(8)) for each in (mine, other))
    held = Confirmations([Confirmation(client, HOST, NOW, NOW + 1)])
    assert (held.find(neighbour, NOW) is not None) == (mine == other)


def test_none_are_none() -> None:
    assert not Confirmations()
    assert Confirmations().find(CLIENT, NOW) is None
    assert HELD
    assert HELD.all == (MADE,)


def test_the_decision_says_that_a_repair_was_seen() -> None:
    for mode in Mode:
        policy = Policy(PolicySettings(mode=mode))
        assert policy.decide(HELD.apply(verdict(Cause.NO_PTR), NOW)).rule is Rule.REPAIR_SEEN
        assert policy.decide(passing()).rule is Rule.CONFIRMED


def test_it_is_marked_as_other_confirmed_clients_are() -> None:
    for mark in (False, True):
        policy = Policy(PolicySettings(mode=Mode.STRICT, mark_passes=mark))
        assert policy.decide(HELD.apply(failing(), NOW)).marked is mark


def test_the_evidence_is_what_our_resolver_said() -> None:
    evidence = evidence_of(overrule(failing(), HOST))
    assert evidence.overruled == Cause.FORWARD_NODATA.value
    assert [each.name for each in evidence.forward] == [NAME.text]
    assert evidence_of(failing()).overruled == ""
