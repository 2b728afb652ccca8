"""What a person writes or pastes is taken for what they mean, and the rest is refused in words."""

import pytest

from gotrdns.names import Address, DomainName, Network
from gotrdns.policy.allowances import AllowanceKind
from gotrdns.policy.subjects import (
    Below,
    Incident,
    SenderDomain,
    Subject,
    UnknownSubject,
    exception_target,
    read_subject,
)

ID = "mfrggzdfmztwq2lk"
CLIENT = Address.parse("85.105.64.87")
NAME = DomainName.parse("mail.example.org")


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        (ID, Incident(ID)),
        (f" {ID.upper()} ", Incident(ID)),
        (f"https://mx.example.net/gotrdns/i/{ID}", Incident(ID)),
        (f"https://mx.example.net/i/{ID}/", Incident(ID)),
        (f"incident={ID}", Incident(ID)),
        ("85.105.64.87", CLIENT),
        ("[85.105.64.87]", CLIENT),
        ("::ffff:85.105.64.87", CLIENT),
        ("85.105.64.87/32", CLIENT),
        ("[IPv6:2001:DB8::25]", Address.parse("2001:db8::25")),
        ("2001:db8::25/128", Address.parse("2001:db8::25")),
        ("Mail.Example.org.", NAME),
        (".Mail.Example.org", Below(NAME)),
        ("bücher.example", DomainName.parse("xn--bcher-kva.example")),
        ("joe@mail.example.org", SenderDomain("mail.example.org")),
        ('"a@b"@mail.example.org', SenderDomain("mail.example.org")),
        ("@mail.example.org", SenderDomain("mail.example.org")),
        ("localhost", DomainName.parse("localhost")),
    ],
    ids=str,
)
def test_a_subject_is_recognised(text: str, subject: Subject) -> None:
    found = read_subject(text)
    assert (found, type(found)) == (subject, type(subject))


@pytest.mark.parametrize("text", ["85.105.64.0/24", "2001:db8::/32", "0.0.0.0/0"])
def test_a_network_is_recognised(text: str) -> None:
    found = read_subject(text)
    assert isinstance(found, Network) and found.text == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it is empty"),
        (".", "it is empty"),
        ("@", "it is empty"),
        ("a..b", "an empty label"),
        ("1.2.3", "looks like an address"),
        ("1.2.3.256", "looks like an address"),
        ("85.105.64.87/24", "the network is 85.105.64.0/24"),
        ("2001:db8::25/32", "the network is 2001:db8::/32"),
        ("85.105.64.0/33", "is not a network"),
        ("85.105.64.0/", "is not a network"),
        ("example.org/24", "is not a network"),
        (f"https://mx.example.net/i/{ID[:-1]}", "is not a network"),
        ("a\\", "a backslash needs"),
        ("\x1b[31m" + 64 * "x" + ".example", "longer than 63"),
    ],
)
def test_what_cannot_be_looked_up_is_refused_in_words(text: str, said: str) -> None:
    with pytest.raises(UnknownSubject, match=said) as refused:
        read_subject(text)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("text", "kind", "target"),
    [
        ("85.105.64.87", AllowanceKind.ADDRESS, "85.105.64.87"),
        ("2001:db8::/48", AllowanceKind.NETWORK, "2001:db8::/48"),
        ("mail.example.org", AllowanceKind.NAME, "mail.example.org"),
        (".example.org", AllowanceKind.NAME, "example.org"),
        ("joe@example.org", AllowanceKind.SENDER_DOMAIN, "example.org"),
    ],
)
def test_the_kind_of_an_exception_follows_from_its_target(
    text: str, kind: AllowanceKind, target: str
) -> None:
    assert exception_target(read_subject(text)) == (kind, target)


def test_an_incident_is_no_client() -> None:
    with pytest.raises(UnknownSubject, match="gotrdns why"):
        exception_target(Incident(ID))
