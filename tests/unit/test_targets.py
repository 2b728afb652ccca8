"""What an exception can be made for, in one spelling, and what it must not be made for."""

import pytest

from gotrdns.policy.allowances import AllowanceKind
from gotrdns.policy.targets import InvalidAllowance, read_target, require_harmless

ADDRESS, NETWORK = AllowanceKind.ADDRESS, AllowanceKind.NETWORK
NAME, SENDER = AllowanceKind.NAME, AllowanceKind.SENDER_DOMAIN


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (ADDRESS, "[85.105.64.87]", "85.105.64.87"),
        (ADDRESS, "::ffff:85.105.64.87", "85.105.64.87"),
        (ADDRESS, "2A00:0:0::25", "2a00::25"),
        (NETWORK, "85.105.64.0/024", "85.105.64.0/24"),
        (NETWORK, "2A00:0:0::/48", "2a00::/48"),
        (NAME, ".Mail.Example.org.", "mail.example.org"),
        (NAME, "b\u00fccher.example", "xn--bcher-kva.example"),
        (SENDER, "Example.ORG", "example.org"),
    ],
)
def test_a_target_has_one_spelling(kind: AllowanceKind, text: str, value: str) -> None:
    assert read_target(kind, text) == value
    assert read_target(kind, value) == value
    require_harmless(kind, value)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (ADDRESS, "85.105.64.0/24"),
        (ADDRESS, "85.105.64"),
        (NETWORK, "85.105.64.87/24"),
        (NAME, "org"),
        (NAME, "."),
        (NAME, "a..b"),
        (SENDER, "org"),
        (SENDER, "a..b"),
    ],
)
def test_what_is_no_target_is_refused(kind: AllowanceKind, text: str) -> None:
    with pytest.raises(InvalidAllowance):
        read_target(kind, text)


@pytest.mark.parametrize(
    ("kind", "value", "why"),
    [
        (NETWORK, "0.0.0.0/0", "wider than a /16"),
        (NETWORK, "85.104.0.0/15", "wider than a /16"),
        (NETWORK, "::/0", "wider than a /32"),
        (NETWORK, "2a00::/31", "wider than a /32"),
        (NETWORK, "10.0.0.0/8", "not public \\(private\\)"),
        (NETWORK, "192.168.0.0/24", "not public \\(private\\)"),
        (NETWORK, "100.64.0.0/16", "not public \\(shared\\)"),
        (NETWORK, "fd00::/48", "not public \\(private\\)"),
        (NETWORK, "224.0.0.0/24", "no client has"),
        (ADDRESS, "127.0.0.1", "not public \\(loopback\\)"),
        (ADDRESS, "fe80::1", "not public \\(link-local\\)"),
        (ADDRESS, "255.255.255.255", "no client has"),
        (NAME, "co.uk", "register their domains below it"),
        (NAME, "com.tr", "register their domains below it"),
        (SENDER, "co.uk", "register their domains below it"),
        (NAME, "1.2.3", "cannot be the name of a host"),
        (SENDER, "a\\032b.example", "cannot be the name of a host"),
    ],
)
def test_a_dangerous_target_is_refused_in_words(kind: AllowanceKind, value: str, why: str) -> None:
    assert read_target(kind, value) == value
    with pytest.raises(InvalidAllowance, match=why) as refused:
        require_harmless(kind, value)
    assert str(refused.value).startswith(f"no exception for {value}: ")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (NETWORK, "85.105.0.0/16"),
        (NETWORK, "2a00::/32"),
        (NAME, "example.co.uk"),
        (NAME, "ec2-1-2-3-4.compute.amazonaws.com"),
        (SENDER, "example.com"),
    ],
)
def test_a_wide_but_bearable_target_is_taken(kind: AllowanceKind, value: str) -> None:
    require_harmless(kind, value)
