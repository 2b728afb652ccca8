"""Asks all vouchers of a client at once, and sums up what was heard by the deadline.

Owns what is asked about whom, how much at a time, and how long it is remembered. Look-ups that miss
their deadline go on for a while, so that the client's next attempt finds them done.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, assert_never

import msgspec

from gotrdns.lookup import Resolver
from gotrdns.names import Address, DomainName, is_host_name
from gotrdns.policy import Vouched, Voucher
from gotrdns.vouching.generic import is_generic
from gotrdns.vouching.helo import hear_helo
from gotrdns.vouching.inquiry import LONGEST_INQUIRY, Inquiry
from gotrdns.vouching.mx import hear_mx
from gotrdns.vouching.reach import Reach, Spoken
from gotrdns.vouching.testimony import Testimony, Word

_MOST_KEPT: Final = 8192
_MOST_UNDER_WAY: Final = 1024


class Call(msgspec.Struct, frozen=True):
    """One voucher to be heard. ``helo`` is what an SPF record may refer to."""

    by: Voucher
    domain: DomainName
    client: Address
    helo: DomainName | None = None


class Vouching:
    """Hears the vouchers of clients, many at a time. Used within one event loop.

    ``reach`` is how far domains have spoken already, and ``on_spoken`` is told what is news of it;
    ``clock`` gives seconds since 1970. At most ``most_kept`` testimonies are remembered, and
    ``most_under_way`` heard at the same time.
    """

    def __init__(
        self,
        resolver: Resolver,
        reach: Reach,
        *,
        clock: Callable[[], float],
        on_spoken: Callable[[Spoken], None],
        most_kept: int = _MOST_KEPT,
        most_under_way: int = _MOST_UNDER_WAY,
    ) -> None:
        from gotrdns.vouching.spf import hear_spf  # noqa: PLC0415 - see that module

        self._hear_spf = hear_spf
        self._resolver = resolver
        self._reach = reach
        self._clock = clock
        self._on_spoken = on_spoken
        self._most_kept = most_kept
        self._most_under_way = most_under_way
        self._kept: dict[Call, tuple[float, Testimony]] = {}
        self._under_way: dict[Call, asyncio.Task[Testimony]] = {}

    async def ask(
        self,
        client: Address,
        *,
        helo: DomainName | None,
        sender: DomainName | None,
        deadline: float,
        confirmed: bool = False,
    ) -> Vouched:
        """Who vouches for the client, as far as it is known within ``deadline`` seconds.

        ``sender`` is the domain that answers for the message, if there is one. Speaking for a
        ``confirmed`` client, whose name is merely dynamic, does not use up a domain's reach.
        """
        heard = await self.hear(client, helo=helo, sender=sender, deadline=deadline)
        return self.weigh(client, heard, confirmed=confirmed)

    def weigh(
        self, client: Address, heard: Sequence[Testimony], *, confirmed: bool = False
    ) -> Vouched:
        """What the testimonies come to, given how far their domains have spoken already."""
        now = self._clock()
        if not confirmed:
            self._note(_unmapped(client), heard, now)
        within = [each for each in heard if not self._reach.is_spent(each.domain, now)]
        vouching = [each for each in within if each.word is Word.VOUCHES]
        borne_out = {each.by for each in heard if each.word in {Word.VOUCHES, Word.COVERS}}
        return Vouched(
            by=tuple(each.by for each in vouching),
            domains=tuple(dict.fromkeys(each.domain for each in vouching)),
            undetermined=any(each.word is Word.UNKNOWN for each in within),
            helo_resolves=Voucher.HELO in borne_out,
            sender_covers=not borne_out.isdisjoint({Voucher.MX, Voucher.SPF}),
        )

    def _note(self, client: Address, heard: Iterable[Testimony], now: float) -> None:
        for each in heard:
            if each.word is Word.VOUCHES:
                news = self._reach.note(each.domain, client, now)
                if news is not None:
                    self._on_spoken(news)

    async def hear(
        self,
        client: Address,
        *,
        helo: DomainName | None,
        sender: DomainName | None,
        deadline: float,
    ) -> tuple[Testimony, ...]:
        """What each voucher says, whether or not its domain has spoken too often."""
        calls = tuple(_calls(_unmapped(client), helo, sender))
        heard = {call: self._recall(call) for call in calls}
        tasks = {call: self._begin(call) for call in calls if heard[call] is None}
        waited = [task for task in tasks.values() if task is not None]
        if waited:
            await asyncio.wait(waited, timeout=max(deadline, 0.0))
        return tuple(heard[call] or _result(call, tasks[call]) for call in calls)

    def close(self) -> None:
        """Take back what is still being asked."""
        for task in self._under_way.values():
            task.cancel()

    def _recall(self, call: Call) -> Testimony | None:
        kept = self._kept.get(call)
        if kept is None:
            return None
        until, testimony = kept
        if until <= self._clock():
            del self._kept[call]
            return None
        return testimony

    def _begin(self, call: Call) -> asyncio.Task[Testimony] | None:
        task = self._under_way.get(call)
        if task is None and len(self._under_way) < self._most_under_way:
            task = asyncio.ensure_future(self._hear_one(call))
            self._under_way[call] = task
            task.add_done_callback(lambda _: self._under_way.pop(call))
        return task

    async def _hear_one(self, call: Call) -> Testimony:
        try:
            async with asyncio.timeout(LONGEST_INQUIRY):
                testimony = await self._testify(call)
        except TimeoutError:
            return _unknown(call)
        self._keep(call, testimony)
        return testimony

    async def _testify(self, call: Call) -> Testimony:
        inquiry = Inquiry(self._resolver)
        match call.by:
            case Voucher.HELO:
                return await hear_helo(inquiry, call.client, call.domain)
            case Voucher.MX:
                return await hear_mx(inquiry, call.client, call.domain)
            case Voucher.SPF:
                return await self._hear_spf(inquiry, call.client, call.domain, call.helo)
            case _:
                assert_never(call.by)

    def _keep(self, call: Call, testimony: Testimony) -> None:
        if testimony.word is not Word.UNKNOWN and testimony.lifetime > 0:
            self._kept[call] = (self._clock() + testimony.lifetime, testimony)
            if len(self._kept) > self._most_kept:
                del self._kept[next(iter(self._kept))]


def _calls(client: Address, helo: DomainName | None, sender: DomainName | None) -> Iterator[Call]:
    if helo is not None and _is_full(helo):
        yield Call(Voucher.HELO, helo, client)
    # Of a generic name, implicit MX would say of every line in the world that it is its own.
    if sender is not None and _is_full(sender) and not is_generic(client, sender):
        yield Call(Voucher.MX, sender, client)
        yield Call(Voucher.SPF, sender, client, helo)


def _is_full(name: DomainName) -> bool:
    """RFC 5321 section 2.3.5: whatever stands for a host or for mail is fully qualified."""
    return is_host_name(name) and len(name.labels) > 1


def _unmapped(client: Address) -> Address:
    return Address.parse(client.text)


def _unknown(call: Call) -> Testimony:
    return Testimony(call.by, call.domain, Word.UNKNOWN)


def _result(call: Call, task: asyncio.Task[Testimony] | None) -> Testimony:
    if task is None or not task.done() or task.cancelled():
        return _unknown(call)
    return task.result()
