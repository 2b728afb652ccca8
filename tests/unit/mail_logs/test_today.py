"""What DNS says today of a log's clients: asked once each, in whatever order answers come."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gotrdns.checking import check_address
from gotrdns.lookup import Question, RecordType
from gotrdns.mail_logs.today import asking as today
from gotrdns.mail_logs.today.asking import Claim, Enquiry, Today
from gotrdns.names import Address
from gotrdns.policy import Vouched, Voucher
from gotrdns.resolution.scripted import ScriptedResolver
from gotrdns.verification import Cause
from tests.unit.mail_logs.clients_asked import (
    Asking,
    Client,
    LeisurelyResolver,
    address_of,
    confirmed,
    dynamic,
    enquire,
    in_trouble,
    name,
    nameless,
    servfail_at_first,
    unresolved,
    world_of,
)
from tests.unit.simulated_time import run_simulated

HELO = "mail.firm.example"
CLAIM = Claim(HELO, "firm.example")
# A domain that speaks for six clients, each in a network of its own.
SPEAKING = "\n".join(
    ["firm.example. MX 10 mail.firm.example."]
    + [f"mail.firm.example. A {address_of(number).text}" for number in range(6)]
)
ASSORTED = [
    make(number)
    for number, make in enumerate(
        [confirmed, nameless, unresolved, dynamic, in_trouble, confirmed, nameless] * 6
    )
]
MX = Question(name("firm.example"), RecordType.MX)


def ask(
    clients: list[Client], *claims: Claim, more: str = "", longest: float = 0.1, seed: int = 0
) -> tuple[dict[Address, Today], LeisurelyResolver, Asking]:
    resolver = LeisurelyResolver(world_of(clients, more), longest=longest, seed=seed)
    asking = Asking(resolver)
    return run_simulated(asking.ask(enquire(clients, *claims))), resolver, asking


def test_each_verdict_is_that_of_a_check_without_its_answers() -> None:
    found, *_ = ask(ASSORTED)
    scripted = ScriptedResolver(world_of(ASSORTED))
    for client in ASSORTED:
        expected = asyncio.run(check_address(scripted, client.address))
        verdict = found[client.address].verdict
        assert (verdict.address, verdict.cause) == (client.address, expected.cause)
        assert [(each.name, each.state) for each in verdict.names] == [
            (each.name, each.state) for each in expected.names
        ]
        assert verdict.reverse is None and not any(each.answer for each in verdict.names)
    assert {each.verdict.cause for each in found.values()} == {
        Cause.CONFIRMED,
        Cause.NO_PTR,
        Cause.FORWARD_NODATA,
        Cause.REVERSE_SERVFAIL,
    }


def test_each_client_is_asked_about_once_and_again_only_in_trouble() -> None:
    _, resolver, asking = ask(ASSORTED, CLAIM)
    for client in ASSORTED:
        times = 2 if "servfail" in client.records else 1
        assert resolver.count(client.pointer) == times
    assert asking.told == list(range(1, len(ASSORTED) + 1))


@settings(max_examples=25)
@given(st.integers(0, 2**32))
def test_when_answers_come_changes_nothing(seed: int) -> None:
    in_order, *_ = ask(ASSORTED, CLAIM, more=SPEAKING)
    found, *_ = ask(ASSORTED, CLAIM, more=SPEAKING, seed=seed, longest=3)
    assert found == in_order
    assert list(found) == [each.address for each in ASSORTED]


def test_vouchers_are_asked_only_where_the_verdict_leaves_something_open() -> None:
    clients = [confirmed(1), nameless(2), dynamic(3)]
    found, *_ = ask(clients, CLAIM, more=SPEAKING)
    by_helo_and_mx = Vouched(
        by=(Voucher.HELO, Voucher.MX),
        domains=(name(HELO), name("firm.example")),
        helo_resolves=True,
        sender_covers=True,
    )
    assert [found[each.address].vouched for each in clients] == [
        {},
        {CLAIM: by_helo_and_mx},
        {CLAIM: by_helo_and_mx},
    ]


def test_without_claims_nobody_vouches() -> None:
    found, resolver, _ = ask([nameless(1)], more=SPEAKING)
    assert found[address_of(1)].vouched == {}
    assert not resolver.asked_for(RecordType.MX)


@pytest.mark.parametrize("count", [1, 8, 9, 30])
def test_each_of_many_claims_is_answered(count: int) -> None:
    claims = [Claim(f"mail-{number}.example", "") for number in range(count - 1)] + [CLAIM]
    found, *_ = ask([nameless(1)], *claims, more=SPEAKING)
    vouched = found[address_of(1)].vouched
    assert list(vouched) == claims
    assert len(vouched) == count
    assert [each for each in claims if vouched[each].by] == [CLAIM]
    assert vouched.get(Claim("other.example", "")) is None


def test_a_claim_that_is_made_twice_is_asked_about_once() -> None:
    other = Claim("", "other.example")
    found, resolver, _ = ask([nameless(1)], CLAIM, other, CLAIM, more=SPEAKING)
    assert set(found[address_of(1)].vouched) == {CLAIM, other}
    assert resolver.count(MX) == 1


def test_what_claims_no_host_name_is_vouched_for_by_nobody() -> None:
    claim = Claim("[81.0.1.25]", "")
    found, resolver, _ = ask([nameless(1)], claim)
    assert found[address_of(1)].vouched == {claim: Vouched()}
    assert not resolver.asked_for(RecordType.TXT)


def test_without_a_sender_the_helo_names_domain_answers() -> None:
    claim = Claim("firm.example", "")
    found, *_ = ask([nameless(1)], claim, more=SPEAKING)
    assert found[address_of(1)].vouched[claim].by == (Voucher.MX,)


def test_a_domain_speaks_for_its_first_three_networks() -> None:
    clients = [nameless(number) for number in range(6)]
    found, *_ = ask(clients, CLAIM, more=SPEAKING, seed=3, longest=5)
    assert [bool(found[each.address].vouched[CLAIM].by) for each in clients] == [
        *[True] * 3,
        *[False] * 3,
    ]


def test_speaking_for_a_confirmed_client_does_not_use_up_a_domains_reach() -> None:
    clients = [*map(dynamic, range(5)), nameless(5)]
    found, *_ = ask(clients, CLAIM, more=SPEAKING)
    assert all(each.vouched[CLAIM].by for each in found.values())


def many_names(number: int) -> Client:
    """Twenty names, of which the last leads back."""
    address = address_of(number)
    hosts = [f"host-{each:02}.pool.example." for each in range(20)]
    records = [f"{address.reverse_name.text}. PTR {host}" for host in hosts]
    return Client(address, "\n".join([*records, f"{hosts[-1]} A {address.text}"]))


@pytest.mark.parametrize(
    ("helos", "cause"),
    [
        (["other.example"], Cause.FORWARD_NXDOMAIN),
        (["host-19.pool.example"], Cause.CONFIRMED),
        (["other.example", "", "host-18.pool.example", "host-19.pool.example"], Cause.CONFIRMED),
    ],
    ids=["none", "only", "last"],
)
def test_a_helo_name_beyond_the_limit_is_looked_at(helos: list[str], cause: Cause) -> None:
    client = many_names(1)
    found, *_ = ask([client], *(Claim(helo, "") for helo in helos))
    assert found[client.address].verdict.cause is cause


def test_bad_luck_is_asked_about_again_and_forgotten() -> None:
    clients = [confirmed(1), nameless(2)]
    resolver = LeisurelyResolver(
        world_of(clients, SPEAKING), change=servfail_at_first(clients[0].pointer, MX)
    )
    found = run_simulated(Asking(resolver).ask(enquire(clients, CLAIM)))
    assert found[clients[0].address].verdict.cause is Cause.CONFIRMED
    assert not found[clients[1].address].vouched[CLAIM].undetermined
    assert found[clients[1].address].vouched[CLAIM].by == (Voucher.HELO, Voucher.MX)
    times = [at for at, question in resolver.asked if question == clients[0].pointer]
    assert len(times) == 2
    assert times[1] - times[0] >= 5  # our own cache would have repeated its answer until then


def test_what_fails_twice_stays_a_temporary_error() -> None:
    clients = [in_trouble(1, "timeout"), nameless(2)]
    found, resolver, _ = ask(clients, CLAIM, more="firm.example. servfail")
    assert found[clients[0].address].verdict.cause is Cause.REVERSE_TIMEOUT
    assert found[clients[1].address].vouched[CLAIM].undetermined
    assert resolver.count(clients[0].pointer) == resolver.count(clients[1].pointer) == 2


def test_no_second_has_more_clients_than_the_rate() -> None:
    clients = [nameless(number) for number in range(400)]
    _, resolver, _ = ask(clients)
    times = resolver.asked_for(RecordType.PTR)
    assert len(times) == 400
    assert max(sum(began <= at < began + 1 for at in times) for began in times) <= 51


def test_further_claims_wait_for_turns_of_their_own() -> None:
    claims = [Claim("", f"domain-{number}.example") for number in range(200)]
    _, resolver, _ = ask([nameless(1)], *claims, longest=0.001)
    times = resolver.asked_for(RecordType.MX)
    assert len(times) == 200
    assert max(sum(began <= at < began + 1 for at in times) for began in times) <= 51


def test_clients_under_way_are_bounded_however_slow_dns_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(today, "_AT_ONCE", 20)
    clients = [nameless(number) for number in range(300)]
    resolver = LeisurelyResolver(world_of(clients), longest=60)
    most = 0

    def look(_count: int) -> None:
        nonlocal most
        most = max(most, len(asyncio.all_tasks()))

    found = run_simulated(Asking(resolver, look).ask(enquire(clients), 1000))
    assert len(found) == 300
    assert 1 < most <= 22


def test_where_there_is_nobody_to_ask_about_nothing_is_asked() -> None:
    found, resolver, asking = ask([])
    assert (found, asking.told, asking.control.asked, resolver.asked) == ({}, [], [], [])


def test_what_is_under_way_is_taken_back_when_cancelled() -> None:
    clients = [nameless(number) for number in range(20)]
    resolver = LeisurelyResolver(world_of(clients), longest=60)

    async def cancel() -> None:
        asking = asyncio.create_task(Asking(resolver).ask(enquire(clients, CLAIM)))
        await asyncio.sleep(30)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await asyncio.sleep(1)  # for those that were cancelled with it
        assert len(asyncio.all_tasks()) == 1

    run_simulated(cancel())
    assert resolver.unanswered == 0


def test_an_enquiry_has_no_claims_unless_told() -> None:
    assert Enquiry(address_of(1)).claims == ()
