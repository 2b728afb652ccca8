"""The sender domain's MX vouches if one of its hosts is the client."""

import asyncio

import pytest

from gotrdns import vouching
from gotrdns.lookup import Answer, MailExchange, Outcome, Question, RecordType
from gotrdns.names import Address, DomainName
from gotrdns.vouching import Word
from gotrdns.vouching.inquiry import Inquiry
from gotrdns.vouching.mx import MOST_EXCHANGES, hear_mx
from tests.unit.slow_resolver import SlowResolver
from tests.unit.vouchers import DOMAIN, ZOMBIE, ZOMBIE_V6, CountingResolver, inquiry, run

SOA = "org. SOA a.example. h.example. 1 2 3 4 60\n"


def hear(world: str, client: Address = ZOMBIE) -> vouching.Testimony:
    return run(hear_mx(inquiry(SOA + world), client, DOMAIN))


def test_any_of_the_hosts_vouches_whatever_became_of_the_others() -> None:
    testimony = hear(
        "example.org. 200 MX 10 slow.example.org.\nslow.example.org. timeout\n"
        "example.org. 200 MX 20 mail.example.org.\nmail.example.org. 100 A 85.105.64.87\n"
    )
    assert (testimony.word, testimony.because) == (Word.VOUCHES, "mail.example.org")
    assert testimony.lifetime == 100


def test_an_ipv6_client_is_looked_for_among_aaaa_records() -> None:
    world = "example.org. MX 10 mail.example.org.\nmail.example.org. AAAA 2001:db8:1:2::25\n"
    assert hear(world, ZOMBIE_V6).word is Word.VOUCHES
    assert hear(world).word is Word.SILENT


def test_hosts_elsewhere_are_silent_for_as_long_as_all_answers_hold() -> None:
    testimony = hear(
        "example.org. 200 MX 10 a.example.org.\nexample.org. 200 MX 20 b.example.org.\n"
        "a.example.org. 100 A 192.0.2.1\nb.example.org. 150 A 192.0.2.2\n"
    )
    assert (testimony.word, testimony.because, testimony.lifetime) == (Word.SILENT, "", 100)


@pytest.mark.parametrize(
    "world",
    [
        "example.org. servfail\n",
        "example.org. MX 10 a.example.org.\na.example.org. timeout\n"
        "example.org. MX 20 b.example.org.\nb.example.org. A 192.0.2.1\n",
    ],
)
def test_dns_trouble_is_not_silence(world: str) -> None:
    assert hear(world).word is Word.UNKNOWN


def test_a_domain_without_mx_takes_its_mail_itself() -> None:
    assert hear("example.org. A 85.105.64.87\n").word is Word.VOUCHES


def test_a_domain_with_mx_elsewhere_does_not() -> None:
    world = (
        "example.org. A 85.105.64.87\nexample.org. MX 1 a.example.org.\na.example.org. A 192.0.2.1"
    )
    assert hear(world).word is Word.SILENT


@pytest.mark.parametrize("exchange", [".", "192.0.2.1.", "mail\\.example.org."])
def test_a_null_mx_or_one_that_is_no_host_name_vouches_for_nobody(exchange: str) -> None:
    resolver = CountingResolver(f"example.org. A 85.105.64.87\nexample.org. MX 0 {exchange}\n")
    testimony = run(hear_mx(Inquiry(resolver), ZOMBIE, DOMAIN))
    assert testimony.word is Word.SILENT
    assert resolver.asked == [Question(DOMAIN, RecordType.MX)]


def test_a_domain_that_does_not_exist_is_silent() -> None:
    assert hear("example.net. A 192.0.2.1\n").word is Word.SILENT


def test_no_more_than_ten_hosts_are_asked_the_preferred_first() -> None:
    lines = [f"example.org. MX {40 - n} m{n}.example.org." for n in range(40)]
    resolver = CountingResolver(SOA + "\n".join(lines))
    assert run(hear_mx(Inquiry(resolver), ZOMBIE, DOMAIN)).word is Word.SILENT
    asked = {each.name.text for each in resolver.asked if each.type is RecordType.A}
    assert asked == {f"m{n}.example.org" for n in range(39, 29, -1)}
    assert len(asked) == MOST_EXCHANGES


def test_a_slow_host_does_not_hold_up_the_one_that_is_the_client() -> None:
    names = [DomainName.parse(f"{each}.example.org") for each in ("slow", "mail")]
    exchanges = tuple(MailExchange(n, name) for n, name in enumerate(names))
    resolver = SlowResolver(
        {
            Question(DOMAIN, RecordType.MX): Answer(Outcome.FOUND, exchanges=exchanges, ttl=60),
            Question(names[1], RecordType.A): Answer(Outcome.FOUND, addresses=(ZOMBIE,), ttl=60),
        }
    )

    async def ask() -> vouching.Testimony:
        heard = await hear_mx(Inquiry(resolver), ZOMBIE, DOMAIN)
        await asyncio.sleep(0)
        assert not resolver.waiting, "the question about the slow one is withdrawn"
        return heard

    assert run(ask()).word is Word.VOUCHES
