"""SPF vouches only through terms that point at the client closely, and did so before it came."""

import pytest

from gotrdns.names import Address
from gotrdns.vouching import Word
from gotrdns.vouching.inquiry import Inquiry
from gotrdns.vouching.spf import MOST_QUESTIONS, SpfResult, hear_spf
from tests.unit.vouchers import (
    DOMAIN,
    ZOMBIE,
    ZOMBIE_V6,
    CountingResolver,
    check_host,
    inquiry,
    run,
)

HOSTS = """
example.org. MX 10 mail.example.org.
mail.example.org. A 192.0.2.1
mail.example.org. A 85.105.64.87
mail.example.org. AAAA 2001:db8:1:2::25
near.example.org. A 85.105.64.1
near.example.org. AAAA 2001:db8:1:ffff::1
87.64.105.85.in-addr.arpa. PTR mail.example.org.
in-addr.85.105.64.87.example.org. A 85.105.64.87
85.105.64.87.example.org. A 85.105.64.87
85.105.64.87.example.org. TXT "v=spf1 ip4:85.105.64.87"
h.example.net.example.org. A 85.105.64.87
mail.example.org.example.org. A 85.105.64.87
postmaster.example.org. A 85.105.64.87
example.org.example.org. A 85.105.64.87
elsewhere.example.org. TXT "v=spf1 ip4:192.0.2.0/24"
x.85.105.64.87.example.org. TXT "v=spf1 ip4:192.0.2.1 -all"
narrow.example.org. TXT "v=spf1 ip4:85.105.64.0/24"
wide.example.org. TXT "v=spf1 ip4:85.105.0.0/16"
many.example.org. TXT "v=spf1 include:many2.example.org"
many2.example.org. TXT "v=spf1 a:%{i}.example.org ~all"
"""


def hear(policy: str, client: Address = ZOMBIE) -> Word:
    return run(
        hear_spf(inquiry(f'{HOSTS}\nexample.org. TXT "v=spf1 {policy}"'), client, DOMAIN, None)
    ).word


@pytest.mark.parametrize(
    "policy",
    [
        "ip4:85.105.64.87 -all",
        "ip4:85.105.64.0/24 -all",
        "a:mail.example.org -all",
        "a:near.example.org/24 -all",
        "a:near.example.org/24//0 -all",
        "mx -all",
        "mx/24 -all",
        "include:narrow.example.org -all",
        "redirect=narrow.example.org",
        "a:%{d}.example.org -all",
        "a:%{o}.example.org -all",
        "a:%{d}.%{d2}/24 -all",
        "ip4:192.0.2.0/8 a:%{i}.no.example.org mx -all",
        "?include:elsewhere.example.org mx -all",
        "include:x.%{i}.example.org mx -all",
    ],
)
def test_what_points_closely_at_the_client_vouches(policy: str) -> None:
    assert hear(policy) is Word.VOUCHES


@pytest.mark.parametrize(
    "policy",
    [
        "+all",
        "ip4:85.105.64.0/23",
        "ip4:0.0.0.0/1 ip4:128.0.0.0/1",
        "a:near.example.org/23",
        "a:near.example.org/0",
        "mx/0//128",
        "exists:mail.example.org",
        "exists:%{i}.example.org",
        "ptr",
        "ptr:example.org",
        "include:wide.example.org",
        "redirect=wide.example.org",
    ],
)
def test_what_points_at_half_the_world_only_covers(policy: str) -> None:
    assert hear(policy) is Word.COVERS


@pytest.mark.parametrize(
    "policy",
    [
        "a:%{i}.example.org",
        "a:%{I}.example.org",
        "a:%{v}.%{i}.example.org",
        "a:%{h}.example.org",
        "a:%{p}.example.org",
        "a:%{l}.example.org",
        "a:%{l1r-}.example.org",
        "include:%{i}.example.org",
        "redirect=%{i}.example.org",
        "include:many.example.org",
        "redirect=many.example.org",
    ],
)
def test_a_name_made_from_the_client_only_covers(policy: str) -> None:
    """Such a record names every client in the world, each when it comes."""
    assert hear(policy) is Word.COVERS


@pytest.mark.parametrize(
    "policy",
    [
        "-all",
        "~ip4:85.105.64.87",
        "?mx",
        "?include:wide.example.org mx -all",
        "-ip4:85.105.64.87 mx",
        "ip4:192.0.2.1 -all",
        "include:missing.example.org mx",
        "redirect=missing.example.org",
        "ip4:85.105.64.87/33",
        "ip4:085.105.64.87",
        "include:example.org mx",
        "redirect=example.org",
    ],
)
def test_what_does_not_pass_is_silent(policy: str) -> None:
    assert hear(policy) is Word.SILENT


@pytest.mark.parametrize(
    ("policy", "word"),
    [
        ("ip6:2001:db8:1::/48", Word.VOUCHES),
        ("ip6:2001:db8:1::/47", Word.COVERS),
        ("a:mail.example.org", Word.VOUCHES),
        ("a:near.example.org/32//48", Word.VOUCHES),
        ("a:near.example.org//47", Word.COVERS),
        ("a:near.example.org/0", Word.SILENT),
        ("mx/0", Word.VOUCHES),
        ("ip4:85.105.64.87", Word.SILENT),
    ],
)
def test_an_ipv6_client_is_compared_by_the_second_prefix(policy: str, word: Word) -> None:
    assert hear(policy, ZOMBIE_V6) is word


def test_a_literal_percent_sign_is_no_macro() -> None:
    world = 'example.org. TXT "v=spf1 a:%%{i}.example.org"\n%{i}.example.org. A 85.105.64.87'
    term = check_host(world).term
    assert term is not None and not term.is_made_for_client


def test_of_thousands_of_addresses_the_nearest_counts() -> None:
    lines = [f"example.org. A 85.105.{n // 250}.{n % 250}" for n in range(64 * 250, 65 * 250)]
    for policy, word in (("a", Word.VOUCHES), ("a/24", Word.VOUCHES), ("a/16", Word.COVERS)):
        world = "\n".join([*lines, f'example.org. TXT "v=spf1 {policy}"'])
        assert run(hear_spf(inquiry(world), ZOMBIE, DOMAIN, None)).word is word


@pytest.mark.parametrize("trouble", ["servfail", "refused", "timeout", "unproven"])
def test_dns_trouble_is_not_silence(trouble: str) -> None:
    assert run(hear_spf(inquiry(f"example.org. {trouble}"), ZOMBIE, DOMAIN, None)).word is (
        Word.UNKNOWN
    )
    world = f'example.org. TXT "v=spf1 a:x.example.org -all"\nx.example.org. {trouble}'
    assert run(hear_spf(inquiry(world), ZOMBIE, DOMAIN, None)).word is Word.UNKNOWN


def test_the_testimony_says_which_term_and_for_how_long() -> None:
    world = (
        'example.org. 200 TXT "v=spf1 include:b.example -all"\n'
        'b.example. 100 TXT "v=spf1 ip4:85.105.64.0/24 -all"'
    )
    testimony = run(hear_spf(inquiry(world), ZOMBIE, DOMAIN, None))
    assert (testimony.because, testimony.lifetime) == ("ip4:85.105.64.0/24", 100)


def test_ten_terms_that_ask_are_the_most() -> None:
    def world(terms: int) -> str:
        names = [f"a{n}.example.org" for n in range(terms)]
        policy = " ".join(f"a:{name}" for name in names)
        hosts = "\n".join(f"{name}. A 192.0.2.1" for name in names)
        return f'example.org. TXT "v=spf1 {policy} ip4:85.105.64.87"\n{hosts}'

    assert check_host(world(10)).result is SpfResult.PASS
    assert check_host(world(11)).result is SpfResult.PERMERROR


def test_two_void_look_ups_are_the_most() -> None:
    def policy(count: int) -> str:
        terms = " ".join(f"a:void{n}.example.org" for n in range(count))
        return f'example.org. TXT "v=spf1 {terms} ip4:85.105.64.87"'

    assert check_host(policy(2)).result is SpfResult.PASS
    assert check_host(policy(3)).result is SpfResult.PERMERROR


def test_records_that_lead_to_one_another_end() -> None:
    world = (
        'example.org. TXT "v=spf1 include:b.example -all"\n'
        'b.example. TXT "v=spf1 redirect=c.example"\n'
        'c.example. TXT "v=spf1 include:example.org"'
    )
    resolver = CountingResolver(world)
    assert run(hear_spf(Inquiry(resolver), ZOMBIE, DOMAIN, None)).word is Word.SILENT
    assert len(resolver.asked) <= 11


def test_the_questions_about_one_domain_are_bounded() -> None:
    lines = ['example.org. TXT "v=spf1 ' + " ".join(f"mx:d{n}.example" for n in range(10)) + '"']
    for n in range(10):
        for m in range(10):
            host = f"m{m}.d{n}.example."
            lines += [f"d{n}.example. MX {m} {host}", f"{host} A 192.0.2.1"]
    resolver = CountingResolver("\n".join(lines))
    assert run(hear_spf(Inquiry(resolver), ZOMBIE, DOMAIN, None)).word is Word.SILENT
    assert len(resolver.asked) == MOST_QUESTIONS


def test_a_fail_asks_for_no_explanation() -> None:
    world = 'example.org. TXT "v=spf1 exp=why.example.org -all"\nwhy.example.org. TXT "because"'
    resolver = CountingResolver(world)
    assert run(hear_spf(Inquiry(resolver), ZOMBIE, DOMAIN, None)).word is Word.SILENT
    assert [each.name for each in resolver.asked] == [DOMAIN]
