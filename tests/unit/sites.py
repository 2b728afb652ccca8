"""A decider with all that it takes counsel with, over a world written down and a clock to move."""

import asyncio
from collections.abc import Callable

from gotrdns.deciding import Decider, VerificationSettings
from gotrdns.deciding.counsel import Counsel
from gotrdns.deciding.sentinel import Sentinel
from gotrdns.lookup import Resolver
from gotrdns.names import Address, DomainName
from gotrdns.policy import (
    Action,
    Decision,
    Mode,
    Policy,
    PolicySettings,
    Rule,
    Transaction,
    Vouched,
)
from gotrdns.policy.allowances import Allowances
from gotrdns.policy.confirmations import Confirmations
from gotrdns.policy.history import History
from gotrdns.resolution.scripted import ScriptedResolver, World
from gotrdns.verification import Result

ZOMBIE = Address.parse("85.105.64.87")
HOST = Address.parse("193.140.99.25")
PEER = Address.parse("85.105.64.99")
DYNAMIC = Address.parse("78.180.12.34")
WORLD = """
. NS a.root.example.
87.64.105.85.in-addr.arpa. PTR dsl.static851056487.ttnet.net.tr.
dsl.static851056487.ttnet.net.tr. TXT "no address"
25.99.140.193.in-addr.arpa. PTR mail.example.org.
mail.example.org. A 193.140.99.25
34.12.180.78.in-addr.arpa. PTR 78.180.12.34.dynamic.ttnet.com.tr.
78.180.12.34.dynamic.ttnet.com.tr. A 78.180.12.34
99.64.105.85.in-addr.arpa. servfail
"""


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Remembering:
    """A memory that forgets nothing, or knows nothing."""

    def __init__(self) -> None:
        self.allowances = Allowances()
        self.allowances_known = True
        self.confirmations = Confirmations()
        self.histories: dict[bytes, History] = {}
        self.decisions: list[Decision] = []
        self.passes: list[Address] = []
        self.hits: list[int] = []
        self.is_dead = False

    async def history(self, client: bytes) -> History | None:
        if self.is_dead:
            await asyncio.sleep(60)
        return self.histories.get(client, History())

    def note_sighting(self, client: bytes, result: Result, now: float, *, dynamic: bool) -> None:
        before = self.histories.get(client, History())
        self.histories[client] = before.after(result, now, dynamic=dynamic)

    def note_pass(self, client: Address, now: float) -> None:  # noqa: ARG002 - the interface
        self.passes.append(client)

    def remember(self, transaction: Transaction, decision: Decision, now: float) -> str:  # noqa: ARG002
        self.decisions.append(decision)
        return f"incident{len(self.decisions)}"

    def repeat(self, incident: str, now: float) -> bool:  # noqa: ARG002 - the interface
        return False

    def note_hit(self, allowance: int, now: float) -> None:  # noqa: ARG002 - the interface
        self.hits.append(allowance)


class Speaking:
    """Vouchers as told."""

    def __init__(self) -> None:
        self.word = Vouched()
        self.asked: list[DomainName | None] = []

    async def ask(
        self,
        client: Address,  # noqa: ARG002 - the interface
        *,
        helo: DomainName | None,  # noqa: ARG002
        sender: DomainName | None,
        deadline: float,  # noqa: ARG002
        confirmed: bool = False,  # noqa: ARG002
    ) -> Vouched:
        self.asked.append(sender)
        return self.word


class Site:
    """A decider with everything, asked in an event loop of its own each time."""

    def __init__(
        self,
        world: str = WORLD,
        mode: Mode = Mode.PROTECT,
        *,
        resolver: Resolver | None = None,
        settings: PolicySettings | None = None,
    ) -> None:
        self.clock = Clock()
        self.memory = Remembering()
        self.vouching = Speaking()
        resolver = resolver or ScriptedResolver(World.parse(world))
        self.sentinel = Sentinel(resolver, self.clock)
        counsel = Counsel(self.memory, self.vouching, self.sentinel, self.clock)
        self.decider = Decider(
            Policy(settings or PolicySettings(mode=mode)),
            resolver,
            VerificationSettings(),
            never,
            counsel,
        )

    def decide(self, client: Address, **envelope: str) -> Decision:
        async def ask() -> Decision:
            decided: asyncio.Future[Decision] = asyncio.get_running_loop().create_future()
            transaction = Transaction(client, **envelope)  # type: ignore[arg-type]
            decision = self.decider.recall(transaction)
            decision = decision or self.decider.look_up(transaction, decided.set_result)
            return decision or await decided

        return asyncio.run(ask())

    def said(self, client: Address, **envelope: str) -> tuple[Action, Rule]:
        decision = self.decide(client, **envelope)
        return decision.action, decision.rule


class _Timer:
    def cancel(self) -> None:
        pass


def never(_seconds: float, _callback: Callable[[], None]) -> _Timer:
    return _Timer()
