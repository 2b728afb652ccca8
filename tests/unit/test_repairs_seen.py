"""A client whose repair was seen passes at once, for as long as that holds and no longer."""

import asyncio

import msgspec
import pytest

from gotrdns.deciding.memory import Memory
from gotrdns.lookup import Answer, Listener, Question
from gotrdns.names import Address, DomainName
from gotrdns.policy import Action, Mode, PolicySettings, Rule, Trust
from gotrdns.policy.allowances import Allowance, AllowanceKind, Allowances
from gotrdns.policy.confirmations import LONGEST, Confirmation, Confirmations
from gotrdns.policy.history import DAY, HOUR, History, client_key
from gotrdns.resolution.scripted import ScriptedResolver, World
from gotrdns.store.memory import StoredMemory
from gotrdns.store.settings import NOWHERE, StoreSettings
from gotrdns.verification import Cause
from tests.unit.sites import Remembering, Site

CLIENT = Address.parse("85.105.64.87")
OTHER = Address.parse("193.140.99.25")
NAME = DomainName.parse("mail.business.example")
DYNAMIC = DomainName.parse("85-105-64-87.dynamic.ttnet.net.tr")
BEFORE = """
. NS a.root.example.
87.64.105.85.in-addr.arpa. PTR dsl.static851056487.ttnet.net.tr.
dsl.static851056487.ttnet.net.tr. TXT "no address"
"""
AFTER = """
. NS a.root.example.
87.64.105.85.in-addr.arpa. PTR mail.business.example.
mail.business.example. A 85.105.64.87
"""
OWNER = "87.64.105.85.in-addr.arpa."
WORLDS = {
    Cause.NO_PTR: "",
    Cause.FORWARD_MISMATCH: f"{OWNER} PTR mail.a.example.\nmail.a.example. A 192.0.2.1",
    Cause.FORWARD_NODATA: f'{OWNER} PTR mail.a.example.\nmail.a.example. TXT "none"',
    Cause.FORWARD_NXDOMAIN: f"{OWNER} PTR mail.a.example.",
    Cause.PTR_UNUSABLE: f"{OWNER} PTR 10.0.0.1.",
    Cause.REVERSE_SERVFAIL: f"{OWNER} servfail",
    Cause.REVERSE_REFUSED: f"{OWNER} refused",
    Cause.REVERSE_TIMEOUT: f"{OWNER} timeout",
    Cause.REVERSE_UNPROVEN: f"{OWNER} unproven",
    Cause.FORWARD_SERVFAIL: f"{OWNER} PTR mail.a.example.\nmail.a.example. servfail",
    Cause.FORWARD_REFUSED: f"{OWNER} PTR mail.a.example.\nmail.a.example. refused",
    Cause.FORWARD_TIMEOUT: f"{OWNER} PTR mail.a.example.\nmail.a.example. timeout",
    Cause.FORWARD_UNPROVEN: f"{OWNER} PTR mail.a.example.\nmail.a.example. unproven",
}


class Holding(ScriptedResolver):
    """Goes on giving the answers that it has, as a cache does, until it is told to forget them."""

    def __init__(self, text: str) -> None:
        super().__init__(World.parse(text))
        self._held: dict[Question, Answer] = {}

    def ask(self, question: Question, listener: Listener, token: int) -> Answer | None:
        if question not in self._held:
            answer = super().ask(question, listener, token)
            assert answer is not None
            self._held[question] = answer
        return self._held[question]

    def learn(self, text: str) -> None:
        self._world = World.parse(text)
        self._held.clear()


class Case(Site):
    """A site whose resolver holds what it has heard before the repair."""

    def __init__(
        self,
        world: str = BEFORE,
        mode: Mode = Mode.STRICT,
        settings: PolicySettings | None = None,
    ) -> None:
        self.holding = Holding(world)
        super().__init__(mode=mode, resolver=self.holding, settings=settings)

    def ask(self, memory: Memory) -> None:
        counsel = self.decider._counsel
        assert counsel is not None
        self.decider._counsel = msgspec.structs.replace(counsel, memory=memory)

    def confirm(
        self, client: Address = CLIENT, name: DomainName = NAME, seconds: float = LONGEST
    ) -> None:
        now = self.clock.now
        made = Confirmation(client, name, now, now + seconds)
        self.memory.confirmations = Confirmations([*self.memory.confirmations.all, made])


def test_a_repair_that_was_seen_counts_although_a_refusal_was_remembered() -> None:
    case = Case()
    refused = case.decide(CLIENT)
    assert refused.action is Action.REFUSE
    assert case.decide(CLIENT).verdict is refused.verdict  # remembered
    case.confirm()
    decision = case.decide(CLIENT)
    assert (decision.action, decision.rule) == (Action.PASS, Rule.REPAIR_SEEN)
    verdict = decision.verdict
    assert verdict is not None
    assert (verdict.cause, verdict.confirmed) == (Cause.CONFIRMED, (NAME,))
    assert verdict.overruled == refused.verdict
    assert not decision.wants_follow_up
    assert decision.incident  # it can be asked about


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize(("cause", "world"), WORLDS.items())
def test_it_counts_whatever_our_resolver_holds(cause: Cause, world: str, mode: Mode) -> None:
    case = Case(f". NS a.root.example.\n{world}", mode)
    before = case.decide(CLIENT)
    assert before.verdict is not None
    assert before.verdict.cause is cause
    case.confirm()
    assert case.said(CLIENT) == (Action.PASS, Rule.REPAIR_SEEN)


def test_a_decision_that_rests_on_it_is_remembered_for_a_few_seconds() -> None:
    case = Case()
    case.confirm()
    first = case.decide(CLIENT)
    assert case.decide(CLIENT).verdict is first.verdict
    case.clock.now += 10
    again = case.decide(CLIENT)
    assert again.rule is Rule.REPAIR_SEEN
    assert again.verdict is not first.verdict


def test_when_it_has_ended_our_resolver_is_believed_again() -> None:
    case = Case()
    case.confirm(seconds=60)
    case.clock.now += 58
    assert case.said(CLIENT) == (Action.PASS, Rule.REPAIR_SEEN)
    case.clock.now += 5
    assert case.said(CLIENT) == (Action.REFUSE, Rule.STRICT)


def test_once_our_resolver_knows_the_repair_it_decides() -> None:
    case = Case()
    case.confirm()
    assert case.said(CLIENT) == (Action.PASS, Rule.REPAIR_SEEN)
    case.holding.learn(AFTER)
    decision = case.decide(CLIENT)
    assert decision.rule is Rule.CONFIRMED
    assert decision.verdict is not None
    assert decision.verdict.overruled is None
    case.clock.now += 2 * LONGEST
    assert case.decide(CLIENT) is decision


def test_another_address_is_not_meant() -> None:
    case = Case()
    case.confirm(OTHER)
    assert case.said(CLIENT) == (Action.REFUSE, Rule.STRICT)


def test_of_an_ipv6_network_only_the_very_address_is_meant() -> None:
    case = Case(settings=PolicySettings(mode=Mode.STRICT, refuse_non_public=True))
    mine, neighbour = (Address.parse(f"2001:db8::{each}") for each in (25, 26))
    case.confirm(mine)
    assert case.said(mine) == (Action.PASS, Rule.REPAIR_SEEN)
    assert case.said(neighbour) == (Action.REFUSE, Rule.STRICT)


def test_nothing_is_held_against_the_client() -> None:
    case = Case(mode=Mode.PROTECT)
    case.confirm()
    assert case.said(CLIENT) == (Action.PASS, Rule.REPAIR_SEEN)
    assert case.memory.passes == [CLIENT]
    assert not case.memory.histories
    assert not case.vouching.asked


def test_an_old_run_of_failures_ends_with_it() -> None:
    case = Case(mode=Mode.PROTECT)
    memory = StoredMemory(StoreSettings(url=NOWHERE), clock=case.clock)
    case.ask(memory)
    for _ in range(3):
        assert case.said(CLIENT) == (Action.DEFER, Rule.FEW_FAILURES)
        case.clock.now += 12 * HOUR
    assert case.said(CLIENT) == (Action.REFUSE, Rule.UNVOUCHED)
    made = Confirmation(CLIENT, NAME, case.clock.now, case.clock.now + HOUR)
    memory._take_confirmations(Confirmations([made]))
    assert case.said(CLIENT) == (Action.PASS, Rule.REPAIR_SEEN)
    past = asyncio.run(memory.history(client_key(CLIENT)))
    assert past == History(passed_at=case.clock.now)
    case.clock.now += 2 * HOUR
    assert case.said(CLIENT) == (Action.DEFER, Rule.PASSED_BEFORE)


def test_an_exception_is_not_needed_meanwhile() -> None:
    case = Case()
    now = case.clock.now
    exception = Allowance(7, AllowanceKind.ADDRESS, CLIENT.text, "customer", "me", now, now + DAY)
    case.memory.allowances = Allowances([exception])
    case.confirm()
    assert case.said(CLIENT) == (Action.PASS, Rule.REPAIR_SEEN)
    assert case.memory.hits == []
    assert case.memory.passes == [CLIENT]  # one who is seen passing for a week has been put right


def test_a_dynamic_name_has_to_come_back_however_it_was_confirmed() -> None:
    case = Case(mode=Mode.PROTECT)
    case.confirm(name=DYNAMIC)
    assert case.said(CLIENT) == (Action.DEFER, Rule.DYNAMIC_NAME)
    case.clock.now += 601
    assert case.said(CLIENT) == (Action.PASS, Rule.DYNAMIC_RETRIED)
    case.memory.confirmations = Confirmations()
    assert case.decide(CLIENT).action is Action.DEFER


def test_a_dynamic_name_matters_no_more_once_our_resolver_knows_another() -> None:
    case = Case(mode=Mode.PROTECT)
    case.confirm(name=DYNAMIC)
    assert case.said(CLIENT) == (Action.DEFER, Rule.DYNAMIC_NAME)
    case.holding.learn(AFTER)
    assert case.said(CLIENT) == (Action.PASS, Rule.CONFIRMED)


def test_a_proxy_that_hides_the_client_is_told_of_all_the_same() -> None:
    case = Case()
    proxy = Address.parse("10.0.0.1")
    case.confirm(proxy)
    assert case.said(proxy) == (Action.PASS, Rule.NON_PUBLIC_CLIENT)


def test_a_resolver_that_answers_nobody_is_told_of_all_the_same() -> None:
    case = Case("unreachable")
    case.confirm()
    assert case.said(CLIENT) == (Action.PASS, Rule.RESOLVER_UNREACHABLE)


def test_what_our_resolver_does_not_know_is_no_witness_for_it() -> None:
    """Else the control questions would take a resolver that is merely late for a liar."""
    case = Case()
    for client in (CLIENT, OTHER):
        case.confirm(client)
        assert case.said(client) == (Action.PASS, Rule.REPAIR_SEEN)
    case.clock.now += 60
    assert asyncio.run(case.sentinel.assure()) is Trust.SOUND


def test_trouble_that_was_overruled_is_trouble_for_the_breaker() -> None:
    case = Case(f". NS a.root.example.\n{OWNER} servfail")
    case.confirm()
    assert case.said(CLIENT) == (Action.PASS, Rule.REPAIR_SEEN)
    assert case.sentinel.networks == (1, 1)


def test_one_that_comes_while_it_is_decided_counts_the_next_time() -> None:
    case = Case()

    class Late(Remembering):
        async def history(self, client: bytes) -> History | None:
            case.confirm()
            return await super().history(client)

    case.memory = Late()
    case.ask(case.memory)
    assert case.said(CLIENT) == (Action.REFUSE, Rule.STRICT)
    assert case.said(CLIENT) == (Action.PASS, Rule.REPAIR_SEEN)
