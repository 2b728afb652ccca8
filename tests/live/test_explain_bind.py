"""`check` and `explain` through BIND say what they say through Unbound, or differ as is known."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import dns.message
import dns.query
import dns.rcode
import msgspec
import pytest

from tests.live import clients
from tests.live.bind import Bind
from tests.live.healthy import HEALTHY, Healthy
from tests.live.internet import Internet
from tests.live.program import Printed, check_all, explain_all
from tests.live.resolver import Resolver
from tests.live.seed_zones import SeededZone
from tests.live.seeds import SEEDS, Seed

Verdict = tuple[str, str]

DROPPER = "dropper.hosting.example."
# Unbound is told to refuse these; how long silence lasts is each resolver's own affair.
OF_ONE_RESOLVER = {
    clients.FORWARD_REFUSED,
    clients.REVERSE_REFUSED,
    clients.FORWARD_TIMEOUT,
    clients.REVERSE_TIMEOUT,
}


def zones(seed: Seed) -> tuple[SeededZone, SeededZone]:
    return seed.reverse or SeededZone(), seed.forward or SeededZone()


# Which of its servers a resolver asks is chance, and so is the verdict.
AT_ODDS = {
    title: seed
    for title, seed in SEEDS.items()
    if any(zone.zone_b is not None for zone in zones(seed))
}


def is_comparable(seed: Seed) -> bool:
    return not seed.staged and not any(DROPPER in zone.servers for zone in zones(seed))


ADDRESSES = {
    **{each.title: str(each.address) for each in clients.CLIENTS if each not in OF_ONE_RESOLVER},
    **{
        title: seed.client
        for title, seed in SEEDS.items()
        if is_comparable(seed) and title not in AT_ODDS
    },
}

REVERSE_LAME = (("temperror", "reverse-unproven"), ("temperror", "reverse-servfail"))
FORWARD_LAME = (("temperror", "forward-unproven"), ("temperror", "forward-servfail"))
DIFFERENT: dict[str, tuple[Verdict, Verdict]] = {
    # A referral to itself: Unbound gives it to who asks, as an empty answer; BIND fails.
    clients.REVERSE_UNPROVEN.title: REVERSE_LAME,
    clients.FORWARD_UNPROVEN.title: FORWARD_LAME,
    "reverse-lame": REVERSE_LAME,
    "reverse-lame-by-self-referral": REVERSE_LAME,
    "forward-lame-by-self-referral": FORWARD_LAME,
    # Several aliases at one name: Unbound follows the first, BIND none.
    "reverse-cname-multiple": (("pass", "confirmed"), ("temperror", "reverse-servfail")),
}


class Heard(msgspec.Struct, frozen=True):
    """What either verb said of every address, through one resolver without a cache."""

    checked: dict[str, Printed]
    explained: dict[str, Printed]


@pytest.fixture(scope="module")
def bind(internet: Internet, live_directory: Path) -> Iterator[Bind]:
    with Bind(live_directory / "bind", root_hints=internet.root_hints) as named:
        yield named


def ask_afresh(
    ask: Callable[[list[str]], dict[str, Printed]],
    addresses: Iterable[str],
    forget: Callable[[], None],
) -> dict[str, Printed]:
    """What is said of every address, of those once more that the resolver left hanging.

    When many ask BIND 9.18 at once while it knows nothing, it now and then drops one question: a
    server's answer arrives, and BIND neither goes on from it nor gives up within five seconds.
    None of these zones is silent, so that is not what is compared here.
    """
    forget()
    said = ask(list(addresses))
    hanging = [each for each, printed in said.items() if printed["cause"].endswith("-timeout")]
    if hanging:
        forget()
        said |= ask(hanging)
    return said


def hear(internet: Internet, server: str, forget: Callable[[], None]) -> Heard:
    at_odds = [seed.client for seed in AT_ODDS.values()]
    addresses = dict.fromkeys([*ADDRESSES.values(), *at_odds])

    def check(asked: list[str]) -> dict[str, Printed]:
        return check_all(asked, "--resolver", server)

    def explain(asked: list[str]) -> dict[str, Printed]:
        return explain_all(internet.root_hints, asked, "--resolver", server)

    return Heard(ask_afresh(check, addresses, forget), ask_afresh(explain, addresses, forget))


@pytest.fixture(scope="module")
def by_unbound(internet: Internet, resolver: Resolver) -> Heard:
    return hear(internet, resolver.address, resolver.flush)


@pytest.fixture(scope="module")
def by_bind(internet: Internet, bind: Bind) -> Heard:
    return hear(internet, bind.address, bind.restart)


def verdict(printed: Printed) -> Verdict:
    return printed["result"], printed["cause"]


def codes(printed: Printed) -> list[str]:
    return [each["code"] for each in printed["findings"]]


def test_a_referral_to_itself_is_what_the_resolvers_disagree_about(
    resolver: Resolver, bind: Bind
) -> None:
    owner = clients.REVERSE_UNPROVEN.address.reverse_pointer
    question = dns.message.make_query(owner, "PTR")
    by_unbound = dns.query.udp(question, resolver.address, timeout=5.0)
    by_bind = dns.query.udp(question, bind.host, port=bind.port, timeout=5.0)

    assert (by_unbound.rcode(), by_bind.rcode()) == (dns.rcode.NOERROR, dns.rcode.SERVFAIL)
    assert by_unbound.answer == by_unbound.authority == []


@pytest.mark.parametrize("title", ADDRESSES)
def test_check_concludes_the_same_through_either_resolver(
    title: str, by_unbound: Heard, by_bind: Heard
) -> None:
    address = ADDRESSES[title]
    unbound, bind = by_unbound.checked[address], by_bind.checked[address]
    if title in DIFFERENT:
        assert (verdict(unbound), verdict(bind)) == DIFFERENT[title]
        assert codes(bind) == [bind["cause"]]
        return
    assert verdict(unbound) == verdict(bind)
    assert codes(unbound) == codes(bind)
    assert unbound["names"] == bind["names"]
    assert unbound["dnssec"] == bind["dnssec"]


@pytest.mark.parametrize("title", ADDRESSES)
def test_explain_finds_the_same_through_either_resolver(
    title: str, by_unbound: Heard, by_bind: Heard
) -> None:
    address = ADDRESSES[title]
    unbound, bind = by_unbound.explained[address], by_bind.explained[address]
    if title in DIFFERENT:
        assert (verdict(unbound), verdict(bind)) == DIFFERENT[title]
    else:
        assert verdict(unbound) == verdict(bind)
    assert codes(unbound) == codes(bind)
    assert [each.get("zone") for each in unbound["findings"]] == [
        each.get("zone") for each in bind["findings"]
    ]
    assert unbound["records"] == bind["records"]
    assert unbound["responsible"] == bind["responsible"]


@pytest.mark.parametrize("seed", AT_ODDS.values(), ids=AT_ODDS)
def test_servers_at_odds_are_found_whichever_of_them_a_resolver_asked(
    seed: Seed, by_unbound: Heard, by_bind: Heard
) -> None:
    confirmed = ("pass", "confirmed")
    for heard in (by_unbound, by_bind):
        assert set(seed.findings) <= set(codes(heard.explained[seed.client]))
        for printed in (heard.checked[seed.client], heard.explained[seed.client]):
            assert verdict(printed) == confirmed or printed["result"] in {"fail", "permerror"}


@pytest.fixture(scope="module")
def blameless(bind: Bind) -> dict[str, Printed]:
    def check(asked: list[str]) -> dict[str, Printed]:
        return check_all(asked, "--resolver", bind.address)

    return ask_afresh(check, [each.client for each in HEALTHY], bind.restart)


@pytest.mark.parametrize("healthy", HEALTHY, ids=lambda each: each.title)
def test_healthy_clients_pass_through_bind_too(
    healthy: Healthy, blameless: dict[str, Printed]
) -> None:
    checked = blameless[healthy.client]
    assert verdict(checked) == ("pass", "confirmed")
    assert set(codes(checked)) == healthy.remarks
    assert checked["dnssec"] == ("secure" if healthy.secure else "insecure")
