"""Decisions that need more than a verdict: vouchers, the past, exceptions and trust, over days."""

import asyncio

import msgspec
import pytest

from gotrdns.deciding.counsel import sender_domain
from gotrdns.names import DomainName
from gotrdns.policy import Action, Mode, Rule, Transaction, Vouched, Voucher
from gotrdns.policy.allowances import Allowance, AllowanceKind, Allowances
from gotrdns.policy.history import DAY, HOUR, History
from tests.unit.sites import DYNAMIC, HOST, PEER, ZOMBIE, Remembering, Site


def test_a_zombie_is_deferred_for_days_and_then_refused() -> None:
    site = Site()
    for _ in range(3):
        site.clock.now += 12 * HOUR
        assert site.said(ZOMBIE) == (Action.DEFER, Rule.FEW_FAILURES)
    site.clock.now += 12 * HOUR
    assert site.said(ZOMBIE) == (Action.REFUSE, Rule.UNVOUCHED)


def test_hasty_retries_count_as_one_failure() -> None:
    site = Site()
    for _ in range(9):
        assert site.said(ZOMBIE) == (Action.DEFER, Rule.FEW_FAILURES)
        site.clock.now += 10
    site.clock.now += 2 * DAY
    assert site.said(ZOMBIE) == (Action.DEFER, Rule.FEW_FAILURES)


def test_a_business_is_let_in_remembered_and_to_be_followed_up() -> None:
    site = Site()
    site.vouching.word = Vouched((Voucher.MX,))
    decision = site.decide(ZOMBIE, sender="owner@example.org")
    assert (decision.action, decision.rule) == (Action.PASS, Rule.VOUCHED)
    assert decision.wants_follow_up
    assert decision.incident == "incident1"
    assert site.vouching.asked == [DomainName.parse("example.org")]


def test_the_helo_name_stands_for_a_sender_that_is_empty_not_for_one_that_is_invalid() -> None:
    for sender, asked in (("", DomainName.parse("mail.example.org")), ("a@[192.0.2.1]", None)):
        site = Site()
        site.decide(ZOMBIE, sender=sender, helo="mail.example.org")
        assert site.vouching.asked == [asked]


def test_a_plain_pass_asks_nobody_and_leaves_a_trace_of_its_time() -> None:
    site = Site()
    for _ in range(2):
        assert site.said(HOST) == (Action.PASS, Rule.CONFIRMED)
    assert site.memory.passes == [HOST, HOST]
    assert not site.vouching.asked
    assert not site.memory.decisions


def test_a_dynamic_name_has_to_come_back() -> None:
    site = Site()
    assert site.said(DYNAMIC) == (Action.DEFER, Rule.DYNAMIC_NAME)
    site.clock.now += 300
    assert site.said(DYNAMIC) == (Action.DEFER, Rule.DYNAMIC_NAME)
    site.clock.now += 300
    assert site.said(DYNAMIC) == (Action.PASS, Rule.DYNAMIC_RETRIED)
    assert Site(mode=Mode.STRICT).said(DYNAMIC) == (Action.PASS, Rule.CONFIRMED)


def test_trouble_ends_in_a_pass_after_a_day() -> None:
    site = Site()
    assert site.said(PEER) == (Action.DEFER, Rule.DNS_TROUBLE)
    site.clock.now += DAY
    assert site.said(PEER) == (Action.PASS, Rule.LONG_DNS_TROUBLE)


def test_a_dead_memory_never_refuses() -> None:
    site = Site()
    site.memory.is_dead = True
    for _ in range(5):
        assert site.said(ZOMBIE) == (Action.DEFER, Rule.HISTORY_UNKNOWN)
        site.clock.now += DAY
    site.memory.is_dead = False  # what was seen meanwhile counts
    assert site.said(ZOMBIE) == (Action.REFUSE, Rule.UNVOUCHED)


def test_an_exception_takes_effect_at_once_and_is_counted() -> None:
    site = Site(mode=Mode.STRICT)
    assert site.said(ZOMBIE) == (Action.REFUSE, Rule.STRICT)
    now = site.clock.now
    exception = Allowance(7, AllowanceKind.ADDRESS, ZOMBIE.text, "customer", "me", now, now + DAY)
    site.memory.allowances = Allowances([exception])
    decision = site.decide(ZOMBIE)
    assert (decision.action, decision.rule, decision.allowance) == (Action.PASS, Rule.ALLOWED, 7)
    assert site.memory.hits == [7]
    site.clock.now += DAY
    assert site.said(ZOMBIE) == (Action.REFUSE, Rule.STRICT)


def test_exceptions_for_what_can_be_forged_ask_dns_first() -> None:
    site = Site(mode=Mode.STRICT)
    exception = Allowance(1, AllowanceKind.SENDER_DOMAIN, "example.org", "c", "me", 0, None)
    site.memory.allowances = Allowances([exception])
    assert site.said(ZOMBIE, sender="a@example.org") == (Action.REFUSE, Rule.STRICT)
    site.vouching.word = Vouched(sender_covers=True)
    assert site.said(ZOMBIE, sender="a@example.org") == (Action.PASS, Rule.ALLOWED)
    helo = msgspec.structs.replace(exception, kind=AllowanceKind.NAME)
    site.memory.allowances = Allowances([helo])
    assert site.said(ZOMBIE, helo="mail.example.org") == (Action.REFUSE, Rule.STRICT)
    site.vouching.word = Vouched(helo_resolves=True)
    assert site.said(ZOMBIE, helo="mail.example.org") == (Action.PASS, Rule.ALLOWED)


def test_a_resolver_that_denies_everything_refuses_nobody() -> None:
    for mode in (Mode.STRICT, Mode.PROTECT):
        site = Site(world="", mode=mode)
        for _ in range(5):
            assert site.said(ZOMBIE) == (Action.PASS, Rule.RESOLVER_LIES)
            site.clock.now += DAY


def test_what_a_liar_says_does_not_stand_against_a_client_later() -> None:
    site = Site(world="")
    for _ in range(5):
        site.decide(ZOMBIE)
        site.clock.now += 12 * HOUR
    assert not site.memory.histories


def test_while_exceptions_are_unknown_a_refusal_is_a_deferral() -> None:
    site = Site(mode=Mode.STRICT)
    site.memory.allowances_known = False
    assert site.said(ZOMBIE) == (Action.DEFER, Rule.EXCEPTIONS_UNKNOWN)


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        (Mode.STRICT, (Action.DEFER, Rule.EXCEPTIONS_UNKNOWN)),
        (Mode.PROTECT, (Action.DEFER, Rule.VOUCHING_UNKNOWN)),
    ],
)
def test_a_fault_in_finding_out_is_reported_and_the_client_answered(
    mode: Mode, said: tuple[Action, Rule]
) -> None:
    site = Site(mode=mode)
    faults: list[object] = []

    class Faulty(Remembering):
        async def history(self, client: bytes) -> History | None:
            asyncio.get_running_loop().set_exception_handler(
                lambda _loop, context: faults.append(context["exception"])
            )
            raise ZeroDivisionError(client)

    counsel = site.decider._counsel
    assert counsel is not None
    site.decider._counsel = msgspec.structs.replace(counsel, memory=Faulty())
    assert site.said(ZOMBIE) == said
    assert [type(each) for each in faults] == [ZeroDivisionError]


def test_whose_word_counts_for_a_message() -> None:
    for envelope, domain in (
        ({"sender": "a@example.org", "helo": "b.example.net"}, "example.org"),
        ({"helo": "b.example.net"}, "b.example.net"),
    ):
        assert sender_domain(Transaction(HOST, **envelope)) == DomainName.parse(domain)  # type: ignore[arg-type]
    for nobody in ("", "a@", "a@-..", "a@[192.0.2.1]", "a@\udcff.example"):
        assert sender_domain(Transaction(HOST, sender=nobody)) is None
