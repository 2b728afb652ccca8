"""What other receivers conclude from a verdict; live tests compare it with the real programs."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.lookup import Answer, Outcome
from gotrdns.names import Address, DomainName
from gotrdns.receivers import Prediction, Reaction, Receiver, predict
from gotrdns.reports.receiver_sentences import receiver_sentences, reply_text
from gotrdns.verification import Cause, CheckedName, NameState, Verdict

CLIENT = Address.parse("81.20.30.10")
IPV6 = Address.parse("2001:470:1f0b:10::25")
ACCEPT, REFUSE, DEFER, CHANCE = Reaction.ACCEPT, Reaction.REFUSE, Reaction.DEFER, Reaction.CHANCE

CAUSES = {
    NameState.CONFIRMED: Cause.CONFIRMED,
    NameState.MISMATCH: Cause.FORWARD_MISMATCH,
    NameState.NODATA: Cause.FORWARD_NODATA,
    NameState.NXDOMAIN: Cause.FORWARD_NXDOMAIN,
    NameState.UNUSABLE: Cause.PTR_UNUSABLE,
    NameState.SERVFAIL: Cause.FORWARD_SERVFAIL,
    NameState.REFUSED: Cause.FORWARD_REFUSED,
    NameState.TIMEOUT: Cause.FORWARD_TIMEOUT,
    NameState.UNPROVEN: Cause.FORWARD_UNPROVEN,
    NameState.NOT_ASKED: Cause.FORWARD_MISMATCH,
}
FOUND = [
    *(NameState.CONFIRMED, NameState.SERVFAIL, NameState.REFUSED, NameState.TIMEOUT),
    *(NameState.UNPROVEN, NameState.MISMATCH, NameState.NODATA, NameState.NXDOMAIN),
    *(NameState.NOT_ASKED, NameState.UNUSABLE),
]


def verdict(*names: tuple[str, NameState], client: Address = CLIENT) -> Verdict:
    checked = tuple(CheckedName(DomainName.parse(name), state) for name, state in names)
    cause = CAUSES[min((state for _, state in names), key=FOUND.index)] if names else Cause.NO_PTR
    answer = Answer(Outcome.FOUND, names=tuple(each.name for each in checked))
    return Verdict(client, cause, checked, answer, False)


def without_names(cause: Cause, client: Address = CLIENT) -> Verdict:
    return Verdict(client, cause, (), None, False)


def reactions(seen: Verdict) -> dict[Receiver, Reaction]:
    return {each.receiver: each.reaction for each in predict(seen)}


def of(receiver: Receiver, seen: Verdict) -> Prediction:
    return next(each for each in predict(seen) if each.receiver is receiver)


def test_a_right_pair_is_accepted_by_all() -> None:
    assert set(reactions(verdict(("mail.example.org", NameState.CONFIRMED))).values()) == {ACCEPT}


def test_without_a_ptr_all_refuse_that_check() -> None:
    seen = reactions(without_names(Cause.NO_PTR))
    assert seen.pop(Receiver.EXCHANGE_ONLINE) is ACCEPT
    assert set(seen.values()) == {REFUSE}
    assert set(reactions(without_names(Cause.NO_PTR, IPV6)).values()) == {REFUSE}


def test_trouble_with_the_ptr_defers_but_for_opensmtpd() -> None:
    for cause in (Cause.REVERSE_SERVFAIL, Cause.REVERSE_TIMEOUT, Cause.REVERSE_REFUSED):
        seen = reactions(without_names(cause, IPV6))
        assert seen.pop(Receiver.OPENSMTPD) is REFUSE
        assert set(seen.values()) == {DEFER}
    unproven = reactions(without_names(Cause.REVERSE_UNPROVEN))
    assert (unproven[Receiver.POSTFIX], unproven[Receiver.EXIM]) == (REFUSE, REFUSE)


@pytest.mark.parametrize(
    ("states", "postfix", "exim", "sendmail", "opensmtpd"),
    [
        ((NameState.CONFIRMED, NameState.CONFIRMED), ACCEPT, ACCEPT, ACCEPT, ACCEPT),
        ((NameState.CONFIRMED, NameState.MISMATCH), CHANCE, ACCEPT, CHANCE, CHANCE),
        ((NameState.CONFIRMED, NameState.SERVFAIL), CHANCE, DEFER, CHANCE, CHANCE),
        ((NameState.CONFIRMED, NameState.UNPROVEN), CHANCE, ACCEPT, CHANCE, CHANCE),
        ((NameState.MISMATCH, NameState.SERVFAIL), CHANCE, DEFER, CHANCE, REFUSE),
        ((NameState.MISMATCH, NameState.NXDOMAIN), REFUSE, REFUSE, REFUSE, REFUSE),
        ((NameState.TIMEOUT, NameState.SERVFAIL), DEFER, DEFER, DEFER, REFUSE),
        ((NameState.MISMATCH, NameState.NOT_ASKED), CHANCE, CHANCE, CHANCE, CHANCE),
    ],
)
def test_two_names(
    states: Sequence[NameState],
    postfix: Reaction,
    exim: Reaction,
    sendmail: Reaction,
    opensmtpd: Reaction,
) -> None:
    names = [(f"mail{number}.example.org", state) for number, state in enumerate(states)]
    for order in (names, names[::-1]):
        seen = reactions(verdict(*order))
        assert seen[Receiver.POSTFIX] is postfix
        assert seen[Receiver.EXIM] is exim
        assert seen[Receiver.SENDMAIL] is sendmail
        assert seen[Receiver.OPENSMTPD] is opensmtpd


@pytest.mark.parametrize(
    ("name", "state", "postfix", "exim", "opensmtpd"),
    [
        ("-out.example.org", NameState.CONFIRMED, REFUSE, REFUSE, REFUSE),
        ("out-.example.org", NameState.CONFIRMED, REFUSE, REFUSE, ACCEPT),
        ("out.-in.example.org", NameState.CONFIRMED, REFUSE, REFUSE, ACCEPT),
        ("_out.example.org", NameState.CONFIRMED, ACCEPT, ACCEPT, ACCEPT),
        ("81.20.30.10", NameState.UNUSABLE, REFUSE, REFUSE, ACCEPT),
        ("81.20.30.11", NameState.UNUSABLE, REFUSE, REFUSE, REFUSE),
        ("0x51141e0a", NameState.NXDOMAIN, ACCEPT, REFUSE, REFUSE),
        ("0x51.0x14.0x1e.0xa", NameState.NXDOMAIN, ACCEPT, REFUSE, REFUSE),
        ("0x51141e0b", NameState.NXDOMAIN, REFUSE, REFUSE, REFUSE),
        ("a b.example.org", NameState.UNUSABLE, REFUSE, REFUSE, REFUSE),
        ("0/25.example.org", NameState.UNUSABLE, REFUSE, CHANCE, REFUSE),
        ("l" * 53 + ".example.org", NameState.CONFIRMED, ACCEPT, ACCEPT, REFUSE),
        ("l" * 52 + ".example.org", NameState.CONFIRMED, ACCEPT, ACCEPT, ACCEPT),
    ],
)
def test_names_that_programs_take_differently(
    name: str, state: NameState, postfix: Reaction, exim: Reaction, opensmtpd: Reaction
) -> None:
    seen = reactions(verdict((name.replace(" ", "\\032"), state)))
    assert seen[Receiver.POSTFIX] is postfix
    assert seen[Receiver.EXIM] is exim
    assert seen[Receiver.OPENSMTPD] is opensmtpd


def test_exim_takes_a_slash_that_confirms() -> None:
    seen = verdict(("c53/out.example.org", NameState.UNUSABLE))
    also = [CheckedName(seen.names[0].name, NameState.CONFIRMED)]
    assert predict(seen, also)[1].reaction is ACCEPT


def test_replies_carry_codes_and_the_address() -> None:
    postfix = of(Receiver.POSTFIX, without_names(Cause.NO_PTR))
    assert reply_text(postfix, CLIENT) == (
        "450 4.7.25 Client host rejected: cannot find your hostname, [81.20.30.10]"
    )
    assert reply_text(of(Receiver.EXIM, without_names(Cause.NO_PTR)), CLIENT).startswith("550 ")
    assert not reply_text(of(Receiver.EXCHANGE_ONLINE, without_names(Cause.NO_PTR)), CLIENT)


def test_sentences_name_each_that_turns_mail_away_and_sum_up_the_others() -> None:
    said = list(receiver_sentences(predict(without_names(Cause.NO_PTR)), CLIENT))
    assert len(said) == 6
    assert said[-1] == "Exchange Online accepts it"
    good = verdict(("mail.example.org", NameState.CONFIRMED))
    assert len(list(receiver_sentences(predict(good), CLIENT))) == 1


names = st.binary(min_size=1, max_size=30).map(
    lambda octets: DomainName(bytes([len(octets)]) + octets.lower() + b"\x03org\x00")
)
checked_names = st.builds(CheckedName, names, st.sampled_from(NameState))


@given(
    st.lists(checked_names, max_size=5, unique_by=lambda each: each.name),
    st.sampled_from(Cause),
    st.sampled_from([CLIENT, IPV6]),
    st.randoms(),
)
def test_predictions_are_made_for_any_verdict_in_any_order(
    checked: list[CheckedName], cause: Cause, client: Address, chance: object
) -> None:
    others = checked.copy()
    chance.shuffle(others)  # type: ignore[attr-defined]
    predictions = [
        [(each.receiver, each.reaction, each.code) for each in predict(seen)]
        for seen in (
            Verdict(client, cause, tuple(order), None, False) for order in (checked, others)
        )
    ]
    assert predictions[0] == predictions[1]
    assert len(predictions[0]) == len(Receiver)
