"""Every way in which machines write an address into a name is found, and named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.classification import Reason, ReasonKind, carries_address, classify
from gotrdns.names import Address, DomainName

V6 = "2001:db8:83b8:1e7a:4427:cc85:6706:c595"
NIBBLES = "5.9.5.c.6.0.7.6.5.8.c.c.7.2.4.4.a.7.e.1.8.b.3.8.8.b.d.0.1.0.0.2"


@pytest.mark.parametrize(
    ("address", "name", "kind"),
    [
        ("37.157.141.190", "37-157-141-190.provider.example", ReasonKind.OCTETS),
        ("37.157.141.190", "37.157.141.190.provider.example", ReasonKind.OCTETS),
        ("37.157.141.190", "host_37_157_141_190.provider.example", ReasonKind.OCTETS),
        ("202.210.215.66", "202x210x215x66.ap.provider.example", ReasonKind.OCTETS),
        ("24.210.34.53", "dhcp024-210-034-053.provider.example", ReasonKind.OCTETS),
        ("190.104.26.114", "lpz-190-104-26-00114.provider.example", ReasonKind.OCTETS),
        ("62.73.5.158", "158-5-73-62.provider.example", ReasonKind.OCTETS_REVERSED),
        ("83.49.191.76", "76.red-83-49-191.provider.example", ReasonKind.OCTETS_PERMUTED),
        ("80.201.67.74", "74.67-201-80.provider.example", ReasonKind.OCTETS_REVERSED),
        ("51.75.18.63", "63.ip-51-75-18.example", ReasonKind.OCTETS_PERMUTED),
        ("212.95.5.4", "212095005004.provider.example", ReasonKind.OCTETS_JOINED),
        ("85.105.64.87", "static851056487.provider.example", ReasonKind.OCTETS_JOINED),
        ("210.67.181.250", "host250.21067181.provider.example", ReasonKind.OCTETS_JOINED),
        ("82.49.162.72", "host72-162.pool8249.provider.example", ReasonKind.OCTETS_JOINED),
        ("61.198.34.12", "12.net061198034.provider.example", ReasonKind.OCTETS_JOINED),
        ("70.56.99.115", "1178100595.provider.example", ReasonKind.INTEGER),
        ("95.91.244.138", "ip5f5bf48a.provider.example", ReasonKind.HEXADECIMAL),
        ("82.180.64.148", "0x52b44094.provider.example", ReasonKind.HEXADECIMAL),
        ("149.81.74.107", "6b.4a.5195.provider.example", ReasonKind.HEXADECIMAL),
        (V6, f"{NIBBLES}.provider.example", ReasonKind.NIBBLES),
        (V6, "2001-db8-83b8-1e7a-4427-cc85-6706-c595.provider.example", ReasonKind.GROUPS),
        (V6, "2001-0db8-83b8-1e7a-4427-cc85-6706-c595.provider.example", ReasonKind.GROUPS),
        (V6, "p20010db883b81e7a4427cc856706c595.provider.example", ReasonKind.HEXADECIMAL),
        ("2001:db8::25", "ip-2001-db8--25.provider.example", ReasonKind.GROUPS),
    ],
)
def test_the_whole_address_is_found(address: str, name: str, kind: ReasonKind) -> None:
    assert carries_address(Address.parse(address), DomainName.parse(name))
    assert kind in {reason.kind for reason in reasons(address, name)}


@pytest.mark.parametrize(
    ("address", "name", "found"),
    [
        (
            "216.217.85.158",
            "a-216-217-xxx-158.isp.example",
            (ReasonKind.THREE_OCTETS, "216-217-158"),
        ),
        ("102.249.0.202", "a-249-0-202.isp.example", (ReasonKind.THREE_OCTETS, "249-0-202")),
        ("81.192.53.197", "client197-53.isp.example", (ReasonKind.LAST_TWO_OCTETS, "197-53")),
        ("81.192.146.114", "cs146114.pp.isp.example", (ReasonKind.LAST_TWO_OCTETS, "146114")),
        ("64.237.53.102", "adsl053102.isp.example", (ReasonKind.LAST_TWO_OCTETS, "053102")),
        ("24.132.246.246", "node1f6f6.isp.example", (ReasonKind.LAST_TWO_OCTETS, "node1f6f6")),
        ("24.149.93.199", "ip199.cable.isp.example", (ReasonKind.LAST_OCTET, "199")),
        ("115.31.36.9", "host009.flets.isp.example", (ReasonKind.LAST_OCTET, "009")),
        (V6, "dyn-2001-db8-83b8-1e7a.isp.example", (ReasonKind.SOME_GROUPS, "20010db883b81e7a")),
        (V6, "adsl-6706c595.isp.example", (ReasonKind.SOME_GROUPS, "6706c595")),
    ],
)
def test_a_part_of_the_address_is_found(
    address: str, name: str, found: tuple[ReasonKind, str]
) -> None:
    assert Reason(*found) in reasons(address, name)
    assert not carries_address(Address.parse(address), DomainName.parse(name))


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("198.51.100.10", "alpha10x.example.com"),  # a counter, and no word for lines
        ("203.57.1.2", "alpha1-2.example.com"),  # small numbers
        ("203.57.241.7", "alpha77.example.com"),  # another number
        ("203.57.241.198", "alpha1985.example.com"),  # the beginning of a longer one
    ],
)
def test_numbers_that_agree_by_chance_make_nothing_of_a_name(address: str, name: str) -> None:
    assert [reason.kind for reason in reasons(address, name)] == [ReasonKind.NOTHING_GENERIC]


octets = st.integers(0, 255)


@given(st.tuples(octets, octets, octets, octets), st.permutations([0, 1, 2, 3]))
def test_octets_are_found_in_whatever_order(
    values: tuple[int, int, int, int], order: list[int]
) -> None:
    name = "-".join(str(values[position]) for position in order)
    assert carries_address(Address(bytes(values)), DomainName.parse(f"{name}.isp.example"))


@given(st.binary(min_size=4, max_size=4) | st.binary(min_size=16, max_size=16))
def test_every_address_is_found_in_hexadecimal(packed: bytes) -> None:
    address = Address(packed)
    assert carries_address(address, DomainName.parse(f"ip{address.hex()}.isp.example"))


def reasons(address: str, name: str) -> tuple[Reason, ...]:
    return classify(Address.parse(address), DomainName.parse(name)).reasons
