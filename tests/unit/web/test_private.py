"""What visitors may not have us look at, and what they are told instead."""

import asyncio

import msgspec
import pytest

from gotrdns.checking.targets import Expansion, Place, Remark, Weight, expand_domain, expand_host
from gotrdns.diagnosis.findings import Finding, Fixer, Severity
from gotrdns.evidence import Kind, Probe, Purpose, Record
from gotrdns.explaining.explanation import Explanation
from gotrdns.lookup import Answer, Listener, Outcome, Question, RecordType
from gotrdns.names import Address, DomainName
from gotrdns.resolution.scripted import ScriptedResolver, World
from gotrdns.verification import CheckedName, NameState
from gotrdns.web.private import (
    PrivateTarget,
    is_public_name,
    only_public,
    require_public,
    require_public_answers,
)
from tests.unit.explanations import founding

SECRET = Address.parse("10.20.30.40")
MAPPED = DomainName.parse("mapped.example.org")
HOST = DomainName.parse("dsl.static851056487.ttnet.net.tr")


@pytest.mark.parametrize(
    "text", ["10.0.0.1", "127.0.0.1", "::1", "fd00::1", "2002:a00:1::", "64:ff9b::7f00:1"]
)
def test_a_private_target_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(PrivateTarget) as caught:
        require_public(Address.parse(text))
    assert str(caught.value) == ""


def test_a_public_target_is_taken() -> None:
    require_public(Address.parse("85.105.64.87"))
    require_public(Address.parse("64:ff9b::5569:4057"))


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("mail.example.org", True),
        ("local.example.org", True),
        ("mylocalhost.org", True),
        ("xn--mnchen-3ya.de", True),
        ("localhost", False),
        ("mail", False),
        (".", False),
        ("www.localhost", False),
        ("printer.local", False),
        ("db.internal", False),
        ("x.onion", False),
        ("router.home.arpa", False),
        ("1.0.0.10.in-addr.arpa", False),
        ("1.ip6.arpa", False),
        ("nas.lan", False),
        ("exchange.firma.corp", False),
        ("EXCHANGE.FIRMA.LOCAL.", False),
    ],
)
def test_names_of_private_networks_are_known(text: str, public: bool) -> None:
    assert is_public_name(DomainName.parse(text)) is public


WORLD = """
public.example.org. 60 IN A 85.105.64.87
public.example.org. 60 IN AAAA 2a01:4f8::1
inside.example.org. 60 IN A 10.20.30.40
both.example.org. 60 IN A 10.20.30.40
both.example.org. 60 IN A 85.105.64.87
translated.example.org. 60 IN AAAA 64:ff9b::a14:1e28
example.org. 60 IN MX 10 inside.example.org.
example.org. 60 IN MX 20 public.example.org.
"""


class Resolver(ScriptedResolver):
    """Remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__(World.parse(WORLD))
        self.asked: list[Question] = []

    def ask(self, question: Question, listener: Listener, token: int) -> Answer | None:
        self.asked.append(question)
        if question.name == MAPPED and question.type is RecordType.AAAA:
            mapped = Address(bytes(10) + b"\xff\xff" + SECRET)  # as it comes in a message
            return Answer(Outcome.FOUND, addresses=(mapped,))
        return super().ask(question, listener, token)


def expanded(target: str, *, domain: bool = False) -> tuple[Expansion, list[Question]]:
    resolver = Resolver()
    expand = only_public(expand_domain if domain else expand_host)

    async def main() -> Expansion:
        return await expand(resolver, target)

    return asyncio.run(main()), resolver.asked


def refusal(target: str) -> Remark:
    return Remark("private-target", Weight.IMPOSSIBLE, target)


@pytest.mark.parametrize(
    "target", ["10.20.30.40", "[::1]", "localhost", "db.internal", "intranet", "x.local"]
)
def test_private_targets_are_refused_before_anybody_is_asked(target: str) -> None:
    expansion, asked = expanded(target)
    assert expansion == Expansion(remarks=(refusal(target),))
    assert asked == []


@pytest.mark.parametrize(
    "target", ["inside.example.org", "mapped.example.org", "translated.example.org"]
)
def test_where_a_name_leads_inside_is_not_told(target: str) -> None:
    expansion, asked = expanded(target)
    assert expansion == Expansion(remarks=(refusal(target),))
    assert asked


def test_of_a_name_that_also_leads_outside_that_is_taken() -> None:
    expansion, _ = expanded("both.example.org")
    assert [each.address.text for each in expansion.places] == ["85.105.64.87"]
    assert expansion.remarks == (refusal("both.example.org"),)


def test_of_a_domain_the_public_exchanges_are_taken() -> None:
    expansion, _ = expanded("example.org", domain=True)
    assert {each.address.text for each in expansion.places} == {"85.105.64.87", "2a01:4f8::1"}
    assert refusal("example.org") in expansion.remarks
    assert "10.20.30.40" not in repr(expansion)


def test_a_public_target_is_expanded_as_it_is() -> None:
    expansion, _ = expanded("public.example.org")
    assert [each.address.text for each in expansion.places] == ["85.105.64.87", "2a01:4f8::1"]
    assert expansion.remarks == ()
    expansion, _ = expanded("85.105.64.87")
    assert expansion == Expansion((Place(Address.parse("85.105.64.87")),))
    expansion, _ = expanded("not a target!")
    assert expansion.remarks == (Remark("not-a-target", Weight.IMPOSSIBLE, "not a target!"),)


def knowing(*addresses: Address) -> Explanation:
    """Our resolver knows addresses of the name in the visitor's PTR record."""
    explanation = founding()
    answer = Answer(Outcome.FOUND, addresses=addresses)
    names = (CheckedName(HOST, NameState.MISMATCH, answer),)
    verdict = msgspec.structs.replace(explanation.verdict, names=names)
    return msgspec.structs.replace(explanation, verdict=verdict, findings=())


def test_what_our_resolver_alone_knows_of_a_private_network_is_not_told() -> None:
    require_public_answers(founding())
    require_public_answers(knowing(Address.parse("85.105.64.1")))
    with pytest.raises(PrivateTarget):
        require_public_answers(knowing(Address.parse("85.105.64.1"), SECRET))


def test_nor_is_it_told_by_a_finding() -> None:
    details = {"helo": "db.example.org", "addresses": [SECRET.text]}
    finding = Finding("helo-differs", Severity.INFO, Fixer.DOMAIN_OWNER, details)
    with pytest.raises(PrivateTarget):
        require_public_answers(msgspec.structs.replace(founding(), findings=(finding,)))


def test_without_a_walk_nothing_private_was_heard_outside() -> None:
    with pytest.raises(PrivateTarget):
        require_public_answers(msgspec.structs.replace(knowing(SECRET), walk=None))


def test_what_servers_outside_say_themselves_is_no_secret() -> None:
    """A name that leads to a private address in public DNS is what has to be told."""
    explanation = knowing(SECRET)
    walk = explanation.walk
    assert walk is not None
    told = walk.reverse.legs[0].zones[-1].replies[0]
    record = Record(HOST, 60, "A", SECRET.text, address=SECRET)
    reply = msgspec.structs.replace(told, kind=Kind.ANSWER, records=(record,))
    probe = Probe(Purpose.OTHER_FAMILY, HOST, reply)
    walk = msgspec.structs.replace(walk, probes=(probe,))
    require_public_answers(msgspec.structs.replace(explanation, walk=walk))


def named(*names: str, aliases: tuple[str, ...] = ()) -> Explanation:
    """Our resolver has names of its own for the visitor's address."""
    explanation = founding()
    targets, ways = (tuple(map(DomainName.parse, each)) for each in (names, aliases))
    reverse = Answer(Outcome.FOUND, names=targets, aliases=ways)
    verdict = msgspec.structs.replace(explanation.verdict, reverse=reverse, names=())
    return msgspec.structs.replace(explanation, verdict=verdict, findings=())


@pytest.mark.parametrize("text", ["dc01.firma.internal", "gateway.lan", "intranet"])
def test_what_a_private_network_calls_a_public_address_is_not_told(text: str) -> None:
    require_public_answers(
        named("gateway.example.org", aliases=("87.0-127.64.105.85.in-addr.arpa",))
    )
    with pytest.raises(PrivateTarget):
        require_public_answers(named("gateway.example.org", text))
    with pytest.raises(PrivateTarget):
        require_public_answers(named(aliases=(text,)))


def test_a_private_networks_name_that_servers_outside_give_is_no_secret() -> None:
    explanation = named("localhost")
    walk = explanation.walk
    assert walk is not None
    told = walk.reverse.legs[0].zones[-1].replies[0]
    record = Record(
        told.question.name, 60, "PTR", "localhost.", target=DomainName.parse("localhost")
    )
    reply = msgspec.structs.replace(told, kind=Kind.ANSWER, records=(record,))
    probe = Probe(Purpose.OTHER_FAMILY, HOST, reply)
    walk = msgspec.structs.replace(walk, probes=(probe,))
    require_public_answers(msgspec.structs.replace(explanation, walk=walk))
