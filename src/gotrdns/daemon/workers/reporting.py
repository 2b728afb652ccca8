"""What a worker tells of itself, again and again: its connections, and what it counted."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Final

from gotrdns.daemon.process_memory import resident_octets
from gotrdns.daemon.serving import Servers
from gotrdns.daemon.tally import Decisions, Tally
from gotrdns.daemon.workers.channel import Channel
from gotrdns.daemon.workers.messages import Counted, Holding
from gotrdns.daemon.workers.trust import SharedTrust
from gotrdns.resolution.client import Client
from gotrdns.resolution.counters import Counters
from gotrdns.store.memory import StoredMemory

_INTERVAL: Final = 0.05  # seconds: how soon a connection that ended makes room for another
_TURNS_A_COUNT: Final = 10


class Reporter:
    """Reports for one worker. ``taken_over`` is how many connections it was ever handed."""

    def __init__(
        self,
        channel: Channel,
        tally: Tally,
        servers: Servers,
        resolver: Callable[[], Client],
        memory: StoredMemory,
        trust: SharedTrust,
    ) -> None:
        self.taken_over = 0
        self._channel = channel
        self._tally = tally
        self._servers = servers
        self._resolver = resolver
        self._memory = memory
        self._trust = trust
        self._holding: Holding | None = None
        self._turns = 0
        self._decisions: Decisions = Counter()
        self._durations = tally.durations.counts
        self._seconds = 0.0
        self._counters = Counters()
        self._timer = asyncio.get_running_loop().call_later(_INTERVAL, self._turn)

    def stop(self) -> None:
        """Tell everything once more, and be silent."""
        self._timer.cancel()
        self._tell_holding()
        self._tell_counted()

    def _turn(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(_INTERVAL, self._turn)
        self._turns += 1
        self._trust.pass_on()
        self._tell_holding()
        if self._turns % _TURNS_A_COUNT == 0 and not self._channel.is_crowded:
            self._tell_counted()

    def _tell_holding(self) -> None:
        by_place = self._servers.connections_by_place()
        holding = Holding(self.taken_over, by_place)
        if holding != self._holding:
            self._holding = holding
            self._channel.send(holding)

    def _tell_counted(self) -> None:
        client = self._resolver()
        decisions, counters = self._tally.decisions(), client.counters.copy()
        durations, seconds = self._tally.durations.counts, self._tally.durations.seconds
        cache = client.cache
        message = Counted(
            decisions=decisions - self._decisions,
            durations=tuple(
                now - before for now, before in zip(durations, self._durations, strict=True)
            ),
            seconds=seconds - self._seconds,
            resolver=counters.copy().add(self._counters, times=-1),
            health=client.health,
            cache_entries=0 if cache is None else len(cache),
            cache_capacity=0 if cache is None else cache.capacity,
            memory_octets=resident_octets(),
            is_stuck=self._servers.is_stuck,
            lost=self._memory.losses,
        )
        self._decisions, self._durations, self._seconds = decisions, durations, seconds
        self._counters = counters
        self._channel.send(message)
