"""The verdict rules, for every order in which answers can come."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.lookup import TEMPORARY, Answer, Outcome
from gotrdns.names import Address, DomainName, is_host_name
from gotrdns.verification import Cause, NameState, Result, Verdict, Verification

Data = st.DataObject

CLIENT = Address.parse("85.105.64.87")
OTHER = Address.parse("85.105.64.88")
CONFIRMS = Answer(Outcome.FOUND, addresses=(OTHER, CLIENT))
MISMATCHES = Answer(Outcome.FOUND, addresses=(OTHER,))

forward_answers = st.one_of(
    st.just(CONFIRMS),
    st.just(MISMATCHES),
    st.sampled_from([Answer(each) for each in Outcome if each is not Outcome.FOUND]),
)
ptr_targets = st.sampled_from(
    [DomainName.parse(text) for text in ("a.example", "b.example", "c.example", "-d.example")]
    + [DomainName.parse(text) for text in (".", "192.0.2.1", r"bad\032name.example", "host.99")]
    + [DomainName.parse(f"host{number}.example.net") for number in range(14)]
)
reverse_answers = st.one_of(
    st.lists(ptr_targets, min_size=1, max_size=20).map(
        lambda names: Answer(Outcome.FOUND, names=tuple(names))
    ),
    st.sampled_from([Answer(each) for each in Outcome if each is not Outcome.FOUND]),
)


def verify(
    reverse: Answer,
    forward: dict[DomainName, Answer],
    order: list[int] | None = None,
    helo: DomainName | None = None,
) -> Verdict:
    verification = Verification(CLIENT, helo=helo)
    asked = verification.reverse_heard(reverse)
    positions = [each for each in order or range(len(asked)) if each < len(asked)]
    for heard, index in enumerate(positions):
        if heard == 0:
            assert verification.cause is None, "asking and decided at once"
        verification.forward_heard(index, forward[asked[index]])
    assert verification.cause is not None, "neither asking nor decided"
    assert verification.complete
    return verification.verdict()


@given(reverse_answers, st.data())
def test_the_order_of_answers_never_changes_the_verdict(
    reverse: Answer, data: st.DataObject
) -> None:
    forward = {name: data.draw(forward_answers) for name in reverse.names}
    order = data.draw(st.permutations(range(10)))
    rotated = Answer(reverse.outcome, names=tuple(data.draw(st.permutations(reverse.names))))
    assert verify(reverse, forward) == verify(reverse, forward, order)
    first, second = verify(reverse, forward), verify(rotated, forward, order)
    assert (first.cause, first.names) == (second.cause, second.names)


@given(reverse_answers, st.data())
def test_one_confirmation_wins_over_any_failure(reverse: Answer, data: Data) -> None:
    forward = {name: data.draw(forward_answers) for name in reverse.names}
    verdict = verify(reverse, forward)
    asked = {each.name for each in verdict.names if each.answer is not None}
    confirming = any(forward[name] is CONFIRMS for name in asked)
    assert (verdict.result is Result.PASS) == confirming
    assert set(verdict.confirmed) == {name for name in asked if forward[name] is CONFIRMS}


@given(reverse_answers, st.data())
def test_no_temporary_trouble_yields_fail_or_permerror(
    reverse: Answer, data: st.DataObject
) -> None:
    forward = {name: data.draw(forward_answers) for name in reverse.names}
    verdict = verify(reverse, forward)
    heard = [verdict.reverse, *(each.answer for each in verdict.names)]
    troubled = any(answer is not None and answer.outcome in TEMPORARY for answer in heard)
    if troubled:
        assert verdict.result in {Result.TEMPERROR, Result.PASS}
    else:
        assert verdict.result is not Result.TEMPERROR


@given(reverse_answers, st.integers(1, 12))
def test_a_verification_asks_a_bounded_number_of_questions(reverse: Answer, limit: int) -> None:
    verification = Verification(CLIENT, limit=limit)
    asked = verification.reverse_heard(reverse)
    assert len(asked) <= limit
    assert len(set(asked)) == len(asked)
    assert all(is_host_name(name) for name in asked)
    assert (verification.cause is None) == bool(asked)


@given(reverse_answers, st.data())
def test_giving_up_decides_and_never_refuses(reverse: Answer, data: Data) -> None:
    verification = Verification(CLIENT)
    if data.draw(st.booleans()):
        asked = verification.reverse_heard(reverse)
        heard = data.draw(st.integers(0, max(0, len(asked) - 1)))
        for index in range(heard):
            verification.forward_heard(index, data.draw(forward_answers))
    undecided = verification.cause is None
    verification.give_up(resolver_answers=data.draw(st.booleans()))
    verdict = verification.verdict()
    if undecided:
        assert verdict.result is Result.TEMPERROR


@pytest.mark.parametrize(
    ("outcome", "cause"),
    [
        (Outcome.NXDOMAIN, Cause.NO_PTR),
        (Outcome.NODATA, Cause.NO_PTR),
        (Outcome.SERVFAIL, Cause.REVERSE_SERVFAIL),
        (Outcome.REFUSED, Cause.REVERSE_REFUSED),
        (Outcome.TIMEOUT, Cause.REVERSE_TIMEOUT),
        (Outcome.UNPROVEN, Cause.REVERSE_UNPROVEN),
        (Outcome.UNREACHABLE, Cause.RESOLVER_UNREACHABLE),
    ],
)
def test_the_ptr_question_alone_can_decide(outcome: Outcome, cause: Cause) -> None:
    assert verify(Answer(outcome), {}).cause is cause


@pytest.mark.parametrize(
    ("answer", "cause", "state"),
    [
        (CONFIRMS, Cause.CONFIRMED, NameState.CONFIRMED),
        (MISMATCHES, Cause.FORWARD_MISMATCH, NameState.MISMATCH),
        (Answer(Outcome.NODATA), Cause.FORWARD_NODATA, NameState.NODATA),
        (Answer(Outcome.NXDOMAIN), Cause.FORWARD_NXDOMAIN, NameState.NXDOMAIN),
        (Answer(Outcome.SERVFAIL), Cause.FORWARD_SERVFAIL, NameState.SERVFAIL),
        (Answer(Outcome.REFUSED), Cause.FORWARD_REFUSED, NameState.REFUSED),
        (Answer(Outcome.TIMEOUT), Cause.FORWARD_TIMEOUT, NameState.TIMEOUT),
        (Answer(Outcome.UNPROVEN), Cause.FORWARD_UNPROVEN, NameState.UNPROVEN),
        (Answer(Outcome.UNREACHABLE), Cause.RESOLVER_UNREACHABLE, NameState.TIMEOUT),
    ],
)
def test_the_answer_about_the_only_name_decides(
    answer: Answer, cause: Cause, state: NameState
) -> None:
    name = DomainName.parse("mail.example.org")
    verdict = verify(Answer(Outcome.FOUND, names=(name,)), {name: answer})
    assert verdict.cause is cause
    assert [each.state for each in verdict.names] == [state]


# The order of DESIGN: trouble first, then mismatch, nodata, nxdomain.
_BY_PRECEDENCE = [
    (Outcome.UNREACHABLE, Cause.RESOLVER_UNREACHABLE),
    (Outcome.SERVFAIL, Cause.FORWARD_SERVFAIL),
    (Outcome.REFUSED, Cause.FORWARD_REFUSED),
    (Outcome.TIMEOUT, Cause.FORWARD_TIMEOUT),
    (Outcome.UNPROVEN, Cause.FORWARD_UNPROVEN),
    (Outcome.FOUND, Cause.FORWARD_MISMATCH),
    (Outcome.NODATA, Cause.FORWARD_NODATA),
    (Outcome.NXDOMAIN, Cause.FORWARD_NXDOMAIN),
]


@pytest.mark.parametrize("pair", list(itertools.combinations(range(8), 2)))
def test_where_names_failed_differently_the_first_in_order_is_the_cause(
    pair: tuple[int, int],
) -> None:
    names = (DomainName.parse("a.example"), DomainName.parse("b.example"))
    (first, cause), (second, _) = (_BY_PRECEDENCE[each] for each in pair)
    for one, other in ((first, second), (second, first)):
        forward = {
            name: MISMATCHES if outcome is Outcome.FOUND else Answer(outcome)
            for name, outcome in zip(names, (one, other), strict=True)
        }
        assert verify(Answer(Outcome.FOUND, names=names), forward).cause is cause


def test_unusable_beside_a_usable_name_leaves_the_cause_to_the_usable_one() -> None:
    usable, literal = DomainName.parse("a.example"), DomainName.parse("192.0.2.1")
    reverse = Answer(Outcome.FOUND, names=(literal, usable))
    verdict = verify(reverse, {usable: Answer(Outcome.NXDOMAIN)})
    assert verdict.cause is Cause.FORWARD_NXDOMAIN
    assert {each.state for each in verdict.names} == {NameState.NXDOMAIN, NameState.UNUSABLE}


def test_a_ptr_of_the_root_counts_as_none() -> None:
    root = DomainName.parse(".")
    verdict = verify(Answer(Outcome.FOUND, names=(root,)), {})
    assert (verdict.cause, verdict.names) == (Cause.NO_PTR, ())
    usable = DomainName.parse("a.example")
    verdict = verify(Answer(Outcome.FOUND, names=(root, usable)), {usable: CONFIRMS})
    assert [each.name for each in verdict.names] == [usable]


def test_the_helo_name_is_evaluated_first_among_more_names_than_the_limit() -> None:
    names = tuple(DomainName.parse(f"host{number:02}.example") for number in range(12))
    verification = Verification(CLIENT, helo=names[11])
    asked = verification.reverse_heard(Answer(Outcome.FOUND, names=names))
    assert asked == [names[11], *names[:9]]
    for index in range(10):
        verification.forward_heard(index, MISMATCHES)
    states = [each.state for each in verification.verdict().names]
    assert states == [NameState.MISMATCH] * 10 + [NameState.NOT_ASKED] * 2


def test_a_helo_name_that_is_no_ptr_name_is_not_asked() -> None:
    name = DomainName.parse("a.example")
    verification = Verification(CLIENT, helo=DomainName.parse("b.example"))
    assert list(verification.reverse_heard(Answer(Outcome.FOUND, names=(name, name)))) == [name]


def test_only_the_clients_family_is_asked() -> None:
    assert Verification(CLIENT).forward_type.name == "A"
    assert Verification(Address.parse("2001:db8::1")).forward_type.name == "AAAA"


def test_a_failed_lookup_cannot_undo_a_confirmation() -> None:
    names = (DomainName.parse("a.example"), DomainName.parse("b.example"))
    verification = Verification(CLIENT)
    verification.reverse_heard(Answer(Outcome.FOUND, names=names))
    verification.forward_heard(1, CONFIRMS)
    assert verification.cause is Cause.CONFIRMED
    assert verification.verdict().names[0].state is NameState.NOT_ASKED
    verification.forward_heard(0, Answer(Outcome.SERVFAIL))
    assert verification.cause is Cause.CONFIRMED
    assert verification.verdict().names[0].state is NameState.SERVFAIL


@pytest.mark.parametrize(
    ("reverse", "forward", "secure"),
    [(True, True, True), (True, False, False), (False, True, False)],
)
def test_dnssec_counts_only_when_both_answers_are_authenticated(
    reverse: bool, forward: bool, secure: bool
) -> None:
    name = DomainName.parse("a.example")
    verdict = verify(
        Answer(Outcome.FOUND, names=(name,), authenticated=reverse),
        {name: Answer(Outcome.FOUND, addresses=(CLIENT,), authenticated=forward)},
    )
    assert verdict.secure is secure


def test_an_undecided_verification_has_no_verdict() -> None:
    with pytest.raises(RuntimeError):
        Verification(CLIENT).verdict()
