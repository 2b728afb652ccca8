"""What DNS says today of the clients of a log: each is asked about once, at a polite rate.

Owns the round of questions through our own resolver: how many at once, whom vouchers are asked
about, and the second try of what failed. The rules are those of ``checking`` and ``vouching``.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Final, TypeVar

import msgspec

from gotrdns.checking import check_address
from gotrdns.deciding import VerificationSettings
from gotrdns.deciding.counsel import has_dynamic_name, read_name, sender_domain
from gotrdns.lookup import Resolver
from gotrdns.mail_logs.today.enquiries import Claim, Enquiry, Today, Voices, without_answers
from gotrdns.mail_logs.today.resolver_watch import ResolverUnusable, ResolverWatch, Unusable
from gotrdns.mail_logs.today.turns import Turns
from gotrdns.names import Address, DomainName
from gotrdns.policy import Transaction, Vouched
from gotrdns.resolution.opening import open_client
from gotrdns.resolution.settings import ResolverSettings
from gotrdns.verification import Cause, NameState, Result, Verdict
from gotrdns.vouching import Reach, Testimony, Vouching, Word

__all__ = ["Claim", "Enquiry", "Means", "ResolverUnusable", "Today", "ask_today", "open_means"]

# Clients under way: at a thousand a second, as many as wait while one in twenty takes ten seconds.
_AT_ONCE: Final = 500
# Testimonies under way: three a client, and those that outlast its patience.
_MOST_TESTIMONIES: Final = 10 * _AT_ONCE
# Seconds before the second try: our cache, and Unbound's, remember trouble for five.
_AGAIN_AFTER: Final = 6.0
_ATTEMPTS: Final = 5  # for one client that is lost again and again to a resolver that answers
_FEW_CLAIMS: Final = 8  # among which one is looked for as fast as in a dictionary
_NO_VOICES: Final = Voices((), ())

Told = TypeVar("Told")


def _pay_no_heed(_pause: int) -> None:
    pass


class Means(msgspec.Struct, frozen=True):
    """What it takes to ask. ``control`` is the same resolver, asked every time.

    ``deadline`` is seconds for the vouchers of one claim. ``on_waiting(seconds)`` is called before
    each pause in which a resolver that does not answer is waited for.
    """

    resolver: Resolver
    control: Resolver
    servers: tuple[str, ...]
    ptr_limit: int
    deadline: float
    on_waiting: Callable[[int], None] = _pay_no_heed


@contextlib.contextmanager
def open_means(
    settings: ResolverSettings,
    verification: VerificationSettings,
    on_waiting: Callable[[int], None] = _pay_no_heed,
) -> Iterator[Means]:
    """To be used in a running event loop. Raises InvalidServer and NoServers."""
    with (
        contextlib.closing(open_client(settings)) as resolver,
        contextlib.closing(
            open_client(msgspec.structs.replace(settings, cache_entries=0))
        ) as control,
    ):
        yield Means(
            resolver,
            control,
            resolver.servers,
            verification.ptr_limit,
            verification.deadline,
            on_waiting,
        )


async def ask_today(
    means: Means,
    enquiries: Sequence[Enquiry],
    *,
    rate: float,
    on_told: Callable[[int], None],
) -> dict[Address, Today]:
    """Ask about each client, ``rate`` a second at most; an address occurs once in ``enquiries``.

    ``on_told(count)`` is called as each is done with. Who could not be asked about for trouble in
    DNS is asked about once more at the end; what fails again stays a temporary error. Raises
    ResolverUnusable. Cancelling it takes back what is under way.

    How far a domain's word reaches is learnt as the daemon does, from nothing, but in the order of
    ``enquiries`` and as if all were within a week: the first networks of a domain have its word,
    and those beyond its reach do not. When answers come in changes nothing.
    """
    if not enquiries:
        return {}
    run = _Run(means, rate, on_told)
    try:
        return await run.ask_all(enquiries)
    finally:
        run.close()


class _Heard(msgspec.Struct, frozen=True, gc=False):
    """What was heard of one client, until the reach of those who vouch is counted."""

    verdict: Verdict
    claims: tuple[Claim, ...] = ()
    testimonies: tuple[tuple[Testimony, ...], ...] = ()  # of each claim, without the silent ones


class _Run:
    """One run through all clients."""

    def __init__(self, means: Means, rate: float, on_told: Callable[[int], None]) -> None:
        self._means = means
        self._on_told = on_told
        self._turns = Turns(rate)
        self._watch = ResolverWatch(means.control, means.servers, means.on_waiting)
        self._vouching = Vouching(
            means.resolver,
            Reach(),
            clock=time.time,
            on_spoken=lambda _spoken: None,
            most_under_way=_MOST_TESTIMONIES,
        )
        self._heard: dict[Address, _Heard] = {}
        self._again: list[Enquiry] = []
        self._shared: dict[tuple[Vouched, ...], tuple[Vouched, ...]] = {}
        self._is_last = False

    async def ask_all(self, enquiries: Sequence[Enquiry]) -> dict[Address, Today]:
        await self._watch.begin()
        await self._go_through(enquiries)
        if self._again:
            await asyncio.sleep(_AGAIN_AFTER)
            self._is_last = True
            await self._go_through(self._again)
        return {each.address: self._conclude(each.address) for each in enquiries}

    def close(self) -> None:
        self._vouching.close()

    async def _go_through(self, enquiries: Sequence[Enquiry]) -> None:
        waiting = iter(enquiries)  # one for all workers: each takes the next
        try:
            async with asyncio.TaskGroup() as workers:
                for _ in range(min(_AT_ONCE, len(enquiries))):
                    workers.create_task(self._work(waiting))
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None

    async def _work(self, waiting: Iterator[Enquiry]) -> None:
        for enquiry in waiting:
            await self._turns.take()
            heard = await self._ask(enquiry)
            if not self._is_last and _is_troubled(heard):
                self._again.append(enquiry)
            else:
                self._heard[enquiry.address] = heard
                self._on_told(len(self._heard))

    async def _ask(self, enquiry: Enquiry) -> _Heard:
        verdict = await self._steadily(
            lambda: self._verify(enquiry), lambda told: told.cause is Cause.RESOLVER_UNREACHABLE
        )
        self._watch.note(verdict)
        if verdict.cause is not Cause.CONFIRMED:
            await self._watch.believe()
        kept = without_answers(verdict)
        comes_again = verdict.result is Result.TEMPERROR and not self._is_last
        if comes_again or not (enquiry.was_wrong or _is_open(verdict)):
            return _Heard(kept)
        claims = enquiry.claims
        if len(set(claims)) < len(claims):
            claims = tuple(dict.fromkeys(claims))
        return _Heard(kept, claims, await self._hear_claims(enquiry.address, claims))

    async def _verify(self, enquiry: Enquiry) -> Verdict:
        """The verdict with that HELO name which is the client's, where it has given several."""
        helos = tuple(_helo_names(enquiry.claims))
        verdict = await self._check(enquiry.address, helos[0] if helos else None)
        left = {each.name for each in verdict.names if each.state is NameState.NOT_ASKED}
        for helo in helos[1:]:
            if helo in left and verdict.cause is not Cause.CONFIRMED:
                verdict = await self._check(enquiry.address, helo)
        return verdict

    async def _check(self, client: Address, helo: DomainName | None) -> Verdict:
        return await check_address(
            self._means.resolver, client, helo=helo, limit=self._means.ptr_limit
        )

    async def _hear_claims(
        self, client: Address, claims: Sequence[Claim]
    ) -> tuple[tuple[Testimony, ...], ...]:
        heard = []
        for number, claim in enumerate(claims):
            if number:  # the client's own turn is for the first
                await self._turns.take()
            heard.append(await self._hear(client, claim))
        return tuple(heard)

    async def _hear(self, client: Address, claim: Claim) -> tuple[Testimony, ...]:
        said = Transaction(client, helo=claim.helo, sender=claim.sender)
        told = await self._steadily(
            lambda: self._vouching.hear(
                client,
                helo=read_name(said.helo),
                sender=sender_domain(said),
                deadline=self._means.deadline,
            ),
            lambda told: _leaves_open(told) and not self._means.resolver.reachable,
        )
        return tuple(each for each in told if each.word is not Word.SILENT)

    async def _steadily(
        self, ask: Callable[[], Awaitable[Told]], is_lost: Callable[[Told], bool]
    ) -> Told:
        """Ask again what was lost only because the resolver was away."""
        for _ in range(_ATTEMPTS):
            while await self._watch.assure():
                await self._turns.take()  # or all who waited would begin at once
            told = await ask()
            if not is_lost(told):
                return told
            self._watch.doubt()
        raise self._watch.unusable(Unusable.UNSTEADY)

    def _conclude(self, client: Address) -> Today:
        heard = self._heard.pop(client)
        if not heard.claims:
            return Today(heard.verdict, _NO_VOICES)
        confirmed = heard.verdict.cause is Cause.CONFIRMED
        vouched = tuple(
            self._vouching.weigh(client, each, confirmed=confirmed) for each in heard.testimonies
        )
        if len(vouched) > _FEW_CLAIMS:
            return Today(heard.verdict, dict(zip(heard.claims, vouched, strict=True)))
        return Today(heard.verdict, Voices(heard.claims, self._shared.setdefault(vouched, vouched)))


def _is_open(verdict: Verdict) -> bool:
    """Whether anything is left for vouchers to say."""
    return verdict.cause is not Cause.CONFIRMED or has_dynamic_name(verdict)


def _is_troubled(heard: _Heard) -> bool:
    return heard.verdict.result is Result.TEMPERROR or any(
        _leaves_open(each) for each in heard.testimonies
    )


def _leaves_open(testimonies: Sequence[Testimony]) -> bool:
    return any(each.word is Word.UNKNOWN for each in testimonies)


def _helo_names(claims: Sequence[Claim]) -> Iterator[DomainName]:
    for text in dict.fromkeys(claim.helo for claim in claims):
        name = read_name(text)
        if name is not None:
            yield name
