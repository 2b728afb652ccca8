"""Whole explanations: several defects at once, who is named, and what is to be published."""

from collections.abc import Sequence

import dns.rcode
import pytest

from gotrdns.diagnosis.findings import Fixer, Severity
from gotrdns.explaining.explanation import Explanation
from gotrdns.lookup import Outcome, Question
from gotrdns.names import Address, DomainName
from gotrdns.receivers import Reaction, Receiver
from gotrdns.reports.explanation_text import compose_explanation
from gotrdns.reports.letters import write_letters
from tests.support import hostile
from tests.support import name_servers as servers
from tests.support.explained_worlds import World, explained

CLIENT = Address.parse("81.21.1.10")
CLIENT6 = Address.parse("2a02:5321::25")
REVERSE_ZONE = "1.21.81.in-addr.arpa"
REFUSED = servers.answering(dns.rcode.REFUSED)


def codes(explanation: Explanation) -> list[str]:
    return [each.code for each in explanation.findings]


def asked_for(explanation: Explanation) -> list[str]:
    return [
        f"{each.zone}: {each.relative} {each.type} {each.data} ({each.fixer.value})"
        for each in explanation.records
    ]


@pytest.mark.parametrize("client", [CLIENT, CLIENT6])
def test_of_a_right_pair_nothing_is_said(client: Address) -> None:
    explanation = explained(World(client))
    assert codes(explanation) == []
    assert (explanation.records, explanation.responsible) == ((), ())


def test_the_gravest_comes_first_and_each_has_its_keeper() -> None:
    explanation = explained(
        World(
            CLIENT,
            target=DomainName.parse(f"mail.d123.test.{REVERSE_ZONE}"),
            second=REFUSED,
            resolver=(Outcome.FOUND, Outcome.NXDOMAIN),
        )
    )
    weights = [list(Severity).index(each.severity) for each in explanation.findings]
    assert weights == sorted(weights)
    assert codes(explanation)[0] == "forward-nxdomain"
    assert {"ptr-missing-dot", "reverse-lame-some"} <= set(codes(explanation))
    assert {each.fixer for each in explanation.findings} == {Fixer.ADDRESS_OWNER}
    assert asked_for(explanation)[-1] == (f"{REVERSE_ZONE}: 10 PTR mail.d123.test. (address-owner)")


@pytest.mark.parametrize("cut", [1, 16, 20])
def test_an_owner_of_nibbles_is_written_within_its_zone(cut: int) -> None:
    none = World(CLIENT6, target=None, cut=cut, resolver=(Outcome.NXDOMAIN, Outcome.NXDOMAIN))
    [*_, pointer] = explained(none).records
    assert pointer.relative is not None
    assert pointer.relative.count(".") == cut - 1
    assert f"{pointer.relative}.{pointer.zone}" == CLIENT6.reverse_name.text


@pytest.mark.parametrize(
    ("alias", "record"),
    [
        (f"10.0-127.{REVERSE_ZONE}", f"{REVERSE_ZONE}: 10.0-127 PTR mail.example.com."),
        ("10.rev.d123.test", "d123.test: 10.rev PTR mail.example.com."),
    ],
    ids=["within its own zone", "in somebody else's"],
)
def test_behind_an_alias_the_pointer_is_asked_for_where_it_leads(alias: str, record: str) -> None:
    explanation = explained(
        World(
            CLIENT,
            alias=DomainName.parse(alias),
            resolver=(Outcome.NXDOMAIN, Outcome.NXDOMAIN),
        )
    )
    keeper = Fixer.ADDRESS_OWNER if "arpa" in alias else Fixer.DELEGATE
    assert codes(explanation) == ["classless-target-missing"]
    assert explanation.findings[0].fixer is keeper
    assert asked_for(explanation)[-1] == f"{record} ({keeper.value})"


def test_endless_aliases_are_a_matter_of_records_though_resolvers_fail_at_them() -> None:
    loop = World(
        CLIENT,
        alias=CLIENT.reverse_name,
        resolver=(Outcome.SERVFAIL, Outcome.FOUND),
    )
    explanation = explained(loop)
    assert codes(explanation)[0] == "reverse-cname-loop"
    assert asked_for(explanation)[-1] == (
        f"{REVERSE_ZONE}: 10 PTR mail.example.com. (address-owner)"
    )
    letters = {each.fixer: each for each in write_letters(explanation)}
    assert "please publish a PTR record" in letters[Fixer.ADDRESS_OWNER].subject


def test_a_resolver_is_asked_again_about_few_names_however_many_there_are() -> None:
    asked: list[Question] = []

    async def ask(question: Question) -> Outcome:
        asked.append(question)
        return Outcome.SERVFAIL

    many = tuple(DomainName.parse(f"n{n}.d123.test") for n in range(3000))
    world = World(CLIENT, more=many, resolver=(Outcome.FOUND, Outcome.SERVFAIL))
    explained(world, ask_unvalidated=ask)
    assert len(set(asked)) == 10
    assert len(asked) == 20


@pytest.mark.parametrize(
    "contact",
    [
        [b"x\r\nBcc: all@example.com\r\n\r\n", b"sender", b"org"],
        [b"a, b", b"sender", b"org"],
        [b'"a"', b"sender", b"org"],
        [b"-oQ/tmp", b"sender", b"org"],
        [b"a?cc=b", b"sender", b"org"],
        [b"dns", b"send\r\ner", b"org"],
        [b"dns", b"\xff" * 63, b"org"],
    ],
    ids=range(7),
)
def test_no_contact_gets_into_the_head_of_a_letter_but_a_plain_address(
    contact: Sequence[bytes],
) -> None:
    world = World(
        CLIENT,
        target=None,
        contact=DomainName(hostile.raw_name(*contact).lower()),
        resolver=(Outcome.NXDOMAIN, Outcome.NXDOMAIN),
    )
    for letter in write_letters(explained(world)):
        assert letter.to is None
        assert letter.subject.isprintable()


def reactions(explanation: Explanation) -> dict[Receiver, Reaction]:
    return {each.receiver: each.reaction for each in explanation.predictions}


@pytest.mark.parametrize(
    ("resolver", "code"),
    [
        ((Outcome.REFUSED, Outcome.REFUSED), "resolver-fault"),
        ((Outcome.FOUND, Outcome.REFUSED), "resolver-fault"),
        ((Outcome.NXDOMAIN, Outcome.NXDOMAIN), "cache-stale"),
    ],
)
def test_trouble_of_our_own_is_not_foretold_of_others(
    resolver: tuple[Outcome, Outcome], code: str
) -> None:
    explanation = explained(World(CLIENT, resolver=resolver))
    assert codes(explanation) == [code]
    assert explanation.records == ()
    assert set(reactions(explanation).values()) == {Reaction.ACCEPT}


def test_beside_our_own_trouble_the_senders_is_shown_and_mended() -> None:
    target = DomainName.parse("gone.d123.test")
    broken = World(CLIENT, target=target, resolver=(Outcome.REFUSED, Outcome.REFUSED))
    explanation = explained(broken)
    assert codes(explanation) == ["resolver-fault", "forward-nxdomain"]
    assert asked_for(explanation) == [
        "d123.test: gone A 81.21.1.10 (domain-owner)",
    ]
    seen = reactions(explanation)
    assert seen.pop(Receiver.EXCHANGE_ONLINE) is Reaction.ACCEPT
    assert set(seen.values()) == {Reaction.REFUSE}
    text = compose_explanation(explanation)
    assert "Check that the resolver runs" in text
    assert "  What to publish\n" in text
    assert "Nothing is known to be wrong" not in text


def test_where_servers_fail_no_record_is_proposed() -> None:
    failing = World(CLIENT, first=REFUSED, second=REFUSED, resolver=(Outcome.SERVFAIL,) * 2)
    explanation = explained(failing)
    assert codes(explanation)[0] == "reverse-lame"
    assert explanation.records == ()
    assert reactions(explanation)[Receiver.POSTFIX] is Reaction.DEFER
