"""Addresses and names: one spelling each."""

import ipaddress

import dns.name
import dns.reversename
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.names import (
    Address,
    AmbiguousName,
    DomainName,
    Flaw,
    HostName,
    InvalidAddress,
    InvalidName,
    Network,
    SpecialUse,
    embedded,
    host_name_flaw,
    is_host_name,
    is_public,
    read_host_name,
    special_use,
)

labels = st.binary(min_size=1, max_size=63)
wire_names = st.lists(labels, min_size=0, max_size=6).map(
    lambda parts: b"".join(bytes([len(part)]) + part for part in parts) + b"\x00"
)


@given(st.ip_addresses())
def test_an_address_has_the_text_and_the_reverse_name_that_others_give_it(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    ours = Address.parse(str(address))
    assert ours == address.packed
    assert ipaddress.ip_address(ours.text) == address
    assert ours.reverse_name == dns.reversename.from_address(str(address)).to_wire()


@pytest.mark.parametrize(
    "text",
    [
        *("", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4 ", " 1.2.3.4", "1.2.3.4\n"),
        *("::g", "fe80::1%lo", "::1::", "1.2.3.4/32", "\u0661.2.3.4", "a" * 10_000, "1.2.3.\0"),
    ],
)
def test_text_that_is_not_an_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidAddress):
        Address.parse(text)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("[192.0.2.1]", "192.0.2.1"),
        ("[IPv6:2001:db8::1]", "2001:db8::1"),
        ("[ipv6:2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::1"),
    ],
)
def test_an_address_is_read_with_its_brackets_too(text: str, address: str) -> None:
    assert Address.parse_literal(text) == Address.parse(address)


@pytest.mark.parametrize("text", ["[192.0.2.1", "192.0.2.1]", "[]", "[mail.example]", "[[::1]]"])
def test_brackets_around_anything_else_are_no_address(text: str) -> None:
    with pytest.raises(InvalidAddress):
        Address.parse_literal(text)


def test_an_ipv4_mapped_client_is_the_ipv4_client() -> None:
    assert Address.parse("::ffff:85.105.64.87") == Address.parse("85.105.64.87")


@given(wire_names.filter(lambda wire: len(wire) <= 255))
def test_a_name_is_written_and_read_as_dnspython_does(wire: bytes) -> None:
    ours = DomainName(wire.lower())
    theirs, _ = dns.name.from_wire(wire.lower(), 0)
    assert ours.text == (theirs.to_text(omit_final_dot=True) if len(wire) > 1 else ".")
    assert DomainName.parse(ours.text) == ours
    assert DomainName.parse(theirs.to_text()) == ours


@given(st.lists(wire_names.filter(lambda wire: len(wire) <= 255), max_size=8))
def test_names_sort_in_canonical_order(wires: list[bytes]) -> None:
    ours = sorted((DomainName(wire.lower()) for wire in wires), key=lambda each: each.canonical_key)
    theirs = sorted(dns.name.from_wire(wire.lower(), 0)[0] for wire in wires)
    assert ours == [name.to_wire() for name in theirs]


@pytest.mark.parametrize(
    "text",
    [
        "a..b",
        ".a",
        "a" * 64,
        ".".join(["a" * 63] * 4),
        "a\\",
        "a\\256b",
        "a\\25",
        "a\\2b.c",
        "\ud800",
    ],
)
def test_text_that_is_not_a_name_is_refused(text: str) -> None:
    with pytest.raises(InvalidName):
        DomainName.parse(text)


def test_a_name_in_another_script_is_taken_through_idna() -> None:
    assert DomainName.parse("Müller.example").text == "xn--mller-kva.example"


@pytest.mark.parametrize(
    "text",
    [
        "stra\u00dfe.example",
        "STRA\u1e9eE.example",
        "\u03c3\u03c6\u03bf\u03c2.example",
        "a\u200db.example",
        "a\u200cb.example",
    ],
)
def test_a_name_that_the_versions_of_idna_write_differently_is_refused(text: str) -> None:
    with pytest.raises(AmbiguousName):
        DomainName.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        *("mail.example.org", "a", "localhost", "-a.example", "a-.example", "_dmarc.example"),
        *("1.a", "x.1a", "xn--mller-kva.example", ".".join(["a" * 63] * 3), "b" * 63 + ".c"),
    ],
)
def test_what_can_be_a_host_name(text: str) -> None:
    name = DomainName.parse(text)
    assert is_host_name(name)
    assert host_name_flaw(name) is None
    assert isinstance(read_host_name(name), HostName)


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        (".", Flaw.ROOT),
        ("192.0.2.1", Flaw.ADDRESS_LITERAL),
        ("[192.0.2.1]", Flaw.ADDRESS_LITERAL),
        ("2001:db8::1", Flaw.ADDRESS_LITERAL),
        ("host.123", Flaw.NUMERIC_LAST_LABEL),
        ("12345", Flaw.NUMERIC_LAST_LABEL),
        (r"mail\.example.org", Flaw.ESCAPED_DOT),
        (r"mail\032server.example", Flaw.BAD_CHARACTER),
        (r"a\000b.example", Flaw.BAD_CHARACTER),
        (r"a\009b.example", Flaw.BAD_CHARACTER),
        ("a/b.example", Flaw.BAD_CHARACTER),
        (r"m\195\188ller.example", Flaw.BAD_CHARACTER),
    ],
)
def test_what_cannot_be_a_host_name_and_why(text: str, flaw: Flaw) -> None:
    name = DomainName.parse(text)
    assert not is_host_name(name)
    assert host_name_flaw(name) is flaw
    assert read_host_name(name) is None


@given(wire_names)
def test_the_expression_judges_as_a_plain_reading_of_the_rules(wire: bytes) -> None:
    wire = wire.lower()
    parts = DomainName(wire).labels
    allowed = set(b"abcdefghijklmnopqrstuvwxyz0123456789-_")
    usable = bool(parts) and all(set(part) <= allowed for part in parts) and not parts[-1].isdigit()
    assert is_host_name(DomainName(wire)) == usable


@given(st.binary(max_size=80))
def test_octets_that_are_not_a_name_are_not_a_host_name(octets: bytes) -> None:
    name = read_host_name(octets)
    if name is not None:
        assert dns.name.from_wire(octets, 0) == (dns.name.from_text(name.text), len(octets))


@pytest.mark.parametrize(
    ("text", "use"),
    [
        ("85.105.64.87", None),
        ("192.168.1.1", SpecialUse.PRIVATE),
        ("172.32.0.1", None),
        ("172.31.255.255", SpecialUse.PRIVATE),
        ("100.64.0.1", SpecialUse.SHARED),
        ("100.128.0.1", None),
        ("127.1.2.3", SpecialUse.LOOPBACK),
        ("169.254.9.9", SpecialUse.LINK_LOCAL),
        ("203.0.113.9", SpecialUse.DOCUMENTATION),
        ("2001:db8::1", SpecialUse.DOCUMENTATION),
        ("2001:470:1f0b:10::25", None),
        ("fe80::1", SpecialUse.LINK_LOCAL),
        ("fd00::1", SpecialUse.PRIVATE),
        ("::1", SpecialUse.LOOPBACK),
    ],
)
def test_what_an_address_is_reserved_for(text: str, use: SpecialUse | None) -> None:
    assert special_use(Address.parse(text)) is use
    assert is_public(Address.parse(text)) is (use is None)


@pytest.mark.parametrize(
    ("text", "use"),
    [
        ("::ffff:0:0a00:1", SpecialUse.RESERVED),  # IPv4-translated, RFC 2765
        ("::10.0.0.1", SpecialUse.RESERVED),  # IPv4-compatible, RFC 4291
        ("::8.8.8.8", SpecialUse.RESERVED),
        ("64:ff9b::8.8.8.8", None),  # NAT64, RFC 6052
        ("64:ff9b::10.0.0.1", SpecialUse.PRIVATE),
        ("64:ff9b::127.0.0.1", SpecialUse.LOOPBACK),
        ("64:ff9b::169.254.169.254", SpecialUse.LINK_LOCAL),
        ("64:ff9b::1:808:808", SpecialUse.RESERVED),  # another /96
        ("64:ff9b:1::8.8.8.8", SpecialUse.PRIVATE),  # a network's own NAT64, RFC 8215
        ("64:ff9b:1:ffff::1", SpecialUse.PRIVATE),
        ("2002:0808:0808::1", None),  # 6to4, RFC 3056
        ("2002:0a00:0001::1", SpecialUse.PRIVATE),
        ("2002:7f00:0001::", SpecialUse.LOOPBACK),
        ("2002:c0a8:0101:1::5", SpecialUse.PRIVATE),
        ("2002:6440:0001::", SpecialUse.SHARED),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", SpecialUse.DOCUMENTATION),  # Teredo, RFC 4380
        ("2001:0:4136:e378:8000:63bf:f7f7:f7f7", None),
        ("2001:0:4136:e378:8000:63bf:f5ff:fffe", SpecialUse.PRIVATE),  # the client, inverted
        ("2001:0:0a00:0001:8000:63bf:f7f7:f7f7", SpecialUse.PRIVATE),  # the server
        ("fec0::1", SpecialUse.RESERVED),  # once site-local, RFC 3879
        ("5f00::1", SpecialUse.RESERVED),  # segment routing, RFC 9602
        ("4000::1", SpecialUse.RESERVED),
        ("1fff:ffff::1", SpecialUse.RESERVED),
        ("2001:4860:4860::8888", None),
        ("3ffe::1", None),
        ("2001:10::1", SpecialUse.RESERVED),
        ("2001:1ff::1", SpecialUse.RESERVED),
        ("2001:200::1", None),
    ],
)
def test_an_ipv6_address_is_reserved_for_what_its_packets_are_sent_on_to(
    text: str, use: SpecialUse | None
) -> None:
    assert special_use(Address.parse(text)) is use


@pytest.mark.parametrize("inner", ["8.8.8.8", "10.0.0.1", "127.0.0.1"])
def test_an_ipv4_mapped_address_in_a_record_is_no_address_of_the_internet(inner: str) -> None:
    """The system would send to the IPv4 address."""
    assert not is_public(Address(bytes(10) + b"\xff\xff" + Address.parse(inner)))


@given(st.ip_addresses())
def test_what_ipaddress_calls_private_is_not_public(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    ours = Address(address.packed)
    if is_public(ours) and not embedded(ours):
        assert not (address.is_private or address.is_multicast or address.is_loopback)
        assert not (address.is_link_local or address.is_reserved or address.is_unspecified)


@given(st.ip_addresses(v=4), st.integers(0, 32), st.ip_addresses(v=4))
def test_a_network_contains_what_ipaddress_says_it_contains(
    base: ipaddress.IPv4Address, length: int, other: ipaddress.IPv4Address
) -> None:
    theirs = ipaddress.ip_network((base, length), strict=False)
    ours = Network(str(theirs))
    assert (Address(other.packed) in ours) == (other in theirs)
    assert Address(base.packed) in ours
    assert Address.parse("2001:db8::1") not in ours


@pytest.mark.parametrize("text", ["192.0.2.1/24", "192.0.2.0/33", "192.0.2.0/", "x/8", "::/129"])
def test_a_network_with_a_mistake_in_it_is_refused(text: str) -> None:
    with pytest.raises(InvalidAddress):
        Network(text)


def test_being_under_a_name_goes_by_labels() -> None:
    parse = DomainName.parse
    assert parse("a.example.org").is_under(parse("example.org"))
    assert parse("example.org").is_under(parse("example.org"))
    assert not parse("badexample.org").is_under(parse("example.org"))
    assert parse("example.org").is_under(parse("."))
