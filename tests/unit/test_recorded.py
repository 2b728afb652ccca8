"""A verdict that was recorded can be put together again, whatever it was."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.lookup import Answer, Outcome
from gotrdns.names import ROOT, Address, DomainName
from gotrdns.policy import Action, Rule
from gotrdns.policy.recorded import Evidence, RecordedDecision, RecordedVouching, evidence_of
from gotrdns.verification import Result, Verdict, Verification

addresses = st.one_of(st.binary(min_size=4, max_size=4), st.binary(min_size=16, max_size=16)).map(
    lambda octets: Address.parse(Address(octets).text)
)
names = st.lists(st.binary(min_size=1, max_size=20), min_size=0, max_size=4).map(
    lambda labels: DomainName(
        b"".join(bytes([len(each)]) + each for each in labels).lower() + b"\0"
    )
)
reverse_answers = st.builds(
    Answer,
    outcome=st.sampled_from(Outcome),
    names=st.lists(names, max_size=12).map(tuple),
    ttl=st.integers(0, 2**31),
    authenticated=st.booleans(),
    aliases=st.lists(names, max_size=3).map(tuple),
    zone=st.none() | names,
)
forward_answers = st.builds(
    Answer,
    outcome=st.sampled_from(Outcome),
    addresses=st.lists(addresses, max_size=4).map(tuple),
    ttl=st.integers(0, 2**31),
    aliases=st.lists(names, max_size=3).map(tuple),
    zone=st.none() | names,
)


def recorded(verdict: Verdict) -> RecordedDecision:
    """As it comes back from the store."""
    evidence = msgspec.json.decode(msgspec.json.encode(evidence_of(verdict)), type=Evidence)
    return RecordedDecision(
        id="mfrggzdfmztwq2lk",
        first_at=0.0,
        last_at=0.0,
        count=1,
        address=verdict.address.text,
        host_name="",
        helo="",
        sender="",
        recipient="",
        result=verdict.result,
        reason=verdict.cause.value,
        action=Action.DEFER,
        rule=Rule.STRICT,
        withheld=None,
        vouched=RecordedVouching(),
        allowance=None,
        follow_up=False,
        done_at=None,
        evidence=evidence,
    )


@given(addresses, reverse_answers, st.lists(forward_answers, max_size=10))
def test_a_verdict_comes_back_as_it_was(
    client: Address, reverse: Answer, answers: list[Answer]
) -> None:
    verification = Verification(client)
    asked = verification.reverse_heard(reverse)
    for index, answer in zip(range(len(asked)), answers, strict=False):
        verification.forward_heard(index, answer)
    if verification.cause is None:
        verification.give_up(resolver_answers=True)
    verdict = verification.verdict()
    assert recorded(verdict).verdict() == verdict


def test_a_decision_without_a_verdict_has_none() -> None:
    verdict = Verification(Address.parse("192.0.2.1"))
    verdict.reverse_heard(Answer(Outcome.FOUND, names=(ROOT,)))
    exempt = msgspec.structs.replace(recorded(verdict.verdict()), result=None)
    assert exempt.verdict() is None


def test_what_a_stranger_wrote_into_the_database_is_refused() -> None:
    verification = Verification(Address.parse("192.0.2.1"))
    verification.reverse_heard(Answer(Outcome.NXDOMAIN))
    kept = recorded(verification.verdict())
    assert kept.result is Result.PERMERROR
    for field, value in (("address", "nowhere"), ("reason", "because")):
        with pytest.raises(ValueError, match=value):
            msgspec.structs.replace(kept, **{field: value}).verdict()
