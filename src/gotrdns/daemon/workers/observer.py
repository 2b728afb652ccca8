"""What a worker sees: decisions are counted and logged here, all else is the supervisor's to tell.

Implements the listeners' Observer.
"""

from gotrdns.daemon.decision_log import DecisionLog
from gotrdns.daemon.journal import Journal
from gotrdns.daemon.tally import Tally
from gotrdns.daemon.workers.channel import Channel
from gotrdns.daemon.workers.messages import Closed, Raised, ReceivedJunk
from gotrdns.policy import Decision, Transaction
from gotrdns.protocols.junk import Junk
from gotrdns.servers.connections import Closure


class WorkerObserver:
    """Hears the servers of one worker. A supervisor that is far behind is told less."""

    def __init__(self, tally: Tally, journal: Journal, channel: Channel) -> None:
        self._log = DecisionLog(tally, journal)
        self._channel = channel

    def decided(self, transaction: Transaction, decision: Decision, seconds: float) -> None:
        self._log.decided(transaction, decision, seconds)
        if decision.alarm is not None and not self._channel.is_crowded:
            self._channel.send(Raised(decision.alarm))

    def received_junk(self, junk: Junk, peer: str) -> None:
        if not self._channel.is_crowded:
            self._channel.send(ReceivedJunk(junk, peer))

    def closed(self, closure: Closure, peer: str) -> None:
        if not self._channel.is_crowded:
            self._channel.send(Closed(closure, peer))
