"""What speaks for and against a client, and that each sign comes from where it should."""

import pytest

from gotrdns.mail_logs.clients.accounts import Account, Otherwise
from gotrdns.mail_logs.clients.senders import LIKELY
from gotrdns.mail_logs.clients.signs import WEIGHTS, judge, registered_domain, score
from gotrdns.mail_logs.facts import Fate
from gotrdns.names import Address
from gotrdns.reports.logs.english import SIGNS
from gotrdns.reports.logs.report import SPEAKS_AGAINST, Ground, Sign
from tests.unit.mail_logs.facts_made import NOON

FOUNDING = Address.parse("85.105.64.87")
GENERIC = b"dsl.static851056487.ttnet.net.tr"
DYNAMIC = b"87.64.105.85.dynamic.ttnet.net.tr"


def account(**known: object) -> Account:
    made = Account(NOON, NOON)
    made.count(Ground.NO_PTR, Fate.REFUSED, NOON)
    for name, value in known.items():
        setattr(made, name, value)
    return made


CASES: list[tuple[dict[str, object], set[Sign]]] = [
    ({}, set()),
    ({"helos": b"[85.105.64.87]"}, {Sign.NO_HOST_NAME_HELO}),
    ({"helos": b"user-pc"}, {Sign.NO_HOST_NAME_HELO}),
    ({"helos": b"server.fritz.local"}, {Sign.NO_HOST_NAME_HELO}),
    ({"helos": b"85.105.64.87"}, {Sign.NO_HOST_NAME_HELO}),
    ({"helos": b"caf\xc3\xa9 \x1b[31m.example.net"}, {Sign.NO_HOST_NAME_HELO}),
    ({"helos": b"example.net"}, {Sign.BARE_DOMAIN_HELO}),
    ({"helos": b"mail.example.net"}, {Sign.MAIL_HOST_HELO}),
    ({"helos": b"venus.example.net"}, set()),
    ({"helos": DYNAMIC}, {Sign.GENERIC_HELO}),
    ({"helos": (b"a", b"b.x.net", b"c.x.net", b"d.x.net")}, {Sign.MANY_HELOS}),
    ({"claimed": DYNAMIC}, {Sign.DYNAMIC_PTR_NAME}),
    ({"claimed": GENERIC}, {Sign.STATIC_GENERIC_PTR_NAME}),
    ({"claimed": b"venus.example.net"}, {Sign.CHOSEN_PTR_NAME}),
    ({"names": b"venus.example.net"}, {Sign.CHOSEN_PTR_NAME}),
    ({"claimed": b"localhost"}, set()),
    (
        {"claimed": b"mx.example.net", "helos": b"mx.example.net"},
        {Sign.MAIL_HOST_PTR_NAME, Sign.HELO_IS_PTR_NAME, Sign.MAIL_HOST_HELO},
    ),
    (
        {"claimed": b"venus.example.net", "helos": b"pluto.example.net"},
        {Sign.CHOSEN_PTR_NAME, Sign.HELO_IN_PTR_DOMAIN},
    ),
    (
        {"claimed": b"venus.example.net", "sender_domains": b"example.net"},
        {Sign.CHOSEN_PTR_NAME, Sign.SENDER_IN_PTR_DOMAIN},
    ),
    # The domain of a name that a machine made is the provider's, whoever writes from there.
    ({"claimed": GENERIC, "helos": GENERIC}, {Sign.STATIC_GENERIC_PTR_NAME, Sign.GENERIC_HELO}),
    (
        {"helos": b"mail.example.net", "sender_domains": b"news.example.net"},
        {Sign.SENDER_IN_HELO_DOMAIN, Sign.MAIL_HOST_HELO},
    ),
    # Neighbours below a public suffix have no domain in common.
    ({"helos": b"mail.a.co.uk", "sender_domains": b"b.co.uk"}, {Sign.MAIL_HOST_HELO}),
    (
        {"sender_domains": (b"a.net", b"b.net", b"c.net", b"d.net")},
        {Sign.MANY_SENDER_DOMAINS},
    ),
    ({"otherwise": Otherwise(refused=1)}, {Sign.REFUSED_OTHERWISE}),
    ({"otherwise": Otherwise(deferred=1)}, set()),  # greylisting is for everybody
    ({"last_rejection": NOON + 900}, {Sign.TRIED_AGAIN}),
    ({"last_rejection": NOON + 899}, set()),
    ({"last_delivery": NOON + 1}, {Sign.DELIVERED_AFTERWARDS}),
    ({"last_delivery": NOON - 1}, {Sign.DELIVERED_BEFORE}),
]


def spelt(each: dict[str, object] | set[Sign]) -> str:
    """The same in every process: sets have no order."""
    if isinstance(each, dict):
        return str(each)[:60]
    return ",".join(sorted(sign.value for sign in each)) or "none"


@pytest.mark.parametrize(("known", "signs"), CASES, ids=spelt)
def test_signs(known: dict[str, object], signs: set[Sign]) -> None:
    found = judge(FOUNDING, account(**known)).signs
    assert set(found) == signs
    assert len(found) == len(signs)


def test_every_sign_has_a_weight_and_words_on_its_side() -> None:
    assert set(WEIGHTS) == set(SIGNS) == set(Sign)
    assert {each for each, weight in WEIGHTS.items() if weight < 0} == SPEAKS_AGAINST


def test_the_founding_example_is_likely() -> None:
    made = account(
        claimed=GENERIC,
        helos=b"mail.eddorre.com",
        sender_domains=b"eddorre.com",
    )
    assert score(judge(FOUNDING, made).signs) >= LIKELY
    assert judge(FOUNDING, made).domain == "eddorre.com"


def test_a_forger_on_a_dynamic_line_is_not() -> None:
    made = account(claimed=DYNAMIC, helos=b"mail.eddorre.com", sender_domains=b"eddorre.com")
    assert score(judge(FOUNDING, made).signs) < LIKELY


@pytest.mark.parametrize(
    ("known", "domain"),
    [
        ({"claimed": b"mx.a.example", "helos": b"mx.b.example"}, "a.example"),
        ({"claimed": GENERIC, "helos": b"mx.b.example"}, "b.example"),
        ({"claimed": GENERIC, "sender_domains": b"mail.c.example"}, "c.example"),
        ({"claimed": GENERIC, "sender_domains": (b"c.example", b"d.example")}, None),
        ({"claimed": GENERIC}, None),
    ],
)
def test_a_client_goes_by_the_name_that_somebody_chose(
    known: dict[str, object], domain: str | None
) -> None:
    assert judge(FOUNDING, account(**known)).domain == domain


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        (b"mail.example.co.uk", "example.co.uk"),
        (b"Example.CO.UK", "example.co.uk"),
        (b"co.uk", None),
        (b"uk", None),
        (b"a.b.example.com", "example.com"),
        (b"example.com", "example.com"),
        (b"1.2.3.4", None),
        (b"mail.example.com.", None),
        (b"mail..example.com", None),
        (b"87.64.105.85.in-addr.arpa", None),
        (b"www.ck", "www.ck"),
        (b"firm.ck", None),
        (b"mail.firm.ck", "mail.firm.ck"),
    ],
)
def test_registered_domains(name: bytes, domain: str | None) -> None:
    assert registered_domain(name) == domain
