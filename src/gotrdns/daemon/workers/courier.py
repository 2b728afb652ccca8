"""A worker's memory is the supervisor's: what is to be kept goes there, pasts come from there.

Owns the rhythm. In ``store.memory`` it stands where the database's writer stands in one process;
the rules for several daemons that share a past hold for the workers of one.
"""

import asyncio
from typing import Final

from gotrdns.daemon.workers.channel import Channel
from gotrdns.daemon.workers.messages import Past, Recall, Remember, Spoke, Standing
from gotrdns.policy.allowances import Allowance
from gotrdns.policy.confirmations import Confirmation
from gotrdns.policy.history import History
from gotrdns.store.histories import Histories
from gotrdns.store.merging import apply_changes
from gotrdns.store.pending import Pending, Sighting, Write
from gotrdns.store.writer import Counters, Listeners

_INTERVAL: Final = 0.1  # seconds: what a worker that is killed had to say is lost
_RIPENING: Final = 100  # intervals, as the database's writer has it
_BATCH: Final = 500
_ASKED_AT_ONCE: Final = 1000


class Courier:
    """Carries between one worker's memory and the supervisor's. All in one event loop."""

    def __init__(
        self, channel: Channel, pending: Pending, histories: Histories, listeners: Listeners
    ) -> None:
        self.counters = Counters()
        self.in_trouble = False  # whether the database is, is the supervisor's to know
        self._channel = channel
        self._pending = pending
        self._histories = histories
        self._listeners = listeners
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._turns = 0
        # What was known of those asked for, when they were.
        self._asked: dict[bytes, History | None] = {}
        self._allowances: tuple[Allowance, ...] | None = None
        self._confirmations: tuple[Confirmation, ...] = ()

    def start(self) -> None:
        self._timer = self._loop.call_later(_INTERVAL, self._turn)

    def wake(self) -> None:
        for client, known in self._histories.requested(_ASKED_AT_ONCE).items():
            if client not in self._asked:
                self._asked[client] = known
                self._channel.send(Recall(client))

    def flush_soon(self) -> None:
        self._deliver()

    def close(self, seconds: float) -> None:  # noqa: ARG002 - what is said waits for nobody
        if self._timer is not None:
            self._timer.cancel()
        self._pending.ripen()
        self._deliver()

    def hear_past(self, past: Past) -> None:
        """The supervisor's answer."""
        if past.client not in self._asked:
            return
        known = self._asked.pop(past.client)
        history = past.history
        if history is None:
            self._histories.give_up_on(past.client)
            return
        history = apply_changes(history, self._pending.changes_of(past.client))
        self._histories.loaded(past.client, known, history)
        self.wake()  # whoever was seen meanwhile is asked for anew

    def hear_spoken(self, spoke: Spoke) -> None:
        self._listeners.spoken(spoke.spoken)

    def hear_standing(self, standing: Standing) -> None:
        """What is the same for all workers."""
        if standing.allowances_known and standing.allowances.all != self._allowances:
            self._allowances = standing.allowances.all
            self._listeners.allowances(standing.allowances)
        if standing.confirmations.all != self._confirmations:
            self._confirmations = standing.confirmations.all
            self._listeners.confirmations(standing.confirmations)

    def _turn(self) -> None:
        self._turns += 1
        if self._turns % _RIPENING == 0:
            self._pending.ripen()
        self._deliver()
        self.start()

    def _deliver(self) -> None:
        while not self._channel.is_crowded and (writes := self._pending.take(_BATCH)):
            self._channel.send(Remember(tuple(map(_told, writes))))
            self.counters.written += len(writes)


def _told(write: Write) -> Write:
    """A sighting goes on being counted: what is told of it is what is news."""
    if not isinstance(write, Sighting):
        return write
    news = write.count - write.told
    told = Sighting(write.id, write.first_at, write.last_at, write.decided, news)
    write.told = write.count
    write.decided = None
    return told
