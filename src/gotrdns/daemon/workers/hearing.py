"""What workers say, and what follows for what is one for all of them.

Owns the answers about trust, pasts, exceptions and confirmations, and the sums of what was counted.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, assert_never

from gotrdns.daemon.advice import Advice
from gotrdns.daemon.watch import Watch
from gotrdns.daemon.workers.member import Member
from gotrdns.daemon.workers.messages import (
    Assurance,
    Assure,
    Closed,
    Counted,
    FromWorker,
    Holding,
    Past,
    Pong,
    Raised,
    Ready,
    Recall,
    ReceivedJunk,
    Remember,
    Seen,
    Spoke,
    Standing,
)
from gotrdns.policy import Alarm
from gotrdns.resolution.counters import Counters
from gotrdns.store.incidents import Opened
from gotrdns.vouching.reach import Spoken


class Hearing:
    """Hears workers. ``others(member)`` gives the workers beside one, or all beside None."""

    def __init__(
        self,
        advice: Advice,
        watch: Watch,
        counters: Counters,
        others: Callable[[Member | None], Iterable[Member]],
    ) -> None:
        self._advice = advice
        self._watch = watch
        self._counters = counters
        self._others = others
        self._tasks: set[asyncio.Task[None]] = set()  # the loop itself holds tasks weakly
        self._standing: Standing | None = None
        advice.on_spoken = self._pass_on

    def hear(self, member: Member, message: FromWorker) -> None:  # noqa: C901 - a case each
        match message:
            case Ready():
                member.is_ready = True
            case Pong() | Holding():
                pass
            case Seen():
                self._note(message)
            case Assure():
                self._do(self._assure(member))
            case Recall():
                self._do(self._recall(member, message.client))
            case Remember():
                self._remember(member, message)
            case Spoke():
                self._advice.hear_spoken(message.spoken)
                self._tell(Spoke(message.spoken), self._others(member))
            case Raised():
                self._raise_alarm(message.alarm)
            case ReceivedJunk():
                self._watch.received_junk(message.junk, message.peer)
            case Closed():
                self._watch.closed(message.closure, message.peer)
            case Counted():
                self._count(member, message)
            case _:
                assert_never(message)

    def tell_standing(self, newcomer: Member | None = None) -> None:
        """Tell all workers what has changed, and a newcomer what is."""
        memory, trust = self._advice.memory, self._advice.sentinel.trust
        told = self._standing
        if (
            told is None
            or told.trust is not trust
            or told.allowances is not memory.allowances
            or told.allowances_known is not memory.allowances_known
            or told.confirmations is not memory.confirmations
        ):
            self._standing = Standing(
                trust, memory.allowances, memory.allowances_known, memory.confirmations
            )
            self._tell(self._standing, self._others(None))
        elif newcomer is not None:
            newcomer.channel.send(told)

    def welcome(self, member: Member) -> None:
        """Tell a new worker what the others know."""
        self.tell_standing(member)
        spoken = self._advice.reach.snapshot()
        if spoken:
            member.channel.send(Spoke(spoken))

    def _pass_on(self, spoken: tuple[Spoken, ...]) -> None:
        self._tell(Spoke(spoken), self._others(None))

    def _tell(self, message: Standing | Spoke | Opened, members: Iterable[Member]) -> None:
        for each in members:
            each.channel.send(message)

    def _remember(self, member: Member, message: Remember) -> None:
        for opened in self._advice.memory.absorb(message.writes):
            self._tell(opened, self._others(member))

    def _note(self, seen: Seen) -> None:
        note = self._advice.sentinel.note_client
        for client, troubled, confirmed in seen.clients:
            note(client, troubled=troubled, confirmed=confirmed)

    def _raise_alarm(self, alarm: Alarm) -> None:
        if alarm is Alarm.RESOLVER_UNREACHABLE and self._watch.resolver is not None:
            # The supervisor has no mail of its own to notice by when it is over.
            self._do(self._watch.resolver.probe())
        self._watch.raise_alarm(alarm)

    async def _assure(self, member: Member) -> None:
        member.channel.send(Assurance(await self._advice.sentinel.assure()))

    async def _recall(self, member: Member, client: bytes) -> None:
        member.channel.send(Past(client, await self._advice.memory.history(client)))

    def _count(self, member: Member, message: Counted) -> None:
        tally = self._watch.tally
        tally.absorb(message.decisions)
        tally.durations.add(message.durations, message.seconds)
        self._counters.add(message.resolver)
        member.counted = message

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
