"""Who vouches for a client: all are asked at once, and what is heard by the deadline counts."""

import asyncio

import pytest

from gotrdns.lookup import Answer, Outcome, Question, RecordType
from gotrdns.names import Address, DomainName
from gotrdns.policy import Vouched, Voucher
from gotrdns.vouching import Reach, Spoken, Vouching
from gotrdns.vouching.inquiry import LONGEST_KEPT
from gotrdns.vouching.reach import network_of
from tests.unit.slow_resolver import SlowResolver
from tests.unit.vouchers import DOMAIN, ZOMBIE, ZOMBIE_V6, CountingResolver, run

NOW = 1_800_000_000.0
HELO = DomainName.parse("mail.example.org")
GENERIC = DomainName.parse("85-105-64-87.dsl.ttnet.net.tr")
SOA = "org. SOA a.example. h.example. 1 2 3 4 60\n"
BUSINESS = (
    SOA
    + """
mail.example.org. 600 A 85.105.64.87
mail.example.org. 600 AAAA 2001:db8:1:2::25
example.org. 600 MX 10 mail.example.org.
example.org. 600 TXT "v=spf1 mx -all"
85-105-64-87.dsl.ttnet.net.tr. A 85.105.64.87
85-105-64-87.dsl.ttnet.net.tr. TXT "v=spf1 a -all"
"""
)
MX = Question(DOMAIN, RecordType.MX)
TXT = Question(DOMAIN, RecordType.TXT)
ADDRESS = Question(HELO, RecordType.A)
FOUND = Answer(Outcome.FOUND, addresses=(ZOMBIE,), ttl=60)


class Asking:
    """Vouchers, with a clock to be moved and what they told of their reach."""

    def __init__(self, resolver: CountingResolver | SlowResolver, **limits: int) -> None:
        self.now = NOW
        self.news: list[Spoken] = []
        self.reach = Reach()
        self.vouching = Vouching(
            resolver,
            self.reach,
            clock=lambda: self.now,
            on_spoken=self.news.append,
            **limits,
        )

    async def ask(
        self,
        client: Address = ZOMBIE,
        *,
        helo: DomainName | None = None,
        sender: DomainName | None = None,
        deadline: float = 5.0,
        confirmed: bool = False,
    ) -> Vouched:
        return await self.vouching.ask(
            client, helo=helo, sender=sender, deadline=deadline, confirmed=confirmed
        )


def ask_in(
    world: str,
    client: Address = ZOMBIE,
    *,
    helo: DomainName | None = None,
    sender: DomainName | None = None,
) -> tuple[Vouched, list[Question]]:
    """What is heard, and what was asked for it."""
    resolver = CountingResolver(world)
    return run(Asking(resolver).ask(client, helo=helo, sender=sender)), resolver.asked


async def turn() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_all_three_can_vouch() -> None:
    vouched, _ = ask_in(BUSINESS, helo=HELO, sender=DOMAIN)
    assert set(vouched.by) == set(Voucher)
    assert set(vouched.domains) == {HELO, DOMAIN}
    assert (vouched.helo_resolves, vouched.sender_covers, vouched.undetermined) == (
        True,
        True,
        False,
    )


def test_who_says_nothing_has_nobody() -> None:
    assert ask_in(BUSINESS) == (Vouched(), [])
    stranger = Address.parse("192.0.2.99")
    assert ask_in(BUSINESS, stranger, helo=HELO, sender=DOMAIN)[0] == Vouched()


def test_an_ipv6_client_is_vouched_for_by_its_own_family() -> None:
    vouched, asked = ask_in(BUSINESS, ZOMBIE_V6, helo=HELO, sender=DOMAIN)
    assert set(vouched.by) == set(Voucher)
    assert RecordType.A not in {each.type for each in asked}


def test_a_mapped_address_is_the_ipv4_client() -> None:
    mapped = Address(b"\x00" * 10 + b"\xff\xff" + bytes(ZOMBIE))
    vouched, asked = ask_in(BUSINESS, mapped, helo=HELO, sender=DOMAIN)
    assert set(vouched.by) == set(Voucher)
    assert RecordType.AAAA not in {each.type for each in asked}


def test_without_a_sender_domain_only_the_helo_name_is_asked() -> None:
    vouched, asked = ask_in(BUSINESS, helo=HELO)
    assert vouched.by == (Voucher.HELO,)
    assert asked == [ADDRESS]


def test_a_generic_helo_name_resolves_and_does_not_vouch() -> None:
    vouched, _ = ask_in(BUSINESS, helo=GENERIC)
    assert vouched == Vouched(helo_resolves=True)


def test_a_generic_sender_domain_is_not_even_asked() -> None:
    """By implicit MX every line of an access network would be its own mail exchange."""
    assert ask_in(BUSINESS, sender=GENERIC) == (Vouched(), [])


@pytest.mark.parametrize("name", ["localhost", "192.0.2.1", "\\[85\\.105\\.64\\.87\\]", "org"])
def test_what_is_no_full_host_name_is_not_asked_about(name: str) -> None:
    bad = DomainName.parse(name)
    assert ask_in(BUSINESS + "localhost. A 85.105.64.87", helo=bad, sender=bad) == (Vouched(), [])


@pytest.mark.parametrize("trouble", ["servfail", "timeout", "refused", "unproven"])
def test_trouble_leaves_it_undetermined(trouble: str) -> None:
    world = f"mail.example.org. {trouble}\nexample.org. {trouble}"
    vouched, _ = ask_in(world, helo=HELO, sender=DOMAIN)
    assert vouched == Vouched(undetermined=True)


def test_trouble_with_one_does_not_silence_another() -> None:
    vouched, _ = ask_in(
        BUSINESS + "example.net. timeout", helo=HELO, sender=DomainName.parse("example.net")
    )
    assert vouched.by == (Voucher.HELO,)
    assert vouched.undetermined


def test_a_wide_record_is_enough_for_an_exception_only() -> None:
    vouched, _ = ask_in(SOA + 'example.org. TXT "v=spf1 +all"', sender=DOMAIN)
    assert vouched == Vouched(sender_covers=True)


def test_the_questions_about_one_client_are_bounded() -> None:
    lines = [f"example.org. MX {n} m{n}.example.org." for n in range(50)]
    lines += [f"m{n}.example.org. A 192.0.2.{n}" for n in range(50)]
    lines += [
        'example.org. TXT "v=spf1 ' + " ".join(f"mx:d{n}.example.org" for n in range(10)) + '"'
    ]
    for d in range(10):
        for m in range(10):
            host = f"h{m}.d{d}.example.org."
            lines += [f"d{d}.example.org. MX 1 {host}", f"{host} A 192.0.2.1"]
    _, asked = ask_in("\n".join(lines), helo=HELO, sender=DOMAIN)
    assert len(asked) == 1 + (1 + 10) + 40


def test_what_is_heard_by_the_deadline_counts_although_others_did_not_answer() -> None:
    async def ask() -> None:
        asking = Asking(SlowResolver({ADDRESS: FOUND}))
        began = asyncio.get_running_loop().time()
        vouched = await asking.ask(helo=HELO, sender=DOMAIN, deadline=0.05)
        assert 0.04 < asyncio.get_running_loop().time() - began < 1.0
        assert vouched == Vouched(
            by=(Voucher.HELO,), domains=(HELO,), undetermined=True, helo_resolves=True
        )
        asking.vouching.close()
        await turn()

    run(ask())


def test_look_ups_go_on_after_the_deadline_and_serve_the_next_attempt() -> None:
    async def ask() -> None:
        resolver = SlowResolver()
        asking = Asking(resolver)
        assert (await asking.ask(helo=HELO, deadline=0.01)).undetermined
        resolver.answer(ADDRESS, FOUND)
        await turn()
        assert (await asking.ask(helo=HELO, deadline=0.0)).by == (Voucher.HELO,)
        assert resolver.asked == [ADDRESS]

    run(ask())


def test_who_asks_the_same_meanwhile_shares_the_look_up() -> None:
    async def ask() -> None:
        resolver = SlowResolver()
        asking = Asking(resolver)
        both = asyncio.gather(asking.ask(helo=HELO), asking.ask(helo=HELO))
        await turn()
        resolver.answer(ADDRESS, FOUND)
        assert [each.by for each in await both] == [(Voucher.HELO,)] * 2
        assert resolver.asked == [ADDRESS]

    run(ask())


def test_giving_up_an_answer_does_not_end_the_look_up() -> None:
    async def ask() -> None:
        resolver = SlowResolver()
        asking = Asking(resolver)
        waiting = asyncio.ensure_future(asking.ask(helo=HELO))
        await turn()
        waiting.cancel()
        await turn()
        assert list(resolver.waiting) == [ADDRESS]
        resolver.answer(ADDRESS, FOUND)
        await turn()
        assert (await asking.ask(helo=HELO, deadline=0.0)).by == (Voucher.HELO,)

    run(ask())


def test_closing_withdraws_all_questions() -> None:
    async def ask() -> None:
        resolver = SlowResolver()
        asking = Asking(resolver)
        waiting = asyncio.ensure_future(asking.ask(helo=HELO, sender=DOMAIN))
        await turn()
        assert set(resolver.waiting) == {ADDRESS, MX, TXT}
        asking.vouching.close()
        assert await waiting == Vouched(undetermined=True)
        assert not resolver.waiting

    run(ask())


def test_no_more_than_so_many_are_under_way() -> None:
    async def ask() -> None:
        resolver = SlowResolver()
        asking = Asking(resolver, most_under_way=2)
        names = [DomainName.parse(f"m{n}.example.org") for n in range(5)]
        asked = asyncio.gather(*(asking.ask(helo=name, deadline=0.02) for name in names))
        await turn()
        assert [each.name for each in resolver.waiting] == names[:2]
        assert await asked == [Vouched(undetermined=True)] * 5
        resolver.answer(Question(names[0], RecordType.A), FOUND)
        await turn()
        later = asyncio.ensure_future(asking.ask(helo=names[4], deadline=1.0))
        await turn()
        resolver.answer(Question(names[4], RecordType.A), FOUND)
        assert (await later).by == (Voucher.HELO,)
        asking.vouching.close()

    run(ask())


def test_what_was_heard_is_kept_for_as_long_as_the_records_hold_and_no_longer() -> None:
    async def ask(ttl: int, seconds: float) -> int:
        resolver = CountingResolver(f"mail.example.org. {ttl} A 85.105.64.87")
        asking = Asking(resolver)
        for _ in range(2):
            assert (await asking.ask(helo=HELO)).by == (Voucher.HELO,)
            asking.now += seconds
        return len(resolver.asked)

    assert run(ask(60, 59)) == 1
    assert run(ask(60, 60)) == 2
    assert run(ask(86400, LONGEST_KEPT - 1)) == 1
    assert run(ask(86400, LONGEST_KEPT)) == 2
    assert run(ask(0, 0)) == 2


def test_trouble_is_not_kept() -> None:
    async def ask() -> None:
        resolver = CountingResolver("mail.example.org. timeout")
        asking = Asking(resolver)
        for _ in range(2):
            assert (await asking.ask(helo=HELO)).undetermined
        assert len(resolver.asked) == 2

    run(ask())


def test_no_more_than_so_much_is_kept() -> None:
    async def ask() -> list[Question]:
        lines = [f"m{n}.example.org. A 85.105.64.87" for n in range(4)]
        resolver = CountingResolver("\n".join(lines))
        asking = Asking(resolver, most_kept=3)
        for number in (0, 1, 2, 3, 1, 2, 3, 0):
            await asking.ask(helo=DomainName.parse(f"m{number}.example.org"))
        return resolver.asked

    assert [each.name.text[:2] for each in run(ask())] == ["m0", "m1", "m2", "m3", "m0"]


def test_a_domain_that_speaks_for_a_fourth_network_is_not_believed_any_more() -> None:
    clients = [Address.parse(f"198.51.{n}.7") for n in range(4)]
    world = "\n".join(f"bot{n}.spammer.example. A {each}" for n, each in enumerate(clients))

    async def ask() -> None:
        asking = Asking(CountingResolver(world))

        async def speak(number: int) -> Vouched:
            name = DomainName.parse(f"bot{number}.spammer.example")
            return await asking.ask(clients[number], helo=name)

        for number in range(3):
            assert (await speak(number)).by == (Voucher.HELO,)
        for number in (3, 0, 1, 2):
            assert await speak(number) == Vouched(helo_resolves=True)
        assert {each.network for each in asking.news} == set(map(network_of, clients))
        assert {each.domain.text for each in asking.news} == {"spammer.example"}
        asking.now += 8 * 86400
        assert (await speak(0)).by == (Voucher.HELO,)

    run(ask())


def test_trouble_with_a_spent_domain_leaves_nothing_open() -> None:
    async def ask() -> None:
        asking = Asking(CountingResolver("mail.example.org. timeout"))
        for number in range(4):
            asking.reach.note(DOMAIN, Address.parse(f"198.51.{number}.7"), NOW)
        assert await asking.ask(helo=HELO) == Vouched()

    run(ask())


def test_speaking_for_confirmed_clients_uses_up_no_reach() -> None:
    async def ask() -> None:
        asking = Asking(CountingResolver(BUSINESS))
        assert (await asking.ask(helo=HELO, sender=DOMAIN, confirmed=True)).by
        assert asking.news == []
        assert asking.reach.snapshot() == ()
        await asking.ask(helo=HELO, sender=DOMAIN)
        assert asking.news == list(asking.reach.snapshot()) != []

    run(ask())


def test_an_unused_answer_of_a_domain_uses_up_no_reach() -> None:
    async def ask() -> None:
        world = SOA + 'example.org. TXT "v=spf1 +all"\nexample.org. MX 1 x.example.org.'
        asking = Asking(CountingResolver(world))
        await asking.ask(helo=GENERIC, sender=DOMAIN)
        assert asking.reach.snapshot() == ()

    run(ask())
