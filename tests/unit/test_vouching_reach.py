"""A domain's word reaches three networks a week."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.names import Address, DomainName
from gotrdns.vouching import Reach, Spoken
from gotrdns.vouching.reach import MOST_NETWORKS, NOTED_APART, WINDOW, network_of, registered

NOW = 1_800_000_000.0
DOMAIN = DomainName.parse("example.org")
CLIENTS = [Address.parse(f"198.51.{n}.7") for n in range(8)]

domains = st.sampled_from([DomainName.parse(f"{each}.example") for each in "ab"])
networks = st.sampled_from([network_of(each) for each in CLIENTS[:5]])
times = st.integers(0, 15).map(lambda day: NOW + day * 86400.0)
histories = st.lists(st.builds(Spoken, domains, networks, times), min_size=5, max_size=40)


def spoken_for(reach: Reach, count: int, now: float = NOW) -> None:
    for client in CLIENTS[:count]:
        reach.note(DOMAIN, client, now)


def test_a_domain_speaks_for_three_networks_and_is_spent_by_the_fourth() -> None:
    reach = Reach()
    spoken_for(reach, 3)
    assert not reach.is_spent(DOMAIN, NOW)
    spoken_for(reach, 4)
    assert reach.is_spent(DOMAIN, NOW)


def test_a_spent_domain_stays_so_while_it_speaks_for_more_than_three_networks_a_week() -> None:
    reach = Reach()
    spoken_for(reach, 4)
    assert reach.is_spent(DOMAIN, NOW + WINDOW)
    assert not reach.is_spent(DOMAIN, NOW + WINDOW + 1)
    for day in range(100):
        reach.note(DOMAIN, CLIENTS[day % len(CLIENTS)], NOW + day * 86400.0)
        assert day < 3 or reach.is_spent(DOMAIN, NOW + day * 86400.0)


def test_many_clients_in_one_network_count_once() -> None:
    reach = Reach()
    for last in range(256):
        reach.note(DOMAIN, Address.parse(f"198.51.100.{last}"), NOW + last)
        reach.note(DOMAIN, Address.parse(f"2001:db8:1:{last:x}::25"), NOW + last)
    assert len(reach.snapshot()) == 2
    assert not reach.is_spent(DOMAIN, NOW)


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("a.b.example.org", "example.org"),
        ("mail.example.co.uk", "example.co.uk"),
        ("example.com.tr", "example.com.tr"),
        ("co.uk", "co.uk"),
        ("zombie17.duckdns.org", "duckdns.org"),
    ],
)
def test_names_below_a_domain_count_as_that_domain(name: str, owner: str) -> None:
    assert registered(DomainName.parse(name)) == DomainName.parse(owner)


def test_inventing_names_does_not_widen_the_reach() -> None:
    reach = Reach()
    for number, client in enumerate(CLIENTS[:4]):
        reach.note(DomainName.parse(f"bot{number}.sub{number}.example.org"), client, NOW)
    assert reach.is_spent(DomainName.parse("bot9.example.org"), NOW)
    assert not reach.is_spent(DomainName.parse("example.net"), NOW)


def test_what_goes_on_is_news_once_an_hour() -> None:
    reach = Reach()
    client = CLIENTS[0]
    network = network_of(client)
    assert reach.note(DOMAIN, client, NOW) == Spoken(DOMAIN, network, NOW)
    assert reach.note(DOMAIN, client, NOW + NOTED_APART - 1) is None
    assert reach.note(DOMAIN, client, NOW - 60) is None
    assert reach.note(DOMAIN, client, NOW + NOTED_APART) is not None
    assert reach.snapshot() == (Spoken(DOMAIN, network, NOW + NOTED_APART),)


def test_memory_is_bounded_and_the_domains_heard_last_are_kept() -> None:
    reach = Reach(most_domains=3)
    for number in range(10):
        for client in CLIENTS:
            reach.note(DomainName.parse(f"d{number}.example"), client, NOW + number)
    kept = reach.snapshot()
    assert {each.domain.text for each in kept} == {"d7.example", "d8.example", "d9.example"}
    assert len(kept) == 3 * (MOST_NETWORKS + 1)


def test_a_domain_that_goes_on_speaking_is_not_the_one_forgotten() -> None:
    first, second, third = (DomainName.parse(f"{each}.example") for each in "abc")
    reach = Reach(most_domains=2)
    reach.note(first, CLIENTS[0], NOW)
    reach.note(second, CLIENTS[0], NOW)
    reach.note(first, CLIENTS[1], NOW)
    reach.note(third, CLIENTS[0], NOW)
    assert {each.domain for each in reach.snapshot()} == {first, third}
    assert len(reach.snapshot()) == 3


@given(histories, st.randoms(use_true_random=False), times)
def test_neither_order_nor_repetition_changes_what_is_spent(
    spoken: list[Spoken], random: object, now: float
) -> None:
    one, other = Reach(), Reach()
    one.load(spoken)
    shuffled = spoken * 2
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    other.load(shuffled)
    for each in spoken:
        assert one.is_spent(each.domain, now) == other.is_spent(each.domain, now)


@given(histories, times)
def test_spent_is_more_than_three_networks_within_a_week(spoken: list[Spoken], now: float) -> None:
    reach = Reach()
    reach.load(spoken)
    for domain in {each.domain for each in spoken}:
        latest: dict[bytes, float] = {}
        for each in spoken:
            if each.domain == domain:
                latest[each.network] = max(each.at, latest.get(each.network, each.at))
        within = [at for at in latest.values() if now - at <= WINDOW]
        assert reach.is_spent(domain, now) == (len(within) > MOST_NETWORKS)


@given(histories)
def test_a_snapshot_tells_all(spoken: list[Spoken]) -> None:
    one, other = Reach(), Reach()
    one.load(spoken)
    other.load(one.snapshot())
    assert set(one.snapshot()) == set(other.snapshot())
