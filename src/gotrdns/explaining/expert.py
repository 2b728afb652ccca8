"""Whoever is asked to explain one address after another, with the same means for all.

Owns how many are explained at once, and that each has a walker, and so limits, of its own.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import Final

import msgspec

from gotrdns.checking.helo import ask_about_helo
from gotrdns.checking.rechecking import check_again
from gotrdns.checking.targets import Expansion, Remark, Weight
from gotrdns.contacts.holder import Holder
from gotrdns.diagnosis.helo import Helo, MalformedHelo
from gotrdns.evidence import Reply, Server, Walk
from gotrdns.explaining.explainer import Means, explain
from gotrdns.explaining.explanation import Explanation
from gotrdns.explaining.looking import look, look_again
from gotrdns.lookup import Outcome, Question, Resolver
from gotrdns.names import Address, DomainName, HostName
from gotrdns.resolution.checking_disabled import ask_with_checking_disabled
from gotrdns.resolution.client import Client
from gotrdns.resolution.servers import choose_servers
from gotrdns.resolution.settings import ResolverSettings
from gotrdns.resolution.walk import Walker, WalkSettings
from gotrdns.verification import Verdict

OnStep = Callable[[Reply], None]
Expand = Callable[[Resolver, str], Awaitable[Expansion]]
_PLACES_A_TARGET: Final = 10


class Asked(msgspec.Struct, frozen=True):
    """What is known beside the address: what its host says in HELO, and its name to be."""

    helo: HostName | MalformedHelo | None = None
    name: DomainName | None = None


NOTHING_ELSE: Final = Asked()


class Expert:
    """Explains addresses, at most ``at_once`` of them together: each asks many servers not ours.

    ``on_step`` is called with every reply of every walk. ``ration`` is for all walkers: see there.
    Raises InvalidServer and NoServers.
    """

    def __init__(
        self,
        client: Client,
        resolver: ResolverSettings,
        hints: Sequence[Server],
        walk: WalkSettings,
        *,
        at_once: int = 4,
        find_holder: Callable[[Address], Awaitable[Holder]] | None = None,
        on_step: OnStep | None = None,
        ration: Callable[[Address], bool] | None = None,
    ) -> None:
        self._client = client
        self._hints = hints
        self._walk = walk
        self._suspect = choose_servers(resolver.servers)[0]
        self._patience = resolver.timeout
        self._slots = asyncio.Semaphore(at_once)
        self._find_holder = find_holder
        self._on_step = on_step
        self._ration = ration

    async def expand(self, expand: Expand, target: str) -> Expansion:
        """The addresses of a target, the first ten: each costs hundreds of questions."""
        expansion = await expand(self._client, target)
        if len(expansion.places) <= _PLACES_A_TARGET:
            return expansion
        left_out = Remark("too-many-addresses", Weight.NOTE, target)
        return Expansion(expansion.places[:_PLACES_A_TARGET], (*expansion.remarks, left_out))

    async def explain(
        self, address: Address, asked: Asked = NOTHING_ELSE, *, on_step: OnStep | None = None
    ) -> Explanation:
        async with self.walking(on_step) as walker:
            means = Means(
                resolver=self._client,
                walker=walker,
                ask_unvalidated=self._ask_unvalidated,
                find_holder=self._find_holder,
                servers=self._client.servers,
            )
            helo = await self._ask_about(asked.helo)
            return await explain(means, address, helo=helo, given=asked.name)

    async def check(self, clients: Iterable[Address]) -> dict[Address, Verdict]:
        """What the resolver says of each now; nobody else is asked."""
        return await check_again(self._client, clients)

    @contextlib.asynccontextmanager
    async def walking(self, on_step: OnStep | None = None) -> AsyncIterator[Walker]:
        """A new walker, once it is this one's turn."""
        async with (
            self._slots,
            Walker(
                self._hints, self._walk, on_step=on_step or self._on_step, ration=self._ration
            ) as walker,
        ):
            yield walker

    def eyes(self, address: Address, asked: Asked = NOTHING_ELSE) -> "Eyes":
        """For ``awaiting.await_repair``."""
        return Eyes(self, address, asked)

    async def _ask_about(self, helo: HostName | MalformedHelo | None) -> Helo | None:
        if helo is None or isinstance(helo, MalformedHelo):
            return helo
        return await ask_about_helo(self._client, helo)

    async def _ask_unvalidated(self, question: Question) -> Outcome:
        return await ask_with_checking_disabled(self._suspect, question, patience=self._patience)


class Eyes:
    """Looks at one address, each time with a walker of its own."""

    def __init__(self, expert: Expert, address: Address, asked: Asked) -> None:
        self._expert = expert
        self._address = address
        self._asked = asked

    async def look(self) -> Walk:
        async with self._expert.walking() as walker:
            return await look(walker, self._address, name=self._asked.name)

    async def look_again(self, walk: Walk) -> Walk:
        async with self._expert.walking() as walker:
            return await look_again(walker, walk)

    async def explain(self) -> Explanation:
        return await self._expert.explain(self._address, self._asked)
