"""Which names spell their address, and which only look like it."""

import pytest

from gotrdns.classification import carries_address
from gotrdns.names import Address, DomainName


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("37.157.141.190", "37-157-141-190.provider.example"),
        ("37.157.141.190", "host-37-157-141-190.dyn.provider.example"),
        ("73.62.5.158", "158.5.62.73.pool.provider.example"),
        ("83.49.191.76", "76.red-83-49-191.provider.example"),
        ("212.95.5.4", "212.095.005.004.provider.example"),
        ("212.95.5.4", "h212095005004.provider.example"),
        ("85.105.64.87", "dsl.static851056487.ttnet.net.tr"),
        ("210.67.181.250", "host250.21067181.provider.example"),
        ("95.91.244.138", "ip5f5bf48a.dynamic.provider.example"),
        ("82.180.64.148", "0x52b44094.generic.provider.example"),
        ("51.75.18.63", "63.ip-51-75-18.eu"),
        ("107.74.81.149", "6b4a-5195.provider.example"),
        ("107.74.81.149", "static-6b4a5195.provider.example"),
        ("16.18.22.36", "10121624.provider.example"),
        ("107.74.81.149", "6b.4a.5195.provider.example"),
        ("107.74.81.149", "95-51-4a-6b.provider.example"),
        ("70.55.231.195", "bas1-1178068931.provider.example"),
        ("2001:db8::25", "ip-2001-db8--25.provider.example"),
        ("2001:db8::25", "2001-db8-0-0-0-0-0-25.provider.example"),
        ("2001:db8::25", "2001-0db8-0000-0000-0000-0000-0000-0025.provider.example"),
        ("2001:db8::25", "20010db8000000000000000000000025.provider.example"),
        (
            "2001:db8::25",
            "5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.provider.example",
        ),
    ],
)
def test_a_name_made_from_the_address_is_recognised(address: str, name: str) -> None:
    assert carries_address(Address.parse(address), DomainName.parse(name))


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("192.168.1.1", "mail.eddorre.com"),
        ("10.0.0.1", "mail10.example.com"),
        ("1.2.3.4", "mail1234.example.com"),  # too few digits to be more than chance
        ("220.181.12.11", "m12-11.163.com"),
        ("85.105.64.87", "85-105-64-88.provider.example"),
        ("85.105.64.87", "x9851056487.provider.example"),  # a longer number
        ("85.105.64.87", "64.105.85.example"),  # a domain of three octets, and no host in it
        ("107.74.81.149", "x6b4a51950.provider.example"),
        ("2001:db8::25", "mail25.example.com"),
        ("2001:db8::25", "2001-db8--26.provider.example"),
    ],
)
def test_a_name_that_only_shares_digits_is_not(address: str, name: str) -> None:
    assert not carries_address(Address.parse(address), DomainName.parse(name))
