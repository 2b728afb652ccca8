"""What counts beside a verdict: who vouches, what was seen before, exceptions, and trust.

Owns finding that out, all at once and by a deadline; whatever is not known by then is unknown.
"""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

import msgspec

from gotrdns.classification import HostClass, classify
from gotrdns.deciding.memory import HISTORY_DEADLINE, Memory
from gotrdns.names import Address, DomainName, InvalidName, is_host_name
from gotrdns.policy import Circumstances, Decision, Policy, Rule, Transaction, Trust, Vouched
from gotrdns.policy.allowances import Allowance, Allowances, Claims
from gotrdns.policy.history import History, client_key
from gotrdns.verification import Cause, Verdict

# Of a classification that is to cost somebody ten minutes.
CLEARLY: Final = 0.8
_UNKNOWN_VOUCHERS: Final = Vouched(undetermined=True)
_CONFIRMED: Final = Rule.CONFIRMED


class Vouching(Protocol):
    """Asks who vouches for a client; raises nothing, and keeps the deadline by itself.

    So whoever vouched in time counts, although others did not answer.
    """

    async def ask(
        self,
        client: Address,
        *,
        helo: DomainName | None,
        sender: DomainName | None,
        deadline: float,
        confirmed: bool = False,
    ) -> Vouched:
        """``confirmed`` says that the client's name is merely dynamic."""


class Sentry(Protocol):
    """Says how far our own resolver can be believed."""

    @property
    def trust(self) -> Trust: ...

    def note(self, verdict: Verdict) -> None:
        """Take notice of a verdict; each is a sign of how the resolver does."""

    async def assure(self) -> Trust:
        """How far the resolver can be believed now; may take a second or two."""


class Counsel(msgspec.Struct, frozen=True):
    """Whom a decision asks beside DNS; ``clock`` gives seconds since 1970."""

    memory: Memory
    vouching: Vouching
    sentinel: Sentry
    clock: Callable[[], float]

    async def gather(
        self, policy: Policy, transaction: Transaction, verdict: Verdict, deadline: float
    ) -> Circumstances:
        """Everything that counts for this client, by ``deadline`` seconds from now."""
        past, vouched, trust = await asyncio.gather(
            self._history(verdict.address),
            self._vouched(policy, transaction, verdict, deadline),
            self._trust(deadline),
        )
        now = self.clock()
        return Circumstances(
            now=now,
            dynamic=is_dynamic(policy, verdict),
            vouched=vouched,
            history=past,
            allowance=find_allowance(self.memory.allowances, transaction, verdict, vouched, now),
            exceptions_known=self.memory.allowances_known,
            trust=trust,
        )

    def ignorance(self) -> Circumstances:
        """What is left when nothing could be found out."""
        return Circumstances(
            now=self.clock(), vouched=_UNKNOWN_VOUCHERS, history=None, exceptions_known=False
        )

    def keep(
        self, transaction: Transaction, verdict: Verdict, given: Circumstances, decision: Decision
    ) -> Decision:
        """Remember this sighting and its decision; returns it with its incident's id."""
        # What a resolver says that is not believed must not stand against the client later.
        if given.trust is Trust.SOUND and verdict.cause is not Cause.RESOLVER_UNREACHABLE:
            client = client_key(verdict.address)
            self.memory.note_sighting(client, verdict.result, given.now, dynamic=given.dynamic)
        return self.record(transaction, decision)

    def repeat(self, transaction: Transaction, decision: Decision) -> Decision:
        """Remember that a decision was made once more. Called for most requests."""
        if decision.allowance is None and self.memory.repeat(decision.incident, self.clock()):
            return decision
        return self.record(transaction, decision)

    def record(self, transaction: Transaction, decision: Decision) -> Decision:
        """Remember a decision that adds nothing to the client's past."""
        now = self.clock()
        if decision.rule is _CONFIRMED:
            if transaction.address is not None:
                self.memory.note_pass(transaction.address, now)
            return decision
        if decision.rule is Rule.REPAIR_SEEN and transaction.address is not None:
            self.memory.note_pass(transaction.address, now)
        if decision.allowance is not None:
            self.memory.note_hit(decision.allowance, now)
        incident = self.memory.remember(transaction, decision, now)
        if incident == decision.incident:
            return decision
        return msgspec.structs.replace(decision, incident=incident)

    async def _history(self, client: Address) -> History | None:
        try:
            return await asyncio.wait_for(self.memory.history(client_key(client)), HISTORY_DEADLINE)
        except TimeoutError:
            return None

    async def _trust(self, deadline: float) -> Trust:
        try:
            return await asyncio.wait_for(self.sentinel.assure(), deadline)
        except TimeoutError:
            return self.sentinel.trust

    async def _vouched(
        self, policy: Policy, transaction: Transaction, verdict: Verdict, deadline: float
    ) -> Vouched:
        if not asks_vouchers(policy, self.memory.allowances):
            return Vouched()
        return await self.vouching.ask(
            verdict.address,
            helo=read_name(transaction.helo),
            sender=sender_domain(transaction),
            deadline=deadline,
            confirmed=verdict.cause is Cause.CONFIRMED,
        )


def asks_vouchers(policy: Policy, allowances: Allowances) -> bool:
    """Whether it matters who vouches for a client that its verdict does not settle."""
    return policy.protects or allowances.need_names


def find_allowance(
    allowances: Allowances,
    transaction: Transaction,
    verdict: Verdict,
    vouched: Vouched,
    now: float,
) -> Allowance | None:
    """The exception that lets this client in, as far as DNS bears out what it claims."""
    if not allowances:
        return None
    helo = read_name(transaction.helo) if vouched.helo_resolves else None
    names = verdict.confirmed if helo is None else (*verdict.confirmed, helo)
    sender = sender_domain(transaction) if vouched.sender_covers else None
    return allowances.find(Claims(verdict.address, names, sender), now)


def is_dynamic(policy: Policy, verdict: Verdict) -> bool:
    """Whether the only name of a confirmed client is clearly dynamic, and that counts."""
    return policy.protects and has_dynamic_name(verdict)


def has_dynamic_name(verdict: Verdict) -> bool:
    """Whether the client is confirmed, under a single name that is clearly dynamic."""
    if verdict.cause is not Cause.CONFIRMED or len(verdict.names) != 1:
        return False
    said = classify(verdict.address, verdict.names[0].name)
    return said.host_class is HostClass.DYNAMIC and said.confidence >= CLEARLY


def sender_domain(transaction: Transaction) -> DomainName | None:
    """The domain that answers for a message: of the HELO name where there is no sender.

    RFC 7208 section 2.4 has it so for bounces.
    """
    domain = transaction.sender.rpartition("@")[2] if transaction.sender else transaction.helo
    return read_name(domain)


def read_name(text: str) -> DomainName | None:
    """A host name as strangers give it, None where it is none."""
    try:
        name = DomainName.parse(text)
    except InvalidName:
        return None
    return name if is_host_name(name) else None
