"""The HELO name vouches if somebody chose it and it resolves to the client."""

import pytest

from gotrdns import vouching
from gotrdns.names import Address, DomainName
from gotrdns.policy import Voucher
from gotrdns.vouching import Word, is_generic
from gotrdns.vouching.helo import hear_helo
from tests.unit.vouchers import ZOMBIE, ZOMBIE_V6, inquiry, run

MAIL = DomainName.parse("mail.example.org")
GENERIC = DomainName.parse("85-105-64-87.dsl.ttnet.net.tr")
WORLD = """
org. SOA a.example. h.example. 1 2 3 4 60
mail.example.org. 120 A 192.0.2.1
mail.example.org. 120 A 85.105.64.87
mail.example.org. 900 AAAA 2001:db8:1:2::25
other.example.org. A 192.0.2.1
slow.example.org. timeout
85-105-64-87.dsl.ttnet.net.tr. A 85.105.64.87
85-105-64-87.adsl.ttnet.net.tr. timeout
"""


def hear(name: str, client: Address = ZOMBIE) -> vouching.Testimony:
    return run(hear_helo(inquiry(WORLD), client, DomainName.parse(name)))


def test_a_chosen_name_that_resolves_to_the_client_vouches() -> None:
    assert hear("mail.example.org") == vouching.Testimony(
        Voucher.HELO, MAIL, Word.VOUCHES, "mail.example.org", 120
    )


def test_an_ipv6_client_is_looked_for_among_aaaa_records() -> None:
    assert hear("mail.example.org", ZOMBIE_V6).word is Word.VOUCHES
    assert hear("mail.example.org", ZOMBIE_V6).lifetime == 300
    assert hear("other.example.org", ZOMBIE_V6).word is Word.SILENT


@pytest.mark.parametrize("name", ["other.example.org", "missing.example.org"])
def test_a_name_that_leads_elsewhere_or_nowhere_is_silent(name: str) -> None:
    assert hear(name).word is Word.SILENT


def test_dns_trouble_is_not_silence() -> None:
    testimony = hear("slow.example.org")
    assert testimony.word is Word.UNKNOWN
    assert testimony.lifetime == 0


def test_a_generic_name_covers_the_client_and_does_not_vouch() -> None:
    assert is_generic(ZOMBIE, GENERIC)
    assert hear(GENERIC.text).word is Word.COVERS


def test_trouble_with_a_generic_name_leaves_nothing_open() -> None:
    assert hear("85-105-64-87.adsl.ttnet.net.tr").word is Word.SILENT
