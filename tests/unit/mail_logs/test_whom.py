"""Whom a complaint is about, and what in a log is about them."""

import pytest

from gotrdns.mail_logs.complaints.whom import read_whom
from gotrdns.mail_logs.facts import Fact, Flaw
from gotrdns.mail_logs.sessions import Noted
from gotrdns.policy.subjects import UnknownSubject
from gotrdns.reports.logs.complaint import By, Meant
from tests.unit.mail_logs.facts_made import acceptance, arrival, doubt, rejection

NOTHING = Noted(None, is_whole=False)


def found(whom: str, fact: Fact, noted: Noted = NOTHING) -> list[tuple[By, bytes]]:
    return [tuple(each) for each in read_whom(whom).in_fact(fact, noted)]  # type: ignore[misc]


@pytest.mark.parametrize(
    ("written", "text", "meant"),
    [
        ("203.0.113.25", "203.0.113.25", Meant.ADDRESS),
        ("[203.0.113.25]", "203.0.113.25", Meant.ADDRESS),
        ("::ffff:203.0.113.25", "203.0.113.25", Meant.ADDRESS),
        ("2001:DB8::1", "2001:db8::1", Meant.ADDRESS),
        ("203.0.113.25/32", "203.0.113.25", Meant.ADDRESS),
        ("203.0.113.0/24", "203.0.113.0/24", Meant.NETWORK),
        ("Business.Example.", "business.example", Meant.NAME),
        (".business.example", ".business.example", Meant.NAME),
        ("@Business.example", "@business.example", Meant.SENDER_DOMAIN),
        ("Someone@Business.example", "Someone@business.example", Meant.MAILBOX),
        ("Some One <someone@business.example> ", "someone@business.example", Meant.MAILBOX),
        ("<mailto:someone@business.example>", "someone@business.example", Meant.MAILBOX),
    ],
)
def test_people_write_whom_they_mean_in_many_ways(written: str, text: str, meant: Meant) -> None:
    whom = read_whom(written)
    assert (whom.text, whom.meant) == (text, meant)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is empty"),
        ("203.0.113.256", "looks like an address, but is none"),
        ("203.0.113.25/24", "the network is 203.0.113.0/24"),
        ("mfrggzdfmztwq2lk", "gotrdns why mfrggzdfmztwq2lk does"),
        ("https://mx.our.example/i/mfrggzdfmztwq2lk", "gotrdns why mfrggzdfmztwq2lk does"),
        ("someone@", "it is empty"),
    ],
)
def test_what_is_nobody_is_refused_with_what_to_do(text: str, reason: str) -> None:
    with pytest.raises(UnknownSubject, match=reason.replace("?", r"\?")):
        read_whom(text)


def test_an_address_is_one_client_however_it_is_spelt() -> None:
    for client in (b"203.0.113.25", b"::ffff:203.0.113.25"):
        assert found("203.0.113.25", arrival(client=client)) == [(By.ADDRESS, b"")]
    assert found("2001:db8::1", arrival(client=b"2001:db8:0:0::1")) == [(By.ADDRESS, b"")]
    for client in (b"203.0.113.26", b"203.0.113.2", b"", b"nonsense", b"2001:db8::1"):
        assert found("203.0.113.25", arrival(client=client)) == []


def test_a_network_is_all_clients_in_it() -> None:
    assert found("203.0.113.0/24", arrival()) == [(By.NETWORK, b"")]
    assert found("203.0.112.0/24", arrival()) == []
    assert found("::/0", arrival()) == []


@pytest.mark.parametrize("whom", ["business.example.net", ".business.example.net", "example.net"])
def test_a_name_is_a_host_by_every_name_it_goes_by_and_a_senders_domain(whom: str) -> None:
    noted = Noted(doubt(claimed=b"DSL.business.example.net", flaw=Flaw.NODATA), is_whole=True)
    fact = rejection(helo=b"Mail.business.example.net", sender=b"x@Business.example.net")
    assert found(whom, fact, noted) == [
        (By.PTR_NAME, b"dsl.business.example.net"),
        (By.HELO, b"mail.business.example.net"),
        (By.SENDER_DOMAIN, b"business.example.net"),
    ]
    named = acceptance(b"4F1A2", name=b"out.business.example.net", sender=b"x@other.example")
    assert found(whom, named) == [(By.NAME, b"out.business.example.net")]


def test_what_only_ends_alike_is_another_name() -> None:
    fact = rejection(helo=b"mail.mybusiness.example.net", sender=b"x@business.example.net.evil.com")
    assert found("business.example.net", fact) == []


def test_with_an_at_sign_only_senders_are_meant() -> None:
    fact = rejection(sender=b"x@sub.business.example.net")
    assert found("@business.example.net", fact) == [(By.SENDER_DOMAIN, b"sub.business.example.net")]
    assert found("@business.example.net", rejection(sender=b"x@other.example")) == []


def test_a_mailbox_is_a_sender_or_a_recipient_and_nobody_else() -> None:
    assert found("someone@Business.example.net", rejection()) == [(By.SENDER, b"")]
    assert found("US@our.example", rejection()) == [(By.RECIPIENT, b"")]
    assert found("one@business.example.net", rejection()) == []
    taken_in = acceptance(b"4F1A2", sender=b"Someone@business.example.net")
    assert found("someone@business.example.net", taken_in) == [(By.SENDER, b"")]


def test_what_a_gotrdns_reply_calls_the_client_is_its_ptr_name() -> None:
    text = b"203.0.113.25 has the reverse name dsl.provider.example, but that name has no A record"
    assert (By.PTR_NAME, b"dsl.provider.example") in found("provider.example", rejection(text))
